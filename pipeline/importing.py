"""`headwater import`: rows of a file become records of a source that is pushed to.

A row is a payload like a pushed event: kept as it came, and read again together with all rows of
the thing that it belongs to. So a list of links and the items they belong to may come in two files.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from core.errors import ConfigError
from core.record_fields import identity_of, record_of
from core.records import Record, StateChange
from core.settings import Settings
from core.source_settings import EventsSource
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.events import keep, store_pushed
from pipeline.import_rows import Row, rows_of
from pipeline.progress import Progress, Silent, Stored
from store import cursors, raw
from store.cursors import StreamKey
from store.pushed import stored_names
from store.sources import SourceRow, ensure_sources, source_ids

STREAM: Final = "import"
_BATCH: Final = 1_000
_TOLD: Final = 1_000
_PARENTS: Final[Mapping[str, tuple[str, str]]] = {
    "item_key": ("item", "work_item"),
    "item_link": ("item", "work_item"),
    "transition": ("item", "work_item"),
    "block": ("item", "work_item"),
    "worklog": ("item", "work_item"),
    "ref": ("repository", "repository"),
    "commit": ("repository", "repository"),
    "merge_request": ("repository", "repository"),
    "review": ("repository", "repository"),
    "environment": ("repository", "repository"),
    "build_stage": ("build", "build"),
    "state_change": ("id", "change_request"),
}
_TOGETHER: Final = ("work_item", "build")
"""Of these the lists are stored whole: a row of one has the others read again."""
_FIRST: Final = ("person", "project", "workflow_status", "repository")
_LAST: Final = frozenset(_PARENTS) - {"merge_request", "commit", "ref", "environment"}


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken, by its line."""

    row: int
    field: str
    what: str


@dataclass(slots=True)
class ImportReport:
    """What an import did, or would do: rows by kind, and the first 1,000 that were refused."""

    new: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    same: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    refused_rows: set[int] = field(default_factory=set)
    stored: bool = False

    def refuse(self, row: int, name: str, what: str) -> None:
        self.refused_rows.add(row)
        if len(self.refused) < _TOLD:
            self.refused.append(Refused(row, name, what))


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
    _check(database, source_id, path, kind, report)
    write = not dry_run and not (strict and report.refused_rows)
    levels = range(3) if path.suffix != ".csv" else range(1)
    for level in levels:
        good = _good(path, kind, report, level if len(levels) > 1 else None)
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


def _check(database: Database, source_id: int, path: Path, kind: str, report: ImportReport) -> None:
    """Refuse what makes no record, and what belongs to something that is nowhere."""
    here: set[tuple[str, str]] = set()
    wanted: defaultdict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for row in rows_of(path, kind):
        if row.record is None:
            report.refuse(row.number, row.field, row.what)
            continue
        here.add((row.kind, identity_of(row.kind, row.record)[0]))
        name, parent = _parent(row.kind, row.record)
        if parent:
            wanted[parent, str(getattr(row.record, name))].append((row.number, name))
    missing = set(wanted) - here
    for table in {parent for parent, _ in missing}:
        names = [name for parent, name in missing if parent == table]
        with database.read() as session:
            missing -= {(table, name) for name in stored_names(session, source_id, table, names)}
    for parent, name in sorted(missing):
        for number, named in wanted[parent, name]:
            report.refuse(number, named, f"there is no {parent} {name[:100]}, here or stored")
    report.refused.sort(key=lambda one: one.row)


def _parent(kind: str, record: Record) -> tuple[str, str]:
    """The field that names what the record belongs to, and the kind of that."""
    name, parent = _PARENTS.get(kind, ("", ""))
    if isinstance(record, StateChange) and record.entity.name == "INCIDENT":
        parent = "incident"
    return name, parent


def _good(path: Path, kind: str, report: ImportReport, level: int | None) -> Iterator[Row]:
    """The rows to be stored, of one level: what others belong to comes before them."""
    for row in rows_of(path, kind):
        if row.record is not None and row.number not in report.refused_rows:
            own = 0 if row.kind in _FIRST else 2 if row.kind in _LAST else 1
            if level is None or own == level:
                yield row


def _take(
    database: Database, source_id: int, batch: Iterable[Row], report: ImportReport, *, write: bool
) -> int:
    """Count a batch, and store what of it is new or differs; answers how many rows that are."""
    rows = {_name(row): row for row in batch}
    payloads = {name: {"kind": row.kind, "row": row.given} for name, row in rows.items()}
    with database.read() as session:
        stored = raw.hashes(session, source_id, STREAM, rows)
    different = [name for name in rows if stored.get(name) != raw.payload_hash(payloads[name])]
    for name, row in rows.items():
        counter = report.new if name not in stored else report.changed
        (counter if name in different else report.same)[row.kind] += 1
    if write and different:
        wholes = {name: _whole(rows[name]) for name in different}
        with database.writing() as session:
            cursors.save_success(session, StreamKey(source_id, STREAM), now_ts=now_ts())
            keep(session, source_id, STREAM, [(n, wholes[n], payloads[n]) for n in different])
            found = raw.load_observed(session, source_id, STREAM, wholes.values())
            made = [
                record_of(one["kind"], one["row"]) for members in found.values() for one in members
            ]
            store_pushed(session, source_id, made)
    return len(different)


def _name(row: Row) -> str:
    assert row.record is not None
    return "\n".join((row.kind, *identity_of(row.kind, row.record)))


def _whole(row: Row) -> str:
    """What the row is read together with."""
    assert row.record is not None
    name, parent = _PARENTS.get(row.kind, ("", ""))
    if parent in _TOGETHER:
        return f"{parent} {getattr(row.record, name)}"
    return " ".join((row.kind, *identity_of(row.kind, row.record)))
