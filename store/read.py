"""Turns a SELECT into a data frame: from PostgreSQL through Arrow where the rows are committed.

Whatever the way, the columns have the types that the statement declares: integers int64 with
`core.frames.NONE` for null, text str with "" for null, booleans bool, a nullable boolean int8 with
-1 for null, numbers float64. So an empty answer, or one that begins with nulls, is no special case.

SQLite is read by the session's own driver: ADBC brings a second copy of the SQLite library, which
when it closes the file drops the locks of the first and deletes its log, and commits are lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import structlog
from adbc_driver_manager import Error as AdbcError
from sqlalchemy import (
    Boolean,
    ColumnElement,
    CursorResult,
    Engine,
    Float,
    Integer,
    Select,
    String,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from core.frames import NONE
from store.arrow_connections import arrow_cursor, has_arrow_connections
from store.lookup import chunks, one_of

IDS = 10_000
"""How many ids one statement names."""

BATCH = 1_000
"""How many rows are Python objects at a time: few enough to stay in the processor's cache, and for
the collector of garbage not to go through all that the process holds, as it does for more."""

_UNKNOWN = -1

_TEXT = pd.StringDtype("pyarrow", na_value=np.nan)
"""Columns of text stay in Arrow, which for many rows takes a fraction of the memory."""

log = structlog.get_logger()


def read_frame(
    session: Session, statement: Select[Any], *, committed: bool = False
) -> pd.DataFrame:
    """The rows of `statement` as a frame with the names and types of its columns.

    committed: the caller needs committed rows only, so PostgreSQL may be read by a faster
    connection of its own, which does not see what the session wrote and did not commit.
    """
    columns = list(statement.selected_columns)
    arrays = None
    engine = session.get_bind().engine
    if committed and has_arrow_connections(engine):
        try:
            table = _arrow(engine, statement)
        except (AdbcError, OSError) as error:
            log.warning("adbc_failed", error=str(error).splitlines()[0])
        else:
            arrays = [_from_arrow(table.column(i), column) for i, column in enumerate(columns)]
    if arrays is None:
        arrays = _rows(session, statement, columns)
    names = [column.name for column in columns]
    return pd.DataFrame(dict(zip(names, arrays, strict=True)), copy=False)


def read_frames(
    session: Session,
    statement: Select[Any],
    column: ColumnElement[int],
    ids: Iterable[int] | None,
    *,
    committed: bool = False,
    order: Sequence[ColumnElement[Any]] = (),
) -> pd.DataFrame:
    """`read_frame` of the rows whose `column` is one of `ids` (None: all), however many those are.

    order: begins with `column`, if given: the parts, in order of the ids, then follow each other.
    """
    ordered = statement.order_by(*order)
    if ids is None:
        return read_frame(session, ordered, committed=committed)
    parts = [
        read_frame(session, ordered.where(one_of(session, column, chunk)), committed=committed)
        for chunk in chunks(sorted(set(ids)), IDS)
    ]
    if not parts:
        return _without_rows(list(statement.selected_columns))
    return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)


def _rows(
    session: Session, statement: Select[Any], columns: Sequence[ColumnElement[Any]]
) -> list[Any]:
    """The columns by the session's own cursor: making SQLAlchemy's rows would cost far more."""
    result = cast("CursorResult[Any]", session.execute(statement))
    parts: list[list[Any]] = [[] for _ in columns]
    while result.cursor is not None and (rows := result.cursor.fetchmany(BATCH)):
        for part, values, column in zip(parts, zip(*rows, strict=True), columns, strict=True):
            part.append(_from_values(values, column))
    result.close()
    return [_joined(part, column) for part, column in zip(parts, columns, strict=True)]


def _joined(parts: Sequence[Any], column: ColumnElement[Any]) -> Any:
    """A column of the batches in which it was read, of none as well."""
    told = parts or [_from_values((), column)]
    if isinstance(told[0], np.ndarray):
        return told[0] if len(told) == 1 else np.concatenate(told)
    text: Any = told[0] if len(told) == 1 else pa.chunked_array(told).combine_chunks()
    known = text.fill_null("") if text.null_count else text
    return cast(Any, pd.arrays).ArrowStringArray(known, dtype=_TEXT)


def _without_rows(columns: Sequence[ColumnElement[Any]]) -> pd.DataFrame:
    return pd.DataFrame({column.name: _joined((), column) for column in columns}, copy=False)


def _arrow(engine: Engine, statement: Select[Any]) -> pa.Table:
    """The rows by a connection of its own."""
    # A paramstyle that needs no escaped percent signs.
    dialect: Any = cast(Any, postgresql).dialect(paramstyle="named")
    query = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    with arrow_cursor(engine) as cursor:
        cursor.execute(query)
        table: pa.Table = cursor.fetch_arrow_table()
    return table


def _is_nullable(column: ColumnElement[Any]) -> bool:
    return bool(getattr(getattr(column, "element", column), "nullable", False))


def _from_arrow(found: Any, column: ColumnElement[Any]) -> Any:
    kind = column.type
    if isinstance(found.type, pa.BaseExtensionType):
        # PostgreSQL's numeric arrives as text in a wrapper.
        found = pa.chunked_array([chunk.storage for chunk in found.chunks], pa.string())
    if isinstance(kind, Boolean):
        null = _UNKNOWN if _is_nullable(column) else 0
        numbers = found.cast(pa.int8()).fill_null(null).to_numpy()
        return numbers if _is_nullable(column) else numbers.astype(bool)
    if isinstance(kind, Integer):
        return found.cast(pa.int64()).fill_null(NONE).to_numpy()
    if isinstance(kind, Float):
        return found.cast(pa.float64()).fill_null(float("nan")).to_numpy()
    if isinstance(kind, String):
        return pd.Series(found.cast(pa.string()).fill_null("").to_pandas(), dtype=_TEXT)
    raise TypeError(f"no frame column for {column.name}: {kind!r}")


def _from_values(found: Sequence[Any], column: ColumnElement[Any]) -> Any:
    """One batch of a column: an array of NumPy, or of text an array of Arrow with its nulls."""
    kind, count = column.type, len(found)
    if isinstance(kind, Boolean):
        if _is_nullable(column):
            known = (_UNKNOWN if value is None else value for value in found)
            return np.fromiter(known, np.int8, count)
        return np.fromiter(found, np.bool_, count)
    if isinstance(kind, Integer):
        try:
            return np.fromiter(found, np.int64, count)
        except TypeError:
            return np.array(pa.array(found, pa.int64()).fill_null(NONE))
    if isinstance(kind, Float):
        return np.fromiter(found, np.float64, count)
    if isinstance(kind, String):
        return pa.array(found, pa.large_string())
    raise TypeError(f"no frame column for {column.name}: {kind!r}")
