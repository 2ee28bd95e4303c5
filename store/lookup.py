"""Rows found by the values of a column, as many as there may be; the words are made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import Any, TypeVar

import orjson
from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import Session

Row = Mapping[str, Any]
Key = tuple[Any, ...]
T = TypeVar("T")
_Test = ColumnElement[bool]

CHUNK = 1_000
"""How many values one statement names."""
SHAPES = 256
"""How many statements are kept: to make one takes longer than to read or write a few rows."""
_VALUES = "in_"


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Lists of at most `size` values each."""
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk


def key_getter(names: Sequence[str]) -> Callable[[Row], Key]:
    """What takes these values out of a row, as a tuple; faster than asking for one by one."""
    get = itemgetter(*names)
    return get if len(names) > 1 else lambda row: (get(row),)


def found_in(
    session: Session,
    table: Table,
    columns: Sequence[str],
    column: str,
    values: Iterable[Any],
    **equal: Any,
) -> Iterator[Sequence[Any]]:
    """These columns of the rows whose `column` is one of `values` and whose others are `equal`, of
    which none is None.
    """
    connection = session.connection()
    is_list = connection.dialect.name == "sqlite"
    statement = _select_in(table, tuple(columns), column, tuple(equal), is_list)
    for chunk in chunks(sorted(set(values))):
        wanted = orjson.dumps(chunk).decode() if is_list else chunk
        yield from connection.execute(statement, {**equal, _VALUES: wanted})


def one_of(session: Session, column: ColumnElement[Any], values: Sequence[Any]) -> _Test:
    """Whether a column is one of some values, at most a few thousand. On PostgreSQL they are one
    array: of a place in the statement for each both the driver and the server make far more work.
    """
    if session.get_bind().dialect.name != "sqlite":
        return column == any_(bindparam(None, list(values), type_=ARRAY(column.type)))
    return _listed(column, bindparam(None, orjson.dumps(values).decode(), type_=Text()))


def _listed(column: ColumnElement[Any], values: BindParameter[str]) -> _Test:
    """The same of a list in JSON: SQLite takes one such text in a fraction of the time of a place
    in the statement for each value.
    """
    return column.in_(select(func.json_each(values).table_valued("value").c.value))


def lookup_ids(
    session: Session, table: Table, parent: int, names: Iterable[str], *, key: Sequence[str] = ()
) -> dict[str, int]:
    """Surrogate ids by vendor id; what is not stored is absent.

    key: the column of the parent and that of the vendor id, by default source_id and external_id.
    """
    owner, name = key or ("source_id", "external_id")
    rows = found_in(session, table, (name, "id"), name, names, **{owner: parent})
    return {row[0]: row[1] for row in rows}


def read_rows(
    session: Session, table: Table, column: str, values: Iterable[Any], **equal: Any
) -> Iterator[dict[str, Any]]:
    """The stored rows whose `column` is one of `values`, as dicts by column key."""
    names = table.c.keys()
    for row in found_in(session, table, names, column, values, **equal):
        yield dict(zip(names, row, strict=True))


@lru_cache(maxsize=SHAPES)
def _select_in(
    table: Table, columns: tuple[str, ...], column: str, equal: tuple[str, ...], is_list: bool
) -> Select[Any]:
    """On PostgreSQL the values are one array, on SQLite (`is_list`) a list in JSON."""
    fixed = [table.c[name] == bindparam(name) for name in equal]
    own = table.c[column]
    if is_list:
        some = _listed(own, bindparam(_VALUES, type_=Text()))
    else:
        some = own == any_(bindparam(_VALUES, type_=ARRAY(own.type)))
    return select(*(table.c[name] for name in columns)).where(some, *fixed)
