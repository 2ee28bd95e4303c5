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

from connectors.history import Older
from connectors.http import SourceClient
from connectors.ordered import beginning, server_time
from connectors.servicenow_query import Answer, Asker, Table
from connectors.stream import Cursor, Page, Payload, Reading
from connectors.times import utc
from core.errors import SourceAnswerError, SourceAuthError

_OVERLAP = timedelta(minutes=10)  # a long transaction commits late, with the time of its beginning
_SECOND = timedelta(seconds=1)
_FORMAT = "%Y-%m-%d %H:%M:%S"
_TIME = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")


@dataclass(frozen=True, slots=True)
class _Key:
    """The place of a row in the order; `at` empty is the very beginning."""

    at: str = ""
    id: str = ""


def read_table(reading: Reading, *, table: Table) -> Iterator[Page]:
    """Rows changed since a little before the last run, in order, at least once; then, while there
    is older history to be read, the next part of it.

    Cursor: `at` and `id` of the last row; `older` what is still to be read of the history;
    `gap`, `without` and `note` where access rules keep rows or columns back, until everything is
    read anew: rows that are shown later are not read for it. Where a first load counts rows and may
    not see a single one, that is a `SourceAuthError`.
    """
    first, older = "at" not in reading.cursor, Older.of(reading.cursor.get("older"))
    if first and reading.newest_first:
        older = Older.first(server_time(reading.client), floor=beginning(reading))
    recent = _Key(_stamp(older.until)) if first and older else None
    stored = recent or _Key(reading.cursor.get("at", ""), reading.cursor.get("id", ""))
    start = recent or _start(reading)
    cursor: Cursor = {}
    walk = _Walk(Asker(reading.client, table), table, stored, start, first=first)
    walk.remember(reading.cursor)
    for page in walk.pages():
        cursor = {**page.cursor, **_kept(older)}
        yield Page(page.payloads, cursor)
    if older is not None and not first:
        yield from _deeper(reading, table, older, cursor)


def _deeper(reading: Reading, table: Table, older: Older, cursor: Cursor) -> Iterator[Page]:
    """The next older part, ascending; where it was cut short it goes on from its last page."""
    begin = _Key(_shifted(_stamp(older.start), _SECOND)) if older.start else _Key()
    until = _stamp(older.until)
    walk = _Walk(Asker(reading.client, table), table, _Key(), begin, until=until)
    walk.remember(cursor)
    for page in walk.pages():
        cursor = {**cursor, **walk.losses()}
        reached = utc(f"{walk.key.at}+00:00") if walk.visible else None
        older = older.reached(reached, server_time(reading.client))
        yield Page(page.payloads, {**cursor, **_kept(older)})
    left = older.next(server_time(reading.client), floor=beginning(reading))
    without = {name: value for name, value in cursor.items() if name != "older"}
    yield Page([], {**without, **_kept(left)})


def _kept(older: Older | None) -> Cursor:
    return {"older": older.kept()} if older else {}


def whole_table(client: SourceClient, table: Table) -> Iterator[Payload]:
    """All rows of what is, by its `only`, a small part of a table."""
    for page in _Walk(Asker(client, table), table, _Key(), _Key(), first=True).pages():
        yield from page.payloads


def log_from(reading: Reading, changed_at: str) -> str:
    """Up to when entries of a log that is read beside a table have been passed by, for a row that
    comes now; empty where none have. A row of older history comes before its entries do.
    """
    older = Older.of(reading.cursor.get("older"))
    if "at" in reading.cursor and not (older and changed_at <= _stamp(older.until)):
        return _start(reading).at
    return wanted_from(reading)


def wanted_from(reading: Reading) -> str:
    """The last moment before the history that is wanted, as it is stored; empty for all of it."""
    floor = beginning(reading)
    return _shifted(_stamp(floor), _SECOND) if floor else ""


@dataclass(slots=True)
class _Walk:
    """One pass over a table, up to a time where one is given: `stored` is where the last one ended,
    `key` its own last row.
    """

    asker: Asker
    table: Table
    stored: _Key
    key: _Key
    until: str = ""
    first: bool = False
    visible: int = 0
    gap: str = ""
    without: set[str] = field(default_factory=set)

    def pages(self) -> Iterator[Page]:
        start, counted, first = self.key, True, None
        while True:
            answer = _after(self.asker, self.key, self.until, counted=counted)
            first = answer.total if first is None else first
            self._take(answer.rows, same_second=False)
            if not answer.more:
                break
            yield Page(answer.rows, self._cursor())
            for rows in _same_second(self.asker, self.key):
                self._take(rows, same_second=True)
                yield Page(rows, self._cursor())
            counted = not answer.linked
        self._note(start, max(0, (first or 0) - self.visible))
        yield Page(answer.rows, self._cursor())

    def _take(self, rows: list[Payload], *, same_second: bool) -> None:
        before = self.key
        self.key = _checked(self.table, rows, before, same_second=same_second)
        if self.until and rows and self.key.at > self.until:
            raise _not_asked_for(self.table, self.key)
        self.visible += len(rows)
        if rows:
            self.without = {n for n in self.table.extra if any(n not in row for row in rows)}

    def _cursor(self) -> Cursor:
        """Never behind the stored one: rows of the overlap may have gone."""
        key = (
            max(self.stored, self.key, key=lambda key: (key.at, key.id))
            if self.visible
            else self.stored
        )
        place: Cursor = {"at": key.at, "id": key.id} if key.at else {}
        return {**place, **self.losses()}

    def remember(self, cursor: Cursor) -> None:
        """What was kept back before is still missing: no later page shows it."""
        self.gap, self.without = cursor.get("gap", ""), set(cursor.get("without", ()))

    def losses(self) -> Cursor:
        """What is kept back from us, as it goes into a cursor, and in words."""
        columns = sorted(self.without)
        lacking = f"{self.table.name} has no readable column {', '.join(columns)}"
        told = [text for text, real in ((self.gap, self.gap), (lacking, columns)) if real]
        kept = {"gap": self.gap, "without": columns, "note": "; ".join(told)}
        return {name: value for name, value in kept.items() if value}

    def _note(self, start: _Key, hidden: int) -> None:
        if hidden and not self.visible and self.first:
            raise SourceAuthError(
                f"{self.table.path}: {hidden} rows exist, none may be read; grant read access"
            )
        if hidden:
            since = f" changed after {start.at} UTC" if start.at else ""
            self.gap = (
                f"access rules keep back {hidden} rows of {self.table.name}{since};"
                " grant read access, then: headwater sync --full"
            )


def _start(reading: Reading) -> _Key:
    at = reading.cursor.get("at")
    return _Key(_shifted(at, _OVERLAP) if at else wanted_from(reading))


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(_FORMAT)


def _shifted(at: str, back: timedelta) -> str:
    return (datetime.strptime(at, _FORMAT).replace(tzinfo=UTC) - back).strftime(_FORMAT)


def _after(asker: Asker, key: _Key, until: str, *, counted: bool) -> Answer:
    table = asker.table
    later = f"{table.at}>{key.at}^" if key.at else ""
    sooner = f"{table.at}<={until}^" if until else ""
    query = f"{later}{sooner}{table.condition}ORDERBY{table.at}^ORDERBYsys_id"
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
            raise _not_asked_for(table, key)
        before = key
    return before


def _not_asked_for(table: Table, key: _Key) -> SourceAnswerError:
    return SourceAnswerError(
        f"{table.path}: row {key.id} was not asked for; the server ignores the query"
    )
