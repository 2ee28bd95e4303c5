"""migrate, recompute, sync and demo: repeating changes nothing, and scripts can read along."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from store.migrate import newest
from tests.cli.conftest import Run
from tests.e2e.company import Company

ROOT = Path(__file__).parents[2]


def test_migrating_twice_says_the_same(headwater: Run, tmp_path: Path) -> None:
    config = tmp_path / "headwater.toml"
    config.write_text(f'[database]\nurl = "sqlite:///{tmp_path / "new.db"}"\n', encoding="utf-8")
    first = headwater("migrate", "--config", str(config))
    again = headwater("migrate", "--config", str(config))
    assert first.status == again.status == 0
    assert first.out == again.out
    assert "up to date" in first.out


def test_recomputing_changes_nothing(headwater: Run, company: Company) -> None:
    for _ in range(2):
        outcome = headwater("recompute")
        assert outcome.status == 0
        last = outcome.lines[-1]
        assert last["event"] == "finished"
        assert (last["links_changed"], last["facts_changed"]) == (0, 0)
    assert company.report.facts.changed > 0


def test_a_configuration_that_is_not_there_is_status_2(headwater: Run, tmp_path: Path) -> None:
    outcome = headwater("trace", "SHOP-1", "--config", str(tmp_path / "none.toml"))
    assert (outcome.status, outcome.out) == (2, "")
    assert len(outcome.err.splitlines()) == 1


def test_a_database_without_tables_says_what_to_run(headwater: Run, tmp_path: Path) -> None:
    config = tmp_path / "headwater.toml"
    config.write_text(f'[database]\nurl = "sqlite:///{tmp_path / "new.db"}"\n', encoding="utf-8")
    outcome = headwater("dora", "checkout", "--config", str(config))
    assert outcome.status == 1
    assert outcome.err.endswith("run: headwater migrate\n")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """A demo that collects and stops, its output in a pipe."""
    home = tmp_path_factory.mktemp("demo")
    words = ["demo", "--once", "--items", "60", "--directory", str(home)]
    return subprocess.run(
        [sys.executable, "-c", "from cli.app import main; main()", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )


def test_every_line_of_a_demo_in_a_pipe_is_json(demo: subprocess.CompletedProcess[str]) -> None:
    lines = [json.loads(line) for line in demo.stdout.splitlines()]
    finished = next(line for line in lines if line["event"] == "finished")
    assert all(one["problems"] == [] for one in finished["sources"])
    assert finished["facts_changed"] > 0
    assert demo.stderr == ""
    told = [line["text"] for line in lines if line["event"] == "note"]
    valued = next(text for text in told if text.startswith("Told by its product people"))
    assert int(valued.split("what ")[1].split()[0]) > 10


def test_a_demo_ends_with_the_next_step_which_works(
    demo: subprocess.CompletedProcess[str], headwater: Run
) -> None:
    notes = [json.loads(line) for line in demo.stdout.splitlines()]
    texts = [line["text"] for line in notes if line["event"] == "note"]
    step = next(text for text in texts if text.startswith("Try: headwater trace "))
    words = step.removeprefix("Try: headwater ").split()
    outcome = headwater(*words)
    assert outcome.status == 0
    assert outcome.out.startswith(words[1])


def test_at_a_terminal_there_are_words_and_no_json(company: Company) -> None:
    main, side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", "from cli.app import main; main()", "recompute"],
        cwd=ROOT,
        env={**os.environ, "HEADWATER_CONFIG": str(company.config), "TERM": "xterm"},
        stdout=side,
        stderr=side,
    )
    os.close(side)
    told = b""
    while True:
        try:
            part = os.read(main, 4096)
        except OSError:  # how Linux says that the other side has closed
            break
        if not part:
            break
        told += part
    os.close(main)
    assert process.wait(timeout=240) == 0
    assert b"0 links and 0 facts changed" in told
    assert b'{"event"' not in told


def test_a_dry_run_of_migrate_tells_the_steps_and_makes_nothing(
    headwater: Run, tmp_path: Path
) -> None:
    config, file = tmp_path / "headwater.toml", tmp_path / "new.db"
    config.write_text(f'[database]\nurl = "sqlite:///{file}"\n', encoding="utf-8")
    before = headwater("migrate", "--dry-run", "--config", str(config))
    assert before.status == 0
    assert "has no tables yet" in before.out
    assert f"  {newest()}  " in before.out
    assert not file.exists()
    done = headwater("migrate", "--config", str(config))
    assert f"{newest()} done: " in done.err
    after = headwater("migrate", "--dry-run", "--config", str(config))
    assert after.out.startswith("Nothing to do")
