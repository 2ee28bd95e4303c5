"""A first walk over commits comes in parts, newest first; none of them loses a commit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.history import Older
from tests.connectors.test_walk import START, Repository, Store, histories

NOW = START + timedelta(days=500)
LONG = {f"{n:03}": ((f"{n - 1:03}",) if n else (), n) for n in range(501)}


@pytest.fixture(autouse=True, scope="module")
def _now() -> Iterator[None]:
    """The newest commit of `LONG` is of today."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("connectors.walk.server_time", lambda _client: NOW)
        yield


def test_the_first_part_ends_behind_ninety_days_the_second_behind_the_year() -> None:
    store, repository = Store(), Repository(LONG, ["500"], page=20)
    sizes, asked = [], []
    while not store.cursor or "older" in store.cursor:
        repository.asked.clear()
        sizes.append(len(store.sync(repository, newest_first=True)))
        asked.append(len(repository.asked))
    assert sizes == [100, 280, 121]
    assert asked == [5, 14, 7]
    assert set(store.shas) == set(LONG)
    assert store.cursor == {"frontier": []}


def test_what_is_left_waits_behind_the_first_part() -> None:
    store = Store()
    store.sync(Repository(LONG, ["500"], page=20), newest_first=True)
    assert store.cursor["frontier"] == []
    assert store.cursor["beyond"] == ["400"]
    left = Older.of(store.cursor["older"])
    assert left == Older(NOW - timedelta(days=365), NOW - timedelta(days=90))


def test_a_young_repository_has_no_parts() -> None:
    young = {f"{n}": ((f"{n - 1}",) if n else (), 450 + n) for n in range(10)}
    store = Store()
    assert len(store.sync(Repository(young, ["9"]), newest_first=True)) == 10
    assert store.cursor == {"frontier": []}


def test_an_old_branch_that_was_merged_late_comes_whole() -> None:
    """Its commits are older than the first part, its merge is not."""
    merged = {**LONG, "x1": (("010",), 11), "x2": (("x1",), 12), "m": (("500", "x2"), 500)}
    store, repository = Store(), Repository(merged, ["m"], page=20)
    while not store.cursor or "older" in store.cursor:
        store.sync(repository, newest_first=True)
    assert set(store.shas) == set(merged)


def test_commits_that_are_pushed_between_two_parts_are_found() -> None:
    store = Store()
    store.sync(Repository(LONG, ["500"], page=20), newest_first=True)
    pushed = {**LONG, "new": (("500",), 500), "late": (("300",), 301)}
    repository = Repository(pushed, ["new", "late"], page=20)
    assert "new" in store.sync(repository, newest_first=True)
    while "older" in store.cursor:
        store.sync(repository, newest_first=True)
    assert set(store.shas) == set(pushed)


def test_how_much_of_a_part_is_read_is_told() -> None:
    store, repository = Store(), Repository(LONG, ["500"], page=20)
    store.sync(repository, newest_first=True)
    store.sync(repository, newest_first=True, stop_after=5)
    part = Older.of(store.cursor["older"])
    assert part is not None
    assert part.begun == NOW
    assert part.share == pytest.approx((410 - 301) / 275)


def test_a_walk_that_was_killed_within_its_first_part_ends_that_first() -> None:
    store, repository = Store(), Repository(LONG, ["500"], page=20)
    store.sync(repository, newest_first=True, stop_after=2)
    assert len(store.shas) == 40
    store.sync(repository, newest_first=True)
    assert len(store.shas) == 100
    assert store.cursor["beyond"] == ["400"]


@settings(deadline=None)
@given(histories(), st.integers(1, 3), st.lists(st.integers(0, 3), max_size=8))
def test_whatever_the_dates_and_wherever_a_part_is_killed_all_commits_arrive(
    history: tuple[dict[str, tuple[tuple[str, ...], int]], list[str], int],
    page: int,
    kills: list[int],
) -> None:
    """Days 0 to 20 stand for 0 to 500: before the year, in it, and within ninety days."""
    commits = {sha: (parents, day * 25) for sha, (parents, day) in history[0].items()}
    heads, store = history[1], Store()
    for stop_after in kills:
        store.sync(
            Repository(commits, heads[:1], page=page), newest_first=True, stop_after=stop_after
        )
    repository = Repository(commits, heads, page=page)
    store.sync(repository, newest_first=True)
    for _ in range(4):
        store.sync(repository, newest_first=True)
    reachable = {one["id"] for head in heads for one in repository._ordered(head)}
    assert set(store.shas) == reachable
    assert store.cursor == {"frontier": []}
