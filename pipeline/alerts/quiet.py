"""Quiet hours: when a message that comes now may go out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.alert_settings import WEEKDAYS, Quiet

_DAYS = 9
"""A week of quiet days and nights is over by then."""


def not_before(quiet: Quiet, zone: str, ts: int) -> int:
    """`ts`, or where that is in a quiet time its end; both epoch seconds. zone: where the quiet
    hours have none of their own. What a change of the clock leaves out ends with that change.
    """
    local = ZoneInfo(quiet.timezone or zone)
    if not _is_quiet(quiet, datetime.fromtimestamp(ts, local)):
        return ts
    for end in _ends(quiet, datetime.fromtimestamp(ts, local)):
        at = int(end.timestamp())
        if at > ts and not _is_quiet(quiet, datetime.fromtimestamp(at, local)):
            return at
    return ts  # not reached: one day of the week is not quiet


def _is_quiet(quiet: Quiet, at: datetime) -> bool:
    if WEEKDAYS[at.weekday()] in quiet.days:
        return True
    if quiet.start is None or quiet.end is None:
        return False
    now = at.time()
    if quiet.start < quiet.end:
        return quiet.start <= now < quiet.end
    return now >= quiet.start or now < quiet.end


def _ends(quiet: Quiet, at: datetime) -> Iterator[datetime]:
    """Local times at which a quiet time may end: midnights and ends of the hours, in order."""
    clocks = sorted({time(), quiet.end or time()})
    for days in range(_DAYS):
        day = at.date() + timedelta(days=days)
        yield from (datetime.combine(day, clock, at.tzinfo) for clock in clocks)
