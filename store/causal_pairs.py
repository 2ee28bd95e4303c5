"""Pairs of moments of which one must be before the other, as their sources dated them."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import Column, Select, Table, and_, literal, select
from sqlalchemy.orm import Session

from core.records import Entity
from store.models import build, deployment, git_commit, link, merge_request, repository
from store.read import read_frame


def causal_pairs(session: Session, from_ts: int, to_ts: int) -> pd.DataFrame:
    """check, cause_kind, cause (our id), cause_id (its source), cause_ts, effect_kind, effect,
    effect_id, effect_ts; of every pair whose effect lies in [from_ts, to_ts).

    Commits and the builds that checked them out, builds and the deployments that name them, and
    merge requests that were made and merged.
    """
    parts = [_built(from_ts, to_ts), _deployed(from_ts, to_ts), _merged(from_ts, to_ts)]
    frames = [read_frame(session, one) for one in parts]
    return pd.concat([one for one in frames if len(one)] or frames[:1], ignore_index=True)


def _built(from_ts: int, to_ts: int) -> Select[Any]:
    joined = (
        link.join(build, and_(link.c.b_kind == int(Entity.BUILD), build.c.id == link.c.b_id))
        .join(git_commit, git_commit.c.id == link.c.a_id)
        .join(repository, repository.c.id == git_commit.c.repository_id)
    )
    cause = _End(Entity.COMMIT, git_commit, repository.c.source_id, git_commit.c.committed_ts)
    effect = _End(Entity.BUILD, build, build.c.source_id, build.c.started_ts)
    pairs = _pairs("commit_before_build", cause, effect, from_ts, to_ts)
    return pairs.select_from(joined).where(link.c.a_kind == int(Entity.COMMIT)).distinct()


def _deployed(from_ts: int, to_ts: int) -> Select[Any]:
    joined = link.join(build, build.c.id == link.c.a_id).join(
        deployment,
        and_(link.c.b_kind == int(Entity.DEPLOYMENT), deployment.c.id == link.c.b_id),
    )
    cause = _End(Entity.BUILD, build, build.c.source_id, build.c.started_ts)
    finished = deployment.c.finished_ts
    effect = _End(Entity.DEPLOYMENT, deployment, deployment.c.source_id, finished)
    pairs = _pairs("build_before_deployment", cause, effect, from_ts, to_ts)
    return pairs.select_from(joined).where(link.c.a_kind == int(Entity.BUILD)).distinct()


def _merged(from_ts: int, to_ts: int) -> Select[Any]:
    home = merge_request.join(repository, repository.c.id == merge_request.c.repository_id)
    made, merged = merge_request.c.created_ts, merge_request.c.merged_ts
    cause = _End(Entity.MERGE_REQUEST, merge_request, repository.c.source_id, made)
    effect = cause._replace(ts=merged)
    return _pairs("creation_before_merge", cause, effect, from_ts, to_ts).select_from(home)


class _End(NamedTuple):
    kind: Entity
    table: Table
    source_id: Column[Any]
    ts: Column[Any]


def _pairs(check: str, cause: _End, effect: _End, from_ts: int, to_ts: int) -> Select[Any]:
    """The columns of the answer, and which times count; the tables are still to be joined."""
    return select(
        literal(check).label("check"),
        literal(int(cause.kind)).label("cause_kind"),
        cause.table.c.id.label("cause"),
        cause.source_id.label("cause_id"),
        cause.ts.label("cause_ts"),
        literal(int(effect.kind)).label("effect_kind"),
        effect.table.c.id.label("effect"),
        effect.source_id.label("effect_id"),
        effect.ts.label("effect_ts"),
    ).where(cause.ts.is_not(None), effect.ts >= from_ts, effect.ts < to_ts)
