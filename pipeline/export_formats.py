"""Batches of rows as bytes: Parquet, CSV, or a JSON object on each line.

Each format is fed one batch at a time and gives back what it has written: nothing waits but the
row group of a Parquet file that is being filled, and its short list of row groups.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, get_args

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from core.errors import BadRequestError

Format = Literal["parquet", "csv", "ndjson"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
MEDIA: Final[dict[Format, str]] = {
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
}
_FORMULA: Final = r"^([=+\-@\t\r])"
"""What a spreadsheet takes for a formula when a cell begins with it."""


def format_named(name: str) -> Format:
    """`BadRequestError` with those that there are."""
    found: Format | None = next((one for one in FORMATS if one == name), None)
    if found is None:
        raise BadRequestError(f"format: one of {', '.join(FORMATS)}")
    return found


def written(form: Format, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """The bytes of a whole file, part by part; of no rows a file with the columns alone."""
    if form == "parquet":
        return _parquet(schema, batches)
    if form == "csv":
        return _csv(schema, batches)
    return _ndjson(batches)


def _parquet(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    sink = _Sink()
    with pa.parquet.ParquetWriter(
        pa.PythonFile(sink, mode="w"), schema, compression="zstd", version="2.6"
    ) as writer:
        for batch in batches:
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
            yield sink.taken()
    yield sink.taken()


def _csv(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    yield (",".join(schema.names) + "\r\n").encode()
    options = pa.csv.WriteOptions(include_header=False, quoting_style="needed")
    for batch in batches:
        sink = pa.BufferOutputStream()
        pa.csv.write_csv(_harmless(batch), sink, options)
        yield sink.getvalue().to_pybytes()


def _harmless(batch: pa.RecordBatch) -> pa.Table:
    """Times as text with a Z; text that would be a formula is given a quote in front."""
    told = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if pa.types.is_timestamp(column.type):
            seconds: Any = column.cast(pa.timestamp("s", "UTC"))
            column = pc.strftime(seconds, "%Y-%m-%dT%H:%M:%SZ")
        elif pa.types.is_string(column.type):
            column = pc.replace_substring_regex(column, pattern=_FORMULA, replacement=r"'\1")
        told[name] = column
    return pa.table(told)


def _ndjson(batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    option = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE | orjson.OPT_OMIT_MICROSECONDS
    for batch in batches:
        yield b"".join(orjson.dumps(row, option=option) for row in batch.to_pylist())


class _Sink(io.RawIOBase):
    """A file that hands over what was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(self._parts[-1])

    def taken(self) -> bytes:
        found = b"".join(self._parts)
        self._parts.clear()
        return found
