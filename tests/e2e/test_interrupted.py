"""A pass that is killed or interrupted anywhere, and the next one."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.e2e.commands import PATIENCE_S, SOON, lines, started, wait_until
from tests.e2e.dumps import HOW_OFTEN, Rows, differences
from tests.e2e.small import Small, rows_of, small_company, synced, undisturbed

_RANDOM = Random(20261120)
_SHARES = [round(_RANDOM.uniform(part / 5, (part + 1) / 5), 3) for part in range(5)]
"""Five points of a pass, by the share of its requests that were made."""


@pytest.fixture(scope="module")
def company() -> Iterator[Small]:
    with small_company() as running:
        yield running


@pytest.fixture(scope="module")
def whole(company: Small, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Rows], int]:
    """The rows of an undisturbed pass, and how many requests it made."""
    before = company.server.requests.total()
    rows = undisturbed(company, tmp_path_factory.mktemp("whole"))
    return rows, company.server.requests.total() - before


@pytest.mark.parametrize("share", _SHARES)
def test_a_pass_killed_anywhere_and_the_next_one_store_what_one_undisturbed_pass_does(
    company: Small, whole: tuple[dict[str, Rows], int], tmp_path: Path, share: float
) -> None:
    rows, requests = whole
    config, settings = company.home(tmp_path)
    until = company.server.requests.total() + int(share * requests)
    with started("sync", "--config", config) as process:
        wait_until(lambda: company.server.requests.total() > until, process)
        process.kill()
        assert process.wait() == -signal.SIGKILL
    assert rows_of(settings) != rows
    report = synced(settings)
    assert [one.problems for one in report.sources] == [[], [], [], []]
    assert differences(rows_of(settings), rows, but=HOW_OFTEN) == {}


@pytest.mark.parametrize(("step", "done"), [("correlate", 1), ("measure", 1)])
def test_a_pass_killed_while_it_links_or_measures_leaves_that_to_the_next_one(
    company: Small, whole: tuple[dict[str, Rows], int], tmp_path: Path, step: str, done: int
) -> None:
    config, settings = company.home(tmp_path)
    with started("sync", "--config", config) as process:
        _read_until(process, step, done)
        process.kill()
        process.wait()
    assert len(rows_of(settings)["item_fact"]) == 0
    assert not synced(settings).failed
    assert differences(rows_of(settings), whole[0], but=HOW_OFTEN) == {}


def test_ctrl_c_ends_a_pass_soon_with_one_line_and_status_130_and_the_next_pass_goes_on(
    company: Small, whole: tuple[dict[str, Rows], int], tmp_path: Path
) -> None:
    rows, requests = whole
    config, settings = company.home(tmp_path)
    before = company.server.requests.total()
    with started("sync", "--config", config) as process:
        wait_until(lambda: company.server.requests.total() > before + requests // 3, process)
        asked = company.server.requests.total()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=PATIENCE_S)
    assert company.server.requests.total() - asked < SOON
    assert process.returncode == 130
    assert lines(told) == [
        "stopped; what was read so far is stored, and the next run goes on from there"
    ]
    assert company.server.requests.total() < before + requests * 9 // 10
    assert not synced(settings).failed
    assert differences(rows_of(settings), rows, but=HOW_OFTEN) == {}


def _read_until(process: subprocess.Popen[str], step: str, done: int) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        told = json.loads(line)
        if (told["event"], told.get("name"), told.get("done")) == ("step", step, done):
            return
    raise AssertionError(f"the pass ended before {step}: {process.communicate()}")
