"""Lists that come in pages: how the next page is found, and where the next run goes on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

import httpx

from connectors.http import Params, SourceClient, body_of
from connectors.stream import Cursor, Page, Payload, Read, Reading, Scope
from connectors.times import iso, utc
from core.errors import PayloadError, SourceAnswerError

NextPage = Callable[[httpx.Response, Params], Params | None]
"""From an answer and what was asked: the parameters that change, None at the end mark."""

_FILTER_TOLERANCE = timedelta(minutes=1)
_ANCHOR_SLACK = timedelta(seconds=1)


def link_header(response: httpx.Response, _asked: Params) -> Params | None:
    """Only the query of the next URL is used, so a source cannot send us to another host."""
    link = response.links.get("next")
    return dict(httpx.URL(link["url"]).params) if link else None


def token(key: str, *, param: str) -> NextPage:
    """The answer names the next page in `key`; absent, null or empty on the last one."""

    def next_page(response: httpx.Response, _asked: Params) -> Params | None:
        value = body_of(response).get(key)
        return {param: value} if value else None

    return next_page


def offset(*, items: str, start: str = "startAt", total: str = "total") -> NextPage:
    """Rows are counted from `start`; the end is where the answer's total is reached, or a page
    without rows.
    """

    def next_page(response: httpx.Response, _asked: Params) -> Params | None:
        body = body_of(response)
        reached = int(body.get(start, 0)) + len(body[items])
        return {start: reached} if body[items] and reached < int(body[total]) else None

    return next_page


@dataclass(slots=True)
class _Asker:
    """Asks for pages of one list and refuses to go round in circles."""

    client: SourceClient
    path: str
    items: str
    post: bool
    none_on: Collection[int] = ()
    _asked: set[str] = field(default_factory=set)
    _before: list[Payload] = field(default_factory=list)

    def ask(self, params: Params) -> tuple[httpx.Response, list[Payload]]:
        """The answer and its rows; no rows for a status in `none_on`."""
        question = repr(sorted((name, str(value)) for name, value in params.items()))
        if question in self._asked:
            raise SourceAnswerError(f"{self.path}: the next page is one that was read already")
        self._asked.add(question)
        if self.post:
            response = self.client.post(self.path, params, none_on=self.none_on)
        else:
            response = self.client.get(self.path, params, none_on=self.none_on)
        if response.status_code in self.none_on:
            return response, []
        rows = self._rows(body_of(response, self.path))
        if rows and rows == self._before:
            raise SourceAnswerError(f"{self.path}: the same page came twice; the paging is broken")
        self._before = rows
        return response, rows

    def _rows(self, body: Any) -> list[Payload]:
        rows = body.get(self.items) if self.items and isinstance(body, dict) else body
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise SourceAnswerError(f"{self.path}: expected a list of objects; check `url`")
        return rows


def pages(
    client: SourceClient,
    path: str,
    params: Params,
    *,
    next_page: NextPage = link_header,
    items: str = "",
    post: bool = False,
    none_on: Collection[int] = (),
) -> Iterator[list[Payload]]:
    """The rows of each page to the vendor's end mark; ends at once on a status in `none_on`."""
    asker = _Asker(client, path, items, post, none_on)
    following: Params | None = params
    while following is not None:
        response, rows = asker.ask(following)
        if response.status_code in none_on:
            return
        yield rows
        change = next_page(response, following)
        following = None if change is None else {**following, **change}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How a list is read from a time on: rows come in ascending order of `at`, changed ones move to
    the end.

    at: the time of a row that the list is ordered by. overlap: how much is read again on each run.
    lag: how far the watermark stays behind the source's clock; what is younger may still be
    indexed. reanchor: start anew from the last row after each page, for lists paged by offset:
    there a row that moves to the end would push another one over the page boundary, unread. asked:
    what is asked for besides the time; when that changes, everything is read again.
    """

    at: Callable[[Payload], datetime]
    overlap: timedelta
    lag: timedelta
    reanchor: bool = False
    asked: str = ""


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
    cursor is empty without a window, else `{"watermark": ISO time, "asked": ...}`.
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
    window, scope = plan.window, reading.scope
    ceiling = _now_at(reading.client) - window.lag
    mark = _watermark(window, reading.cursor)
    since = _start(window, reading)
    asker = _Asker(reading.client, plan.path(scope), plan.items, plan.post)
    anchor, params = since, plan.params(scope, since)
    seen: set[tuple[str, str]] = set()
    while True:
        response, rows = asker.ask(params)
        timed = [(row, _time(window, row)) for row in rows]
        _check(plan, asker.path, timed, anchor)
        settled = [at for _, at in timed if at is not None and at <= ceiling]
        mark = max([*settled, *([mark] if mark else [])], default=None)
        yield Page(_unseen(timed, seen), _cursor(window, mark))
        change = plan.next_page(response, params)
        if change is None:
            return
        moved = _moved(anchor, settled) if window.reanchor else None
        if moved is None:
            params = {**params, **change}
        else:
            anchor, params = moved, plan.params(scope, moved)


def _moved(anchor: datetime | None, settled: Sequence[datetime]) -> datetime | None:
    """From where to start anew, with a little slack for times cut to milliseconds; None while no
    row is left behind.
    """
    if not settled:
        return None
    moved = max(settled) - _ANCHOR_SLACK
    return moved if min(settled) < moved and (anchor is None or moved > anchor) else None


def _now_at(client: SourceClient) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=client.clock_offset_s or 0.0)


def _watermark(window: Window, cursor: Cursor) -> datetime | None:
    usable = cursor.get("watermark") and cursor.get("asked", "") == window.asked
    return utc(cursor["watermark"]) if usable else None


def _start(window: Window, reading: Reading) -> datetime | None:
    """A little before the watermark; without one the first day of the history that is wanted."""
    mark = _watermark(window, reading.cursor)
    if mark is not None:
        return mark - window.overlap
    return datetime.combine(reading.since, time(), UTC) if reading.since else None


def _cursor(window: Window, mark: datetime | None) -> Cursor:
    return {} if mark is None else {"watermark": iso(mark), "asked": window.asked}


def _time(window: Window, row: Payload) -> datetime | None:
    """None for a row without a readable time: it is handed on, and counted where it is parsed."""
    try:
        return window.at(row)
    except (PayloadError, KeyError, TypeError, ValueError):
        return None


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


def fetched(payloads: Sequence[Payload]) -> Read:
    """The `read` of a stream whose payloads were needed to connect: one page, no request."""
    return lambda _reading: iter([Page(payloads, {})])
