"""The collected history as an object-centric event log (OCEL 2.0): its objects and its events.

Objects are items, commits, merge requests, builds, deployments, change requests, incidents and
services; events are what happened to them, each naming every object that took part. Nobody is in
it. Both are made batch by batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from core.records import Entity
from pipeline.ocel_kinds import BLOCK, ITEMS, KINDS, NAMES, VISIT, Kind, typed
from pipeline.times import iso_of
from store import export_flow as flow
from store.export_reads import Wanted, batches
from store.export_schema import ExportTable
from store.ocel_reads import items_of, links_from, shipped

Row = Mapping[str, Any]
Related = Sequence[tuple[str, str]]
"""Ids of objects, each with what it is to the object or event."""

BATCH: Final = 2_000
_UNMAPPED: Final = "enter a status of no stage"


@dataclass(frozen=True, slots=True)
class LogObject:
    """type: one of `object_types`. Its attributes are as they are now."""

    id: str
    type: str
    attributes: Mapping[str, Any]
    related: Related = ()


@dataclass(frozen=True, slots=True)
class LogEvent:
    """type: one of `event_types`, which is what process mining calls the activity."""

    id: str
    type: str
    at: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    related: Related = ()


def event_types(session: Session) -> dict[str, dict[str, str]]:
    """The same of events: entering each stage that any stream has is a type of its own."""
    found = {name: typed(one.table, one.told) for one in KINDS for name in one.events}
    stages = sorted({row["stage"] for row in _rows(session, flow.STAGES)})
    visit = typed(flow.STAGE_VISITS, VISIT)
    found |= {f"enter {stage}": visit for stage in stages} | {_UNMAPPED: visit}
    block = typed(flow.BLOCKS, BLOCK)
    return found | {"block item": block, "unblock item": block}


def log_objects(session: Session) -> Iterator[LogObject]:
    """Every object once, with the objects that it is linked to and by which rule."""
    for kind in KINDS:
        last = None
        for rows in _batched(session, kind.table):
            related = _links(session, kind, rows)
            for row in rows:
                number = row[kind.key]
                if number == last:  # a second delivery, stream or service of the same
                    continue
                last = number
                told = _known({name: row[name] for name in kind.attributes})
                yield LogObject(f"{kind.name}:{number}", kind.name, told, related.get(number, ()))


def _links(
    session: Session, kind: Kind, rows: Sequence[Row]
) -> Mapping[int, Sequence[tuple[str, str]]]:
    if kind.entity is None:
        return {}
    found: dict[int, list[tuple[str, str]]] = {}
    for number, other, other_id, rule in links_from(
        session, kind.entity, {row[kind.key] for row in rows}
    ):
        found.setdefault(number, []).append((f"{NAMES[other]}:{other_id}", rule))
    return found


def log_events(session: Session) -> Iterator[LogEvent]:
    """Every event once, those of one kind of object after the other."""
    for kind in KINDS:
        for rows in _batched(session, kind.table):
            beside = _BESIDE.get(kind.name, _items_beside)(session, kind, rows)
            for row in rows:
                yield from _events(kind, row, beside.get(row[kind.key], ()))
    yield from _visits(session)
    yield from _blocks(session)


def _events(kind: Kind, row: Row, beside: Related) -> Iterator[LogEvent]:
    number = row[kind.key]
    own = [(f"{kind.name}:{number}", kind.name)]
    if "service_id" in row and kind.name != "service":
        own.append((f"service:{row['service_id']}", "service"))
    told = _known({name: row[name] for name in kind.told})
    part = "/".join(str(row[name]) for name in kind.table.key)
    for name, column in kind.events.items():
        if row[column] is None or (name == "create item" and row["episode"] > 1):
            continue
        id_ = f"{name}:{part}"
        yield LogEvent(id_, name, _at(row[column]), told, [*own, *beside])


def _items_beside(session: Session, kind: Kind, rows: Sequence[Row]) -> Mapping[int, Related]:
    """The items that what happens is done for."""
    if kind.entity is None or kind is ITEMS:
        return {}
    found = items_of(session, kind.entity, {row[kind.key] for row in rows})
    return {number: [(f"item:{item}", "item") for item in items] for number, items in found.items()}


def _shipped_beside(session: Session, kind: Kind, rows: Sequence[Row]) -> Mapping[int, Related]:
    """Of a deployment what it first brought to production: commits, and their items."""
    commits = shipped(session, {row[kind.key] for row in rows})
    items = items_of(session, Entity.COMMIT, {one for many in commits.values() for one in many})
    return {
        number: [
            *((f"commit:{one}", "ships") for one in many),
            *((f"item:{one}", "brings live") for one in _once(items, many)),
        ]
        for number, many in commits.items()
    }


def _once(items: Mapping[int, Sequence[int]], commits: Iterable[int]) -> Sequence[int]:
    return sorted({item for commit in commits for item in items.get(commit, ())})


def _blamed_beside(session: Session, kind: Kind, rows: Sequence[Row]) -> Mapping[int, Related]:
    """Of an incident the deployment that it is put down to."""
    del session
    return {
        row[kind.key]: [(f"deployment:{row['deployment_id']}", "put down to")]
        for row in rows
        if row["deployment_id"] is not None
    }


_Beside = Callable[[Session, Kind, Sequence[Row]], Mapping[int, Related]]
_BESIDE: Final[Mapping[str, _Beside]] = {
    "deployment": _shipped_beside,
    "incident": _blamed_beside,
}


def _visits(session: Session) -> Iterator[LogEvent]:
    """One for each time that an item comes into a stage; what cuts its stay is left out."""
    last: tuple[Any, ...] = ()
    for row in _rows(session, flow.STAGE_VISITS):
        now = (row["stream_id"], row["item_id"], row["episode"], row["stage_id"])
        if now == last:
            continue
        last = now
        name = _UNMAPPED if row["stage"] is None else f"enter {row['stage']}"
        id_ = f"visit:{row['stream_id']}/{row['item_id']}/{row['ordinal']}"
        told = _known({name: row[name] for name in VISIT})
        yield LogEvent(
            id_, name, _at(row["started_at"]), told, [(f"item:{row['item_id']}", "item")]
        )


def _blocks(session: Session) -> Iterator[LogEvent]:
    for number, row in enumerate(_rows(session, flow.BLOCKS)):
        told, item = _known({name: row[name] for name in BLOCK}), f"item:{row['item_id']}"
        for name, column in (("block item", "started_at"), ("unblock item", "ended_at")):
            if row[column] is not None:
                id_ = f"{name}:{number}"
                yield LogEvent(id_, name, _at(row[column]), told, [(item, "item")])


def _batched(session: Session, table: ExportTable) -> Iterator[list[Row]]:
    for batch in batches(session, table, Wanted(), size=BATCH):
        rows: list[Row] = [*batch.to_pylist()]
        yield rows


def _rows(session: Session, table: ExportTable) -> Iterator[Row]:
    for rows in _batched(session, table):
        yield from rows


def _at(moment: datetime) -> str:
    return iso_of(moment)


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
