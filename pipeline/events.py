"""Stores the events that tools push, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from connectors.cdevents import Event
from connectors.cloudevents import events_of
from connectors.hook_signatures import By, Delivery, entirely, events, promising
from connectors.pushed import read_for, records_of, records_of_events, whole_of
from core.errors import NotFoundError, UnverifiedError
from core.fields import Given
from core.records import Entity, Record, Repository, Transition, WorkItem
from core.settings import Settings
from core.source_settings import EventsSource
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.erased_words import freed_body
from pipeline.stages import CORRELATE
from store import cursors, dirty, features, hooks, raw, records
from store.cursors import StreamKey
from store.hooks import NotedHint
from store.pushed import keep_only_transitions, stored_names
from store.raw import OBSERVED, RawPayload
from store.sources import SourceRow, ensure_sources

STREAM = "events"
_AHEAD = timedelta(days=1)
_KEPT = "-"
"""The whole of events of which nothing is made."""
HOW = (
    'no source of kind "events" with `hooks` is configured; add to the configuration: [[sources]]'
    ' name = "events" kind = "events" hooks = { secrets = ["env:EVENTS_SECRET"] }'
)


@dataclass(frozen=True, slots=True)
class EventsStored:
    """What became of the events of a request. `kept`: new ones of which nothing is made, or not
    before what they belong to is reported.
    """

    events: int
    new: int
    duplicates: int
    kept: int


def take_events(settings: Settings, database: Database, delivery: Delivery) -> EventsStored:
    """Verify a request and store its events, all of them or none.

    `NotFoundError` where no source of kind "events" has `hooks`, `UnverifiedError` where none has
    this secret; `DeliveryError` and `FieldError` for what can't be taken.
    """
    source = _source_of(settings, delivery)
    with database.read() as session:
        body = freed_body(session, delivery.body)
    found = events_of(delivery.headers, body)
    latest = datetime.now(UTC) + _AHEAD
    for event in found:
        if event.at > latest:
            at = Given(None, event.path).get("context").get("timestamp")
            raise at.wrong("lies in the future; set the sender's clock")
    _check(found)
    with database.writing() as session:
        row = SourceRow(source.name, source.kind)
        source_id = ensure_sources(session, [row])[source.name]
        _turn(session, source_id)
        by_id = {f"{event.source}\n{event.id}": event for event in reversed(found)}
        known = raw.known_ids(session, source_id, STREAM, by_id)
        new = {name: event for name, event in by_id.items() if name not in known}
        kept = _store(session, source_id, new)
    return EventsStored(len(found), len(new), len(found) - len(new), kept)


def expect_events(settings: Settings, delivery: Delivery) -> None:
    """The errors of `take_events` that no body could change, before it is read."""
    _source_of(settings, delivery, by=promising)


def _source_of(settings: Settings, delivery: Delivery, *, by: By = entirely) -> EventsSource:
    """The source whose secret it is; every secret is looked at, whichever fits."""
    known = [one for one in settings.sources if isinstance(one, EventsSource) and one.hooks]
    if not known:
        raise NotFoundError(HOW)
    fitting = [source for source in known if by(events, delivery, _secrets(source), now_ts())]
    if not fitting:
        raise UnverifiedError("the token or signature is that of no source here")
    return fitting[0]


def _secrets(source: EventsSource) -> list[str]:
    given = source.hooks.secrets if source.hooks is not None else ()
    return [secret.get_secret_value() for secret in given]


def _check(found: Sequence[Event]) -> None:
    """Nothing is stored of which no records can be made: what is wrong is told to the sender."""
    for event in found:
        whole = whole_of(event)
        if whole:
            records_of_events(whole, [event])


def _store(session: Session, source_id: int, new: Mapping[str, Event]) -> int:
    """Keep new events and store what they and those before them make together; answers of how many
    nothing is made so far.
    """
    wholes = {name: whole_of(event) or _KEPT for name, event in new.items()}
    keep(session, source_id, STREAM, [(n, wholes[n], event.payload) for n, event in new.items()])
    parts: dict[str, list[Mapping[str, Any]]] = {}
    for name, whole in wholes.items():
        if whole != _KEPT:
            parts.setdefault(whole, []).append(new[name].payload)
    made = _made(session, source_id, parts)
    told = (record for records in made.values() for record in records)
    homes = {record.id for record in told if isinstance(record, Repository)}
    if homes - stored_names(session, source_id, "repository", homes):
        waiting = raw.observed_scopes(session, source_id, STREAM, "environment ")
        made |= _made(session, source_id, dict.fromkeys(waiting, ()))
    left = store_pushed(session, source_id, [one for records in made.values() for one in records])
    empty = {whole for whole, records in made.items() if all(one in left for one in records)}
    return sum(1 for whole in wholes.values() if whole == _KEPT or whole in empty)


def _made(
    session: Session, source_id: int, parts: Mapping[str, Iterable[Mapping[str, Any]]]
) -> dict[str, list[Record]]:
    """The records of these wholes. parts: the events of each that are new; all are stored."""
    read = {whole: read_for(whole) for whole in sorted(parts)}
    stored = raw.load_observed(
        session, source_id, STREAM, {one for got in read.values() for one in got}
    )
    made = {}
    for whole, scopes in read.items():
        payloads = [payload for scope in scopes for payload in stored.get(scope, ())]
        made[whole] = records_of(whole, [*payloads, *(() if whole in scopes else parts[whole])])
    return made


def _turn(session: Session, source_id: int) -> None:
    """Whoever writes next waits here, and then sees all events of this transaction."""
    key = StreamKey(source_id, STREAM)
    cursors.save_success(session, key, now_ts=now_ts())


def keep(
    session: Session,
    source_id: int,
    stream: str,
    payloads: Iterable[tuple[str, str, Mapping[str, Any]]],
) -> None:
    """Store what nobody can be asked for again: (external id, whole it is a part of, payload)."""
    rows = [
        RawPayload(name, payload, raw.payload_hash(payload), scope=whole)
        for name, whole, payload in payloads
    ]
    raw.save(session, source_id, stream, "", rows, fetched_ts=now_ts(), origin=OBSERVED)


def store_pushed(session: Session, source_id: int, made: Sequence[Record]) -> list[Record]:
    """Store whole things, mark what changed and have it looked at; answers what was left out,
    for what it belongs to is not stored.
    """
    items = {record.id for record in made if isinstance(record, WorkItem)}
    moves = [record for record in made if isinstance(record, Transition)]
    lost = keep_only_transitions(session, source_id, items, moves)
    saved = records.save_records(session, source_id, made)
    saved[Entity.ITEM].update(lost)
    for entity, ids in saved.ids.items():
        dirty.mark(session, CORRELATE, entity, ids)
    features.save_features(session, source_id, made, received_ts=now_ts())
    hooks.note(session, source_id, [NotedHint(STREAM)], now_ts=now_ts())
    return saved.left_out
