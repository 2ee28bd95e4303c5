"""A sample of the recent histories of one project, read through its connector and not stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from connectors.http import SourceClient
from connectors.look import Board
from connectors.stream import Connection, Payload, Reading, Scope, Stream
from core.errors import SourceAnswerError, SourceError
from core.record_check import require_sound
from core.records import (
    ItemLink,
    Record,
    StatusCategory,
    Transition,
    WorkflowStatus,
    WorkItem,
)
from metrics.workflow.histories import History, history_of
from pipeline.parsing import MISSHAPEN

_BACK = (timedelta(days=30), timedelta(days=120), timedelta(days=365), None)
NO_BOARD: Final = Board()
_LISTS = ("statuses", "labels")
_OFF = (403, 404, 410)

Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """What was read of a project. histories: of items of one level, neither parts nor parents.

    statuses: by id, with the name and category of now; `listed` False where the tracker does not
    list it any more. parents: types that stand above the others and are in use. parts: types of
    sub-tasks. links: (kind, project of the other item) with how many items have such a link.
    labels: how many items have each. board: where the tracker has boards.
    """

    project: str
    title: str = ""
    histories: tuple[History, ...] = ()
    statuses: Mapping[str, WorkflowStatus] = field(default_factory=dict)
    parents: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    links: Mapping[tuple[str, str], int] = field(default_factory=dict)
    labels: Mapping[str, int] = field(default_factory=dict)
    board: Board = NO_BOARD


def sample_of(
    client: SourceClient,
    found: Connection,
    project: str,
    *,
    payload: Payload | None = None,
    above: Sequence[str] = (),
    most: int,
    tell: Tell = lambda _count: None,
) -> Sample:
    """At most so many items: those that changed in the last month; where they are not enough those
    of four months, of a year, of all times besides. A list begins with the oldest change.

    payload: that of the project where streams are read over projects. above: types that are
    parents. tell: is told how many items were read. `SourceError`.
    """
    streams = {stream.name: stream for stream in found.streams}
    records: list[Record] = []
    for name in _LISTS:
        if name in streams:
            records += _listed(client, streams[name], payload)
    issues = streams["issues"]
    scope = _scope(issues, payload)
    if scope is not None:
        records += _items(client, issues, scope, most=most, tell=tell)
    return sample_from(project, records, above)


def _scope(stream: Stream, payload: Payload | None) -> Scope | None:
    if stream.over is None or stream.scope is None:
        return Scope()
    return stream.scope(payload) if payload is not None else None


def _listed(client: SourceClient, stream: Stream, payload: Payload | None) -> list[Record]:
    scope = _scope(stream, payload)
    if scope is None:
        return []
    pages = stream.read(_reading(client, scope, None))
    return [
        record for page in pages for row in page.payloads for record in _parsed(stream, row, scope)
    ]


def _items(
    client: SourceClient, stream: Stream, scope: Scope, *, most: int, tell: Tell
) -> list[Record]:
    found: dict[str, Payload] = {}
    for back in _BACK:
        try:
            for row in _changed(client, stream, scope, back=back, most=most):
                if len(found) < most:
                    found.setdefault(stream.id(row, scope), row)
        except SourceError as error:
            if stream.optional and error.status in _OFF:
                return []  # issues are switched off here
            raise
        tell(len(found))
        if len(found) >= most:
            break
    rows = list(found.values())
    if stream.complete is not None and rows:
        stream.complete(client, scope, rows)
    return [record for row in rows for record in _parsed(stream, row, scope)]


def _changed(
    client: SourceClient, stream: Stream, scope: Scope, *, back: timedelta | None, most: int
) -> Iterator[Payload]:
    count = 0
    for page in stream.read(_reading(client, scope, back)):
        yield from page.payloads[: most - count]
        count += len(page.payloads)
        if count >= most:
            return


def _reading(client: SourceClient, scope: Scope, back: timedelta | None) -> Reading:
    since = None if back is None else (datetime.now(UTC) - back).date()
    return Reading(client, scope, {}, known=lambda _ids: set(), since=since)


def _parsed(stream: Stream, row: Payload, scope: Scope) -> list[Record]:
    try:
        return require_sound(stream.parse(row, scope))
    except (*MISSHAPEN, SourceAnswerError):
        return []  # `sync` counts and tells them


def sample_from(project: str, records: Sequence[Record], above: Sequence[str]) -> Sample:
    """What the records of a project tell; `above` are types that are parents, the lowest first."""
    items = {one.id: one for one in records if isinstance(one, WorkItem)}
    changes: dict[str, list[Transition]] = {id: [] for id in items}
    for one in records:
        if isinstance(one, Transition) and one.item in changes:
            changes[one.item].append(one)
    parents = _parents(items, above)
    counted = [one for one in items.values() if not one.subtask and one.type not in parents]
    own = {one.id for one in counted}
    pairs = {
        (one.item, one.kind, one.other_key.rpartition("-")[0])
        for one in records
        if isinstance(one, ItemLink) and one.item in own
    }
    return Sample(
        project,
        histories=tuple(history_of(one, changes[one.id]) for one in counted),
        statuses=_statuses(records),
        parents=parents,
        parts=tuple(sorted({one.type for one in items.values() if one.subtask})),
        links=Counter((kind, other) for _, kind, other in pairs),
        labels=Counter(label for one in counted for label in one.labels),
    )


def _parents(items: Mapping[str, WorkItem], above: Sequence[str]) -> tuple[str, ...]:
    """Those types above of which there are items; the lowest where items only name a parent."""
    kinds = {one.type for one in items.values()}
    seen = tuple(kind for kind in above if kind in kinds)
    used = any(one.parent_id for one in items.values() if not one.subtask)
    return seen or (tuple(above[:1]) if used else ())


def _statuses(records: Sequence[Record]) -> dict[str, WorkflowStatus]:
    """Those that the tracker lists, and those that only histories name, by their newest name."""
    found = {one.id: one for one in records if isinstance(one, WorkflowStatus)}
    moves = [one for one in records if isinstance(one, Transition) and one.field.name == "STATUS"]
    for move in sorted(moves, key=lambda one: (one.at, one.seq)):
        for id, name in ((move.from_id, move.from_name), (move.to_id, move.to_name)):
            if id and (id not in found or not found[id].listed):
                known = StatusCategory.UNKNOWN
                found[id] = WorkflowStatus(id, name or id, known, listed=False)
    return found
