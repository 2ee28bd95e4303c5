"""Little's law, survival, ageing and expectation in plain loops, from the text of metrics alone.

Times are multiples of `TICK`, and load is counted tick by tick.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from tests.reference.item_history import Episode, Row

TICK = 43_200
DAY = 86_400
PRESENT = ("waiting", "active", "unknown", "ignored")


@dataclass
class Life:
    """One delivery: its item, its number, its episode in the reference of histories."""

    item: int
    number: int
    episode: Episode

    @property
    def committed(self) -> int | None:
        return self.episode.committed

    @property
    def end(self) -> int | None:
        return self.episode.done if self.episode.done is not None else self.episode.cancelled

    def row_at(self, ts: int) -> Row | None:
        """The row that holds this instant, where the delivery is in load then."""
        for row in self.episode.rows:
            if self.committed is None or row.start < self.committed or row.state not in PRESENT:
                continue
            if row.start <= ts and (row.end is None or ts < row.end):
                return row
        return None


def ticks(start: int, end: int) -> range:
    return range(start, end, TICK)


@dataclass
class Law:
    area_s: int
    arrivals: int
    departures: list[int]
    """The presence of each that left, in seconds."""
    cancelled: int
    load_at_begin: int
    load_at_end: int
    ages: list[tuple[int, Fraction]]
    """Days after the begin, and the mean age in days of what was in load just before."""


def little(lives: Sequence[Life], start: int, end: int) -> Law:
    area = sum(TICK for life in lives for ts in ticks(start, end) if life.row_at(ts))
    gone = [one for one in lives if one.committed is not None and within(one.end, start, end)]
    presences = [sum(TICK for ts in ticks(0, one.end or 0) if one.row_at(ts)) for one in gone]
    ages = []
    for ts in range(start + DAY, end + 1, DAY):
        inside = [one for one in lives if one.row_at(ts - TICK)]
        if inside:
            total = sum(ts - (one.committed or 0) for one in inside)
            ages.append(((ts - start) // DAY, Fraction(total, len(inside) * DAY)))
    return Law(
        area_s=area,
        arrivals=sum(
            1 for one in lives if within(one.committed, start, end) and seen_inside(one, start, end)
        ),
        departures=presences,
        cancelled=sum(1 for one in gone if one.episode.done is None),
        load_at_begin=sum(1 for one in lives if one.row_at(start - TICK)),
        load_at_end=sum(1 for one in lives if one.row_at(end - TICK)),
        ages=ages,
    )


def seen_inside(life: Life, start: int, end: int) -> bool:
    """In load for some time of the window, or gone in it: those of no length count, too."""
    present = any(life.row_at(ts) for ts in ticks(start, end))
    return present or within(life.end, start, end)


def within(ts: int | None, start: int, end: int) -> bool:
    return ts is not None and start <= ts < end


def slope(points: Sequence[tuple[int, Fraction]]) -> Fraction | None:
    """Least squares; None under two points."""
    if len(points) < 2:
        return None
    x = Fraction(sum(at for at, _ in points), len(points))
    over = sum((at - x) * age for at, age in points)
    return Fraction(over, sum((at - x) ** 2 for at, _ in points))


@dataclass
class Watched:
    """From which age to which a delivery was seen, and how that ended."""

    entered: int
    left: int
    outcome: str


def watched(lives: Sequence[Life], start: int, end: int) -> list[tuple[Life, Watched]]:
    found = []
    for one in lives:
        if one.committed is None or one.episode.start_reason or one.committed >= end:
            continue
        over = one.end is not None and one.end < end
        if over and one.end is not None and one.end < start:
            continue
        last = one.end if over and one.end is not None else end
        outcome = "open"
        if over:
            outcome = "cancelled" if one.episode.done is None else "done"
        entered = max(0, start - one.committed)
        found.append((one, Watched(entered, last - one.committed, outcome)))
    return found


def lasting(seen: Sequence[Watched], age: int) -> Fraction | None:
    """The share that lasts longer than `age`, by Kaplan and Meier; None where nobody knows."""
    if not seen:
        return None
    longest = max(one.left for one in seen)
    share = Fraction(1)
    for at in sorted({one.left for one in seen if one.outcome == "done"}):
        if at > age:
            break
        ended = sum(1 for one in seen if one.outcome == "done" and one.left == at)
        risk = sum(1 for one in seen if one.entered <= at <= one.left)
        if ended < risk or at == longest:
            share *= 1 - Fraction(ended, risk)
    return None if share > 0 and age > longest else share


def breach(seen: Sequence[Watched], age: int, limit: int) -> Fraction | None:
    if age >= limit:
        return Fraction(1)
    beyond, now = lasting(seen, limit), lasting(seen, age)
    return None if beyond is None or not now else beyond / now


def nearest_rank(values: Sequence[int], p: Fraction) -> int | None:
    ordered = sorted(values)
    return ordered[max(1, ceil(p * len(ordered))) - 1] if ordered else None


def left_stage(life: Life, stage: int | None) -> int | None:
    """The age at which a delivery that is done left the stage for the last time."""
    done, committed = life.episode.done, life.committed
    assert done is not None
    assert committed is not None
    ages = [
        row.end - committed
        for row in life.episode.rows
        if row.stage == stage
        and row.state in PRESENT
        and row.start >= committed
        and row.end is not None
        and row.end <= done
    ]
    return max(ages, default=None)
