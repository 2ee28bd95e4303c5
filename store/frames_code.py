"""Frames of repositories, commits and merge requests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
from sqlalchemy import Boolean, ColumnElement, Label, Select, func, literal_column, select
from sqlalchemy.orm import Session

from store.frames_people import is_bot, with_author
from store.models import (
    commit_parent,
    commit_path,
    environment,
    git_commit,
    merge_request,
    merge_request_commit,
    ref,
    repository,
)
from store.read import read_frame, read_frames


def _by_bot() -> Label[bool]:
    bot: ColumnElement[bool] = func.coalesce(is_bot(), literal_column("false"), type_=Boolean)
    return bot.label("author_bot")


def repositories(session: Session) -> pd.DataFrame:
    """repository_id, source_id, external_id, path, default_branch, url, remotes (lines)."""
    names = ("source_id", "external_id", "path", "default_branch", "url", "remotes")
    columns = (repository.c[name] for name in names)
    statement = select(repository.c.id.label("repository_id"), *columns)
    return read_frame(session, statement.order_by(repository.c.id))


def refs(session: Session, repository_id: int | None = None) -> pd.DataFrame:
    """Branch heads and tags: repository_id, kind, name, sha, ts (NONE)."""
    statement = _refs()
    if repository_id is not None:
        statement = statement.where(ref.c.repository_id == repository_id)
    return read_frame(session, statement)


def tags(session: Session) -> pd.DataFrame:
    """The refs that are no branches, with the columns of `refs`."""
    return read_frame(session, _refs().where(ref.c.kind != "branch"))


def _refs() -> Select[Any]:
    columns = (ref.c[name] for name in ("repository_id", "kind", "name", "sha", "ts"))
    return select(*columns).order_by(ref.c.repository_id, ref.c.kind, ref.c.name)


def environments(session: Session) -> pd.DataFrame:
    """Deployment targets that a source lists: source_id, external_id, repository_id, name, tier."""
    names = ("source_id", "external_id", "repository_id", "name", "tier")
    statement = select(*(environment.c[name] for name in names))
    return read_frame(session, statement.order_by(environment.c.id))


def commits(
    session: Session,
    repository_id: int | None = None,
    *,
    commit_ids: Iterable[int] | None = None,
    committed: bool = False,
) -> pd.DataFrame:
    """Commits: commit_id, repository_id, sha, authored_ts, committed_ts (both NONE where the sha
    alone is known), parents (their number, NONE unknown), message, author_id (NONE), author_bot."""
    times = ("authored_ts", "committed_ts")
    names = ("repository_id", "sha", *times, "parents", "message", "author_id")
    columns = (git_commit.c[name] for name in names)
    statement = select(git_commit.c.id.label("commit_id"), *columns, _by_bot()).select_from(
        with_author(git_commit)
    )
    if repository_id is not None:
        statement = statement.where(git_commit.c.repository_id == repository_id)
    own = git_commit.c.id
    return read_frames(session, statement, own, commit_ids, committed=committed, order=(own,))


def commit_parents(
    session: Session, repository_id: int | None = None, *, committed: bool = False
) -> pd.DataFrame:
    """Edges of the commit graph: commit_id, parent_id, the first parent first."""
    statement = select(commit_parent.c.commit_id, commit_parent.c.parent_id)
    if repository_id is not None:
        own = select(git_commit.c.id).where(git_commit.c.repository_id == repository_id)
        statement = statement.where(commit_parent.c.commit_id.in_(own))
    ordered = statement.order_by(commit_parent.c.commit_id, commit_parent.c.ordinal)
    return read_frame(session, ordered, committed=committed)


def commit_paths(session: Session, *, committed: bool = False) -> pd.DataFrame:
    """Commits that touch a part of their repository: repository_id, commit_id, path."""
    columns = (git_commit.c.repository_id, commit_path.c.commit_id, commit_path.c.path)
    joined = commit_path.join(git_commit, git_commit.c.id == commit_path.c.commit_id)
    statement = select(*columns).select_from(joined)
    ordered = statement.order_by(commit_path.c.commit_id, commit_path.c.path)
    return read_frame(session, ordered, committed=committed)


def merge_requests(
    session: Session, *, request_ids: Iterable[int] | None = None, committed: bool = False
) -> pd.DataFrame:
    """merge_request_id, repository_id, number, title, description, source_branch, target_branch,
    state, head_sha, merge_sha, squash_sha, created_ts, merged_ts, closed_ts (both NONE), labels
    (lines), author_bot."""
    texts = ("title", "description", "source_branch", "target_branch", "state")
    shas = ("head_sha", "merge_sha", "squash_sha")
    times = ("created_ts", "merged_ts", "closed_ts")
    names = ("repository_id", "number", *texts, *shas, *times, "labels")
    columns = (merge_request.c[name] for name in names)
    statement = select(
        merge_request.c.id.label("merge_request_id"), *columns, _by_bot()
    ).select_from(with_author(merge_request))
    own = merge_request.c.id
    return read_frames(session, statement, own, request_ids, committed=committed, order=(own,))


def merge_request_commits(
    session: Session, *, request_ids: Iterable[int] | None = None, committed: bool = False
) -> pd.DataFrame:
    """Commits of merge requests, in their order: merge_request_id, commit_id, ordinal."""
    names = ("merge_request_id", "commit_id", "ordinal")
    columns = [merge_request_commit.c[name] for name in names]
    order = (columns[0], columns[2], columns[1])
    statement = select(*columns)
    return read_frames(
        session, statement, columns[0], request_ids, committed=committed, order=order
    )
