"""Lists that can only be read newest first: where to stop, and when the mark may move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.history import Older
from connectors.http import Params
from connectors.ordered import beginning, require_order, server_time, time_of
from connectors.paging import pages
from connectors.stream import Page, Payload, Read, Reading, Scope
from connectors.times import iso, utc

_SETTLED = 50
"""So many old rows in a row end the reading: half a page, so that a run with nothing new asks
once."""
_TOLERANCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """How a list without a filter by time is read; it is in descending order of `at`.

    at: the time that the list is ordered by; stopping on another one would lose what changed late.
    overlap: how far behind the watermark is read again. lag: how far the watermark stays behind the
    source's clock. keep: what is kept of a row.
    """

    path: Callable[[Scope], str]
    params: Params
    at: Callable[[Payload], datetime]
    overlap: timedelta
    lag: timedelta
    keep: Callable[[Payload], Payload] = lambda row: row


def newest_first(plan: Newest) -> Read:
    """The `read` of such a list. The cursor, `{"watermark": ISO time}`, moves with the last page
    only: before, there may be a hole below what was read. A row that moves to the front meanwhile,
    out of a page that is still to come, is newer than the watermark and so found by the next run.

    While older history is left for later runs, the cursor has `"older"` too
    (`connectors/history.py`). Such a run lists what is younger once more on its way there.
    """

    def read(reading: Reading) -> Iterator[Page]:
        started, first = server_time(reading.client), beginning(reading)
        floor, older = _plan_of(plan, reading, started)
        ends = floor if older else first  # what the next part reads is left to it, with its details
        marks = [utc(reading.cursor["watermark"])] if reading.cursor else []
        path, old = plan.path(reading.scope), 0
        for rows in pages(reading.client, path, plan.params):
            times = [time_of(plan.at, row) for row in rows]
            settled = [at for at in times if at is not None and at < started - _TOLERANCE]
            require_order(path, reversed(settled), tolerance=_TOLERANCE)
            marks += [at for at in times if at is not None]
            for at in times:
                old = old + 1 if _is_before(at, floor) else 0
            timed = zip(rows, times, strict=True)
            wanted = [plan.keep(row) for row, at in timed if not _is_before(at, ends)]
            yield Page(wanted, reading.cursor)
            if old >= _SETTLED:
                break
        mark = min([max(marks, default=started), started - plan.lag])
        yield Page([], {"watermark": iso(mark), **({"older": older.kept()} if older else {})})

    return read


def _is_before(at: datetime | None, limit: datetime | None) -> bool:
    return at is not None and limit is not None and at < limit


def _plan_of(plan: Newest, reading: Reading, now: datetime) -> tuple[datetime | None, Older | None]:
    """Down to where this run reads (None: to the end), and what it leaves for the next one."""
    first, cursor = beginning(reading), reading.cursor
    if not cursor:
        older = Older.first(now, floor=first) if reading.newest_first else None
        return (older.until if older else first), older
    part = Older.of(cursor.get("older"))
    if part is not None:
        return part.since, part.next(now, floor=first)
    return utc(cursor["watermark"]) - plan.overlap, None
