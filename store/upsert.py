"""How rows are written: `INSERT .. ON CONFLICT`, only where something differs.

Rows go by `executemany`; many at once go by `COPY` where the engine has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    Insert,
    Table,
    Text,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from store.copying import COPY_FROM, copy_rows, insert_copied
from store.lookup import SHAPES, Row, key_getter

_Insert = sqlite.Insert | postgresql.Insert


class _Shape(NamedTuple):
    """What decides the words of an upsert: to make them takes longer than to store a few rows."""

    table: Table
    columns: tuple[str, ...]
    key: tuple[str, ...]
    taken: tuple[str, ...]
    keep: tuple[str, ...]
    looked_at: tuple[str, ...]


def upsert(
    session: Session,
    table: Table,
    rows: Iterable[Row],
    *,
    key: Sequence[str],
    update: Sequence[str] | None = None,
    keep: Sequence[str] = (),
    compare: Sequence[str] | None = None,
    changed_only: bool = True,
) -> int:
    """Insert the rows, or update those that are there; answers how many rows were written.

    rows: mappings by column key, all with the same keys; of equal `key` the last wins.
    update: the columns that an existing row takes over, default all but the key; `()`: none.
    keep: of these an existing row takes over only what is neither null nor empty.
    compare: the columns that tell whether a row differs, default all that are updated.
    changed_only: leave rows alone that have the values already, so that a repeat writes nothing.
    """
    unique = last_by_key(rows, key)
    if not unique:
        return 0
    taken = [name for name in unique[0] if name not in key] if update is None else update
    looked_at = taken if compare is None else compare
    shape = _Shape(
        table,
        tuple(unique[0]),
        tuple(key),
        tuple(taken),
        tuple(keep),
        tuple(looked_at if changed_only else ()),
    )
    return max(_written(session.connection(), shape, unique).rowcount, 0)


def upsert_columns(
    session: Session,
    table: Table,
    fixed: Row,
    columns: Mapping[str, Sequence[Any]],
    *,
    key: Sequence[str],
) -> None:
    """`upsert` of a row for each place of `columns`, lists of one length by column key, with the
    same `fixed` values in each; rows in the order of their keys, of which none is there twice.
    """
    names = (*fixed, *columns)
    count = len(next(iter(columns.values())))
    every: dict[str, Sequence[Any]] = {name: [value] * count for name, value in fixed.items()}
    every.update(columns)
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        rows = zip(*every.values(), strict=True)
        upsert(session, table, (dict(zip(names, row, strict=True)) for row in rows), key=key)
        return
    taken = tuple(name for name in names if name not in key)
    words, places = _sqlite_words(_Shape(table, names, tuple(key), taken, (), taken))
    driver: Any = connection.connection.driver_connection
    driver.executemany(words, zip(*(every[name] for name in places), strict=True)).close()


def last_by_key(rows: Iterable[Row], key: Sequence[str]) -> list[Row]:
    """The last row of each key, by key: two writers then never wait for each other crosswise."""
    of = key_getter(key)
    latest = {of(row): row for row in rows}
    return [latest[found] for found in sorted(latest)]


def delete_rows(session: Session, table: Table, keys: Sequence[Row]) -> None:
    """Delete the rows that have these values in these columns, by `executemany`."""
    if not keys:
        return
    where = [table.c[name] == bindparam(f"_{name}") for name in keys[0]]
    rows = [{f"_{name}": value for name, value in row.items()} for row in keys]
    session.connection().execute(delete(table).where(*where), rows)


def _written(connection: Connection, shape: _Shape, rows: Sequence[Row]) -> CursorResult[Any]:
    """On SQLite the driver gets the words and a tuple for each row: what SQLAlchemy does for each
    row of a batch takes longer than the engine needs to store it.
    """
    options = {"preserve_rowcount": True}
    if connection.dialect.name == "sqlite":
        words, names = _sqlite_words(shape)
        tuples = list(map(key_getter(names), rows))
        return connection.exec_driver_sql(words, tuples, execution_options=options)
    if len(rows) < COPY_FROM:
        return connection.execute(_postgresql(shape), rows, execution_options=options)
    copy_rows(connection, shape.table, rows)
    return connection.execute(_postgresql_copied(shape), execution_options=options)


@lru_cache(maxsize=SHAPES)
def _sqlite_words(shape: _Shape) -> tuple[str, list[str]]:
    """The statement as the driver takes it, and the columns of its places."""
    statement = _statement(sqlite.insert(shape.table), shape)
    compiled = statement.compile(dialect=sqlite.dialect(), column_keys=list(shape.columns))
    assert isinstance(compiled, SQLCompiler)
    assert compiled.positiontup is not None
    return str(compiled), compiled.positiontup


@lru_cache(maxsize=SHAPES)
def _postgresql(shape: _Shape) -> Insert:
    return _statement(postgresql.insert(shape.table), shape)


@lru_cache(maxsize=SHAPES)
def _postgresql_copied(shape: _Shape) -> Insert:
    return _statement(insert_copied(shape.table, shape.columns), shape)


def _statement(insert: _Insert, shape: _Shape) -> Insert:
    table = shape.table
    index = [table.c[name] for name in shape.key]
    if not shape.taken:
        return insert.on_conflict_do_nothing(index_elements=index).inline()
    values = {
        table.c[name]: _taken(insert, table.c[name], name in shape.keep) for name in shape.taken
    }
    differs = [table.c[name].is_distinct_from(values[table.c[name]]) for name in shape.looked_at]
    where = or_(*differs) if differs else None
    return insert.on_conflict_do_update(index_elements=index, set_=values, where=where).inline()


def _taken(insert: _Insert, column: Column[Any], keep: bool) -> ColumnElement[Any]:
    """What an existing row gets: the new value; with `keep` its own where the new one is empty."""
    new: ColumnElement[Any] = insert.excluded[column.key]
    if not keep:
        return new
    told = func.nullif(new, literal_column("''")) if isinstance(column.type, Text) else new
    return func.coalesce(told, column)
