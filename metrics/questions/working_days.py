"""Working days between instants, and at the end of a month, by the weekdays that are worked on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from metrics.periods import Period, Window, periods


@dataclass(frozen=True)
class Week:
    """A time zone and its working weekdays (0 is Monday)."""

    tz: str = "UTC"
    days: frozenset[int] = frozenset(range(5))

    @property
    def mask(self) -> list[bool]:
        return [day in self.days for day in range(7)]

    def day(self, ts: int) -> date:
        return datetime.fromtimestamp(ts, ZoneInfo(self.tz)).date()

    def midnight(self, day: date) -> int:
        return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.tz)).timestamp())

    def between(self, start_ts: int, end_ts: int) -> int:
        """Working days that begin after `start_ts` and are not later than the day of `end_ts`."""
        if not self.days or end_ts <= start_ts:
            return 0
        first, last = self.day(start_ts), self.day(end_ts)
        one = timedelta(days=1)
        return int(np.busday_count(first + one, last + one, weekmask=self.mask))

    def last_days(self, month: Period, count: int) -> tuple[int, int]:
        """When the last `count` working days of a month begin, and how many it has in all."""
        first, end = self.day(month.from_ts), self.day(month.to_ts)
        worked = [
            first + timedelta(days=n)
            for n in range((end - first).days)
            if (first + timedelta(days=n)).weekday() in self.days
        ]
        begin = worked[-count] if len(worked) >= count else first
        return self.midnight(begin), len(worked)

    def months(self, window: Window) -> list[Period]:
        """The months that lie in the window whole."""
        found = periods(window, interval="month", tz=self.tz, as_of=window.to_ts)
        return [one for one in found if one.from_ts >= window.from_ts and one.to_ts <= window.to_ts]
