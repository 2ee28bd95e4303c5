"""Frames of links and facts, with the columns of their tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from core.records import Entity
from store.fact_log import KNOWN
from store.models import (
    change_fact,
    deployment_fact,
    incident_fact,
    item_fact,
    link,
    request_fact,
    service,
    stage_visit,
    tool_time,
    value_stream,
)
from store.read import read_frame, read_frames


def links(
    session: Session,
    a_kind: Entity,
    b_kind: Entity,
    *,
    a_ids: Iterable[int] | None = None,
    b_ids: Iterable[int] | None = None,
    committed: bool = False,
) -> pd.DataFrame:
    """Links of two kinds, `a_kind` the lower number: a_id, b_id, rule, confidence, evidence. Of
    some ends, or others, or of all.
    """
    names = ("a_id", "b_id", "rule", "confidence", "evidence")
    statement = select(*(link.c[name] for name in names)).where(
        link.c.a_kind == int(a_kind), link.c.b_kind == int(b_kind)
    )
    order = (link.c.a_id, link.c.b_id, link.c.rule)
    if b_ids is not None:
        order = (link.c.b_id, link.c.a_id, link.c.rule)
        return read_frames(session, statement, link.c.b_id, b_ids, committed=committed, order=order)
    return read_frames(session, statement, link.c.a_id, a_ids, committed=committed, order=order)


def link_pairs(
    session: Session, a_kind: Entity, b_kind: Entity, *, a_ids: Iterable[int] | None = None
) -> pd.DataFrame:
    """The same without text, which is most of it: a_id, b_id, confidence, a row for each rule."""
    statement = select(link.c.a_id, link.c.b_id, link.c.confidence).where(
        link.c.a_kind == int(a_kind), link.c.b_kind == int(b_kind)
    )
    order = (link.c.a_id, link.c.b_id, link.c.rule)
    return read_frames(session, statement, link.c.a_id, a_ids, order=order)


def value_streams(session: Session) -> pd.DataFrame:
    """All streams in the order of the configuration: stream_id, name, title, ordinal,
    facts_version, facts_ts (NONE: never computed), active (whether it is still configured)."""
    names = ("name", "title", "ordinal", "facts_version", "facts_ts", "active")
    columns = (value_stream.c[name] for name in names)
    statement = select(value_stream.c.id.label("stream_id"), *columns)
    return read_frame(session, statement.order_by(value_stream.c.ordinal, value_stream.c.id))


def services(session: Session) -> pd.DataFrame:
    """The configured services: service_id, name."""
    statement = select(service.c.id.label("service_id"), service.c.name)
    return read_frame(session, statement.order_by(service.c.name))


def item_facts(
    session: Session,
    stream_id: int,
    *,
    item_ids: Iterable[int] | None = None,
    committed: bool = False,
    names: Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per item and episode of the stream: the columns of `item_fact`, or these of them."""
    return _facts(session, item_fact, "stream_id", stream_id, item_ids, committed, names)


def facts_of_items(
    session: Session, item_ids: Iterable[int], *, names: Sequence[str]
) -> pd.DataFrame:
    """These columns of the facts of these items, of whatever streams, in order of (item_id,
    stream_id, episode).
    """
    key = item_fact.c.item_id
    statement = select(*(item_fact.c[name] for name in names))
    order = (key, item_fact.c.stream_id, item_fact.c.episode)
    return read_frames(session, statement, key, item_ids, order=order)


def hotfixes(session: Session) -> pd.DataFrame:
    """deployment_id, rework of the deployments of any service that are hotfixes."""
    own = select(deployment_fact.c.deployment_id, deployment_fact.c.rework)
    return read_frame(session, own.where(deployment_fact.c.kind == "hotfix"))


def stage_visits(
    session: Session,
    stream_id: int,
    *,
    item_ids: Iterable[int] | None = None,
    committed: bool = False,
) -> pd.DataFrame:
    """One row per visit of a stage, in order for each item: the columns of `stage_visit`."""
    return _facts(session, stage_visit, "stream_id", stream_id, item_ids, committed)


def tool_times(
    session: Session,
    stream_id: int,
    *,
    item_ids: Iterable[int] | None = None,
    committed: bool = False,
) -> pd.DataFrame:
    """One row per released item of the stream: the columns of `tool_time`."""
    return _facts(session, tool_time, "stream_id", stream_id, item_ids, committed)


def change_facts(
    session: Session, service_id: int | None = None, *, committed: bool = False
) -> pd.DataFrame:
    """One row per service and commit that reached production: the columns of `change_fact`."""
    return _facts(session, change_fact, "service_id", service_id, None, committed)


def request_facts(
    session: Session, service_id: int | None = None, *, committed: bool = False
) -> pd.DataFrame:
    """One row per service and merge request: the columns of `request_fact`."""
    return _facts(session, request_fact, "service_id", service_id, None, committed)


def deployment_facts(
    session: Session, service_id: int | None = None, *, committed: bool = False
) -> pd.DataFrame:
    """One row per service and deployment: the columns of `deployment_fact`; failed 1, 0, -1."""
    return _facts(session, deployment_fact, "service_id", service_id, None, committed)


def incident_facts(
    session: Session, service_id: int | None = None, *, committed: bool = False
) -> pd.DataFrame:
    """One row per service and incident: the columns of `incident_fact`."""
    return _facts(session, incident_fact, "service_id", service_id, None, committed)


def _facts(
    session: Session,
    table: Table,
    owner: str,
    owner_id: int | None,
    item_ids: Iterable[int] | None,
    committed: bool,
    names: Sequence[str] | None = None,
) -> pd.DataFrame:
    key = list(table.primary_key.columns)
    told = [column for column in table.c if column.key != KNOWN]
    statement = select(*(told if names is None else (table.c[name] for name in names)))
    if owner_id is not None:
        statement = statement.where(table.c[owner] == owner_id)
    # Of one owner the second column of the key leads.
    order = key if owner_id is None else key[1:]
    return read_frames(session, statement, key[1], item_ids, committed=committed, order=order)
