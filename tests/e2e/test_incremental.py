"""A store that followed a company through change after change holds what a first load would."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.config_file import load_settings
from core.settings import Settings
from simulator.live import OPERATIONS, Live
from simulator.live_tickets import RENAMED
from tests.e2e.dumps import Rows, differences
from tests.e2e.little import little_company
from tests.e2e.small import Small, rows_of, synced

ROUNDS = 20
_SHA = re.compile(r"[0-9a-f]{40}")
_PSEUDONYM = re.compile(r"[0-9a-f]{32}")

NEEDS_CENSUS = ("delete_ticket",)
"""Operations that no list of changes ever shows: they happen once deleted things are noticed."""

TOLD_BY_THE_WAY = {
    "raw_record": "names inside a payload are those of the day on which it was read",
    "stream_state": "how far each stream was read, and how often",
    "store_setting": "what each status was once called, and how often facts moved",
    "fact_change": "what was restated while it looked on",
    "value_stream": "how often facts moved",
}
"""Tables that tell how the store came to be as it is, and so are not compared."""

SEEN_BY_A_FOLLOWER = {
    "git_commit": "commits to which no branch leads any more: rewritten, or squashed",
    "commit_parent": "the parents of those; a list of a merge request does not name them",
    "ref": "branches that were deleted since",
    "link": "of those commits",
    "person": "authors of those commits",
}
"""What no first load can find any more, by table: rows of these kinds only are there besides."""


def _home(company: Small, folder: Path, *, url: str = "") -> Settings:
    """The configuration names the status that is renamed on the way by both of its names."""
    config, _ = company.home(folder, url=url)
    both = ", ".join(f'"{name}"' for name in RENAMED)
    text = config.read_text("utf-8")
    for name in RENAMED:
        text = text.replace(f'["{name}"]', f"[{both}]")
    config.write_text(text, "utf-8")
    return load_settings(config, {"HEADWATER_DATABASE_URL": url})


def _followed(live: Live, settings: Settings, *, rounds: int) -> None:
    for _ in range(rounds):
        live.round()
        report = synced(settings)
        assert [one.problems for one in report.sources] == [[], [], [], []], live.done[-6:]


def _only_here(here: dict[str, Rows], first: dict[str, Rows], table: str) -> list[str]:
    return sorted(set(here[table]) - set(first[table]))


def _left_behind(here: dict[str, Rows], live: Live) -> set[str]:
    """The shas of the store to which no branch leads, by what the company really has."""
    parents = {commit.sha: commit.parents for commit in live.world.commits}
    heads = [sha for branches in live.world.branches.values() for sha in branches.values()]
    reached, waiting = set[str](), heads
    while waiting:
        sha = waiting.pop()
        if sha not in reached:
            reached.add(sha)
            waiting += parents[sha]
    return {sha for row in here["git_commit"] for sha in _SHA.findall(row)} - reached


def _unexplained(here: dict[str, Rows], first: dict[str, Rows], live: Live) -> list[str]:
    """Rows that only the follower has and that are of none of the kinds in `SEEN_BY_A_FOLLOWER`,
    and rows that only a first load has.
    """
    gone = _left_behind(here, live)
    commits = [row for row in here["git_commit"] if set(_SHA.findall(row)) & gone]
    branches = {
        f"gitlab/{101 + place}'), ('kind', 'branch'), ('name', '{name}')"
        for place, service in enumerate(one for s in live.world.streams for one in s.services)
        for name in live.world.branches[service.repository]
    }
    explained = {
        "git_commit": lambda row: row in commits,
        "commit_parent": lambda row: bool(set(_SHA.findall(row)) & gone),
        "link": lambda row: bool(set(_SHA.findall(row)) & gone),
        "ref": lambda row: "'branch'" in row and not any(name in row for name in branches),
        "person": lambda row: any(_PSEUDONYM.findall(row)[0] in commit for commit in commits),
    }
    strange = [
        f"{table}: {row}"
        for table, is_explained in explained.items()
        for row in _only_here(here, first, table)
        if not is_explained(row)
    ]
    # A commit that only a merge request still names has no parents in a first load.
    lacking = [
        f"{table}: {row} is missing"
        for table in explained
        for row in _only_here(first, here, table)
        if not (table == "git_commit" and row.replace("None", "1", 1) in here[table])
    ]
    return strange + lacking


@pytest.mark.timeout(900)
def test_after_twenty_rounds_of_change_the_store_equals_a_first_load(tmp_path: Path) -> None:
    with little_company() as company:
        live = Live(company.world, company.server, 1, without=NEEDS_CENSUS)
        settings = _home(company, tmp_path / "followed")
        assert not synced(settings).failed
        for part in range(2):
            _followed(live, settings, rounds=ROUNDS // 2)
            first = _home(company, tmp_path / f"first-{part}")
            assert not synced(first).failed
            here, fresh = rows_of(settings), rows_of(first)
            besides = {*TOLD_BY_THE_WAY, *SEEN_BY_A_FOLLOWER}
            assert differences(here, fresh, but=besides) == {}, live.done
            assert _unexplained(here, fresh, live) == [], live.done
        happened = {name for name, told in live.done if told}
    assert happened == set(OPERATIONS) - set(NEEDS_CENSUS)
