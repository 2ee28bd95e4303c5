"""Files of rows: hostile text, nulls, parts instead of wholes, and nothing half written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from pipeline.export_formats import FORMATS, written
from pipeline.exporting import replace_file

SCHEMA = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("title", pa.string()),
        pa.field("at", pa.timestamp("ms", "UTC")),
    ]
)
HOSTILE = [
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    'plain, with "quotes"\nand a line',
    "",
    None,
]


def _batch(numbers: list[int], titles: list[str | None]) -> pa.RecordBatch:
    at = pa.array([1_767_225_600_000] * len(numbers), pa.int64()).cast(SCHEMA.field("at").type)
    return pa.RecordBatch.from_arrays([pa.array(numbers), pa.array(titles), at], schema=SCHEMA)


def test_no_cell_of_a_csv_file_is_a_formula_and_numbers_are_left_alone() -> None:
    batch = _batch([-index for index in range(len(HOSTILE))], list(HOSTILE))
    text = b"".join(written("csv", SCHEMA, [batch])).decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["id", "title", "at"]
    assert [row[0] for row in rows[1:]] == [str(-index) for index in range(len(HOSTILE))]
    assert [row[1] for row in rows[1:]] == [
        *(f"'{title}" for title in HOSTILE[:6] if title),
        HOSTILE[6],
        "",
        "",
    ]
    assert {row[2] for row in rows[1:]} == {"2026-01-01T00:00:00Z"}


@pytest.mark.parametrize("form", ["parquet", "ndjson"])
def test_the_other_formats_keep_text_as_it_is(form: Any) -> None:
    data = b"".join(written(form, SCHEMA, [_batch(list(range(9)), list(HOSTILE))]))
    if form == "parquet":
        rows = pyarrow.parquet.read_table(io.BytesIO(data)).to_pylist()
    else:
        rows = [json.loads(line) for line in data.splitlines()]
        assert rows[0]["at"] == "2026-01-01T00:00:00Z"
    assert [row["title"] for row in rows] == HOSTILE


@pytest.mark.parametrize("form", FORMATS)
def test_a_batch_is_asked_for_when_the_one_before_is_on_its_way(form: Any) -> None:
    asked: list[int] = []

    def batches() -> Iterator[pa.RecordBatch]:
        for number in range(30):
            asked.append(number)
            yield _batch([number] * 1_000, [f"{number} {index}" for index in range(1_000)])

    parts = written(form, SCHEMA, batches())
    sent = 0
    for part in parts:
        sent += bool(part)
        assert len(asked) <= sent + 2
    assert sent >= 30


def test_a_file_that_fails_half_way_leaves_the_one_of_before(tmp_path: Path) -> None:
    path = tmp_path / "items.v1.csv"
    size, digest = replace_file(path, [b"one\n", b"two\n"])
    assert (size, len(digest)) == (8, 64)

    def broken() -> Iterator[bytes]:
        yield b"thr"
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        replace_file(path, broken())
    assert path.read_bytes() == b"one\ntwo\n"
    assert [one.name for one in tmp_path.iterdir()] == ["items.v1.csv"]
