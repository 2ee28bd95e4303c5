"""A store that followed a company through change after change holds what a first load would."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config_file import load_settings
from core.settings import Settings
from simulator.live import Live
from simulator.live_tickets import RENAMED
from tests.e2e.dumps import Rows, differences
from tests.e2e.little import little_company
from tests.e2e.small import Small, rows_of, synced

ROUNDS = 20

NEEDS_CENSUS = ("delete_ticket",)
"""Operations that no list of changes ever shows: they happen once deleted things are noticed."""

KNOWN_ONLY_TO_A_FOLLOWER = {
    "raw_record": "names inside a payload are those of the day on which it was read",
    "stream_state": "how far each stream was read, and how often",
    "store_setting": "what each status was once called, and how often facts moved",
    "fact_change": "what was restated while it looked on",
    "value_stream": "how often facts moved",
    "git_commit": "commits that a force-push left behind: no branch leads to them any more",
    "commit_parent": "the parents of those commits",
    "ref": "branches that were deleted since",
}
"""Tables that may hold more than a first load finds, and why; all others are equal row by row."""

NEVER_LESS = ("git_commit", "commit_parent", "ref")
"""Of the tables above, those that hold at least every row that a first load finds."""


def _home(company: Small, folder: Path, *, url: str = "") -> Settings:
    """The configuration names the status that is renamed on the way by both of its names."""
    config, _ = company.home(folder, url=url)
    old, new = (f'"{name}"' for name in RENAMED)
    config.write_text(config.read_text("utf-8").replace(old, f"{old}, {new}"), "utf-8")
    return load_settings(config, {"HEADWATER_DATABASE_URL": url})


def _followed(company: Small, live: Live, settings: Settings, *, rounds: int) -> None:
    for _ in range(rounds):
        live.round()
        report = synced(settings)
        assert [one.problems for one in report.sources] == [[], [], [], []], live.done[-6:]


def _missing(here: dict[str, Rows], fresh: dict[str, Rows]) -> dict[str, list[str]]:
    """Rows of a first load that the follower should hold as well and does not."""
    lacking = {name: sorted(set(fresh[name]) - set(here[name])) for name in NEVER_LESS}
    return {name: rows for name, rows in lacking.items() if rows}


@pytest.mark.parametrize("seed", [1, 2])
def test_after_twenty_rounds_of_change_the_store_equals_a_first_load(
    tmp_path: Path, seed: int
) -> None:
    with little_company() as company:
        live = Live(company.world, company.server, seed, without=NEEDS_CENSUS)
        settings = _home(company, tmp_path / "followed")
        assert not synced(settings).failed
        for part in range(2):
            _followed(company, live, settings, rounds=ROUNDS // 2)
            first = _home(company, tmp_path / f"first-{part}")
            assert not synced(first).failed
            here, fresh = rows_of(settings), rows_of(first)
            found = differences(here, fresh, but=KNOWN_ONLY_TO_A_FOLLOWER)
            assert found == {}, live.done
            assert _missing(here, fresh) == {}
        happened = {name for name, told in live.done if told}
    assert len(happened) >= 24
