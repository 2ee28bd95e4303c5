"""Working time: the clock that stands still on weekends, holidays and other closed days.

A working day counts from midnight to midnight in its zone: 24 hours of it, 23 or 25 where the
clocks change. So a working day is no office hours, and seconds of either clock are of one kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from core.closed_days import FIRST_YEAR, LAST_YEAR, public_holidays
from metrics.mapping import Flags, Ints
from metrics.periods import DAY, midnight

_FIRST: Final = date(FIRST_YEAR, 1, 1)
_DAYS: Final = (date(LAST_YEAR + 1, 1, 1) - _FIRST).days
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days are worked. Outside the years 1970 to 2100 all are: nothing is known of them.

    weekdays: those that are worked, ascending, 0 is Monday. holidays: a country or a part of one,
    "" for none. closed: other days that are not worked. tz: where the days begin.
    """

    weekdays: tuple[int, ...]
    tz: str
    holidays: str = ""
    closed: frozenset[date] = frozenset()

    @property
    def name(self) -> str:
        """What it is, as answers tell it: `working mon-fri, holidays DE-BE, Europe/Berlin`."""
        parts = [
            f"working {_spelt(self.weekdays)}",
            f"holidays {self.holidays}" if self.holidays else "no holidays",
            f"closed {' '.join(str(day) for day in sorted(self.closed))}" if self.closed else "",
            self.tz,
        ]
        return ", ".join(part for part in parts if part)

    def seconds(self, start: Ints, end: Ints) -> Ints:
        """Working seconds from each `start` to its `end`, epoch seconds; below 0 where it lies
        before.
        """
        table = _table(self)
        found: Ints = table.reading(end) - table.reading(start)
        return found

    def days_touched(self, start: Ints, end: Ints) -> Ints:
        """How many working days the days from that of `start` to that of `end` hold, both in."""
        table = _table(self)
        last = table.opened(_day_numbers(end, self.tz) + 1)
        found: Ints = last - table.opened(_day_numbers(start, self.tz))
        return found

    def is_open(self, ts: Ints) -> Flags:
        """Whether the day of each instant is worked."""
        day = _day_numbers(ts, self.tz)
        table = _table(self)
        found: Flags = np.greater(table.opened(day + 1), table.opened(day))
        return found

    def count(self, after: date, until: date) -> int:
        """How many working days come after the one day, up to the other."""
        days = np.array([(after - _FIRST).days + 1, (until - _FIRST).days + 1], np.int64)
        first, last = _table(self).opened(days)
        return int(last - first)

    def later(self, day: date, count: int) -> date:
        """The working day that is the `count`th (> 0) after `day`."""
        table = _table(self)
        wanted = int(table.opened(np.array([(day - _FIRST).days + 1], np.int64))[0]) + count
        place = int(np.searchsorted(table.before, wanted))
        beyond = max(0, wanted - int(table.before[-1]))
        return _FIRST + timedelta(days=min(place, _DAYS) - 1 + beyond)


def seconds_between(start: Ints, end: Ints, calendar: WorkingCalendar | None) -> Ints:
    """Seconds from each `start` to its `end`: elapsed, or of the calendar where there is one."""
    return end - start if calendar is None else calendar.seconds(start, end)


def inclusive_days(start: Ints, end: Ints, tz: str, calendar: WorkingCalendar | None) -> Ints:
    """Days from the date of `start` to that of `end`, both counted, as Kanban tools do: within one
    day is 1. Of a calendar only its working days, so it may be 0. None is below 0.
    """
    if calendar is not None:
        days = calendar.days_touched(start, end)
    else:
        days = _day_numbers(end, tz) - _day_numbers(start, tz) + 1
    found: Ints = np.maximum(days, 0)
    return found


@dataclass(frozen=True, slots=True)
class _Table:
    """The running totals of a calendar.

    midnights: where each day of the years begins, and the end of the last. worked: 1 for a day that
    is, with one before the first and one after the last. shown: what the clock shows at each
    midnight. before: working days before each.
    """

    midnights: Ints
    worked: Ints
    shown: Ints
    before: Ints

    def reading(self, ts: Ints) -> Ints:
        """What the clock shows at each instant."""
        place = np.searchsorted(self.midnights, ts, side="right")
        since = np.maximum(place - 1, 0)
        found: Ints = self.shown[since] + self.worked[place] * (ts - self.midnights[since])
        return found

    def opened(self, day: Ints) -> Ints:
        """How many working days come before the day of each number, 0 for 1 January 1970."""
        inside = np.clip(day, 0, _DAYS)
        found: Ints = self.before[inside] + (day - inside)
        return found


@lru_cache(maxsize=16)
def _table(calendar: WorkingCalendar) -> _Table:
    midnights = _midnights(calendar.tz)
    shut = public_holidays(calendar.holidays) | calendar.closed
    worked = np.isin((np.arange(_DAYS) + _FIRST.weekday()) % 7, calendar.weekdays)
    worked &= np.diff(midnights) > 0  # a day that the zone left out
    numbers = np.array([(day - _FIRST).days for day in shut], np.int64)
    worked[numbers[(numbers >= 0) & (numbers < _DAYS)]] = False
    open_ = worked.astype(np.int64)
    return _Table(
        midnights,
        np.concatenate([[1], open_, [1]]),
        np.concatenate([[0], np.cumsum(open_ * np.diff(midnights))]),
        np.concatenate([[0], np.cumsum(open_)]),
    )


@lru_cache(maxsize=16)
def _midnights(tz: str) -> Ints:
    zone = ZoneInfo(tz)
    return np.array(
        [midnight(_FIRST + timedelta(days=n), zone) for n in range(_DAYS + 1)], np.int64
    )


def _day_numbers(ts: Ints, tz: str) -> Ints:
    """Days since 1 January 1970 in the zone; beyond the years of 86400 seconds each."""
    midnights = _midnights(tz)
    found: Ints = np.searchsorted(midnights, ts, side="right") - 1
    early, late = ts < midnights[0], ts >= midnights[-1]
    found[early] = (ts[early] - midnights[0]) // DAY
    found[late] = _DAYS + (ts[late] - midnights[-1]) // DAY
    return found


def _spelt(weekdays: tuple[int, ...]) -> str:
    """`mon-fri`, and `mon,tue,sat` where the days do not follow one another."""
    first, last = weekdays[0], weekdays[-1]
    if len(weekdays) > 2 and last - first + 1 == len(weekdays):
        return f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"
    return ",".join(WEEKDAYS[day] for day in weekdays)
