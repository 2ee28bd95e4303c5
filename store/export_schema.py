"""What an exported table is: named columns with a kind, a meaning, and where each comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, FromClause, Select, func, select
from sqlalchemy.types import BigInteger, Boolean, Float, Text

SCHEMA_VERSION: Final = 1
"""Another number where a column goes, or means something else; a column that is new moves none."""

Kind = Literal["id", "text", "time", "day", "seconds", "cents", "count", "flag", "share"]

KINDS: Final[dict[Kind, str]] = {
    "id": "whole number, stays the same until the database is made anew",
    "text": "text",
    "time": "moment, UTC, to the second",
    "day": "date in the configured time zone",
    "seconds": "whole seconds",
    "cents": "whole cents of `currency` of `[cost_of_delay]`",
    "count": "whole number",
    "flag": "true or false",
    "share": "number from 0 to 1",
}


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """of: the value in the store, of a time its epoch seconds. null: what null means, "" where it
    is never null.
    """

    name: str
    kind: Kind
    of: ColumnElement[Any]
    means: str
    null: str = ""

    @property
    def told(self) -> ColumnElement[Any]:
        """The value under its name; text that is not told is null."""
        return (func.nullif(self.of, "") if self._is_text_with_null else self.of).label(self.name)

    @property
    def _is_text_with_null(self) -> bool:
        return bool(self.null) and self.kind == "text"


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A table as it is told to others.

    rows: what it is read from. key: the columns that tell its rows apart. order: by what it is
    read. moment: the times (epoch seconds) that `from` and `to` are compared with, of the column
    `moment_name`. stream, service: the names to filter by. fact: the table of facts, where each row
    says since when it is known and the log says when it changed. confidence: how sure a row is, 0
    to 1, where rows have that.
    """

    name: str
    means: str
    columns: Sequence[ExportColumn]
    rows: FromClause
    key: Sequence[str]
    order: Sequence[ColumnElement[Any]]
    moment_name: str = ""
    moment: ColumnElement[Any] | None = None
    stream: ColumnElement[Any] | None = None
    service: ColumnElement[Any] | None = None
    fact: str = ""
    where: ColumnElement[bool] | None = None
    confidence: ColumnElement[Any] | None = None

    def select(self) -> Select[Any]:
        """All rows, in no order; times as epoch seconds."""
        told = select(*(column.told for column in self.columns)).select_from(self.rows)
        return told if self.where is None else told.where(self.where)

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


SQL_TYPES: Final[dict[Kind, Any]] = {
    "id": BigInteger,
    "text": Text,
    "time": BigInteger,
    "day": Text,
    "seconds": BigInteger,
    "cents": BigInteger,
    "count": BigInteger,
    "flag": Boolean,
    "share": Float,
}
