"""The units of systemd: as systemd reads them, and how little they leave to a process."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "systemd"
UNITS = sorted(one.name for one in FOLDER.iterdir())
SERVICES = [name for name in UNITS if name.endswith(".service")]
_PROGRAM = "/opt/headwater/bin/headwater"
pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd")


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units with a program that is there."""
    folder = tmp_path_factory.mktemp("units")
    program = folder / "headwater"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    for name in UNITS:
        text = (FOLDER / name).read_text("utf-8").replace(_PROGRAM, str(program))
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _asked(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *map(str, words)],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


def test_systemd_finds_nothing_wrong_with_the_units(copies: Path) -> None:
    done = _asked("verify", *(copies / name for name in UNITS))
    said = [line for line in done.stderr.splitlines() if "headwater" in line]
    assert (done.returncode, said) == (0, [])


def test_systemd_would_tell_of_a_line_that_it_does_not_know(copies: Path) -> None:
    text = (copies / "headwater.service").read_text("utf-8")
    broken = copies / "broken.service"
    broken.write_text(text.replace("TimeoutStopSec", "TimeoutStopSecs"), encoding="utf-8")
    assert "TimeoutStopSecs" in _asked("verify", broken).stderr
    broken.unlink()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_left_little_of_the_machine(copies: Path, name: str) -> None:
    done = _asked("security", "--offline=yes", "--no-pager", copies / name)
    found = re.search(r"Overall exposure level for \S+: (\d+\.\d)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    assert float(found[1]) <= 2.0


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_no_root_and_has_its_secrets_from_a_file_of_its_own(name: str) -> None:
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    assert "User=headwater" in lines
    assert "EnvironmentFile=-/etc/headwater/secrets.env" in lines
    assert "Environment=HEADWATER_CONFIG=/etc/headwater/headwater.toml" in lines
    assert not [line for line in lines if re.search("password|token", line, re.IGNORECASE)]
