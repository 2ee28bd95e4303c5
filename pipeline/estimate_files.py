"""`headwater values`: what items are worth, from a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from core.errors import ConfigError, FieldError, NotFoundError
from core.settings import Settings
from pipeline.database import Database
from pipeline.estimate_rules import Said, checked
from pipeline.estimates import keep_all, line_of, named_item
from store.estimates import Named, items_of_keys

_MONEY: Final = {
    "low": "low_cents",
    "likely": "likely_cents",
    "high": "high_cents",
    "per_week": "per_week_cents",
    "escalation": "escalation_cents",
}
_NUMBERS: Final = (
    "life_weeks",
    "horizon_weeks",
    "decay_per_week",
    "discount_per_year",
    "free_weeks",
)
_WORDS: Final = ("deadline", "weeks")
MUST: Final = ("key", "likely", "why")
MAY: Final = ("source", "profile", "low", "high", "per_week", "escalation", *_NUMBERS, *_WORDS)
_COLUMN_OF: Final = {cents: column for column, cents in _MONEY.items()}


@dataclass(slots=True)
class ValuesReport:
    """refused: (line, column, what is wrong); where there is any, nothing is stored."""

    read: int = 0
    changed: int = 0
    same: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)


def import_values(
    settings: Settings, database: Database, path: Path, *, who: str, dry_run: bool = False
) -> ValuesReport:
    """Keep the rows of the file, all or none. A row that says what counts already changes nothing;
    an item that the file leaves out keeps what it has. `ConfigError` for a file that can't be read.
    """
    report = ValuesReport()
    rows = list(_lines(path))
    report.read = len(rows)
    with database.read() as session:
        told = _told(session, settings, rows, report)
    if report.refused:
        return report
    if dry_run:
        return report
    with database.writing() as session:
        report.changed, report.same = keep_all(session, told, who=line_of("who", who))
    return report


def _told(
    session: Session,
    settings: Settings,
    rows: list[tuple[int, Mapping[str, str]]],
    report: ValuesReport,
) -> list[tuple[Named, Said, str]]:
    known: dict[str, list[Named]] = {}
    for one in items_of_keys(session, {row["key"].strip() for _, row in rows}):
        known.setdefault(one.key, []).append(one)
    told: list[tuple[Named, Said, str]] = []
    seen: dict[int, int] = {}
    for line, row in rows:
        try:
            said = checked(_values(row), zone=settings.server.timezone)
            named = named_item(known.get(row["key"].strip(), []), row["key"], row["source"].strip())
            if named.item_id in seen:
                raise FieldError("key", f"the item is in line {seen[named.item_id]}, too")
            told.append((named, said, line_of("why", row["why"])))
            seen[named.item_id] = line
        except FieldError as error:
            report.refused.append((line, _COLUMN_OF.get(error.field, error.field), error.what))
        except NotFoundError as error:
            report.refused.append((line, "key", str(error)))
    return told


def _lines(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            names = [str(name).strip() for name in reader.fieldnames or ()]
            _require_columns(path, names)
            reader.fieldnames = names
            for row in reader:
                if None in row:
                    raise ConfigError(f"{path}:{reader.line_num}: more cells than columns")
                yield reader.line_num, {name: row.get(name) or "" for name in (*MUST, *MAY)}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{path} can't be read as CSV in UTF-8: {error}") from error


def _require_columns(path: Path, names: list[str]) -> None:
    missing = [name for name in MUST if name not in names]
    if missing:
        raise ConfigError(
            f"{path}: no column {', '.join(missing)}; the header has {', '.join(MUST)}, and may"
            f" have {', '.join(MAY)}"
        )
    odd = [name for name in names if name not in (*MUST, *MAY)]
    if odd:
        raise ConfigError(f"{path}: nothing reads column {odd[0][:50]!r}; known: {', '.join(MAY)}")


def _values(row: Mapping[str, str]) -> dict[str, Any]:
    """As `checked` reads them: money in cents, None for an empty cell."""
    told: dict[str, Any] = {"profile": row["profile"].strip() or None}
    for column, cents in _MONEY.items():
        told[cents] = _money(column, row[column].strip())
    for column in _NUMBERS:
        told[column] = _number(column, row[column].strip())
    for column in _WORDS:
        told[column] = row[column].strip() or None
    return told


def _money(column: str, text: str) -> int | None:
    if not text:
        return None
    try:
        cents = Decimal(text) * 100
        whole = cents.is_finite() and cents == cents.to_integral_value()
    except InvalidOperation:
        whole = False
    if not whole or abs(cents) > 10**15:
        raise FieldError(column, "money as 1250 or 1250.50")
    return int(cents)


def _number(column: str, text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise FieldError(column, "a number, as 26 or 0.1") from error
