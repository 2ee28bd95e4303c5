"""Stores computed facts: writes what differs, deletes what vanished, and logs what was restated."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from store.fact_changes import FactChange
from store.fact_log import Recording
from store.fact_writing import replace_facts, replace_facts_of
from store.models import (
    change_fact,
    deployment_fact,
    incident_fact,
    item_fact,
    request_fact,
    stage_visit,
    tool_time,
    value_stream,
)
from store.settings import get_setting, set_setting

_SERVICES = "services_facts_version"


def replace_item_facts(
    session: Session,
    stream_id: int,
    facts: pd.DataFrame,
    *,
    recording: Recording,
    item_ids: Collection[int] | None = None,
) -> FactChange:
    """Make `facts` the only facts of these items of the stream (None: of all).

    As all that replace facts here, this logs in `fact_change` what undoes each change of a row that
    was there; a new row says itself since when it is known.
    """
    return replace_facts(session, item_fact, stream_id, facts, recording, item_ids)


def replace_stage_visits(
    session: Session,
    stream_id: int,
    visits: pd.DataFrame,
    *,
    recording: Recording,
    item_ids: Collection[int] | None = None,
) -> FactChange:
    """Make `visits` the only stage visits of these items of the stream (None: of all)."""
    return replace_facts(session, stage_visit, stream_id, visits, recording, item_ids)


def replace_tool_times(
    session: Session,
    stream_id: int,
    times: pd.DataFrame,
    *,
    recording: Recording,
    item_ids: Collection[int] | None = None,
) -> FactChange:
    """Make `times` the only times by tool of these items of the stream (None: of all)."""
    return replace_facts(session, tool_time, stream_id, times, recording, item_ids)


def replace_change_facts(
    session: Session, service_ids: Collection[int], facts: pd.DataFrame, *, recording: Recording
) -> FactChange:
    """Make `facts` the only change facts of these services."""
    return replace_facts_of(session, change_fact, service_ids, facts, recording)


def replace_request_facts(
    session: Session, service_ids: Collection[int], facts: pd.DataFrame, *, recording: Recording
) -> FactChange:
    """Make `facts` the only request facts of these services."""
    return replace_facts_of(session, request_fact, service_ids, facts, recording)


def replace_deployment_facts(
    session: Session, service_ids: Collection[int], facts: pd.DataFrame, *, recording: Recording
) -> FactChange:
    """Make `facts` the only deployment facts of these services; `failed` is 1, 0 or -1 unknown."""
    return replace_facts_of(session, deployment_fact, service_ids, facts, recording)


def replace_incident_facts(
    session: Session, service_ids: Collection[int], facts: pd.DataFrame, *, recording: Recording
) -> FactChange:
    """Make `facts` the only incident facts of these services."""
    return replace_facts_of(session, incident_fact, service_ids, facts, recording)


def last_written_ts(session: Session) -> int:
    """When facts were last written, 0 for never: what is written now is not known earlier, whatever
    the clock says.
    """
    return session.execute(select(func.max(value_stream.c.facts_ts))).scalar_one_or_none() or 0


def bump_version(session: Session, stream_id: int, ts: int) -> int:
    """The stream's facts are other ones since `ts`: answers their new version."""
    version = value_stream.c.facts_version
    where = value_stream.c.id == stream_id
    values = {"facts_version": version + 1, "facts_ts": ts}
    session.execute(update(value_stream).where(where).values(values))
    found = session.execute(select(version).where(where)).scalar_one_or_none()
    if found is None:
        raise NotFoundError(f"no value stream has the id {stream_id}")
    return int(found)


def services_version(session: Session) -> int:
    """Moves whenever a fact of any service did; 0 before the first."""
    return int(get_setting(session, _SERVICES) or 0)


def bump_services(session: Session) -> None:
    """Facts of services are other ones from now on."""
    set_setting(session, _SERVICES, str(services_version(session) + 1))


def bump_all(session: Session) -> None:
    """Whoever keeps answers made of facts makes them anew; the facts are those of before."""
    version = value_stream.c.facts_version
    session.execute(update(value_stream).values(facts_version=version + 1))
    bump_services(session)
