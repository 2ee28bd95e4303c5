"""What people and machines did for the items of a stream, as moments only; nobody is read here."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import ColumnElement, Select, Table, and_, select
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import Entity
from store.models import (
    build,
    deployment,
    fact_change,
    git_commit,
    incident,
    item_fact,
    link,
    merge_request,
    review,
    transition,
    work_item,
    worklog,
)
from store.read import read_frame, read_frames

_SURE = 0.5
"""From this confidence of a single rule on."""


def _linked(a_kind: Entity, b_kind: Entity) -> ColumnElement[bool]:
    return and_(
        link.c.a_kind == int(a_kind), link.c.b_kind == int(b_kind), link.c.confidence >= _SURE
    )


def _own(stream_id: int) -> Select[tuple[int]]:
    return select(item_fact.c.item_id).where(item_fact.c.stream_id == stream_id)


def counted_items(session: Session, stream_id: int) -> set[int]:
    """The items that the stream counts now."""
    own = select(item_fact.c.item_id).where(item_fact.c.stream_id == stream_id)
    return set(session.execute(own).scalars())


def item_signs(session: Session, stream_id: int) -> pd.DataFrame:
    """item_id, ts: commits (written and committed), merge requests (made and merged), reviews,
    builds of commits, work logs, and every change in the tracker, of the stream's items.
    """
    # In parts: as one statement the database would look for builds anew for each item.
    own = _own(stream_id)
    commits = _pairs(session, stream_id, Entity.COMMIT)
    requests = _pairs(session, stream_id, Entity.MERGE_REQUEST)
    parts = [
        _timed(session, commits, git_commit, git_commit.c.id, "authored_ts"),
        _timed(session, commits, git_commit, git_commit.c.id, "committed_ts"),
        _timed(session, requests, merge_request, merge_request.c.id, "created_ts"),
        _timed(session, requests, merge_request, merge_request.c.id, "merged_ts"),
        _timed(session, requests, review, review.c.merge_request_id, "ts"),
        _timed(session, _builds(session, commits), build, build.c.id, "started_ts"),
    ]
    for table, ts in ((worklog, worklog.c.started_ts), (transition, transition.c.ts)):
        told = select(table.c.item_id, ts.label("ts")).where(table.c.item_id.in_(own))
        parts.append(read_frame(session, told))
    return pd.concat([one for one in parts if len(one)] or parts[:1], ignore_index=True)


def _pairs(session: Session, stream_id: int, kind: Entity) -> pd.DataFrame:
    """item_id, other_id of the links of the stream's items with this kind of thing."""
    statement = (
        select(link.c.a_id.label("item_id"), link.c.b_id.label("other_id"))
        .distinct()
        .where(_linked(Entity.ITEM, kind), link.c.a_id.in_(_own(stream_id)))
    )
    return read_frame(session, statement)


def _builds(session: Session, commits: pd.DataFrame) -> pd.DataFrame:
    """item_id, other_id: the builds of the items' commits."""
    statement = select(link.c.a_id.label("commit_id"), link.c.b_id.label("build_id")).where(
        _linked(Entity.COMMIT, Entity.BUILD)
    )
    ids = commits["other_id"].tolist()
    built = read_frames(session, statement, link.c.a_id, ids, order=(link.c.a_id,))
    joined = commits.merge(built, left_on="other_id", right_on="commit_id")
    return joined[["item_id", "build_id"]].rename(columns={"build_id": "other_id"})


def _timed(
    session: Session, pairs: pd.DataFrame, table: Table, key: ColumnElement[int], name: str
) -> pd.DataFrame:
    """item_id, ts: the times of this name of what is paired with items."""
    statement = select(key.label("other_id"), table.c[name].label("ts"))
    told = statement.where(table.c[name].is_not(None))
    rows = read_frames(session, told, key, pairs["other_id"].tolist(), order=(key,))
    return pairs.merge(rows, on="other_id")[["item_id", "ts"]]


def item_commits(session: Session, stream_id: int) -> pd.DataFrame:
    """item_id, commit_id, ts (when it was written, else committed; NONE not told) of the commits
    linked with the stream's items; merges are left out.
    """
    statement = (
        select(
            link.c.a_id.label("item_id"),
            git_commit.c.id.label("commit_id"),
            git_commit.c.authored_ts,
            git_commit.c.committed_ts,
            git_commit.c.parents,
        )
        .distinct()
        .join(git_commit, git_commit.c.id == link.c.b_id)
        .where(_linked(Entity.ITEM, Entity.COMMIT), link.c.a_id.in_(_own(stream_id)))
    )
    rows = read_frame(session, statement)
    rows = rows[rows["parents"] < 2]
    written = rows["authored_ts"].where(rows["authored_ts"] != NONE, rows["committed_ts"])
    return rows[["item_id", "commit_id"]].assign(ts=written)


def deployed_versions(session: Session) -> pd.DataFrame:
    """deployment_id, version of every deployment of which a version was told."""
    statement = select(deployment.c.id.label("deployment_id"), deployment.c.version)
    return read_frame(session, statement.where(deployment.c.version != ""))


def priorities(session: Session) -> pd.DataFrame:
    """incident_id, priority (NONE: not told) of every incident."""
    return read_frame(session, select(incident.c.id.label("incident_id"), incident.c.priority))


def defects(session: Session, types: tuple[str, ...]) -> pd.DataFrame:
    """item_id, created_ts of every work item of these types."""
    statement = select(work_item.c.id.label("item_id"), work_item.c.created_ts)
    return read_frame(session, statement.where(work_item.c.type.in_(types)))


def restated(session: Session, fact: str, owner_ids: list[int], since_ts: int) -> pd.DataFrame:
    """entity_id, recorded_ts, cause, changes (JSON) of what was restated since, in order."""
    log = fact_change.c
    statement = (
        select(log.entity_id, log.recorded_ts, log.cause, log.changes)
        .where(
            log.fact == fact,
            log.owner_id.in_(owner_ids),
            log.recorded_ts >= since_ts,
            log.restates,
        )
        .order_by(log.id)
    )
    return read_frame(session, statement)
