"""Frames of work items: what a stream contains, and what happened to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, literal, not_, or_, select
from sqlalchemy.orm import Session

from core.records import LEFT, Field
from store.lookup import found_in
from store.models import (
    block,
    item_key,
    item_link,
    project,
    source,
    stage,
    stage_mapping,
    stream_member,
    transition,
    work_item,
    workflow_status,
    worklog,
)
from store.read import read_frame, read_frames

_STAYED = work_item.c.gone.not_in(LEFT)


def _members(stream_id: int, kind: str) -> Select[tuple[str]]:
    # The words of the configuration are read by the database itself, so that none is a parameter.
    column = stream_member.c.kind == kind
    return select(stream_member.c.name).where(stream_member.c.stream_id == stream_id, column)


@dataclass(frozen=True, slots=True)
class Counted:
    """Which items a stream counts that is configured so, and not stored so (yet)."""

    source: str
    projects: Sequence[str]
    types: Sequence[str]
    parents: Sequence[str]


def in_stream(of: int | Counted) -> ColumnElement[bool]:
    """Whether a `work_item` belongs to the stream: its source, its projects, one level of types.

    Without types named, everything counts but subtasks and the stream's parent types.
    """
    if isinstance(of, Counted):
        untyped, types, parents = literal(not of.types), list(of.types), list(of.parents)
        level = and_(untyped, not_(work_item.c.subtask), work_item.c.type.not_in(parents))
        named = work_item.c.type.in_(types)
        held, sources = work_item.c.project.in_(list(of.projects)), source.c.name == of.source
    else:
        members = _members(of, "type")
        level = and_(
            not_(exists(members)),
            not_(work_item.c.subtask),
            work_item.c.type.not_in(_members(of, "parent")),
        )
        named = work_item.c.type.in_(members)
        held = work_item.c.project.in_(_members(of, "project"))
        sources = source.c.name.in_(_members(of, "source"))
    home: ScalarSelect[int] = select(source.c.id).where(sources).scalar_subquery()
    return and_(work_item.c.source_id == home, held, or_(named, level))


def stream_items(
    session: Session,
    stream_id: int | Counted,
    *,
    item_ids: Iterable[int] | None = None,
    committed: bool = False,
) -> pd.DataFrame:
    """The stream's items by item_id: item_id, key, project, type, title, url, status_id (NONE),
    created_ts, updated_ts, resolved_ts (NONE), parent_id (NONE), value_cents (NONE), labels
    (lines), subtask, changelog_complete, gone ("" while the source shows it)."""
    key = work_item.c.id
    statement = _items().where(in_stream(stream_id))
    return read_frames(session, statement, key, item_ids, committed=committed, order=(key,))


def measured_items(
    session: Session, stream_id: int, *, item_ids: Iterable[int] | None = None
) -> pd.DataFrame:
    """Of the stream's items, or of these of them, only what facts are made of: item_id, type,
    status_id, created_ts, updated_ts, resolved_ts, value_cents, changelog_complete, gone.
    """
    own = ("type", "status_id", "created_ts", "updated_ts", "resolved_ts")
    rest = ("value_cents", "changelog_complete", "gone")
    key = work_item.c.id
    columns = (work_item.c[name] for name in (*own, *rest))
    statement = select(key.label("item_id"), *columns).where(in_stream(stream_id))
    return read_frames(session, statement, key, item_ids, order=(key,))


def items_of(session: Session, item_ids: Iterable[int]) -> pd.DataFrame:
    """The same columns, and `gone_ts` (NONE), of these items, whatever stream they are in."""
    key = work_item.c.id
    statement = _items().add_columns(work_item.c.gone_ts)
    return read_frames(session, statement, key, item_ids, order=(key,))


def _items() -> Select[Any]:
    parent = work_item.alias("parent")
    same = and_(
        parent.c.source_id == work_item.c.source_id,
        parent.c.external_id == work_item.c.parent_external_id,
    )
    own = ("key", "project", "type", "title", "url", "status_id")
    times = ("created_ts", "updated_ts", "resolved_ts")
    rest = ("value_cents", "labels", "subtask", "changelog_complete", "gone")
    return select(
        work_item.c.id.label("item_id"),
        *(work_item.c[name] for name in (*own, *times)),
        parent.c.id.label("parent_id"),
        *(work_item.c[name] for name in rest),
    ).select_from(work_item.outerjoin(parent, same))


def item_transitions(
    session: Session,
    stream_id: int | None = None,
    *,
    item_ids: Iterable[int] | None = None,
    fields: Sequence[Field] = (Field.STATUS,),
    committed: bool = False,
) -> pd.DataFrame:
    """Changes of these fields, of a stream's items, of these items, or of all: item_id, ts, seq,
    field, from_id (NONE), to_id (NONE), in order of (item_id, ts, seq)."""
    names = ("item_id", "ts", "seq", "field", "from_id", "to_id")
    statement = select(*(transition.c[name] for name in names)).where(
        transition.c.field.in_([int(field) for field in fields])
    )
    if stream_id is not None:
        items = select(work_item.c.id).where(in_stream(stream_id))
        statement = statement.where(transition.c.item_id.in_(items))
    key = transition.c.item_id
    order = (key, transition.c.ts, transition.c.seq)
    return read_frames(session, statement, key, item_ids, committed=committed, order=order)


def item_blocks(
    session: Session,
    stream_id: int | Counted | None = None,
    *,
    item_ids: Iterable[int] | None = None,
    committed: bool = False,
) -> pd.DataFrame:
    """Times in which items were blocked: item_id, kind, detail, start_ts, end_ts (NONE: still)."""
    names = ("item_id", "kind", "detail", "start_ts", "end_ts")
    statement = select(*(block.c[name] for name in names))
    if stream_id is not None:
        # For each block its item: by a list of items SQLite begins with all of the stream, however
        # few are asked for.
        own = work_item.c.id == block.c.item_id
        statement = statement.where(exists().where(own, in_stream(stream_id)))
    key = block.c.item_id
    order = (key, block.c.start_ts, block.c.kind, block.c.detail)
    return read_frames(session, statement, key, item_ids, committed=committed, order=order)


def worklogs(session: Session, *, item_ids: Iterable[int] | None = None) -> pd.DataFrame:
    """Time booked on items: item_id, started_ts, spent_s. Nobody's name: it is for steps."""
    key = worklog.c.item_id
    statement = select(key, worklog.c.started_ts, worklog.c.spent_s)
    return read_frames(session, statement, key, item_ids, order=(key, worklog.c.started_ts))


def stage_mappings(session: Session, stream_id: int) -> pd.DataFrame:
    """Which status means which stage, and from when: status_id, stage_id, since_ts (0: always)."""
    names = ("status_id", "stage_id", "since_ts")
    statement = select(*(stage_mapping.c[name] for name in names))
    own = statement.where(stage_mapping.c.stream_id == stream_id)
    return read_frame(session, own.order_by(stage_mapping.c.status_id, stage_mapping.c.since_ts))


def stages(session: Session, stream_id: int) -> pd.DataFrame:
    """The stream's stages in order: stage_id, ordinal, name, state, team, value."""
    names = ("ordinal", "name", "state", "team", "value")
    statement = select(stage.c.id.label("stage_id"), *(stage.c[name] for name in names))
    own = statement.where(stage.c.stream_id == stream_id)
    return read_frame(session, own.order_by(stage.c.ordinal))


def statuses(session: Session) -> pd.DataFrame:
    """Statuses of all sources: status_id, source_id, external_id, name, category, listed."""
    names = ("source_id", "external_id", "name", "category", "listed")
    columns = (workflow_status.c[name] for name in names)
    statement = select(workflow_status.c.id.label("status_id"), *columns)
    return read_frame(session, statement.order_by(workflow_status.c.id))


def item_keys(
    session: Session, *, item_ids: Iterable[int] | None = None, committed: bool = False
) -> pd.DataFrame:
    """Every key that an item (of these; None: any) has or had: key, item_id, source_id, current.
    Not of items that are gone for good: nothing is linked to those.
    """
    names = ("key", "item_id", "source_id", "current")
    items = item_key.join(work_item, work_item.c.id == item_key.c.item_id)
    statement = select(*(item_key.c[name] for name in names)).select_from(items).where(_STAYED)
    if item_ids is not None:
        of = item_key.c.item_id
        return read_frames(session, statement, of, item_ids, order=(of, item_key.c.key))
    ordered = statement.order_by(item_key.c.source_id, item_key.c.key)
    return read_frame(session, ordered, committed=committed)


def keyed_items(session: Session, source_id: int, keys: Iterable[str]) -> dict[str, int]:
    """The item that has or had each key at this source; what is not stored is absent."""
    return {
        str(key): int(item)
        for key, item in found_in(
            session, item_key, ("key", "item_id"), "key", keys, source_id=source_id
        )
    }


def item_titles(session: Session, *, committed: bool = False) -> pd.DataFrame:
    """All items but those that are gone for good: item_id, source_id, title."""
    statement = select(work_item.c.id.label("item_id"), work_item.c.source_id, work_item.c.title)
    ordered = statement.where(_STAYED).order_by(work_item.c.id)
    return read_frame(session, ordered, committed=committed)


def projects(session: Session) -> pd.DataFrame:
    """The trackers' projects: key, source_id."""
    statement = select(project.c.key, project.c.source_id)
    return read_frame(session, statement.order_by(project.c.source_id, project.c.key))


def item_links(
    session: Session,
    stream_id: int | None = None,
    *,
    item_ids: Iterable[int] | None = None,
    committed: bool = False,
) -> pd.DataFrame:
    """Links in the tracker: item_id, kind, other_item_id (NONE: not stored), since_ts (NONE)."""
    ends = and_(
        item_key.c.source_id == work_item.c.source_id, item_key.c.key == item_link.c.other_key
    )
    statement = select(
        item_link.c.item_id,
        item_link.c.kind,
        item_key.c.item_id.label("other_item_id"),
        item_link.c.since_ts,
    ).select_from(
        item_link.join(work_item, work_item.c.id == item_link.c.item_id).outerjoin(item_key, ends)
    )
    if stream_id is not None:
        statement = statement.where(in_stream(stream_id))
    key = item_link.c.item_id
    order = (key, item_link.c.kind, item_link.c.other_key)
    return read_frames(session, statement, key, item_ids, committed=committed, order=order)


def item_parents(
    session: Session, *, item_ids: Iterable[int] | None = None, committed: bool = False
) -> pd.DataFrame:
    """Items (these; None: all) but those that are gone for good: item_id, parent_id (NONE: none, or
    not stored), source_id, project, type, created_ts."""
    parent = work_item.alias("parent")
    same = and_(
        parent.c.source_id == work_item.c.source_id,
        parent.c.external_id == work_item.c.parent_external_id,
    )
    statement = select(
        work_item.c.id.label("item_id"),
        parent.c.id.label("parent_id"),
        *(work_item.c[name] for name in ("source_id", "project", "type", "created_ts")),
    ).select_from(work_item.outerjoin(parent, same))
    key = work_item.c.id
    stayed = statement.where(_STAYED)
    return read_frames(session, stayed, key, item_ids, committed=committed, order=(key,))
