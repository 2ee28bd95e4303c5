"""Short lists without a filter by time, read whole once an hour or more seldom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from connectors.ordered import server_time
from connectors.stream import Page, Read, Reading
from connectors.times import iso, utc

HOUR = timedelta(hours=1)


def fresh(reading: Reading, now: datetime, every: timedelta) -> bool:
    """Whether it was read to its end within this time. Cursor: `read_at`."""
    read_at = reading.cursor.get("read_at")
    return read_at is not None and now - utc(read_at) < every


def hourly(read: Read) -> Read:
    """The same list, unless it was read to its end within the hour."""

    def seldom(reading: Reading) -> Iterator[Page]:
        now = server_time(reading.client)
        if fresh(reading, now, HOUR):
            return
        for page in read(reading):
            yield replace(page, cursor=reading.cursor)
        yield Page([], {"read_at": iso(now)})

    return seldom
