"""Appends to the Parquet event log what is new in the store since the last append."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy.orm import Session

from core.errors import ConfigError
from core.records import Entity
from core.settings import Settings
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.event_differences import Changes, Items, differing, items_from, table_of, without
from pipeline.event_files import (
    EVENTS_FOLDER,
    INDEX,
    LogFile,
    LogIndex,
    Place,
    events_of,
    near,
    read_index,
    write_file,
)
from pipeline.exporting import replace_file, steady
from pipeline.progress import Progress, Silent
from pipeline.stages import (
    CORRELATE,
    CORRELATING,
    EVENT_LOG,
    LOG,
    LOGGING,
    MEASURE,
    MEASURING,
)
from pipeline.stopping import Stop
from pipeline.times import iso
from store import dirty, frames
from store.alone import alone
from store.event_reads import STATUSES, counted_rule, event_schema, item_events
from store.export_reads import Wanted, arrow_schema, batches
from store.export_schema import SCHEMA_VERSION
from store.settings import get_setting, set_setting

_APPENDING: Final = 3
_STAGING: Final = ".staging"
_FILES: Final = 8
"""So many files of a stream and month are left as they are; more become one."""

Answer = dict[str, Any]


@dataclass(slots=True)
class _Log:
    """The log as it will be: files by place, the new ones of which wait in `.staging`."""

    folder: Path
    number: int
    files: dict[Place, list[LogFile]] = field(default_factory=dict)
    staged: set[str] = field(default_factory=set)
    appended: int = 0
    removed: int = 0
    rewritten: set[Place] = field(default_factory=set)
    made: int = 0

    def where(self, file: LogFile) -> Path:
        """Its place on the disk until all is there."""
        folder = self.folder / _STAGING if file.path in self.staged else self.folder
        return folder / file.path

    def of(self, stream: str) -> list[LogFile]:
        return [one for (own, _), files in self.files.items() if own == stream for one in files]

    def tables(self, place: Place) -> Iterator[pa.Table]:
        for file in self.files.get(place, ()):
            yield pq.read_table(self.where(file), schema=event_schema(), partitioning=None)

    def add(self, place: Place, table: pa.Table) -> None:
        """One more file."""
        stream, month = place
        table = table.sort_by([(name, "ascending") for name in ("item_id", "happened_at", "seq")])
        name = f"{self.number:06}-{self.made:04}.parquet"
        path = f"{EVENTS_FOLDER}/stream={stream}/month={month}/{name}"
        size = write_file(self.folder / _STAGING / path, table)
        ids = table.column("item_id")
        ends = int(ids[0].as_py()), int(ids[-1].as_py())
        file = LogFile(stream, month, path, self.number, table.num_rows, size, *ends)
        self.files.setdefault(place, []).append(file)
        self.staged.add(path)
        self.made += 1

    def replace(self, place: Place, table: pa.Table) -> None:
        """One file instead of those that there are; none where it would have no rows."""
        for file in self.files.pop(place, ()):
            if file.path in self.staged:
                self.where(file).unlink()
                self.staged.discard(file.path)
        if table.num_rows:
            self.add(place, table)

    def merge(self, most: int) -> None:
        """Places with more files than this have one instead."""
        for place in [one for one, files in self.files.items() if len(files) > most]:
            self.replace(place, pa.concat_tables(list(self.tables(place))))


def append_events(
    settings: Settings,
    database: Database,
    folder: Path,
    *,
    full: bool = False,
    compact: bool = False,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Answer:
    """Bring the log in `folder` up to date with the store, and say what that took.

    Only items that changed are compared; all of them where the log is new, was not the last that
    this database appended to, lost a file, counts other items than the stream does now, or `full`
    is asked for.
    Where a row of the log is no longer true its stream and month are written anew; whatever else is
    new comes as files of its own. compact: one file for each stream and month.
    `ConfigError` where the folder can't be written, `StoreError` where it holds no such log.
    """
    tell = progress or Silent()
    with alone(database.engine, _APPENDING, (stop or Stop()).sleep):
        try:
            return _appended(settings, database, folder, full=full, compact=compact, tell=tell)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ConfigError(f"{folder} can't be written: {reason}") from error


def _appended(
    settings: Settings,
    database: Database,
    folder: Path,
    *,
    full: bool,
    compact: bool,
    tell: Progress,
) -> Answer:
    with database.writing() as session:
        known = get_setting(session, EVENT_LOG)
        if known is None:  # from now on measuring tells of what changes
            set_setting(session, EVENT_LOG, "begun")
        marked = dirty.take_on(session, LOG, LOGGING)[Entity.ITEM]
    before = read_index(folder) or LogIndex(token_hex(8), 0, "")
    _tidy(folder, before)
    intact = [one for one in before.files if _size(folder / one.path) == one.bytes]
    whole = full or before.state != known or len(intact) < len(before.files)
    log = _Log(folder, before.number + 1)
    rules = {}
    with steady(database) as session:
        ids = sorted({*marked, *_waiting(session)})
        numbers = _numbers(session)
        names = [one.name for one in settings.streams if one.name in numbers]
        for name in names:
            for one in intact:
                if one.stream == name:
                    log.files.setdefault(one.place, []).append(one)
        for done, name in enumerate(names):
            tell.step("event log", done, len(names))
            rules[name] = counted_rule(session, numbers[name])
            own = None if whole or rules[name] != before.rules.get(name) else ids
            _bring(session, log, name, numbers[name], own)
        tell.step("event log", len(names), len(names))
        log.merge(1 if compact else _FILES)
        files = [file for place in sorted(log.files) for file in log.files[place]]
        after = before
        if files != list(before.files) or rules != before.rules or not before.number:
            made_at = iso(now_ts()) or ""
            after = LogIndex(before.log, log.number, made_at, rules, files)
            _publish(session, log, after, before)
    with database.writing() as session:
        set_setting(session, EVENT_LOG, after.state)
        dirty.clear(session, LOGGING, Entity.ITEM, marked)
    return _told(folder, log, after, whole=whole)


def _told(folder: Path, log: _Log, after: LogIndex, *, whole: bool) -> Answer:
    return {
        "folder": str(folder),
        "schema_version": SCHEMA_VERSION,
        "log": after.log,
        "number": after.number,
        "compared": "whole" if whole else "changes",
        "events": sum(one.rows for one in after.files),
        "files": len(after.files),
        "bytes": sum(one.bytes for one in after.files),
        "appended": log.appended,
        "removed": log.removed,
        "rewritten": [f"stream={stream}/month={month}" for stream, month in sorted(log.rewritten)],
    }


def _waiting(session: Session) -> set[int]:
    """Items that changed and were not measured yet."""
    stages = (CORRELATE, CORRELATING, MEASURE, MEASURING)
    return {one for stage in stages for one in dirty.take(session, stage, Entity.ITEM)}


def _numbers(session: Session) -> dict[str, int]:
    known = frames.value_streams(session)
    pairs = zip(known["name"], known["stream_id"], strict=True)
    return {str(name): int(number) for name, number in pairs}


def _bring(
    session: Session, log: _Log, stream: str, stream_id: int, ids: Sequence[int] | None
) -> None:
    """What the store has of these items (None: of all) becomes what the log has."""
    logged = [] if ids is not None else log.of(stream)
    last = max((one.last_item for one in logged), default=0)
    for items in items_from(session, stream_id, ids, last):
        files = near(log.of(stream), items.ids)
        told = events_of([log.where(one) for one in files], items.ids)
        _change(log, stream, items, differing(told, item_events(session, items.counted)))


def _change(log: _Log, stream: str, items: Items, changes: Changes) -> None:
    log.appended += changes.new_rows
    log.removed += changes.gone_rows
    for month, (new, gone) in changes.by_month.items():
        place = stream, month
        added = table_of(new, items.counted)
        if len(gone) == 0:
            log.add(place, added)
            continue
        kept = without(pa.concat_tables(list(log.tables(place))), gone)
        log.replace(place, pa.concat_tables([kept, added]))
        log.rewritten.add(place)


def _publish(session: Session, log: _Log, after: LogIndex, before: LogIndex) -> None:
    """All new files are on the disk: put them in their places, then the index, then take away what
    it no longer names.
    """
    schema = arrow_schema(STATUSES)
    rows = list(batches(session, STATUSES, Wanted()))
    log.folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(log.staged):
        (log.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (log.folder / _STAGING / path).replace(log.folder / path)
    statuses = log.folder / _STAGING / "statuses"
    write_file(statuses, pa.Table.from_batches(rows, schema=schema))
    statuses.replace(log.folder / f"statuses.v{SCHEMA_VERSION}.parquet")
    replace_file(log.folder / INDEX, [after.told()])
    for gone in {one.path for one in before.files} - {one.path for one in after.files}:
        (log.folder / gone).unlink(missing_ok=True)
    shutil.rmtree(log.folder / _STAGING, ignore_errors=True)


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else -1


def _tidy(folder: Path, index: LogIndex) -> None:
    """Away with what an append that was interrupted left: files that the index does not name."""
    shutil.rmtree(folder / _STAGING, ignore_errors=True)
    named = {one.path for one in index.files}
    for file in (folder / EVENTS_FOLDER).glob("stream=*/month=*/*.parquet"):
        if str(file.relative_to(folder)) not in named:
            file.unlink()
