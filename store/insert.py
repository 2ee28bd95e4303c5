"""Rows that are known to be new, written from columns: by `COPY`, or the driver's `executemany`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session


def insert_columns(
    session: Session, table: Table, fixed: Mapping[str, Any], columns: Mapping[str, Sequence[Any]]
) -> None:
    """Insert a row for each place of `columns`, lists of one length by column key, with the same
    `fixed` values in each; an error where a row is there already.
    """
    count = len(next(iter(columns.values())))
    if not count:
        return
    connection = session.connection()
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(table.c[name].name) for name in (*fixed, *columns))
    rows = zip(*(repeat(value, count) for value in fixed.values()), *columns.values(), strict=True)
    driver: Any = connection.connection.driver_connection
    # Both drivers take one row after the other: a list of all would be walked by the collector of
    # garbage again and again while it grows.
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * (len(fixed) + len(columns)))
        words = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({places})"
        driver.executemany(words, rows).close()
        return
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
