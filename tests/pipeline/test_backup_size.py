"""How a backup lies on disk where tables are large: what is in memory must not grow with them."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.backup_file import Contents, Manifest, write_manifest, write_table

_SCHEMA = pa.schema({"id": pa.int64(), "payload": pa.binary()})
Row = tuple[int, bytes]


def _batches(count: int, size: int, payload: bytes) -> Iterator[list[Row]]:
    for begin in range(0, count * size, size):
        yield [(number, payload) for number in range(begin, begin + size)]


def _written(path: Path, batches: Iterator[list[Row]]) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        told = {"other": write_table(file, "other", _SCHEMA, iter(()))}
        told["large"] = write_table(file, "large", _SCHEMA, batches)
        write_manifest(file, Manifest("1", "2026-01-01T00:00:00Z", "sqlite", "1", told))
    return path


def _groups(path: Path) -> list[int]:
    with zipfile.ZipFile(path) as file:
        notes = pq.read_metadata(io.BytesIO(file.read("large.parquet")))
    return [notes.row_group(place).num_rows for place in range(notes.num_row_groups)]


def test_many_batches_of_short_rows_make_few_groups(tmp_path: Path) -> None:
    made = _written(tmp_path / "a.backup", _batches(120, 1_000, b""))
    assert _groups(made) == [100_000, 20_000]


def test_long_rows_are_written_before_many_of_them_are_in_memory(tmp_path: Path) -> None:
    """Ten batches of 4 MiB: a group is written once it has 16 MiB."""
    made = _written(tmp_path / "a.backup", _batches(10, 4, os.urandom(1 << 20)))
    assert _groups(made) == [16, 16, 8]


def test_rows_come_back_as_they_were_written_in_all_groups(tmp_path: Path) -> None:
    made = _written(tmp_path / "a.backup", _batches(51, 2_000, b"\x00\xff"))
    with Contents(made) as contents:
        contents.require_whole()
        assert contents.columns("large") == ["id", "payload"]
        rows = [row for batch in contents.batches("large") for row in batch]
        assert list(contents.batches("other")) == []
    assert rows == [{"id": number, "payload": b"\x00\xff"} for number in range(102_000)]


def test_what_was_read_is_not_kept_in_memory(tmp_path: Path) -> None:
    """No page of the file is mapped while it is read, however large it is."""
    made = _written(tmp_path / "a.backup", _batches(10, 4, os.urandom(1 << 20)))
    maps = Path("/proc/self/maps")
    with Contents(made) as contents:
        contents.require_whole()
        for _ in contents.batches("large"):
            assert not maps.exists() or made.name not in maps.read_text("utf-8")
