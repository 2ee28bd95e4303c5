"""Reads the rows of a file to be imported, one at a time, each with what is wrong with it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from core.errors import BadRequestError, FieldError
from core.record_fields import KINDS, record_of, specs
from core.records import Record

SUFFIXES = (".csv", ".ndjson", ".jsonl")


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its line in the file, with its record; without one `field` and `what` say why."""

    number: int
    kind: str
    given: dict[str, Any] = field(default_factory=dict)
    record: Record | None = None
    field: str = ""
    what: str = ""


def rows_of(path: Path, kind: str = "") -> Iterator[Row]:
    """All rows of a CSV file, of one kind, or of an NDJSON file, where each line names its `kind`.

    kind: of a CSV file; without it the name of the file tells (`work_item.csv`). `BadRequestError`
    where the file as a whole can't be read: its suffix, its kind, its columns.
    """
    if path.suffix not in SUFFIXES:
        raise BadRequestError(f"{path}: end the name in one of {', '.join(SUFFIXES)}")
    try:
        yield from _csv(path, kind or path.stem) if path.suffix == ".csv" else _ndjson(path)
    except OSError as error:
        raise BadRequestError(f"{path}: cannot be read: {error.strerror}") from error


def _csv(path: Path, kind: str) -> Iterator[Row]:
    if kind not in KINDS:
        raise BadRequestError(f"{path}: say --kind, one of {', '.join(sorted(KINDS))}")
    known = {spec.name for spec in specs(kind)}
    # What is no UTF-8 becomes half characters, which are refused row by row.
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = [name.strip() for name in next(reader, [])]
        odd = [name for name in header if name not in known]
        if odd or not header or len(set(header)) != len(header):
            wrong = f"no field {odd[0][:50]!a}" if odd else "no header, or a column twice"
            fields = ", ".join(spec.name for spec in specs(kind))
            raise BadRequestError(f"{path}:1: {wrong}; a {kind} has: {fields}")
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield Row(reader.line_num, kind, field="the row", what=str(error))
                continue
            if cells is None:
                return
            if not cells:
                continue
            if len(cells) != len(header):
                what = f"has {len(cells)} cells, the header {len(header)}"
                yield Row(reader.line_num, kind, field="the row", what=what)
                continue
            yield _row(reader.line_num, kind, dict(zip(header, cells, strict=True)))


def _ndjson(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _json_row(number, line)


def _json_row(number: int, line: bytes) -> Row:
    try:
        given = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Row(number, "", field="the row", what=f"is not JSON: {str(error)[:100]}")
    if not isinstance(given, dict):
        return Row(number, "", field="the row", what="is not a JSON object")
    kind = given.pop("kind", None)
    if not isinstance(kind, str) or kind not in KINDS:
        return Row(number, "", field="kind", what=f"must be one of {', '.join(sorted(KINDS))}")
    return _row(number, kind, given)


def _row(number: int, kind: str, given: dict[str, Any]) -> Row:
    try:
        return Row(number, kind, given, record_of(kind, given))
    except FieldError as error:
        return Row(number, kind, field=error.field, what=error.what)
