"""Working time told day by day: the part of each open day that lies in the span."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def begins(day: date, tz: str) -> int:
    """The epoch second of its first midnight."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(tz)).timestamp())


def days_around(start: int, end: int, tz: str) -> Iterator[date]:
    """Every date from two days before the one to two days after the other."""
    zone = ZoneInfo(tz)
    day = datetime.fromtimestamp(min(start, end), zone).date() - timedelta(days=2)
    last = datetime.fromtimestamp(max(start, end), zone).date() + timedelta(days=2)
    while day <= last:
        yield day
        day += timedelta(days=1)


def working_seconds(
    start: int, end: int, *, tz: str, weekdays: Collection[int], closed: Collection[date]
) -> int:
    """`closed`: all days that are not worked, holidays included. `start` <= `end`."""
    total = 0
    for day in days_around(start, end, tz):
        if day.weekday() in weekdays and day not in closed:
            since = max(start, begins(day, tz))
            until = min(end, begins(day + timedelta(days=1), tz))
            total += max(0, until - since)
    return total


def inclusive_days(
    start: int, end: int, *, tz: str, weekdays: Collection[int], closed: Collection[date]
) -> int:
    """The open dates from that of `start` to that of `end`, both included."""
    zone = ZoneInfo(tz)
    first = datetime.fromtimestamp(start, zone).date()
    last = datetime.fromtimestamp(end, zone).date()
    return sum(
        day.weekday() in weekdays and day not in closed and first <= day <= last
        for day in days_around(start, end, tz)
    )
