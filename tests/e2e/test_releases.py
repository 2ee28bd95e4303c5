"""The forecast of releases against the company: what each holds, and when it is done, by a plain
simulation of the same queue from what is true of its items.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from metrics.periods import DAY, Window
from pipeline.group_forecasts import Plan
from pipeline.group_rows import queue_answer
from pipeline.question import question
from pipeline.snapshots import Snapshots
from simulator.model import Item
from simulator.truth import ItemTruth
from tests.e2e.company import NOW, Company, collected

_RUNS = 3_000
_DAYS = 180


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with collected(tmp_path_factory.mktemp("releases"), seed=23, items=400) as found:
        yield found


@dataclass(frozen=True)
class _Work:
    """An item of a stream with what is true of it."""

    item: Item
    truth: ItemTruth

    @property
    def state(self) -> str:
        last = self.truth.last
        if last.done_at:
            return "done"
        if last.cancelled_at:
            return "cancelled"
        return "in_flight" if last.committed_at else "not_started"


def _works(company: Company, stream: str) -> list[_Work]:
    items = {item.id: item for item in company.world.items}
    known = company.truth.items.items()
    return [_Work(items[one], truth) for one, truth in known if truth.stream == stream]


def _told(company: Company, stream: str) -> Any:
    as_of = int(NOW.timestamp())
    asked = replace(
        question(company.settings, as_of=as_of), window=Window(as_of - _DAYS * DAY, as_of)
    )
    with company.database.read() as session:
        snapshot = Snapshots(company.settings).present(session)
        plan = Plan(of="release", dormant="counted")
        return queue_answer(snapshot, snapshot.streams[stream], asked, plan)


def _streams(company: Company) -> list[str]:
    return [plan.name for plan in company.world.streams]


def test_each_release_holds_what_is_planned_for_it(company: Company) -> None:
    compared = 0
    for stream in _streams(company):
        works, told = _works(company, stream), _told(company, stream)
        rows = {row["key"]: row for row in told["items"]}
        for version in company.world.versions:
            own = Counter(work.state for work in works if version.id in work.item.versions)
            if not own or works[0].item.project != version.project:
                continue
            still = own["in_flight"] + own["not_started"]
            assert (version.name in rows) == (still > 0 and not version.released)
            if version.name not in rows:
                continue
            row = rows.pop(version.name)
            assert {name: row["items"][name] for name in own} == own
            due = row["due"]
            assert (due["date"] if due else None) == (
                version.due.isoformat() if version.due else None
            )
            compared += 1
        assert rows == {}
    assert compared > 6


def test_each_date_is_that_of_a_plain_simulation(company: Company) -> None:
    compared = 0
    for stream in _streams(company):
        told, works = _told(company, stream), _works(company, stream)
        if told["value"]["p85"] is None:
            continue
        pool = _pool(company, works, told["pool"])
        queue, begun = _queue(company, works)
        assert (len(queue), begun) == (told["value"]["items"], told["value"]["in_flight"])
        found = _simulated(pool, queue, begun, Random(7))
        for row in told["items"]:
            for level, share in (("p50", 0.5), ("p85", 0.85)):
                plain = sorted(found[row["key"]])[int(share * _RUNS)]
                assert abs(row["days"][level] - plain) <= 1 + 0.05 * plain
                compared += 1
            if row["due"] and not row["due"]["overdue"]:
                left = (date.fromisoformat(row["due"]["date"]) - _today(company)).days
                met = sum(days <= left for days in found[row["key"]]) / _RUNS
                assert row["due"]["chance"] == pytest.approx(met, abs=0.05)
    assert compared > 12


def _zone(company: Company) -> ZoneInfo:
    return ZoneInfo(company.settings.server.timezone)


def _today(company: Company) -> date:
    return NOW.astimezone(_zone(company)).date()


def _pool(company: Company, works: Sequence[_Work], told: Any) -> list[int]:
    """Completions of items with a release, by day of the pool."""
    zone = _zone(company)
    done = Counter(
        episode.done_at.astimezone(zone).date().isoformat()
        for work in works
        if work.item.versions
        for episode in work.truth.episodes
        if episode.done_at
    )
    first = date.fromisoformat(told["from"])
    days = [(first + timedelta(days=at)).isoformat() for at in range(told["days"])]
    assert told["counts"] == [done[day] for day in days]
    return [done[day] for day in days]


def _queue(company: Company, works: Sequence[_Work]) -> tuple[list[set[str]], int]:
    """The names of the releases of each item: those in flight, then by the first date to come."""
    ahead = {one.id: one for one in company.world.versions if not one.released}

    def first(work: _Work) -> tuple[str, datetime]:
        days = [ahead[one].due for one in work.item.versions if one in ahead]
        return min(day.isoformat() if day else "9" for day in days), work.item.created

    still = [work for work in works if any(one in ahead for one in work.item.versions)]
    flying = [work for work in still if work.state == "in_flight"]
    waiting = sorted((work for work in still if work.state == "not_started"), key=first)
    names = [
        {ahead[one].name for one in work.item.versions if one in ahead}
        for work in (*flying, *waiting)
    ]
    return names, len(flying)


def _simulated(
    pool: Sequence[int], queue: Sequence[set[str]], begun: int, chance: Random
) -> dict[str, list[int]]:
    """By release the day on which it is done, of each run."""
    found: dict[str, list[int]] = {name: [] for names in queue for name in names}
    for _ in range(_RUNS):
        flying, waiting = list(queue[: max(begun, 1)]), list(queue[max(begun, 1) :])
        left = Counter(name for names in queue for name in names)
        day = 0
        while flying:
            day += 1
            for _ in range(chance.choice(pool)):
                if not flying:
                    break
                for name in flying.pop(chance.randrange(len(flying))):
                    left[name] -= 1
                    if not left[name]:
                        found[name].append(day)
                if waiting:
                    flying.append(waiting.pop(0))
    return found
