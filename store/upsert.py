"""How rows are written: `INSERT .. ON CONFLICT`, only where something differs.

Rows go by `executemany`; many at once go by `COPY` where the engine has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Insert,
    Table,
    Text,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from store.copying import COPY_FROM, insert_copied

Row = Mapping[str, Any]
Key = tuple[Any, ...]
T = TypeVar("T")
_Insert = sqlite.Insert | postgresql.Insert

CHUNK = 1_000
"""How many ids one `IN` names."""


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
    looked_at = looked_at if changed_only else ()
    connection = session.connection()
    insert = _insert(connection, table, unique)
    statement = _statement(insert, table, key=key, taken=taken, keep=keep, looked_at=looked_at)
    options = {"preserve_rowcount": True}
    if insert.select is not None:
        result = connection.execute(statement, execution_options=options)
    elif isinstance(insert, sqlite.Insert):
        sql, tuples = _positional(connection, statement, unique)
        result = connection.exec_driver_sql(sql, tuples, execution_options=options)
    else:
        result = connection.execute(statement, unique, execution_options=options)
    return max(result.rowcount, 0)


def last_by_key(rows: Iterable[Row], key: Sequence[str]) -> list[Row]:
    """The last row of each key, by key: two writers then never wait for each other crosswise."""
    of = key_getter(key)
    latest = {of(row): row for row in rows}
    return [latest[found] for found in sorted(latest)]


def key_getter(names: Sequence[str]) -> Callable[[Row], Key]:
    """What takes these values out of a row, as a tuple; faster than asking for one by one."""
    get = itemgetter(*names)
    return get if len(names) > 1 else lambda row: (get(row),)


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Lists of at most `size` values each."""
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk


def lookup_ids(
    session: Session, table: Table, parent: int, names: Iterable[str], *, key: Sequence[str] = ()
) -> dict[str, int]:
    """Surrogate ids by vendor id; what is not stored is absent.

    key: the column of the parent and that of the vendor id, by default source_id and external_id.
    """
    owner, name = (table.c[column] for column in key or ("source_id", "external_id"))
    found: dict[str, int] = {}
    for chunk in chunks(sorted(set(names))):
        statement = select(name, table.c.id).where(owner == parent, name.in_(chunk))
        found.update((row[0], row[1]) for row in session.execute(statement))
    return found


def read_rows(
    session: Session, table: Table, column: str, values: Iterable[Any], **equal: Any
) -> Iterator[dict[str, Any]]:
    """The stored rows whose `column` is one of `values`, as dicts by column key."""
    names = [item.key for item in table.c]
    fixed = [table.c[name] == value for name, value in equal.items()]
    for chunk in chunks(sorted(set(values))):
        statement = select(*table.c).where(table.c[column].in_(chunk), *fixed)
        for row in session.execute(statement):
            yield dict(zip(names, row, strict=True))


def delete_rows(session: Session, table: Table, keys: Sequence[Row]) -> None:
    """Delete the rows that have these values in these columns, by `executemany`."""
    if not keys:
        return
    where = [table.c[name] == bindparam(f"_{name}") for name in keys[0]]
    rows = [{f"_{name}": value for name, value in row.items()} for row in keys]
    session.connection().execute(delete(table).where(*where), rows)


def _insert(connection: Connection, table: Table, rows: Sequence[Row]) -> _Insert:
    """An insert of one row, or one that takes them all from where they were copied to."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    if len(rows) < COPY_FROM:
        return postgresql.insert(table)
    return insert_copied(connection, table, rows)


def _positional(
    connection: Connection, statement: Insert, rows: Sequence[Row]
) -> tuple[str, list[Key]]:
    """The statement as the driver takes it, and a tuple for each row: what SQLAlchemy does for each
    row of a batch takes longer than the engine needs to store it.
    """
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    assert isinstance(compiled, SQLCompiler)
    assert compiled.positiontup is not None
    return str(compiled), list(map(key_getter(compiled.positiontup), rows))


def _statement(
    insert: _Insert,
    table: Table,
    *,
    key: Sequence[str],
    taken: Sequence[str],
    keep: Sequence[str],
    looked_at: Sequence[str],
) -> Insert:
    index = [table.c[name] for name in key]
    if not taken:
        return insert.on_conflict_do_nothing(index_elements=index).inline()
    values = {table.c[name]: _taken(insert, table.c[name], name in keep) for name in taken}
    differs = [table.c[name].is_distinct_from(values[table.c[name]]) for name in looked_at]
    where = or_(*differs) if differs else None
    return insert.on_conflict_do_update(index_elements=index, set_=values, where=where).inline()


def _taken(insert: _Insert, column: Column[Any], keep: bool) -> ColumnElement[Any]:
    """What an existing row gets: the new value; with `keep` its own where the new one is empty."""
    new: ColumnElement[Any] = insert.excluded[column.key]
    if not keep:
        return new
    told = func.nullif(new, literal_column("''")) if isinstance(column.type, Text) else new
    return func.coalesce(told, column)
