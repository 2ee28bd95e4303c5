"""The commit walk finds every commit once, whatever the dates say and wherever it is cut off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.http import SourceClient
from connectors.stream import Cursor, Payload, Reading, Scope
from connectors.walk import graph_walk
from core.errors import SourceAnswerError

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Repository:
    """A repository made of `sha: (parents, day)`, whose log is ordered by date like git's."""

    commits: Mapping[str, tuple[Sequence[str], int]]
    heads: list[str]
    page: int = 2
    asked: list[str] = field(default_factory=list)
    hidden: bool = False

    def log(self, _reading: Reading, sha: str) -> Iterator[list[Payload]]:
        rows = [] if self.hidden else self._ordered(sha)
        for start in range(0, len(rows), self.page):
            self.asked.append(sha)
            yield rows[start : start + self.page]

    def check(self, _reading: Reading) -> None:
        if self.hidden:
            raise SourceAnswerError("repository: 404", status=404)

    def _ordered(self, sha: str) -> list[Payload]:
        ready, seen, found = {sha} & set(self.commits), set[str](), list[Payload]()
        while ready:
            newest = max(ready, key=lambda one: (self.commits[one][1], one))
            ready.remove(newest)
            seen.add(newest)
            parents, day = self.commits[newest]
            at = (START + timedelta(days=day)).isoformat()
            found.append({"id": newest, "parent_ids": list(parents), "committed_date": at})
            ready |= set(parents) - seen
        return found


def _no_request(request: httpx.Request) -> httpx.Response:
    raise AssertionError(f"the walk itself asks for nothing: {request.url}")


@dataclass
class Store:
    """What is committed: payloads and the cursor, page by page."""

    shas: dict[str, Payload] = field(default_factory=dict)
    cursor: Cursor = field(default_factory=dict)
    pages: int = 0

    def sync(
        self,
        repository: Repository,
        *,
        stop_after: int | None = None,
        since: date | None = None,
        newest_first: bool = False,
    ) -> list[str]:
        """The shas of one pass, in order; `stop_after` kills it after so many pages."""
        client = SourceClient(httpx.Client(transport=httpx.MockTransport(_no_request)))
        read = graph_walk(
            heads=lambda _reading: list(repository.heads),
            log=repository.log,
            check=repository.check,
            id=lambda payload, _scope: str(payload["id"]),
        )
        stored = set(self.shas)
        scope, known = Scope("7"), stored.intersection
        reading = Reading(client, scope, self.cursor, known, since, newest_first=newest_first)
        found: list[str] = []
        for count, page in enumerate(read(reading)):
            if stop_after is not None and count >= stop_after:
                break
            self.shas.update({one["id"]: one for one in page.payloads})
            self.cursor = page.cursor
            found += [one["id"] for one in page.payloads]
        client.http.close()
        return found


LINE = {"a": ((), 0), "b": (("a",), 1), "c": (("b",), 2), "d": (("c",), 3), "e": (("d",), 4)}


def test_a_first_walk_reads_each_commit_once() -> None:
    merged = {**LINE, "x": (("b",), 2), "m": (("e", "x"), 5)}
    store = Store()
    assert sorted(store.sync(Repository(merged, ["m", "x"]))) == ["a", "b", "c", "d", "e", "m", "x"]
    assert store.cursor == {"frontier": []}


def test_a_second_walk_with_nothing_new_asks_for_no_log() -> None:
    store, repository = Store(), Repository(LINE, ["e"])
    store.sync(repository)
    repository.asked.clear()
    assert store.sync(repository) == []
    assert repository.asked == []


def test_a_new_head_costs_one_page() -> None:
    store = Store()
    store.sync(Repository(LINE, ["e"]))
    grown = Repository({**LINE, "f": (("e",), 5)}, ["f"])
    assert store.sync(grown) == ["f"]
    assert grown.asked == ["f"]


def test_an_old_commit_that_is_pushed_late_is_found_without_reading_everything() -> None:
    """Its date puts it behind all of the main line in the log of the merge."""
    long = {f"{n:03}": ((f"{n - 1:03}",) if n else (), 100 + n) for n in range(50)}
    store = Store()
    store.sync(Repository(long, ["049"]))
    late = {**long, "old1": (("000",), 1), "old2": (("old1",), 2), "m": (("049", "old2"), 900)}
    repository = Repository(late, ["m"])
    assert sorted(store.sync(repository)) == ["m", "old1", "old2"]
    assert len(repository.asked) <= 4


def test_a_walk_that_was_killed_goes_on_at_its_frontier() -> None:
    store, repository = Store(), Repository(LINE, ["e"])
    assert store.sync(repository, stop_after=1) == ["e", "d"]
    assert store.cursor == {"frontier": ["c"]}
    assert store.sync(repository) == ["c", "b", "a"]


def test_a_walk_that_loses_its_permission_keeps_its_frontier_and_goes_on_when_it_is_back() -> None:
    store, repository = Store(), Repository(LINE, ["e"])
    store.sync(repository, stop_after=1)
    repository.hidden = True
    with pytest.raises(SourceAnswerError, match="404"):
        store.sync(repository)
    assert store.cursor == {"frontier": ["c"]}
    repository.hidden = False
    assert store.sync(repository) == ["c", "b", "a"]


def test_an_empty_cursor_walks_everything_again() -> None:
    store, repository = Store(), Repository(LINE, ["e"])
    store.sync(repository)
    store.cursor = {}
    assert sorted(store.sync(repository)) == sorted(LINE)


def test_a_head_that_is_gone_holds_up_nothing() -> None:
    store = Store()
    assert sorted(store.sync(Repository(LINE, ["gone", "c"]))) == ["a", "b", "c"]
    assert store.cursor == {"frontier": []}


def test_an_empty_repository_has_no_commits() -> None:
    assert Store().sync(Repository({}, [])) == []


def test_wanted_history_ends_the_walk_behind_the_first_older_commit() -> None:
    store = Store()
    found = store.sync(Repository(LINE, ["e"], page=1), since=date(2026, 1, 4))
    assert found == ["e", "d", "c"]


@st.composite
def histories(draw: Any) -> tuple[dict[str, tuple[tuple[str, ...], int]], list[str], int]:
    count = draw(st.integers(1, 14))
    commits: dict[str, tuple[tuple[str, ...], int]] = {}
    for number in range(count):
        choices = st.sampled_from([f"c{n}" for n in range(number)]) if number else st.nothing()
        parents = draw(st.lists(choices, max_size=2, unique=True)) if number else []
        commits[f"c{number}"] = (tuple(parents), draw(st.integers(0, 20)))
    heads = draw(st.lists(st.sampled_from(sorted(commits)), min_size=1, max_size=4, unique=True))
    return commits, heads, draw(st.integers(0, 6))


@settings(deadline=None)
@given(histories(), st.integers(1, 3))
def test_whatever_the_dates_and_wherever_it_stops_all_reachable_commits_arrive(
    history: tuple[dict[str, tuple[tuple[str, ...], int]], list[str], int], page: int
) -> None:
    commits, heads, stop_after = history
    store = Store()
    store.sync(Repository(commits, heads[:1], page=page), stop_after=stop_after)
    found = store.sync(Repository(commits, heads, page=page))
    everything = Repository(commits, heads)
    reachable = {one["id"] for head in heads for one in everything._ordered(head)}
    assert set(store.shas) == reachable
    assert len(found) == len(set(found))
