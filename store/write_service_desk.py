"""Stores change requests, incidents and the histories of their states."""

from __future__ import annotations

from typing import Any

from core.errors import PayloadError
from core.records import ChangeRequest, Entity, Incident, StateChange
from store.batch import Batch, parent_id, seconds
from store.lookup import read_rows
from store.models import change_request, incident, state_change
from store.rows import write_children, write_entities

# Vendors tell these in the history alone; `fill_approvals` fills them and a record leaves them.
_FROM_HISTORY = ("requested_ts", "approved_ts")
_TABLES = {Entity.CHANGE: change_request, Entity.INCIDENT: incident}


def write_service_desk(batch: Batch) -> None:
    """Store changes and incidents, then the changes of their states; none of these is ever lost."""
    rows = {
        Entity.CHANGE: [_change_row(batch, found) for found in batch.of(ChangeRequest)],
        Entity.INCIDENT: [_incident_row(batch, found) for found in batch.of(Incident)],
    }
    for entity, table in _TABLES.items():
        keep = _FROM_HISTORY if entity is Entity.CHANGE else ()
        written = write_entities(batch.session, table, rows[entity], keep=keep)
        batch.touched[entity].update(written.changed)
    _write_states(batch)


def _write_states(batch: Batch) -> None:
    ids = {
        entity: batch.lookup(
            table, {found.id for found in batch.of(StateChange) if found.entity is entity}
        )
        for entity, table in _TABLES.items()
    }

    def row(record: StateChange) -> dict[str, Any]:
        if record.entity not in ids:
            raise PayloadError(f"state of {record.id}: no history is kept for {record.entity.name}")
        parent = record.entity.name.lower()
        found = parent_id(ids[record.entity], record.id, child=f"state {record.new}", parent=parent)
        return {
            "entity": int(record.entity),
            "entity_id": found,
            "ts": seconds(record.at),
            "seq": record.seq,
            "field": record.field,
            "old": record.old,
            "new": record.new,
        }

    rows = batch.rows([found for found in batch.of(StateChange) if not found.observed], row)
    rows += _really_changed(
        batch, batch.rows([found for found in batch.of(StateChange) if found.observed], row)
    )
    for entity in _TABLES:
        own = [found for found in rows if found["entity"] == int(entity)]
        batch.touched[entity].update(
            write_children(batch.session, state_change, own, parent="entity_id", entity=int(entity))
        )


def _really_changed(batch: Batch, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of what was seen, what is not as it was seen or told last, with what it was before."""
    last: dict[tuple[int, int, str], tuple[tuple[int, int], str]] = {}
    for entity in {found["entity"] for found in rows}:
        ids = {found["entity_id"] for found in rows if found["entity"] == entity}
        for stored in read_rows(batch.session, state_change, "entity_id", ids, entity=entity):
            key = (entity, stored["entity_id"], stored["field"])
            place = (stored["ts"], stored["seq"])
            if place >= last.get(key, ((-1, -1), ""))[0]:
                last[key] = (place, stored["new"])
    changed = []
    for found in rows:
        told = last.get((found["entity"], found["entity_id"], found["field"]))
        before = told[1] if told else found["new"]
        if told is None or before != found["new"]:
            changed.append({**found, "old": before})
    return changed


def _change_row(batch: Batch, record: ChangeRequest) -> dict[str, Any]:
    return {
        "source_id": batch.source_id,
        "external_id": record.id,
        "number": record.number,
        "type": record.type,
        "state": record.state,
        "title": record.title,
        "description": record.description,
        "ci": record.ci,
        "service": record.service,
        "correlation": record.correlation,
        "url": record.url,
        "created_ts": seconds(record.created_at),
        "updated_ts": seconds(record.updated_at),
        "requested_ts": seconds(record.requested_at),
        "approved_ts": seconds(record.approved_at),
        "started_ts": seconds(record.started_at),
        "finished_ts": seconds(record.finished_at),
        "closed_ts": seconds(record.closed_at),
        "successful": record.successful,
    }


def _incident_row(batch: Batch, record: Incident) -> dict[str, Any]:
    return {
        "source_id": batch.source_id,
        "external_id": record.id,
        "number": record.number,
        "title": record.title,
        "description": record.description,
        "state": record.state,
        "priority": record.priority,
        "ci": record.ci,
        "service": record.service,
        "caused_by_external_id": record.caused_by or "",
        "duplicate_of_external_id": record.duplicate_of or "",
        "correlation": record.correlation,
        "url": record.url,
        "opened_ts": seconds(record.opened_at),
        "updated_ts": seconds(record.updated_at),
        "detected_ts": seconds(record.detected_at),
        "resolved_ts": seconds(record.resolved_at),
        "closed_ts": seconds(record.closed_at),
    }
