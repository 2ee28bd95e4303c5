"""Reads exported tables row by row, so that memory holds one batch, however long the table is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

import pyarrow as pa
from sqlalchemy import ColumnElement, CursorResult, Select, exists, or_, select
from sqlalchemy.orm import Session

from store.export_schema import SCHEMA_VERSION, ExportColumn, ExportTable, Kind
from store.fact_log import KNOWN
from store.models import fact_change, metadata

BATCH: Final = 20_000

_TYPES: Final[dict[Kind, pa.DataType]] = {
    "id": pa.int64(),
    "text": pa.string(),
    "time": pa.timestamp("ms", "UTC"),
    "day": pa.date32(),
    "seconds": pa.int64(),
    "cents": pa.int64(),
    "count": pa.int64(),
    "flag": pa.bool_(),
    "share": pa.float64(),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: of a stream, of a service, whose moment lies in `[from_ts, to_ts)`, those that
    are new or changed since, and those that are as sure; None for all.
    """

    stream: str | None = None
    service: str | None = None
    from_ts: int | None = None
    to_ts: int | None = None
    since_ts: int | None = None
    min_confidence: float | None = None


def arrow_schema(table: ExportTable, **more: str) -> pa.Schema:
    """Of an exported table; its metadata say its name, the version of the schema, and more."""
    fields = [
        pa.field(
            column.name,
            _TYPES[column.kind],
            nullable=bool(column.null),
            metadata={"kind": column.kind, "means": column.means, "null": column.null},
        )
        for column in table.columns
    ]
    told = {"table": table.name, "schema_version": str(SCHEMA_VERSION), **more}
    told_as: dict[bytes | str, bytes | str] = {f"headwater.{k}": v for k, v in told.items()}
    return pa.schema(fields, metadata=told_as)


def batches(
    session: Session, table: ExportTable, wanted: Wanted, *, size: int = BATCH
) -> Iterator[pa.RecordBatch]:
    """The rows in order of the key, at most `size` at a time; none where nothing fits."""
    schema = arrow_schema(table)
    statement = chosen(table, wanted).order_by(*table.order)
    options = {"stream_results": True, "max_row_buffer": size}
    result = cast("CursorResult[Any]", session.execute(statement, execution_options=options))
    try:
        for rows in result.partitions(size):
            values = zip(*rows, strict=True)
            arrays = [
                _array(one, column) for one, column in zip(values, table.columns, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)
    finally:
        result.close()


def chosen(table: ExportTable, wanted: Wanted) -> Select[Any]:
    """The SELECT of these rows."""
    statement = table.select()
    if wanted.stream is not None and table.stream is not None:
        statement = statement.where(table.stream == wanted.stream)
    if wanted.service is not None and table.service is not None:
        statement = statement.where(table.service == wanted.service)
    if table.moment is not None and wanted.from_ts is not None:
        statement = statement.where(table.moment >= wanted.from_ts)
    if table.moment is not None and wanted.to_ts is not None:
        statement = statement.where(table.moment < wanted.to_ts)
    if table.confidence is not None and wanted.min_confidence is not None:
        statement = statement.where(table.confidence >= wanted.min_confidence)
    if wanted.since_ts is not None and (new := changed_since(table, wanted.since_ts)) is not None:
        statement = statement.where(new)
    return statement


def changed_since(table: ExportTable, ts: int) -> ColumnElement[bool] | None:
    """Rows that are known since then, or that the log says changed; None where a table does not
    keep that, and is always read whole.
    """
    if table.name == "restatements":
        return fact_change.c.recorded_ts >= ts
    if not table.fact:
        return None
    fact = metadata.tables[table.fact]
    key = list(fact.primary_key.columns)
    logged = select(1).where(
        fact_change.c.fact == table.fact,
        fact_change.c.owner_id == key[0],
        fact_change.c.entity_id == key[1],
        fact_change.c.recorded_ts >= ts,
    )
    if len(key) > 2:
        logged = logged.where(fact_change.c.part == key[2])
    return or_(fact.c[KNOWN] >= ts, exists(logged))


def _array(values: tuple[Any, ...], column: ExportColumn) -> Any:
    kind = column.kind
    if kind == "time":
        thousands = [None if value is None else value * 1_000 for value in values]
        return pa.array(thousands, pa.int64()).cast(_TYPES[kind])
    if kind == "day":
        return pa.array(values, pa.string()).cast(_TYPES[kind])
    if kind == "flag":
        return pa.array([None if value is None else bool(value) for value in values], pa.bool_())
    return pa.array(values, _TYPES[kind])
