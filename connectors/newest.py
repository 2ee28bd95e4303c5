"""Lists that can only be read newest first: where to stop, and when the mark may move."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from connectors.history import Older
from connectors.http import Params, SourceClient
from connectors.paging import pages
from connectors.stream import Page, Payload, Read, Reading, Scope
from connectors.times import iso, utc
from core.errors import PayloadError, SourceAnswerError

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
        marks = [utc(reading.cursor["watermark"])] if reading.cursor else []
        path, old = plan.path(reading.scope), 0
        for rows in pages(reading.client, path, plan.params):
            times = [_time(plan, row) for row in rows]
            _check_order(path, times, started)
            marks += [at for at in times if at is not None]
            for at in times:
                old = old + 1 if _is_before(at, floor) else 0
            timed = zip(rows, times, strict=True)
            wanted = [plan.keep(row) for row, at in timed if not _is_before(at, first)]
            yield Page(wanted, reading.cursor)
            if old >= _SETTLED:
                break
        mark = min([max(marks, default=started), started - plan.lag])
        yield Page([], {"watermark": iso(mark), **({"older": older.kept()} if older else {})})

    return read


def _is_before(at: datetime | None, limit: datetime | None) -> bool:
    return at is not None and limit is not None and at < limit


def server_time(client: SourceClient) -> datetime:
    """The source's clock, by its last answer."""
    return datetime.now(UTC) + timedelta(seconds=client.clock_offset_s or 0.0)


def beginning(reading: Reading) -> datetime | None:
    """The first moment of the history that is wanted, None for all of it."""
    return datetime.combine(reading.since, time(), UTC) if reading.since else None


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


def _time(plan: Newest, row: Payload) -> datetime | None:
    """None for a row without a readable time: it is handed on, and counted where it is parsed."""
    try:
        return plan.at(row)
    except (PayloadError, KeyError, TypeError, ValueError):
        return None


def _check_order(path: str, times: Sequence[datetime | None], started: datetime) -> None:
    """A server that does not know an order ignores it. What changes during the pass may stand
    anywhere.
    """
    settled = [at for at in times if at is not None and at < started - _TOLERANCE]
    for newer, older in pairwise(settled):
        if older > newer + _TOLERANCE:
            raise SourceAnswerError(
                f"{path}: not in the order that was asked for; "
                "the server ignores it, nothing more is read from it"
            )
