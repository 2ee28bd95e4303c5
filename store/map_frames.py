"""What a value stream map reads beside facts: times of commits, builds, requests and changes."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.records import Entity
from store.models import (
    build,
    change_request,
    deployment,
    git_commit,
    merge_request,
    state_change,
)
from store.read import read_frames


def written_times(session: Session, commit_ids: Iterable[int]) -> pd.DataFrame:
    """commit_id, ts: when each was written, else committed; NONE where neither is told."""
    own = git_commit.c.id
    ts = func.coalesce(git_commit.c.authored_ts, git_commit.c.committed_ts).label("ts")
    return read_frames(session, select(own.label("commit_id"), ts), own, commit_ids, order=(own,))


def build_times(session: Session, build_ids: Iterable[int]) -> pd.DataFrame:
    """build_id, source_id, job, result, queued_ts, started_ts, finished_ts (NONE)."""
    names = ("source_id", "job", "result", "queued_ts", "started_ts", "finished_ts")
    statement = select(build.c.id.label("build_id"), *(build.c[name] for name in names))
    return read_frames(session, statement, build.c.id, build_ids, order=(build.c.id,))


def request_times(session: Session, request_ids: Iterable[int]) -> pd.DataFrame:
    """merge_request_id, state, created_ts, merged_ts, closed_ts (NONE)."""
    names = ("state", "created_ts", "merged_ts", "closed_ts")
    columns = (merge_request.c[name] for name in names)
    statement = select(merge_request.c.id.label("merge_request_id"), *columns)
    own = merge_request.c.id
    return read_frames(session, statement, own, request_ids, order=(own,))


def change_times(session: Session, change_ids: Iterable[int]) -> pd.DataFrame:
    """change_id, source_id, type, state, requested_ts, approved_ts, started_ts, closed_ts (NONE),
    number.
    """
    names = ("source_id", "type", "state", "number")
    times = ("requested_ts", "approved_ts", "started_ts", "closed_ts")
    columns = (change_request.c[name] for name in (*names, *times))
    own = change_request.c.id
    return read_frames(
        session, select(own.label("change_id"), *columns), own, change_ids, order=(own,)
    )


def approval_history(session: Session, change_ids: Iterable[int]) -> pd.DataFrame:
    """change_id, ts, field (`approval` or `state`), new: what the histories of these changes say,
    what was first seen included.
    """
    own = state_change.c.entity_id
    statement = select(
        own.label("change_id"), state_change.c.ts, state_change.c.field, state_change.c.new
    ).where(
        state_change.c.entity == int(Entity.CHANGE),
        state_change.c.field.in_(("approval", "state")),
    )
    order = (own, state_change.c.ts, state_change.c.seq)
    return read_frames(session, statement, own, change_ids, order=order)


def deployment_times(session: Session, deployment_ids: Iterable[int]) -> pd.DataFrame:
    """deployment_id, job, environment, started_ts, finished_ts (NONE)."""
    own = deployment.c.id
    names = ("job", "environment", "started_ts", "finished_ts")
    columns = (deployment.c[name] for name in names)
    return read_frames(
        session,
        select(own.label("deployment_id"), *columns),
        own,
        deployment_ids,
        order=(own,),
    )
