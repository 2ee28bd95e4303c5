"""Notices that a definition is another one, and keeps one window under both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.errors import BadRequestError, NotFoundError
from core.settings import Settings, ValueStream
from metrics.registry import METRICS
from metrics.remapping import changed_words
from pipeline.breaks import definition_name
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.definition import definition_of, document_of, planned, read_definition
from pipeline.definition_numbers import HEADLINE, Scope, numbers_again, numbers_of
from pipeline.delivery_changes import delivery_changes, keep_deliveries
from pipeline.measure import MAPPING
from pipeline.service_answers import service_of
from pipeline.snapshot import Snapshot
from pipeline.snapshots import Snapshots
from pipeline.stream_answers import stream_of
from pipeline.times import iso
from store import definitions, facts, frames
from store.definitions import DefinitionChange
from store.fact_log import Recording, leave_stages
from store.known_facts import known_since

Answer = dict[str, Any]


def note_changes(settings: Settings, database: Database) -> None:
    """Keep what changed since the last time, with the numbers of the 90 days before. Called before
    the mapping is applied; a stream of which nothing was told yet has no change.
    """
    with database.read() as session:
        known = frames.value_streams(session)
        ids = {name: int(one) for name, one in zip(known["name"], known["stream_id"], strict=True)}
        told = known_since(session)[0]
        changed, kept = _changed_streams(session, settings, ids)
        ts = max(now_ts(), facts.last_written_ts(session) + 1)
        scopes = [Scope(stream=name) for name in changed if told.get(name, ts) < ts]
        numbers = numbers_of(session, settings, scopes, known_at=ts - 1, slugs=HEADLINE)
        deliveries = delivery_changes(session, settings, ids, ts=ts)
        before = definitions.kept_versions(session)
    versions = {slug: metric.version for slug, metric in METRICS.items()}
    if not kept and not deliveries.moved and before == versions:
        return
    configured = {one.name: one for one in settings.streams}
    with database.writing() as session:
        for name, document in kept.items():
            definitions.keep_definition(session, ids[name], document)
        for scope, found in numbers.items():
            name = scope.stream
            _note(session, configured[name], ids[name], ts, changed[name], found)
        for change in deliveries.changes:
            definitions.add_change(session, change)
        keep_deliveries(session, settings)
        for slug, old in (before or {}).items():
            if slug in versions and old != versions[slug]:
                what = (f"{slug}@{old} -> {slug}@{versions[slug]}",)
                definitions.add_change(session, DefinitionChange(ts, what, metric=slug))
        definitions.keep_versions(session, versions)


def _note(
    session: Session,
    stream: ValueStream,
    number: int,
    ts: int,
    what: Sequence[str],
    numbers: Mapping[str, Any],
) -> None:
    """Keep a change of a stream, and the stages that end with it."""
    names = {one.name for one in stream.stages}
    rows = [
        {str(name): value for name, value in row.items()}
        for row in frames.stages(session, number).to_dict("records")
    ]
    leaving = [int(row["stage_id"]) for row in rows if row["name"] not in names]
    leave_stages(session, number, leaving, Recording(ts, MAPPING))
    change = DefinitionChange(
        ts, tuple(what), stream_id=number, stages_before=rows, numbers_before=numbers
    )
    definitions.add_change(session, change)


def keep_definitions(settings: Settings, database: Database) -> None:
    """The same of streams that are stored now for the first time; and the numbers of the noted
    changes under the new definitions, once facts follow them.
    """
    with database.read() as session:
        known = frames.value_streams(session)
        ids = dict(zip(known["name"], known["stream_id"], strict=True))
        new = {
            name: number
            for name, number in ids.items()
            if definitions.kept_definition(session, int(number)) is None
        }
        kept = _changed_streams(session, settings, new)[1]
        numbers = _numbers_after(session, settings, dict(zip(ids.values(), ids, strict=True)))
    if not kept and not numbers:
        return
    with database.writing() as session:
        for name, document in kept.items():
            definitions.keep_definition(session, int(ids[name]), document)
        for change, found in numbers.items():
            definitions.add_numbers(session, change, found)


def _changed_streams(
    session: Session, settings: Settings, ids: Mapping[str, int]
) -> tuple[dict[str, list[str]], dict[str, Answer]]:
    """What changed in words, and the documents to keep, by name."""
    changed: dict[str, list[str]] = {}
    kept: dict[str, Answer] = {}
    for stream in settings.streams:
        if stream.name not in ids:
            continue
        number = int(ids[stream.name])
        plan = planned(session, settings, stream, number)
        definition = definition_of(session, settings, stream, plan)
        before = definitions.kept_definition(session, number)
        document = document_of(definition)
        if before == document:
            continue
        kept[stream.name] = document
        if before is not None and (words := changed_words(read_definition(before), definition)):
            changed[stream.name] = words
    return changed, kept


def _numbers_after(
    session: Session, settings: Settings, names: Mapping[int, str]
) -> dict[int, Answer]:
    waiting = definitions.unmeasured(session)
    if not waiting:
        return {}
    snapshot = Snapshots(settings).present(session)
    found = {}
    for change in waiting:
        stream = names.get(change.stream_id or 0)
        numbers = numbers_again(snapshot, settings, change, stream)
        if numbers is not None:
            found[change.id] = numbers
    return found


def changes_answer(
    session: Session,
    snapshot: Snapshot,
    *,
    stream: str | None,
    service: str | None = None,
    metric: str | None,
    limit: int,
    cursor: str | None,
) -> Answer:
    """A page of changes, the newest first, each with one window under both definitions.

    `NotFoundError` for an unknown stream, service or metric, `BadRequestError` for a cursor that is
    none.
    """
    if metric is not None and metric not in METRICS:
        raise NotFoundError(f'there is no metric "{metric}"; known: {", ".join(METRICS)}')
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise BadRequestError("cursor: give the `next` of the page before, unchanged")
    found = definitions.changes_page(
        session,
        stream_id=None if stream is None else stream_of(snapshot, stream).id,
        service=None if service is None else service_of(snapshot, service).config.name,
        metric=metric,
        before_id=None if cursor is None else int(cursor),
        limit=limit + 1,
    )
    names = {one.id: name for name, one in snapshot.streams.items()}
    rows = [_row(change, names) for change in found[:limit]]
    return {"items": rows, "next": str(found[limit - 1].id) if len(found) > limit else None}


def _row(change: DefinitionChange, names: Mapping[int, str]) -> Answer:
    before, after = change.numbers_before, change.numbers_after
    known = None if before is None else before["known_at"]
    return {
        "at": iso(change.changed_ts),
        "stream": None if change.stream_id is None else names.get(change.stream_id),
        "service": change.service or None,
        "definition": definition_name(change),
        "concerns": None if change.concerns is None else sorted(change.concerns),
        "what": list(change.what),
        "known_at": iso(known),
        "window": None if before is None else [iso(ts) for ts in before["window"]],
        "numbers": _numbers(before, after),
    }


def _numbers(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Sequence[Answer]:
    """The metrics side by side; `after` None until it is measured."""
    if before is None:
        return []
    new = {one["metric"]: one for one in (after or {"metrics": []})["metrics"]}
    return [
        {"metric": one["metric"], "before": one, "after": new.get(one["metric"])}
        for one in before["metrics"]
    ]
