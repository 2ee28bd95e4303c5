"""Bulk writes of PostgreSQL: `COPY` into a temporary table, one `INSERT .. SELECT` out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Insert, Select, Table, column, select, table
from sqlalchemy.dialects import postgresql

COPY_FROM = 50
"""From so many rows on it is faster than `executemany`; see `docs/benchmarks.md`."""


def copy_rows(connection: Connection, target: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Copy the rows into a temporary table, for `insert_copied` of the same columns.

    The temporary table stays with the connection and is empty between transactions: to make one for
    each batch would leave dead rows in the catalogue. It is read in the order it was written in.
    """
    names = list(rows[0])
    quote = connection.dialect.identifier_preparer.quote
    listed = ", ".join(quote(target.c[name].name) for name in names)
    own = _own_name(target, names)
    # A second batch of one transaction finds the rows of the first.
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {own} ON COMMIT DELETE ROWS"
        f" AS SELECT {listed} FROM {quote(target.name)} WITH NO DATA; DELETE FROM {own}"
    )
    values = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {own} ({listed}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(values(row))


def insert_copied(target: Table, names: Sequence[str]) -> postgresql.Insert:
    """The insert that takes what was copied; to be given its `ON CONFLICT`."""
    columns = [target.c[name] for name in names]
    source = table(_own_name(target, names), *(column(one.name) for one in columns))
    found: Select[Any] = select(*(source.c[one.name] for one in columns))
    made: Insert = postgresql.insert(target)
    made = made.from_select(columns, found, include_defaults=False)
    assert isinstance(made, postgresql.Insert)
    return made


def _own_name(target: Table, names: Sequence[str]) -> str:
    digest = blake2b(",".join(names).encode(), digest_size=6).hexdigest()
    return f"copied_{target.name}_{digest}"
