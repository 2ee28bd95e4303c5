"""Notices that what counts as a delivery is something else, for which services and streams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.settings import Settings
from pipeline.definition_numbers import Scope, numbers_of
from pipeline.deliveries import (
    Change,
    Deliveries,
    concerned,
    configured_as,
    deliveries_of,
    document_of,
    read_deliveries,
    rules_document,
    service_changes,
    stream_changes,
)
from store import definitions
from store.definitions import DefinitionChange
from store.known_facts import known_since


@dataclass(frozen=True, slots=True)
class Noticed:
    """The changes to keep, and whether anything but the order of things is to be kept at all."""

    changes: tuple[DefinitionChange, ...]
    moved: bool


def delivery_changes(
    session: Session, settings: Settings, ids: Mapping[str, int], *, ts: int
) -> Noticed:
    """What changed since the last pass, with the numbers as told before `ts`. ids: of the stored
    streams. What nothing was told of yet has no change.
    """
    new = deliveries_of(settings)
    kept = definitions.kept_deliveries(session)
    old = None if kept is None else read_deliveries(kept)
    if old is None or kept == document_of(new):
        return Noticed((), moved=kept != document_of(new))
    found = _found(session, old, new, ids, ts)
    before = configured_as(settings, old)
    numbers = numbers_of(session, before, [scope for scope, _ in found], known_at=ts - 1)
    changes = tuple(
        DefinitionChange(
            ts,
            tuple(dict.fromkeys(one.what for one in told)),
            stream_id=ids.get(scope.stream),
            service=scope.service,
            concerns=concerned(told),
            settings_before=_before(old, scope),
            numbers_before=numbers[scope],
        )
        for scope, told in found
    )
    return Noticed(changes, moved=True)


def _found(
    session: Session, old: Deliveries, new: Deliveries, ids: Mapping[str, int], ts: int
) -> list[tuple[Scope, list[Change]]]:
    """Services first, then streams, in the order of the configuration."""
    streams, services = known_since(session)
    found = [
        (Scope(service=name), service_changes(old, new, name))
        for name in new.services
        if name in old.services and services.get(name, ts) < ts
    ]
    found += [
        (Scope(stream=name), stream_changes(old, new, name))
        for name in new.streams
        if name in ids and name in old.streams and streams.get(name, ts) < ts
    ]
    return [(scope, told) for scope, told in found if told]


def _before(old: Deliveries, scope: Scope) -> dict[str, object]:
    if scope.service:
        return rules_document(old, scope.service)
    return {"services": list(old.streams[scope.stream].services)}


def keep_deliveries(session: Session, settings: Settings) -> None:
    """Keep what counts as a delivery now, to tell later what changed."""
    definitions.keep_deliveries(session, document_of(deliveries_of(settings)))
