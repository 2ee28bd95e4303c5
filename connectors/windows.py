"""Lists in order of change, read from where the last run stopped; their history newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from connectors.history import Older
from connectors.http import Params
from connectors.ordered import beginning, require_order, server_time, time_of
from connectors.paging import Asker, NextPage, link_header, pages
from connectors.stream import Cursor, Page, Payload, Read, Reading, Scope
from connectors.times import iso, utc
from core.errors import SourceAnswerError

Between = Callable[[Scope, datetime | None, datetime], Params]
"""What to ask of a scope from a time on (None: from the beginning) up to a time."""

_FILTER_TOLERANCE = timedelta(minutes=1)
_ANCHOR_SLACK = timedelta(seconds=1)
_LOOKS = 5
"""So often a stretch of rows of one moment, paged by offset, is looked through for what moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How a list is read from a time on: rows come in ascending order of `at`, changed ones move to
    the end.

    at: the time of a row that the list is ordered by. overlap: how much is read again on each run.
    lag: how far the watermark stays behind the source's clock; what is younger may still be
    indexed. reanchor: start anew from the last row after each page, for lists paged by offset:
    there a row that moves to the end would push another one over the page boundary, unread. asked:
    what is asked for besides the time; when that changes, everything is read again. between: the
    parameters for a part of the history; with it the first run reads the last 90 days, and each
    later one an older part as well, until all that is wanted is there.
    """

    at: Callable[[Payload], datetime]
    overlap: timedelta
    lag: timedelta
    reanchor: bool = False
    asked: str = ""
    between: Between | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    path: Callable[[Scope], str]
    params: Callable[[Scope, datetime | None], Params]
    next_page: NextPage
    items: str
    post: bool
    window: Window
    belongs: Callable[[Payload], bool]


def listing(
    *,
    path: str | Callable[[Scope], str],
    params: Callable[[Scope, datetime | None], Params],
    next_page: NextPage = link_header,
    items: str = "",
    post: bool = False,
    window: Window | None = None,
    belongs: Callable[[Payload], bool] = lambda _row: True,
) -> Read:
    """The `read` of a stream that is one list.

    params: what to ask of a scope from a time on (None: from the beginning). items: the key of the
    rows in the answer, empty where the answer is the list. belongs: whether a row can be an answer
    to what was asked; one that can't is a `SourceAnswerError`, as is one older than asked for. The
    cursor is empty without a window, else `{"watermark": ISO time, "asked": ...}`, without a
    watermark where there was no row yet, and, while older history is still to be read, with
    `"older"` (`connectors/history.py`).
    """
    where = path if callable(path) else lambda _scope: path
    if window is None:

        def read_all(reading: Reading) -> Iterator[Page]:
            start = params(reading.scope, None)
            found = pages(
                reading.client,
                where(reading.scope),
                start,
                next_page=next_page,
                items=items,
                post=post,
            )
            return (Page(rows, {}) for rows in found)

        return read_all
    plan = _Plan(
        path=where,
        params=params,
        next_page=next_page,
        items=items,
        post=post,
        window=window,
        belongs=belongs,
    )
    return partial(_read_window, plan)


def _read_window(plan: _Plan, reading: Reading) -> Iterator[Page]:
    return _Run(plan, reading).pages()


@dataclass(slots=True)
class _Run:
    """One pass over one scope: what changed since the watermark, then a part of the history."""

    plan: _Plan
    reading: Reading
    mark: datetime | None = field(init=False)
    older: Older | None = field(init=False)
    ceiling: datetime = field(init=False)
    _deeper: bool = field(init=False)
    _seen: set[tuple[str, str]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        window, cursor = self.plan.window, self.reading.cursor
        now = server_time(self.reading.client)
        self.ceiling = now - window.lag
        usable = bool(cursor) and cursor.get("asked", "") == window.asked
        mark = cursor.get("watermark") if usable else None
        self.mark = utc(mark) if mark else None
        self.older = Older.of(cursor.get("older")) if usable else None
        if not usable and window.between is not None and self.reading.newest_first:
            self.older = Older.first(now, floor=beginning(self.reading))
        self._deeper = self.older is not None and usable

    def pages(self) -> Iterator[Page]:
        scope = self.reading.scope
        for rows, settled in self._list(
            self._start(), lambda at: self.plan.params(scope, at), self.ceiling
        ):
            self._move(settled)
            yield Page(rows, self._cursor())
        if self._deeper:
            yield from self._history()

    def _history(self) -> Iterator[Page]:
        """The next older part, ascending like every list; what reached the store is not asked for
        again when the run is cut short.
        """
        part, between = self.older, self.plan.window.between
        if part is None or between is None:
            return
        scope, until = self.reading.scope, part.until
        for rows, settled in self._list(
            part.start, lambda at: between(scope, at, until), part.until
        ):
            part = part.reached(max(settled, default=None), server_time(self.reading.client))
            self.older = part
            self._move(settled)
            yield Page(rows, self._cursor())
        self.older = part.next(server_time(self.reading.client), floor=beginning(self.reading))
        yield Page([], self._cursor())

    def _list(
        self,
        since: datetime | None,
        params: Callable[[datetime | None], Params],
        ceiling: datetime,
    ) -> Iterator[tuple[list[Payload], list[datetime]]]:
        """Pages of rows not met before in the same state, with the times that are settled."""
        plan, client = self.plan, self.reading.client
        path = plan.path(self.reading.scope)
        asker = Asker(client, path, plan.items, plan.post)
        anchor, asked = since, params(since)
        by_offset, found, looks = False, False, 0
        while True:
            response, rows = asker.ask(asked)
            timed = [(row, time_of(plan.window.at, row)) for row in rows]
            _check(plan, path, timed, anchor)
            settled = [at for _, at in timed if at is not None and at <= ceiling]
            require_order(path, settled, tolerance=_FILTER_TOLERANCE)
            fresh = _unseen(timed, self._seen)
            yield fresh, settled
            change = plan.next_page(response, asked)
            moved = _moved(anchor, settled) if plan.window.reanchor and change else None
            found = found or bool(by_offset and fresh)
            if change is not None and moved is None:
                asked, by_offset = {**asked, **change}, plan.window.reanchor
            elif found and looks < _LOOKS:
                # A row that moved to the end meanwhile pushed another one over a page boundary.
                asker = Asker(client, path, plan.items, plan.post)
                asked, by_offset, found, looks = params(anchor), False, False, looks + 1
            elif moved is None:
                return
            else:
                anchor, asked = moved, params(moved)
                by_offset, found, looks = False, False, 0

    def _move(self, settled: Sequence[datetime]) -> None:
        self.mark = max([*settled, *([self.mark] if self.mark else [])], default=None)

    def _start(self) -> datetime | None:
        """A little before the watermark; without one the last months, or all that is wanted."""
        if self.mark is not None:
            return self.mark - self.plan.window.overlap
        return self.older.until if self.older else beginning(self.reading)

    def _cursor(self) -> Cursor:
        if self.mark is None and self.plan.window.between is None:
            return {}
        mark = {"watermark": iso(self.mark)} if self.mark else {}
        older = {"older": self.older.kept()} if self.older else {}
        return {"asked": self.plan.window.asked, **mark, **older}


def _moved(anchor: datetime | None, settled: Sequence[datetime]) -> datetime | None:
    """From where to start anew, with a little slack for times cut to milliseconds; None while no
    row is left behind.
    """
    if not settled:
        return None
    moved = max(settled) - _ANCHOR_SLACK
    return moved if min(settled) < moved and (anchor is None or moved > anchor) else None


def _check(
    plan: _Plan,
    path: str,
    timed: Sequence[tuple[Payload, datetime | None]],
    since: datetime | None,
) -> None:
    """A server that does not understand a filter may ignore it and answer with everything."""
    for row, at in timed:
        old = since is not None and at is not None and at < since - _FILTER_TOLERANCE
        if old or not plan.belongs(row):
            raise SourceAnswerError(
                f"{path}: {row.get('id')} is not among what was asked for; "
                "the server ignores the filter, nothing more is read from it"
            )


def _unseen(
    timed: Sequence[tuple[Payload, datetime | None]], seen: set[tuple[str, str]]
) -> list[Payload]:
    """Rows that this pass has not met in the same state; two runs of a page share its last rows."""
    fresh = []
    for row, at in timed:
        state = (str(row.get("id")), str(at))
        if at is None or state not in seen:
            seen.add(state)
            fresh.append(row)
    return fresh
