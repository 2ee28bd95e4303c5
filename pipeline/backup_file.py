"""The file of a backup: a zip of one Parquet file for each table, and what it should hold.

`manifest.json` names the version of the tables and, for each, rows, bytes and SHA-256. Tables are
not compressed twice: DuckDB and others read them once the zip is unpacked.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import BadRequestError

MANIFEST: Final = "manifest.json"
_FORMAT: Final = "headwater-backup"
_FORMAT_VERSION: Final = 1
_LOCAL_HEADER: Final = 30
_PIECE: Final = 1 << 20
_ROWS: Final = 2_000
_GROUP_ROWS: Final = 100_000
_GROUP_BYTES: Final = 16 << 20
"""Rows of a table are written in groups of at least one of these. What Parquet notes of each group
stays in memory to the end, so that there must not be one for every few rows.
"""
Batches = Iterable[Sequence[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class TableFile:
    """What the manifest says of a table."""

    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `database` is the kind that it was read from, `made_at` is UTC in ISO
    8601.
    """

    migration: str
    made_at: str
    database: str
    headwater: str
    tables: Mapping[str, TableFile]

    @property
    def rows(self) -> int:
        return sum(one.rows for one in self.tables.values())


def write_table(file: zipfile.ZipFile, name: str, schema: pa.Schema, batches: Batches) -> TableFile:
    """Write one table; values of a row stand in the order of the schema."""
    rows = 0
    with file.open(f"{name}.parquet", "w", force_zip64=True) as member:
        told = _Told(member)
        with pq.ParquetWriter(cast(IO[bytes], told), schema, compression="zstd") as writer:
            for group in _groups(batches, schema):
                rows += len(group)
                writer.write_table(group, row_group_size=len(group))
    return TableFile(rows, told.bytes, told.digest.hexdigest())


def _groups(batches: Batches, schema: pa.Schema) -> Iterator[pa.Table]:
    held, rows, size = list[pa.RecordBatch](), 0, 0
    for batch in batches:
        columns = zip(*batch, strict=True)
        arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
        held.append(pa.record_batch(arrays, schema=schema))
        rows, size = rows + len(batch), size + held[-1].nbytes
        if rows >= _GROUP_ROWS or size >= _GROUP_BYTES:
            yield pa.Table.from_batches(held)
            held, rows, size = [], 0, 0
    if held:
        yield pa.Table.from_batches(held)


def write_manifest(file: zipfile.ZipFile, manifest: Manifest) -> None:
    body = {"format": _FORMAT, "format_version": _FORMAT_VERSION, **asdict(manifest)}
    file.writestr(MANIFEST, orjson.dumps(body, option=orjson.OPT_INDENT_2))


def read_manifest(path: Path) -> Manifest:
    """`BadRequestError` where the file is no backup, is cut off, or of a later format."""
    try:
        with zipfile.ZipFile(path) as file:
            body = orjson.loads(file.read(MANIFEST))
        if body["format"] != _FORMAT:
            raise KeyError
    except OSError as error:
        raise BadRequestError(f"{path} cannot be read: {error.strerror}") from error
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise BadRequestError(
            f"{path} is no backup of Headwater, or was cut off; take another one"
        ) from error
    if body["format_version"] > _FORMAT_VERSION:
        raise BadRequestError(f"{path} was written by a newer Headwater: update Headwater")
    tables = {name: TableFile(**one) for name, one in body["tables"].items()}
    names = ("migration", "made_at", "database", "headwater")
    return Manifest(**{name: body[name] for name in names}, tables=tables)


class Contents:
    """The tables of a backup that lies on disk; closed with the block."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest = read_manifest(path)
        self._file = path.open("rb")
        with zipfile.ZipFile(path) as listed:
            self._members = {one.filename: one for one in listed.infolist()}

    def __enter__(self) -> Contents:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def require_whole(self) -> None:
        """Read everything; `BadRequestError` where a byte or a row is not what was written."""
        for name, told in self.manifest.tables.items():
            content = self._member(name)
            digest = hashlib.sha256()
            while piece := content.read(_PIECE):
                digest.update(piece)
            if content.size != told.bytes or digest.hexdigest() != told.sha256:
                raise self._damaged(name)
            if sum(len(batch) for batch in self.batches(name)) != told.rows:
                raise self._damaged(name)

    def columns(self, name: str) -> list[str]:
        with pq.ParquetFile(cast(IO[bytes], self._member(name))) as table:
            return list(table.schema_arrow.names)

    def batches(self, name: str) -> Iterator[list[dict[str, Any]]]:
        """The rows of a table by name of column."""
        with pq.ParquetFile(cast(IO[bytes], self._member(name))) as table:
            for batch in table.iter_batches(_ROWS):
                yield batch.to_pylist()

    def _member(self, name: str) -> _Window:
        """Where it lies in the file: it was not compressed again."""
        found = self._members.get(f"{name}.parquet")
        if found is None or found.compress_type != zipfile.ZIP_STORED:
            raise self._damaged(name)
        self._file.seek(found.header_offset)
        header = self._file.read(_LOCAL_HEADER)
        name_bytes, more_bytes = struct.unpack("<HH", header[26:30])
        begin = found.header_offset + _LOCAL_HEADER + name_bytes + more_bytes
        return _Window(self._file, begin, found.file_size)

    def _damaged(self, name: str) -> BadRequestError:
        return BadRequestError(
            f"{self.path} is damaged: {name} is not what was written; nothing was changed, take"
            " another backup"
        )


class _Window(io.RawIOBase):
    """A part of a file as a file of its own. It is read and not mapped, so that what was read does
    not stay in memory.
    """

    def __init__(self, file: io.BufferedReader, begin: int, size: int) -> None:
        super().__init__()
        self._file, self._begin, self.size, self._at = file, begin, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        from_ = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        self._at = from_ + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        wanted = max(0, min(len(buffer), self.size - self._at))
        self._file.seek(self._begin + self._at)
        read = self._file.readinto(memoryview(buffer)[:wanted])
        self._at += read
        return read


class _Told:
    """A file being written that counts and hashes what goes into it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.bytes = 0
        self.digest = hashlib.sha256()
        self.closed = False

    def write(self, content: bytes) -> int:
        self.digest.update(content)
        self.bytes += len(content)
        return self._file.write(content)

    def tell(self) -> int:
        return self.bytes

    def flush(self) -> None:
        """What is written goes on at once."""

    def close(self) -> None:
        self.closed = True
