"""Reads the rows of a file to be imported, one at a time, each with what is wrong with it."""

from __future__ import annotations

import csv
from codecs import BOM_UTF8
from collections import deque
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
    if path.suffix.lower() not in SUFFIXES:
        raise BadRequestError(f"{path}: end the name in one of {', '.join(SUFFIXES)}")
    try:
        yield from _csv(path, kind or path.stem.lower()) if of_one_kind(path) else _ndjson(path)
    except OSError as error:
        raise BadRequestError(f"{path}: cannot be read: {error.strerror}") from error


def of_one_kind(path: Path) -> bool:
    """Whether all rows of the file are of one kind."""
    return path.suffix.lower() == ".csv"


def _csv(path: Path, kind: str) -> Iterator[Row]:
    if kind not in KINDS:
        raise BadRequestError(f"{path}: say --kind, one of {', '.join(sorted(KINDS))}")
    # What is no UTF-8 becomes half characters, which are refused row by row.
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        lines = _Lines(file)
        reader = csv.reader(lines, strict=True)
        header = _header(reader, path, kind)
        while True:
            number = lines.begin()
            try:
                cells = next(reader, None)
                if cells is None:
                    return
                fits = len(cells) in (0, len(header))
                wrong = "" if fits else f"has {len(cells)} cells, the header {len(header)}"
            except csv.Error as error:
                wrong = str(error)
            if wrong:
                # It may have swallowed others, by a quote that nothing closes.
                lines.back_to_second()
                yield Row(number, kind, field="the row", what=wrong)
            elif cells:
                yield _row(number, kind, dict(zip(header, cells, strict=True)))


def _header(reader: Iterator[list[str]], path: Path, kind: str) -> list[str]:
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise BadRequestError(f"{path}:1: the header: {error}") from error
    known = [spec.name for spec in specs(kind)]
    odd = [name for name in header if name not in known]
    if odd or not header or len(set(header)) != len(header):
        wrong = f"no field {odd[0][:50]!a}" if odd else "no header, or a column twice"
        raise BadRequestError(f"{path}:1: {wrong}; a {kind} has: {', '.join(known)}")
    return header


@dataclass(slots=True)
class _Lines:
    """The lines of a file, of which those of the row that is being read can be read again."""

    file: Iterator[str]
    number: int = 0
    taken: list[str] = field(default_factory=list)
    ahead: deque[str] = field(default_factory=deque)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.ahead.popleft() if self.ahead else next(self.file)
        self.number += 1
        self.taken.append(line)
        return line

    def begin(self) -> int:
        """Forget the row before; answers the line at which the next one begins."""
        self.taken.clear()
        return self.number + 1

    def back_to_second(self) -> None:
        """Give the lines of this row again, but for the first."""
        again = self.taken[1:]
        self.ahead.extendleft(reversed(again))
        self.number -= len(again)


def _ndjson(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            told = line.removeprefix(BOM_UTF8) if number == 1 else line
            if told.strip():
                yield _json_row(number, told)


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
