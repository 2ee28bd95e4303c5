"""What there is of each source: projects, repositories and jobs, with how much of it and since
when.
"""

from __future__ import annotations

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.models import build, deployment, git_commit, repository, source, work_item
from store.read import read_frame


def projects(session: Session) -> pd.DataFrame:
    """Of each project of a tracker that has items: source (its name), name, count, last_ts (when an
    item was last changed). What is gone is not counted.
    """
    statement = (
        select(
            source.c.name.label("source"),
            work_item.c.project.label("name"),
            func.count().label("count"),
            func.max(work_item.c.updated_ts).label("last_ts"),
        )
        .join(source, source.c.id == work_item.c.source_id)
        .where(work_item.c.gone == "", work_item.c.project != "")
        .group_by(source.c.name, work_item.c.project)
    )
    return read_frame(session, statement)


def repositories(session: Session) -> pd.DataFrame:
    """Of each repository that is read: source, name (its path), count of commits, last_ts; 0 and
    null where it has none.
    """
    statement = (
        select(
            source.c.name.label("source"),
            repository.c.path.label("name"),
            func.count(git_commit.c.id).label("count"),
            func.max(git_commit.c.committed_ts).label("last_ts"),
        )
        .select_from(repository)
        .join(source, source.c.id == repository.c.source_id)
        .outerjoin(git_commit, git_commit.c.repository_id == repository.c.id)
        .where(repository.c.path != "")
        .group_by(source.c.name, repository.c.path)
    )
    return read_frame(session, statement)


def jobs(session: Session) -> pd.DataFrame:
    """Of each job of a build server: source, name, count of builds, last_ts (the newest begin), and
    revisions: JSON of what its newest build was made from, pairs of sha and remote.
    """
    newest = (
        select(
            build.c.source_id,
            build.c.job,
            func.count().label("count"),
            func.max(build.c.number).label("number"),
            func.max(build.c.started_ts).label("last_ts"),
        )
        .where(build.c.job != "")
        .group_by(build.c.source_id, build.c.job)
        .subquery()
    )
    statement = (
        select(
            source.c.name.label("source"),
            newest.c.job.label("name"),
            newest.c.count,
            newest.c.last_ts,
            func.max(build.c.revisions).label("revisions"),
        )
        .select_from(newest)
        .join(source, source.c.id == newest.c.source_id)
        .join(
            build,
            (build.c.source_id == newest.c.source_id)
            & (build.c.job == newest.c.job)
            & (build.c.number == newest.c.number),
        )
        .where(source.c.kind == "jenkins")
        .group_by(source.c.name, newest.c.job, newest.c.count, newest.c.last_ts)
    )
    return read_frame(session, statement)


def deploying_jobs(session: Session) -> pd.DataFrame:
    """Which jobs deploy which service, as their rules say: source, name, service."""
    statement = (
        select(
            source.c.name.label("source"),
            build.c.job.label("name"),
            deployment.c.service.label("service"),
        )
        .join(
            build,
            (build.c.source_id == deployment.c.source_id)
            & (build.c.external_id == deployment.c.build_external_id),
        )
        .join(source, source.c.id == deployment.c.source_id)
        .where(deployment.c.service != "")
        .distinct()
    )
    return read_frame(session, statement)
