"""What is true of the company, in the words of the questions: counted off the simulator's truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from math import ceil

from simulator.model import Status
from simulator.truth import ItemTruth
from simulator.truth_flow import Episode
from tests.api.client import Answer
from tests.e2e.company import Company

DAY = 86_400
KINDS = {"Story": "feature", "Bug": "defect", "Security": "risk", "Tech Debt": "debt"}


def items(company: Company, stream: str = "checkout") -> dict[str, ItemTruth]:
    """The items that a stream counts, by key."""
    return {one.key: one for one in company.truth.items.values() if one.stream == stream}


def episodes(company: Company, stream: str = "checkout") -> Iterator[tuple[ItemTruth, Episode]]:
    """Every delivery of a stream, with its item."""
    for one in items(company, stream).values():
        for episode in one.episodes:
            yield one, episode


def finished(company: Company, stream: str = "checkout") -> list[Episode]:
    """Deliveries with a flow time."""
    return [e for _, e in episodes(company, stream) if e.flow_time_s is not None]


def open_items(company: Company, stream: str = "checkout") -> dict[str, Episode]:
    """What is begun and neither done nor cancelled, by key."""
    return {
        one.key: one.last
        for one in items(company, stream).values()
        if one.last.committed_at and not one.last.done_at and not one.last.cancelled_at
    }


def nearest(values: Sequence[float], share: float) -> float:
    """The nearest rank."""
    return sorted(values)[max(1, ceil(round(share * len(values), 9))) - 1]


def when(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def statuses(company: Company) -> dict[str, Status]:
    """By id, retired ones included."""
    plans = company.world.streams
    return {one.id: one for plan in plans for one in (*plan.statuses, *plan.retired)}


def stages_passed(company: Company, key: str) -> list[str]:
    """The stages that an item was in, in order, from its creation on."""
    item = next(one for one in company.world.items if one.key == key)
    known = statuses(company)
    moves = sorted(item.moves, key=lambda move: (move.at, move.id))
    first = moves[0].from_status if moves else item.first_status
    return [known[one].stage for one in (first, *(move.to_status for move in moves))]


def moves_between(company: Company, keys: Sequence[str]) -> Counter[tuple[str, str]]:
    """How often these items went from one stage straight to another."""
    return Counter(
        (before, after)
        for key in keys
        for before, after in pairwise(stages_passed(company, key))
        if before != after
    )


def by(rows: Sequence[Answer], name: str) -> dict[str, Answer]:
    """Rows by the value of one of their fields, which must be unique."""
    found = {row[name]: row for row in rows}
    assert len(found) == len(rows)
    return found
