"""Writes the event log of `ocel_log.py` as one file: OCEL 2.0 as JSON, or as SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import orjson
from sqlalchemy.orm import Session

from core.errors import ConfigError
from pipeline.database import Database
from pipeline.exporting import replace_file, steady
from pipeline.ocel_kinds import object_types
from pipeline.ocel_log import LogEvent, LogObject, event_types, log_events, log_objects
from pipeline.progress import Progress, Silent
from store.ocel_file import OcelFile

LOGS: Final = ("ocel", "ocel-sqlite")
JSON_FILE: Final = "headwater.v1.ocel.json"
SQLITE_FILE: Final = "headwater.v1.ocel.sqlite"
_PART: Final = 2_000
_ALWAYS: Final = "1970-01-01T00:00:00Z"
"""From when on an attribute holds that the log tells no change of."""

Answer = dict[str, Any]
T = TypeVar("T")


def export_log(
    database: Database, folder: Path, form: str, *, progress: Progress | None = None
) -> Answer:
    """Write the whole log of one moment into `folder`: the file, and how many objects and events
    are in it. `ConfigError` where it can't be written.
    """
    tell = progress or Silent()
    counts = Counts()
    path = folder / (JSON_FILE if form == "ocel" else SQLITE_FILE)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tell.step("export", 0, 1)
        with steady(database) as session:
            if form == "ocel":
                replace_file(path, log_json(session, counts))
            else:
                _sqlite(session, path, counts)
        tell.step("export", 1, 1)
    except OSError as error:
        raise ConfigError(f"{path} can't be written: {error.strerror}") from error
    return {"file": str(path), "objects": counts.objects, "events": counts.events}


@dataclass(slots=True)
class Counts:
    """What went by."""

    objects: int = 0
    events: int = 0

    def all_objects(self, found: Iterable[LogObject]) -> Iterator[LogObject]:
        for one in found:
            self.objects += 1
            yield one

    def all_events(self, found: Iterable[LogEvent]) -> Iterator[LogEvent]:
        for one in found:
            self.events += 1
            yield one


def log_json(session: Session, counts: Counts) -> Iterator[bytes]:
    """The document, part by part."""
    types = _types(object_types())
    yield b'{"objectTypes":' + orjson.dumps(types) + b',"eventTypes":'
    yield orjson.dumps(_types(event_types(session))) + b',"objects":['
    yield from _listed(_object(one) for one in counts.all_objects(log_objects(session)))
    yield b'],"events":['
    yield from _listed(_event(one) for one in counts.all_events(log_events(session)))
    yield b"]}\n"


def _types(found: Mapping[str, Mapping[str, str]]) -> list[Answer]:
    return [
        {"name": name, "attributes": [{"name": one, "type": kind} for one, kind in told.items()]}
        for name, told in found.items()
    ]


def _object(one: LogObject) -> Answer:
    return {
        "id": one.id,
        "type": one.type,
        "attributes": [
            {"name": name, "time": _ALWAYS, "value": value}
            for name, value in one.attributes.items()
        ],
        "relationships": _related(one),
    }


def _event(one: LogEvent) -> Answer:
    return {
        "id": one.id,
        "type": one.type,
        "time": one.at,
        "attributes": [{"name": name, "value": told} for name, told in one.attributes.items()],
        "relationships": _related(one),
    }


def _related(one: LogObject | LogEvent) -> list[Answer]:
    return [{"objectId": other, "qualifier": what} for other, what in one.related]


def _listed(found: Iterable[Answer]) -> Iterator[bytes]:
    """The elements of a list, many at a time."""
    first = True
    for many in _many(found):
        text = b",\n".join(orjson.dumps(one) for one in many)
        yield text if first else b",\n" + text
        first = False


def _many(found: Iterable[T]) -> Iterator[list[T]]:
    many: list[T] = []
    for one in found:
        many.append(one)
        if len(many) == _PART:
            yield many
            many = []
    if many:
        yield many


def _sqlite(session: Session, path: Path, counts: Counts) -> None:
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        with OcelFile(part, object_types(), event_types(session)) as file:
            for objects in _many(counts.all_objects(log_objects(session))):
                file.add_objects(
                    [(o.id, o.type, _ALWAYS, o.attributes, o.related) for o in objects]
                )
            for events in _many(counts.all_events(log_events(session))):
                file.add_events([(e.id, e.type, e.at, e.attributes, e.related) for e in events])
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
