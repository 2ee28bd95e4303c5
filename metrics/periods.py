"""Windows of time and their periods, cut on the calendar of a time zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import numpy as np

from metrics.mapping import Flags, Ints

Interval = Literal["day", "week", "month", "quarter"]

DAY: Final = 86_400
WEEK: Final = 7 * DAY


@dataclass(frozen=True)
class Window:
    """The half-open time `[from_ts, to_ts)`, epoch seconds."""

    from_ts: int
    to_ts: int

    def holds(self, ts: Ints) -> Flags:
        """Which times lie in the window; NONE never does."""
        return (ts >= self.from_ts) & (ts < self.to_ts)

    @property
    def seconds(self) -> int:
        """Its length; a window that ends before it starts has none."""
        return max(0, self.to_ts - self.from_ts)


@dataclass(frozen=True)
class Period:
    """One whole period of the calendar; `complete` is False until `as_of` has passed it."""

    label: str
    from_ts: int
    to_ts: int
    complete: bool


def periods(
    window: Window,
    *,
    interval: Interval,
    tz: str,
    as_of: int,
    week_starts: int = 0,
) -> Sequence[Period]:
    """The whole periods that touch the window, in order, none left out.

    Days begin at midnight in `tz`, so a day may have 23 or 25 hours, and one that the zone left out
    is not there. `week_starts` is 0 for Monday to 6 for Sunday. The label is the first day. An
    empty window has no periods.
    """
    if window.to_ts <= window.from_ts:
        return []
    zone = ZoneInfo(tz)
    day = _first_day(_local(window.from_ts, zone).date(), interval, week_starts)
    found = []
    start = midnight(day, zone)
    while start < window.to_ts:
        following = _next_day(day, interval)
        end = midnight(following, zone)
        if start < end:  # Samoa had no 30 December 2011
            found.append(Period(day.isoformat(), start, end, end <= as_of))
        day, start = following, end
    return found


def edges(found: Sequence[Period]) -> Ints:
    """The bounds of the periods: one more than there are periods."""
    return np.array([found[0].from_ts, *(period.to_ts for period in found)], np.int64)


def _local(ts: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(ts, zone)


def midnight(day: date, zone: ZoneInfo) -> int:
    """Where a day begins: its first midnight, or where the clocks leave that out, the moment they
    do.
    """
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def _first_day(day: date, interval: Interval, week_starts: int) -> date:
    if interval == "week":
        return day - timedelta(days=(day.weekday() - week_starts) % 7)
    if interval == "month":
        return day.replace(day=1)
    if interval == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day


def _next_day(day: date, interval: Interval) -> date:
    if interval == "day":
        return day + timedelta(days=1)
    if interval == "week":
        return day + timedelta(days=7)
    months = 1 if interval == "month" else 3
    return (day.replace(day=28) + timedelta(days=31 * months - 27)).replace(day=1)
