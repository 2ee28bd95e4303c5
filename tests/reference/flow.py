"""The flow metrics of a window (F1 to F5, rates, time per stage), one delivery after the other.

Over the episodes of `item_history`; written from the text of the metrics specification alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.reference.item_history import TERMINAL, Episode, Row


@dataclass
class Delivery:
    """One delivery of an item, and the item's kind and idea."""

    item: int
    number: int
    episode: Episode
    kind: str
    idea: int

    def done_in(self, start: int, end: int) -> bool:
        return self.episode.done is not None and start <= self.episode.done < end

    def cancelled_in(self, start: int, end: int) -> bool:
        return self.episode.cancelled is not None and start <= self.episode.cancelled < end

    def timed_in(self, start: int, end: int) -> bool:
        return self.done_in(start, end) and self.episode.start_reason == ""

    def in_load(self, at: int) -> bool:
        """Committed and not ended; at a moment before the last change it may lie in a gap."""
        ended = self.episode.done if self.episode.done is not None else self.episode.cancelled
        begun = self.episode.committed is not None and self.episode.committed <= at
        return begun and (ended is None or ended > at)


def flow_times(deliveries: Sequence[Delivery], start: int, end: int) -> list[int]:
    """F1, seconds."""
    found = []
    for one in deliveries:
        if one.timed_in(start, end):
            assert one.episode.done is not None
            assert one.episode.committed is not None
            found.append(one.episode.done - one.episode.committed)
    return found


def excluded(deliveries: Sequence[Delivery], start: int, end: int) -> dict[str, int]:
    """Deliveries of the window without a flow time, by reason."""
    reasons: Counter[str] = Counter()
    for one in deliveries:
        if one.cancelled_in(start, end):
            reasons["cancelled"] += 1
        elif one.done_in(start, end) and one.episode.start_reason:
            reasons[one.episode.start_reason] += 1
    return dict(reasons)


def ideas_to_done(deliveries: Sequence[Delivery], start: int, end: int) -> list[int]:
    """From the idea to the first delivery, seconds."""
    return [
        max(0, one.episode.done - one.idea)
        for one in deliveries
        if one.number == 1 and one.done_in(start, end) and one.episode.done is not None
    ]


def velocity(deliveries: Sequence[Delivery], start: int, end: int) -> Counter[str]:
    """F2, by kind."""
    return Counter(one.kind or "unmapped" for one in deliveries if one.done_in(start, end))


def load(deliveries: Sequence[Delivery], at: int) -> int:
    """F3."""
    return sum(one.in_load(at) for one in deliveries)


def efficiency(
    deliveries: Sequence[Delivery], start: int, end: int
) -> tuple[float | None, list[float]]:
    """F4: the ratio of sums, and the ratio of each delivery that has any time."""
    pairs = [
        (one.episode.parts["active"], one.episode.parts["active"] + one.episode.parts["waiting"])
        for one in deliveries
        if one.timed_in(start, end)
    ]
    whole = sum(total for _, total in pairs)
    single = [active / total for active, total in pairs if total]
    return (sum(active for active, _ in pairs) / whole if whole else None), single


def active_shares(deliveries: Sequence[Delivery], start: int, end: int) -> dict[str, float | None]:
    """F5 by active time."""
    done = [one for one in deliveries if one.done_in(start, end)]
    whole = sum(one.episode.parts["active"] for one in done)
    return {
        kind: sum(one.episode.parts["active"] for one in done if (one.kind or "unmapped") == kind)
        / whole
        if whole
        else None
        for kind in ("feature", "defect", "risk", "debt", "unmapped")
    }


def reopen_rate(
    deliveries: Sequence[Delivery], start: int, end: int, *, window: int, as_of: int
) -> tuple[int, int]:
    """Deliveries that had left done, of those whose window has closed."""
    closed = [
        one
        for one in deliveries
        if one.done_in(start, end)
        and one.episode.done is not None
        and one.episode.done + window <= as_of
    ]
    return sum(1 for one in closed if one.episode.reopened), len(closed)


def discard_rate(deliveries: Sequence[Delivery], start: int, end: int) -> tuple[int, int]:
    """Cancelled after commitment, of what ended."""
    dropped = sum(
        1
        for one in deliveries
        if one.cancelled_in(start, end) and one.episode.committed is not None
    )
    return dropped, dropped + sum(one.done_in(start, end) for one in deliveries)


@dataclass
class Stage:
    """What is told of a stage; seconds."""

    visits: list[int]
    waiting: int
    active: int
    deliveries: int
    now: int


def stage_time(
    deliveries: Sequence[Delivery],
    stages: Sequence[int | None],
    *,
    window: tuple[int, int],
    at: int,
) -> dict[int | None, Stage]:
    """Visits, sums and load of each stage, for the deliveries that have a flow time."""
    found = {stage: Stage([], 0, 0, 0, 0) for stage in stages}
    for one in deliveries:
        if one.timed_in(*window):
            _add(found, inside(one.episode))
        for row in one.episode.rows:
            here = row.start <= at and (row.end is None or at < row.end)
            if here and one.in_load(at) and row.category not in TERMINAL:
                found[row.stage].now += 1
    return found


def _add(found: dict[int | None, Stage], rows: Sequence[Row]) -> None:
    last: Row | None = None
    seen = set()
    for row in rows:
        if row.state in TERMINAL or row.end is None:
            last = None
            continue
        stage, lasted = found[row.stage], row.end - row.start
        if last is not None and (last.status, last.stage) == (row.status, row.stage):
            stage.visits[-1] += lasted
        else:
            stage.visits.append(lasted)
        last = row
        seen.add(row.stage)
        if row.state == "waiting":
            stage.waiting += lasted
        elif row.state == "active":
            stage.active += lasted
    for name in seen:
        found[name].deliveries += 1


def inside(episode: Episode) -> list[Row]:
    """The rows from the one that commits to the last before done."""
    first = next(
        place
        for place, row in enumerate(episode.rows)
        if row.start == episode.committed
        and row.state in ("waiting", "active", "unknown", "ignored")
        and (row.category not in ("new", "ignored") or episode.rows[0].episode > 1)
    )
    last = len(episode.rows)
    while episode.rows[last - 1].category == "done":
        last -= 1
    return episode.rows[first:last]
