"""`headwater objectives`: what was planned and delivered in each increment, from a CSV file."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy.orm import Session

from core.errors import ConfigError
from core.settings import Settings
from metrics.predictability import OBJECTIVES
from pipeline.clock import now_ts
from pipeline.database import Database
from store import facts, frames
from store.objectives import objectives_of, save_objectives

COLUMNS: Final = ("stream", "increment", "ends", "objective", "committed", "planned", "actual")
_YES, _NO = ("yes", "true", "1"), ("no", "false", "0", "stretch")
_LONGEST = 300

Key = tuple[str, str]


@dataclass(slots=True)
class ObjectivesReport:
    """changed: objectives that are new, differ or are gone, by stream. refused: (line, what is
    wrong); where there is any, nothing is stored.
    """

    changed: dict[str, int] = field(default_factory=dict)
    read: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


class _RowError(Exception):
    """What is wrong with a row."""


def import_objectives(
    settings: Settings, database: Database, path: Path, *, who: str, dry_run: bool = False
) -> ObjectivesReport:
    """Make the rows of the file the objectives of the increments that they name.

    All or nothing: increments are compared as wholes. `ConfigError` for a file that can't be read.
    """
    report = ObjectivesReport()
    told = _told(settings, path, report)
    if report.refused or dry_run:
        return report
    with database.writing() as session:
        now = now_ts()
        known = frames.value_streams(session).set_index("name")["stream_id"]
        for stream, rows in told.items():
            changed = save_objectives(session, stream, rows, who=who, ts=now)
            report.changed[stream] = changed
            if changed and stream in known.index:  # answers that are kept rest on them
                facts.bump_version(session, int(known[stream]), now)
    return report


def objectives_frame(
    session: Session, stream: str, *, zone: str, until_ts: int | None
) -> pd.DataFrame:
    """`OBJECTIVES` of a stream, as told up to a moment; an increment ends with its last day."""
    rows = [
        (
            increment,
            _end_of(date.fromisoformat(one["ends"]), ZoneInfo(zone)),
            name,
            one["committed"],
            one["planned"],
            float("nan") if one["actual"] is None else one["actual"],
        )
        for (increment, name), one in sorted(
            objectives_of(session, stream, until_ts=until_ts).items()
        )
    ]
    kinds = {"ended_ts": "int64", "committed": "bool", "planned": "float64", "actual": "float64"}
    return pd.DataFrame(rows, columns=OBJECTIVES).astype(kinds)


def _end_of(day: date, zone: ZoneInfo) -> int:
    """Its last second."""
    return int(datetime.combine(day + timedelta(days=1), time(), zone).timestamp()) - 1


def _told(
    settings: Settings, path: Path, report: ObjectivesReport
) -> dict[str, dict[Key, dict[str, Any]]]:
    streams = {one.name for one in settings.streams}
    told: dict[str, dict[Key, dict[str, Any]]] = defaultdict(dict)
    ends: dict[Key, str] = {}
    for line, row in _lines(path):
        report.read += 1
        try:
            stream, key, one = _checked(row, streams)
            if key in told[stream]:
                raise _RowError(f'objective: "{key[1]}" is there twice in {key[0]}')
            if ends.setdefault((stream, key[0]), one["ends"]) != one["ends"]:
                raise _RowError(f"ends: {key[0]} ends on {ends[stream, key[0]]} in another row")
        except _RowError as error:
            report.refused.append((line, str(error)))
        else:
            told[stream][key] = one
    return told


def _lines(path: Path) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise ConfigError(
                    f"{path}: no column {', '.join(missing)}; the header is: {','.join(COLUMNS)}"
                )
            for row in reader:
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{path} can't be read as CSV in UTF-8: {error}") from error


def _checked(row: Mapping[str, str | None], streams: set[str]) -> tuple[str, Key, dict[str, Any]]:
    given = {name: (row[name] or "").strip() for name in COLUMNS}
    if given["stream"] not in streams:
        raise _RowError(f"stream: one of {', '.join(sorted(streams)) or 'none is configured'}")
    for name in ("increment", "objective"):
        if not 0 < len(given[name]) <= _LONGEST:
            raise _RowError(f"{name}: 1 to {_LONGEST} letters")
    try:
        date.fromisoformat(given["ends"])
    except ValueError as error:
        raise _RowError("ends: the last day of the increment, as 2026-10-09") from error
    committed = given["committed"].lower()
    if committed not in (*_YES, *_NO):
        raise _RowError("committed: yes, or no for a stretch objective")
    one = {
        "ends": given["ends"],
        "committed": committed in _YES,
        "planned": _value("planned", given["planned"]),
        "actual": None if not given["actual"] else _value("actual", given["actual"]),
    }
    return given["stream"], (given["increment"], given["objective"]), one


def _value(name: str, text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1e12:
        raise _RowError(f"{name}: business value, a number from 0 on")
    return found
