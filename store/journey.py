"""Reads for one work item's whole life: plain rows, a handful at a time, by indexed ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Table, select
from sqlalchemy.orm import Session

from core.records import Entity, Field
from store.frames_people import is_bot
from store.lookup import chunks
from store.models import (
    block,
    build,
    change_request,
    deployment,
    deployment_fact,
    git_commit,
    identity,
    incident,
    incident_fact,
    item_fact,
    item_key,
    link,
    merge_request,
    person,
    repository,
    source,
    stage,
    stage_visit,
    transition,
    value_stream,
    work_item,
    workflow_status,
)

Row = dict[str, Any]

_TABLES: dict[Entity, Table] = {
    Entity.COMMIT: git_commit,
    Entity.MERGE_REQUEST: merge_request,
    Entity.BUILD: build,
    Entity.DEPLOYMENT: deployment,
    Entity.CHANGE: change_request,
    Entity.INCIDENT: incident,
}


@dataclass(frozen=True, slots=True)
class Link:
    """One rule's reason to link two things; several rules may link the same two."""

    a_id: int
    b_id: int
    rule: str
    confidence: float
    evidence: str
    a_kind: Entity
    b_kind: Entity


def _rows(session: Session, statement: Select[Any]) -> list[Row]:
    return [dict(row._mapping) for row in session.execute(statement)]


def find_item(session: Session, key: str) -> Row | None:
    """The item that has or had this key, with its source; None for none. Upper or lower case."""
    statement = (
        select(work_item, source.c.name.label("source"), source.c.kind.label("source_kind"))
        .join(item_key, item_key.c.item_id == work_item.c.id)
        .join(source, source.c.id == work_item.c.source_id)
        .where(item_key.c.key == key.strip().upper())
        .order_by(item_key.c.current.desc(), work_item.c.id)
    )
    found = _rows(session, statement.limit(1))
    return found[0] if found else None


def facts_of(session: Session, item_id: int) -> list[Row]:
    """The item's facts in every stream that counts it, with the stream's name and title."""
    statement = (
        select(
            item_fact,
            value_stream.c.name.label("stream"),
            value_stream.c.title.label("stream_title"),
            stage.c.name.label("stage"),
        )
        .join(value_stream, value_stream.c.id == item_fact.c.stream_id)
        .outerjoin(stage, stage.c.id == item_fact.c.stage_id)
        .where(item_fact.c.item_id == item_id, value_stream.c.active)
        .order_by(value_stream.c.ordinal, item_fact.c.episode)
    )
    return _rows(session, statement)


def visits_of(session: Session, stream_id: int, item_id: int) -> list[Row]:
    """Every visit in order of time, with the names of its stage and status and the stage's team."""
    statement = (
        select(
            stage_visit,
            stage.c.name.label("stage"),
            stage.c.team.label("team"),
            workflow_status.c.name.label("status"),
        )
        .outerjoin(stage, stage.c.id == stage_visit.c.stage_id)
        .outerjoin(workflow_status, workflow_status.c.id == stage_visit.c.status_id)
        .where(stage_visit.c.stream_id == stream_id, stage_visit.c.item_id == item_id)
        .order_by(stage_visit.c.ordinal)
    )
    return _rows(session, statement)


def moves_of(session: Session, item_id: int) -> list[Row]:
    """Status changes in order: `ts`, `seq`, `status` as the tracker calls it now."""
    statement = (
        select(transition.c.ts, transition.c.seq, workflow_status.c.name.label("status"))
        .join(workflow_status, workflow_status.c.id == transition.c.to_id)
        .where(transition.c.item_id == item_id, transition.c.field == int(Field.STATUS))
        .order_by(transition.c.ts, transition.c.seq)
    )
    return _rows(session, statement)


def blocks_of(session: Session, item_id: int) -> list[Row]:
    """Times in which the item was flagged, labelled or linked as blocked."""
    return _rows(
        session, select(block).where(block.c.item_id == item_id).order_by(block.c.start_ts)
    )


def links_between(
    session: Session,
    a_kind: Entity,
    b_kind: Entity,
    *,
    a: Iterable[int] = (),
    b: Iterable[int] = (),
) -> list[Link]:
    """Links of two kinds that touch one of these ids, on either side; both empty: none."""
    found: list[Link] = []
    for column, ids in ((link.c.a_id, a), (link.c.b_id, b)):
        for chunk in chunks(sorted(set(ids))):
            statement = select(
                link.c.a_id, link.c.b_id, link.c.rule, link.c.confidence, link.c.evidence
            ).where(link.c.a_kind == int(a_kind), link.c.b_kind == int(b_kind), column.in_(chunk))
            found += [Link(*row, a_kind, b_kind) for row in session.execute(statement)]
    return found


def things(session: Session, kind: Entity, ids: Iterable[int]) -> dict[int, Row]:
    """The records behind links, by id; commits and merge requests with their repository's path."""
    table = _TABLES[kind]
    found: dict[int, Row] = {}
    for chunk in chunks(sorted(set(ids))):
        statement = select(table).where(table.c.id.in_(chunk))
        if kind in (Entity.COMMIT, Entity.MERGE_REQUEST):
            statement = statement.add_columns(
                repository.c.path.label("repository"), repository.c.source_id
            ).join(repository, repository.c.id == table.c.repository_id)
        if kind is Entity.COMMIT:
            statement = (
                statement.add_columns(is_bot().label("bot"))
                .outerjoin(person, person.c.id == git_commit.c.author_id)
                .outerjoin(identity, identity.c.person_id == git_commit.c.author_id)
            )
        found.update((row["id"], row) for row in _rows(session, statement))
    return found


def production_deployments(session: Session, ids: Iterable[int]) -> set[int]:
    """Which of these went to production: those that have a fact."""
    found: set[int] = set()
    for chunk in chunks(sorted(set(ids))):
        statement = select(deployment_fact.c.deployment_id).where(
            deployment_fact.c.deployment_id.in_(chunk)
        )
        found.update(session.execute(statement).scalars())
    return found


def source_names(session: Session) -> dict[int, Row]:
    """Name and kind of every source by id."""
    return {row["id"]: row for row in _rows(session, select(source))}


def items_by_id(session: Session, ids: Iterable[int]) -> dict[int, Row]:
    """Work items by id."""
    found: dict[int, Row] = {}
    for chunk in chunks(sorted(set(ids))):
        statement = select(work_item).where(work_item.c.id.in_(chunk))
        found.update((row["id"], row) for row in _rows(session, statement))
    return found


def find_numbered(session: Session, kind: Entity, number: str) -> Row | None:
    """The change request or incident of this number, in any case; None for none."""
    table = _TABLES[kind]
    statement = select(table).where(table.c.number == number.strip().upper()).order_by(table.c.id)
    found = _rows(session, statement.limit(1))
    return found[0] if found else None


def incident_fact_of(session: Session, incident_id: int) -> Row | None:
    """What the incident is put down to; None where nothing was worked out, as of a duplicate."""
    statement = select(incident_fact).where(incident_fact.c.incident_id == incident_id)
    found = _rows(session, statement.limit(1))
    return found[0] if found else None


def duplicates_of(session: Session, ids: Iterable[int]) -> dict[int, int]:
    """Incident -> the one of `ids` that it is a duplicate of, over any number of others between."""
    roots = {int(one) for one in ids}
    originals = things(session, Entity.INCIDENT, roots).values()
    known = {(row["source_id"], row["external_id"]): row["id"] for row in originals}
    copies: dict[int, int] = {}
    waiting = list(known)
    while waiting:
        names = sorted({external for _, external in waiting})
        rows = [
            row
            for chunk in chunks(names)
            for row in _rows(
                session, select(incident).where(incident.c.duplicate_of_external_id.in_(chunk))
            )
        ]
        waiting = []
        for row in rows:
            own = (row["source_id"], row["external_id"])
            above = known.get((row["source_id"], row["duplicate_of_external_id"]))
            if above is not None and own not in known:
                known[own] = row["id"]
                copies[row["id"]] = copies.get(above, above)
                waiting.append(own)
    return copies
