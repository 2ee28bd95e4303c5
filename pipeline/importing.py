"""`headwater import`: rows of a file become records of a source that is pushed to.

A row is a payload like a pushed event: kept as it came, and read again together with all rows of
the thing that it belongs to. So a list of links and the items they belong to may come in two files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from core.errors import ConfigError
from core.record_fields import identity_of, record_of
from core.settings import Settings
from core.source_settings import EventsSource
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.erased_words import ErasedWords, freed_row
from pipeline.events import keep, store_pushed
from pipeline.import_checks import PARENTS, ImportReport, check, name_of
from pipeline.import_rows import Row, of_one_kind, rows_of
from pipeline.progress import Progress, Silent, Stored
from store import cursors, raw
from store.cursors import StreamKey
from store.sources import SourceRow, ensure_sources, source_ids

STREAM: Final = "import"
_BATCH: Final = 1_000
_TOGETHER: Final = ("work_item", "build")
"""Of these the lists are stored whole: a row of one has the others read again."""
_FIRST: Final = ("person", "project", "workflow_status", "repository")
_LAST: Final = frozenset(PARENTS) - {"merge_request", "commit", "ref", "environment"}


class _LeftOutError(Exception):
    """Rows of a batch that belong to something that is not stored: it is taken back."""


def import_file(
    settings: Settings,
    database: Database,
    path: Path,
    *,
    source: str,
    kind: str = "",
    dry_run: bool = False,
    strict: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Check every row, then store the good ones, 1,000 in a transaction; importing again changes
    nothing.

    dry_run: stores nothing and counts what it would. strict: stores nothing where a row is refused.
    `ConfigError` where `source` is not one that is pushed to.
    """
    _require(settings, source)
    tell = progress or Silent()
    report = ImportReport()
    tell.started(source, STREAM, 1)
    with database.writing() as session:
        if dry_run:
            source_id = source_ids(session).get(source, 0)
        else:
            source_id = ensure_sources(session, [SourceRow(source, "events")])[source]
    check(database, source_id, path, kind, report)
    write = not dry_run and not (strict and report.refused_rows)
    words = ErasedWords(database)
    words.learn()
    levels = range(1) if of_one_kind(path) else range(3)
    for level in levels:
        good = _good(path, kind, report, words, level if len(levels) > 1 else None)
        while batch := list(islice(good, _BATCH)):
            changed = _take(database, source_id, batch, report, write=write)
            tell.page(source, STREAM, Stored(len(batch), changed))
    report.stored = write
    tell.finished(source, STREAM)
    return report


def _require(settings: Settings, name: str) -> None:
    found = next((one for one in settings.sources if one.name == name), None)
    if isinstance(found, EventsSource):
        return
    known = [one.name for one in settings.sources if isinstance(one, EventsSource)]
    why = "is read from its tool" if found is not None else "is not configured"
    raise ConfigError(
        f'source "{name}" {why}; import into one of kind "events"'
        f' ({", ".join(known) or "none is configured"}): [[sources]] name = .. kind = "events"'
    )


def _good(
    path: Path, kind: str, report: ImportReport, words: ErasedWords, level: int | None
) -> Iterator[Row]:
    """The rows to be stored, of one level: what others belong to comes before them."""
    for row in rows_of(path, kind):
        if row.record is not None and row.number not in report.refused_rows:
            own = 0 if row.kind in _FIRST else 2 if row.kind in _LAST else 1
            if level is None or own == level:
                free = freed_row(words, row.given)
                record = row.record if free is None else record_of(row.kind, free)
                yield row if free is None else replace(row, given=free, record=record)


def _take(
    database: Database, source_id: int, batch: Iterable[Row], report: ImportReport, *, write: bool
) -> int:
    """Store what of a batch is new or differs, and count it; answers how many rows that are."""
    rows = {name_of(row): row for row in batch}
    payloads = {name: {"kind": row.kind, "row": row.given} for name, row in rows.items()}
    with database.read() as session:
        stored = raw.hashes(session, source_id, STREAM, rows)
    different = {
        name: payload
        for name, payload in payloads.items()
        if stored.get(name) != raw.payload_hash(payload)
    }
    if write and different:
        try:
            _store(database, source_id, rows, different)
        except _LeftOutError as error:
            found = [row for row in rows.values() if row.record in error.args[0]]
            for row in found:
                report.refuse(row.number, "the row", "belongs to something that is not stored")
            rest = [row for row in rows.values() if row not in found]
            return _take(database, source_id, rest, report, write=write)
    for name, row in rows.items():
        counter = report.new if name not in stored else report.changed
        (counter if name in different else report.same)[row.kind] += 1
    return len(different)


def _store(
    database: Database,
    source_id: int,
    rows: Mapping[str, Row],
    different: Mapping[str, Mapping[str, Any]],
) -> None:
    """Store these rows and read again what they are a part of: all, or `_LeftOutError`."""
    wholes = {name: _whole(rows[name]) for name in different}
    with database.writing() as session:
        cursors.save_success(session, StreamKey(source_id, STREAM), now_ts=now_ts())
        keep(session, source_id, STREAM, [(n, wholes[n], one) for n, one in different.items()])
        found = raw.load_observed(session, source_id, STREAM, wholes.values())
        made = [record_of(one["kind"], one["row"]) for members in found.values() for one in members]
        left = store_pushed(session, source_id, made)
        if any(rows[name].record in left for name in different):
            raise _LeftOutError(left)


def _whole(row: Row) -> str:
    """What the row is read together with."""
    assert row.record is not None
    name, parent = PARENTS.get(row.kind, ("", ""))
    if parent in _TOGETHER:
        return f"{parent} {getattr(row.record, name)}"
    return " ".join((row.kind, *identity_of(row.kind, row.record)))
