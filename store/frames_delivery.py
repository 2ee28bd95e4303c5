"""Frames of builds, deployments, changes and incidents."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from sqlalchemy import Select, Table, select
from sqlalchemy.orm import Session

from store.models import build, change_request, deployment, incident
from store.read import read_frame, read_frames


def _all(table: Table, own_id: str, names: tuple[str, ...]) -> Select[tuple[object, ...]]:
    columns = (table.c[name] for name in names)
    statement: Select[tuple[object, ...]] = select(table.c.id.label(own_id), *columns)
    return statement.order_by(table.c.id)


def builds(
    session: Session, *, build_ids: Iterable[int] | None = None, committed: bool = False
) -> pd.DataFrame:
    """build_id, source_id, external_id, job, number, ref, repository_id (NONE), result, queued_ts,
    started_ts, finished_ts (all NONE), revisions (JSON [[sha, remote]]), parameters (JSON object),
    description, upstream."""
    names = ("source_id", "external_id", "job", "number", "ref", "repository_id", "result")
    times = ("queued_ts", "started_ts", "finished_ts")
    texts = ("revisions", "parameters", "description", "upstream")
    own = build.c.id
    columns = (build.c[name] for name in (*names, *times, *texts))
    statement = select(own.label("build_id"), *columns)
    return read_frames(session, statement, own, build_ids, committed=committed, order=(own,))


def checkouts(session: Session, *, build_ids: Iterable[int]) -> pd.DataFrame:
    """What these builds checked out: build_id, ref, repository_id (NONE), revisions."""
    own = build.c.id
    columns = (build.c[name] for name in ("ref", "repository_id", "revisions"))
    statement = select(own.label("build_id"), *columns)
    return read_frames(session, statement, own, build_ids, order=(own,))


def deployments(session: Session, *, committed: bool = False) -> pd.DataFrame:
    """deployment_id, source_id, external_id, environment, tier, service, repository_id (NONE),
    remote, sha, ref, version, group, job, build_external_id, result, created_ts, started_ts,
    finished_ts (NONE)."""
    first = (
        "source_id",
        "external_id",
        "environment",
        "tier",
        "service",
        "repository_id",
        "remote",
    )
    code = ("sha", "ref", "version", "group_key", "job")
    rest = ("build_external_id", "result", "created_ts", "started_ts", "finished_ts")
    statement = _all(deployment, "deployment_id", (*first, *code, *rest))
    return read_frame(session, statement, committed=committed)


def changes(
    session: Session, *, change_ids: Iterable[int] | None = None, committed: bool = False
) -> pd.DataFrame:
    """change_id, source_id, external_id, number, type, state, title, description, ci, service,
    correlation, created_ts, requested_ts, approved_ts, started_ts, finished_ts, closed_ts (NONE),
    successful (int8: 1, 0, -1 unknown)."""
    texts = ("number", "type", "state", "title", "description", "ci", "service", "correlation")
    asked = ("created_ts", "requested_ts", "approved_ts")
    done = ("started_ts", "finished_ts", "closed_ts", "successful")
    names = ("source_id", "external_id", *texts, *asked, *done)
    own = change_request.c.id
    statement = select(own.label("change_id"), *(change_request.c[name] for name in names))
    return read_frames(session, statement, own, change_ids, committed=committed, order=(own,))


def incidents(session: Session, *, committed: bool = False) -> pd.DataFrame:
    """incident_id, source_id, external_id, number, title, description, state, priority (NONE), ci,
    service, caused_by_external_id, duplicate_of_external_id, correlation, opened_ts, detected_ts
    (NONE), resolved_ts (NONE)."""
    texts = ("number", "title", "description", "state", "priority", "ci", "service")
    named = ("caused_by_external_id", "duplicate_of_external_id", "correlation")
    times = ("opened_ts", "detected_ts", "resolved_ts")
    names = ("source_id", "external_id", *texts, *named, *times)
    return read_frame(session, _all(incident, "incident_id", names), committed=committed)
