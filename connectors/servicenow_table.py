"""Reading a ServiceNow table in order of time, by a keyset and not by offset: nothing is skipped.

Three things that the Table API does without a word are caught here: it answers with the whole table
when it does not understand a query, leaves out columns that may not be read, and takes rows away
after it has counted the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from connectors.http import SourceClient
from connectors.servicenow_query import Answer, Asker, Table
from connectors.stream import Cursor, Page, Payload, Reading
from core.errors import SourceAnswerError, SourceAuthError

_OVERLAP = timedelta(minutes=10)  # a long transaction commits late, with the time of its beginning
_FORMAT = "%Y-%m-%d %H:%M:%S"
_TIME = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")


@dataclass(frozen=True, slots=True)
class _Key:
    """The place of a row in the order; `at` empty is the very beginning."""

    at: str = ""
    id: str = ""


def read_table(reading: Reading, *, table: Table) -> Iterator[Page]:
    """Rows changed since a little before the last run, in order, at least once.

    Cursor: `at` and `id` of the last row; `note` where access rules keep rows or columns back.
    Where a first load counts rows and may not see a single one, that is a `SourceAuthError`.
    """
    stored = _Key(reading.cursor.get("at", ""), reading.cursor.get("id", ""))
    return _Walk(Asker(reading.client, table), table, stored, _start(reading)).pages()


def whole_table(client: SourceClient, table: Table) -> Iterator[Payload]:
    """All rows of what is, by its `only`, a small part of a table."""
    for page in _Walk(Asker(client, table), table, _Key(), _Key()).pages():
        yield from page.payloads


def read_from(reading: Reading) -> str:
    """From when on rows are read, as they are stored; empty for the very beginning."""
    return _start(reading).at


@dataclass(slots=True)
class _Walk:
    """One pass over a table: `stored` is where the last one ended, `key` its own last row."""

    asker: Asker
    table: Table
    stored: _Key
    key: _Key
    visible: int = 0
    hidden_columns: set[str] = field(default_factory=set)

    def pages(self) -> Iterator[Page]:
        start, counted, first = self.key, True, None
        while True:
            answer = _after(self.asker, self.key, counted=counted)
            first = answer.total if first is None else first
            self._take(answer.rows, same_second=False)
            if not answer.more:
                break
            yield Page(answer.rows, self._cursor())
            for rows in _same_second(self.asker, self.key):
                self._take(rows, same_second=True)
                yield Page(rows, self._cursor())
            counted = not answer.linked
        note = self._note(start, max(0, (first or 0) - self.visible))
        yield Page(answer.rows, {**self._cursor(), **note})

    def _take(self, rows: list[Payload], *, same_second: bool) -> None:
        self.key = _checked(self.table, rows, self.key, same_second=same_second)
        self.visible += len(rows)
        self.hidden_columns |= {n for row in rows for n in self.table.extra if n not in row}

    def _cursor(self) -> Cursor:
        """Never behind the stored one: rows of the overlap may have gone."""
        key = (
            max(self.stored, self.key, key=lambda key: (key.at, key.id))
            if self.visible
            else self.stored
        )
        return {"at": key.at, "id": key.id} if key.at else {}

    def _note(self, start: _Key, hidden: int) -> Cursor:
        if hidden and not self.visible and not self.stored.at:
            raise SourceAuthError(
                f"{self.table.path}: {hidden} rows exist, none may be read; grant read access"
            )
        told = []
        if hidden:
            since = f" changed after {start.at} UTC" if start.at else ""
            told.append(
                f"access rules keep back {hidden} rows of {self.table.name}{since};"
                " grant read access to see them"
            )
        if self.hidden_columns:
            columns = ", ".join(sorted(self.hidden_columns))
            told.append(f"{self.table.name} has no readable column {columns}")
        return {"note": "; ".join(told)} if told else {}


def _start(reading: Reading) -> _Key:
    if at := reading.cursor.get("at"):
        return _Key(_shifted(at, _OVERLAP))
    if reading.since is not None:
        return _Key(_shifted(f"{reading.since.isoformat()} 00:00:00", timedelta(seconds=1)))
    return _Key()


def _shifted(at: str, back: timedelta) -> str:
    return (datetime.strptime(at, _FORMAT).replace(tzinfo=UTC) - back).strftime(_FORMAT)


def _after(asker: Asker, key: _Key, *, counted: bool) -> Answer:
    table = asker.table
    later = f"{table.at}>{key.at}^" if key.at else ""
    query = f"{later}{table.condition}ORDERBY{table.at}^ORDERBYsys_id"
    return asker.visible(query, counted=counted)


def _same_second(asker: Asker, key: _Key) -> Iterator[list[Payload]]:
    """The rest of the rows of the last row's second; a mass update gives thousands the same one."""
    table = asker.table
    while True:
        query = f"{table.at}={key.at}^sys_id>{key.id}^{table.condition}ORDERBYsys_id"
        answer = asker.visible(query, counted=True)
        if answer.rows:
            yield answer.rows
            key = _Key(key.at, str(answer.rows[-1]["sys_id"]))
        if not answer.more:
            return


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
