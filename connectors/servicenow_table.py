"""Reading a ServiceNow table in order of time, by a keyset and not by offset: nothing is skipped.

Three things that the Table API does without a word are caught here: it answers with the whole table
when it does not understand a query, leaves out columns that may not be read, and takes rows away
after it has counted the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from connectors.http import SourceClient, body_of
from connectors.stream import Cursor, Page, Payload, Reading
from core.errors import SourceAnswerError, SourceAuthError

_LIMIT = 1000
_OVERLAP = timedelta(minutes=10)  # a long transaction commits late, with the time of its beginning
_FORMAT = "%Y-%m-%d %H:%M:%S"
_TIME = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What is read of a table: ordered by the column `at`, and `only` these values of columns."""

    name: str
    fields: tuple[str, ...]
    at: str = "sys_updated_on"
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"api/now/v2/table/{self.name}"


@dataclass(frozen=True, slots=True)
class _Key:
    """The place of a row in the order; `at` empty is the very beginning."""

    at: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class _Answer:
    """Rows of one query; `more` unless they are known to be the last, `total` None if unknown."""

    rows: list[Payload]
    more: bool
    linked: bool
    total: int | None


def read_table(reading: Reading, *, table: Table) -> Iterator[Page]:
    """Rows changed since a little before the last run, in order, at least once.

    Cursor: `at` and `id` of the last row; `note` where access rules keep rows back. Where a first
    load counts rows and may not see a single one, that is a `SourceAuthError`.
    """
    stored = _Key(reading.cursor.get("at", ""), reading.cursor.get("id", ""))
    return _Walk(reading.client, table, stored, _start(reading)).pages()


@dataclass(slots=True)
class _Walk:
    """One pass over a table: `stored` is where the last one ended, `key` its own last row."""

    client: SourceClient
    table: Table
    stored: _Key
    key: _Key
    visible: int = 0

    def pages(self) -> Iterator[Page]:
        start, counted, first = self.key, True, None
        while True:
            answer = _after(self.client, self.table, self.key, counted=counted)
            first = answer.total if first is None else first
            self._take(answer.rows, same_second=False)
            if not answer.more:
                break
            yield Page(answer.rows, self._cursor())
            for rows in _same_second(self.client, self.table, self.key):
                self._take(rows, same_second=True)
                yield Page(rows, self._cursor())
            counted = not answer.linked
        note = self._note(start, max(0, (first or 0) - self.visible))
        yield Page(answer.rows, {**self._cursor(), **note})

    def _take(self, rows: list[Payload], *, same_second: bool) -> None:
        self.key = _checked(self.table, rows, self.key, same_second=same_second)
        self.visible += len(rows)

    def _cursor(self) -> Cursor:
        """Never behind the stored one: rows of the overlap may have gone."""
        key = (
            max(self.stored, self.key, key=lambda key: (key.at, key.id))
            if self.visible
            else self.stored
        )
        return {"at": key.at, "id": key.id} if key.at else {}

    def _note(self, start: _Key, hidden: int) -> Cursor:
        if not hidden:
            return {}
        if not self.visible and not self.stored.at:
            raise SourceAuthError(
                f"{self.table.path}: {hidden} rows exist, none may be read; grant read access"
            )
        since = f" changed after {start.at} UTC" if start.at else ""
        return {
            "note": f"access rules keep back {hidden} rows of {self.table.name}{since};"
            " grant read access to see them"
        }


def _start(reading: Reading) -> _Key:
    if at := reading.cursor.get("at"):
        return _Key(_shifted(at, _OVERLAP))
    if reading.since is not None:
        return _Key(_shifted(f"{reading.since.isoformat()} 00:00:00", timedelta(seconds=1)))
    return _Key()


def _shifted(at: str, back: timedelta) -> str:
    return (datetime.strptime(at, _FORMAT).replace(tzinfo=UTC) - back).strftime(_FORMAT)


def _after(client: SourceClient, table: Table, key: _Key, *, counted: bool) -> _Answer:
    later = f"{table.at}>{key.at}^" if key.at else ""
    query = f"{later}{_only(table)}ORDERBY{table.at}^ORDERBYsys_id"
    return _visible(client, table, query, counted=counted)


def _same_second(client: SourceClient, table: Table, key: _Key) -> Iterator[list[Payload]]:
    """The rest of the rows of the last row's second; a mass update gives thousands the same one."""
    while True:
        query = f"{table.at}={key.at}^sys_id>{key.id}^{_only(table)}ORDERBYsys_id"
        answer = _visible(client, table, query, counted=True)
        if answer.rows:
            yield answer.rows
            key = _Key(key.at, str(answer.rows[-1]["sys_id"]))
        if not answer.more:
            return


def _only(table: Table) -> str:
    return "".join(f"{name}IN{','.join(values)}^" for name, values in table.only.items())


def _visible(client: SourceClient, table: Table, query: str, *, counted: bool) -> _Answer:
    """The first page of a query with rows that we may see, past pages that were emptied for us."""
    offset = 0
    while True:
        params: dict[str, str | int | None] = {
            "sysparm_query": query,
            "sysparm_fields": ",".join(table.fields),
            "sysparm_limit": _LIMIT,
            "sysparm_offset": offset or None,
            "sysparm_display_value": "false",
            "sysparm_exclude_reference_link": "true",
            "sysparm_no_count": None if counted else "true",
        }
        response = client.get(table.path, params)
        rows = rows_of(body_of(response, table.path), table.path)
        linked = "next" in response.links
        total = _total(response.headers.get("x-total-count")) if counted else None
        if rows:
            return _Answer(rows, linked or not counted, linked, total)
        if counted:
            following = _offset_after(response, offset, total)
            if following is None:
                return _Answer([], more=False, linked=False, total=total)
            offset = following
        counted = True


def _offset_after(response: httpx.Response, offset: int, total: int | None) -> int | None:
    """Where an emptied page is followed by another; the server may cut pages shorter than asked."""
    following = offset + _LIMIT
    if "next" in response.links:
        told = httpx.URL(response.links["next"]["url"]).params.get("sysparm_offset", "")
        following = int(told) if told.isdigit() else following
    elif total is None or following >= total:
        return None
    if following <= offset:
        raise SourceAnswerError(f"{response.url.path}: the next page is the same page")
    return following


def _total(header: str | None) -> int | None:
    return int(header) if header is not None and header.isdigit() else None


def rows_of(body: object, path: str) -> list[Payload]:
    """The rows of an answer; `SourceAnswerError` where it has none, not even an empty list."""
    rows = body.get("result") if isinstance(body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SourceAnswerError(f"{path}: no list `result` in the answer; check `url`")
    return rows


def _checked(table: Table, rows: list[Payload], after: _Key, *, same_second: bool) -> _Key:
    """The key of the last row, once all rows have every column and are what was asked for."""
    before = after
    for row in rows:
        missing = [name for name in table.fields if name not in row]
        if missing:
            raise SourceAnswerError(
                f"{table.path}: no column {', '.join(missing)}; grant this account read on it"
            )
        key = _Key(str(row[table.at]), str(row["sys_id"]))
        right_second = key.at == after.at if same_second else key.at > after.at
        allowed = all(row[name] in values for name, values in table.only.items())
        in_order = key.id > before.id if same_second else key.at >= before.at
        if not (right_second and allowed and in_order and _TIME.fullmatch(key.at)):
            raise SourceAnswerError(
                f"{table.path}: row {key.id} was not asked for; the server ignores the query"
            )
        before = key
    return before
