"""Stores the words of histories: workflow statuses, and the terms of the other fields."""

from __future__ import annotations

from typing import Any

from core.records import Field, StatusCategory, Transition, WorkflowStatus, WorkItem
from store.batch import Batch
from store.lookup import read_rows
from store.models import term, workflow_status
from store.rows import BY_SOURCE, ensure_entities, write_entities
from store.upsert import upsert


def write_statuses(batch: Batch) -> dict[str, int]:
    """Store the statuses that the batch lists or names; answers ids by vendor id.

    One that only a history names gets the name written there, until the source lists it.
    """
    listed = [_row(batch, found) for found in batch.of(WorkflowStatus) if found.listed]
    written = write_entities(batch.session, workflow_status, listed)
    ids = {name: found for (_, name), found in written.ids.items()}
    heard = {name: told for name, told in _heard(batch).items() if name not in ids}
    rows = [
        _row(batch, WorkflowStatus(name, told, StatusCategory.UNKNOWN, listed=False))
        for name, told in heard.items()
    ]
    added = ensure_entities(batch.session, workflow_status, rows)
    named = _name_the_nameless(batch, heard)
    batch.touched.statuses |= written.changed | added.changed | named
    return ids | {name: found for (_, name), found in added.ids.items()}


def write_terms(batch: Batch) -> dict[tuple[Field, str], int]:
    """Store the values of all other fields that histories name, by their latest name."""
    names: dict[tuple[Field, str], str] = {}
    for record in batch.of(Transition):
        if record.field not in (Field.STATUS, Field.ASSIGNEE):
            for external_id, name in _ends(record):
                names[record.field, external_id] = name
    rows = [
        {"source_id": batch.source_id, "kind": int(field), "external_id": found, "name": name}
        for (field, found), name in names.items()
    ]
    upsert(batch.session, term, rows, key=("source_id", "kind", "external_id"), update=())
    terms: dict[tuple[Field, str], int] = {}
    for field in {field for field, _ in names}:
        wanted = [found for kind, found in names if kind is field]
        for row in read_rows(
            batch.session, term, "external_id", wanted, source_id=batch.source_id, kind=int(field)
        ):
            terms[field, row["external_id"]] = row["id"]
    return terms


def _row(batch: Batch, status: WorkflowStatus) -> dict[str, Any]:
    return {
        "source_id": batch.source_id,
        "external_id": status.id,
        "name": status.name,
        "category": status.category.value,
        "listed": status.listed,
    }


def _ends(record: Transition) -> list[tuple[str, str]]:
    ends = ((record.from_id, record.from_name), (record.to_id, record.to_name))
    return [(external_id, name) for external_id, name in ends if external_id is not None]


def _heard(batch: Batch) -> dict[str, str]:
    """Names by id of the statuses that items and histories mention; the latest name counts."""
    heard = {item.status_id: "" for item in batch.of(WorkItem)}
    heard |= {found.id: found.name for found in batch.of(WorkflowStatus) if not found.listed}
    moves = [record for record in batch.of(Transition) if record.field is Field.STATUS]
    for record in sorted(moves, key=lambda record: (record.at, record.seq)):
        for external_id, name in _ends(record):
            heard[external_id] = name or heard.get(external_id, "")
    return heard


def _name_the_nameless(batch: Batch, heard: dict[str, str]) -> set[int]:
    told = {name: text for name, text in heard.items() if text}
    rows = [
        {**row, "name": told[row["external_id"]]}
        for row in read_rows(
            batch.session, workflow_status, "external_id", told, source_id=batch.source_id
        )
        if not row["name"]
    ]
    upsert(batch.session, workflow_status, rows, key=BY_SOURCE, update=("name",))
    return {row["id"] for row in rows}
