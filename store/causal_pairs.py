"""Pairs of moments of which one must be before the other, as their sources dated them."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Select, and_, literal, select
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


def _built(from_ts: int, to_ts: int) -> Select[tuple[object, ...]]:
    joined = (
        link.join(build, and_(link.c.b_kind == int(Entity.BUILD), build.c.id == link.c.b_id))
        .join(git_commit, git_commit.c.id == link.c.a_id)
        .join(repository, repository.c.id == git_commit.c.repository_id)
    )
    return (
        select(
            literal("commit_before_build").label("check"),
            literal(int(Entity.COMMIT)).label("cause_kind"),
            git_commit.c.id.label("cause"),
            repository.c.source_id.label("cause_id"),
            git_commit.c.committed_ts.label("cause_ts"),
            literal(int(Entity.BUILD)).label("effect_kind"),
            build.c.id.label("effect"),
            build.c.source_id.label("effect_id"),
            build.c.started_ts.label("effect_ts"),
        )
        .distinct()
        .select_from(joined)
        .where(
            link.c.a_kind == int(Entity.COMMIT),
            link.c.b_kind == int(Entity.BUILD),
            git_commit.c.committed_ts.is_not(None),
            build.c.started_ts >= from_ts,
            build.c.started_ts < to_ts,
        )
    )


def _deployed(from_ts: int, to_ts: int) -> Select[tuple[object, ...]]:
    joined = link.join(build, build.c.id == link.c.a_id).join(
        deployment,
        and_(link.c.b_kind == int(Entity.DEPLOYMENT), deployment.c.id == link.c.b_id),
    )
    return (
        select(
            literal("build_before_deployment").label("check"),
            literal(int(Entity.BUILD)).label("cause_kind"),
            build.c.id.label("cause"),
            build.c.source_id.label("cause_id"),
            build.c.started_ts.label("cause_ts"),
            literal(int(Entity.DEPLOYMENT)).label("effect_kind"),
            deployment.c.id.label("effect"),
            deployment.c.source_id.label("effect_id"),
            deployment.c.finished_ts.label("effect_ts"),
        )
        .distinct()
        .select_from(joined)
        .where(
            link.c.a_kind == int(Entity.BUILD),
            link.c.b_kind == int(Entity.DEPLOYMENT),
            build.c.started_ts.is_not(None),
            deployment.c.finished_ts >= from_ts,
            deployment.c.finished_ts < to_ts,
        )
    )


def _merged(from_ts: int, to_ts: int) -> Select[tuple[object, ...]]:
    home = merge_request.join(repository, repository.c.id == merge_request.c.repository_id)
    return (
        select(
            literal("creation_before_merge").label("check"),
            literal(int(Entity.MERGE_REQUEST)).label("cause_kind"),
            merge_request.c.id.label("cause"),
            repository.c.source_id.label("cause_id"),
            merge_request.c.created_ts.label("cause_ts"),
            literal(int(Entity.MERGE_REQUEST)).label("effect_kind"),
            merge_request.c.id.label("effect"),
            repository.c.source_id.label("effect_id"),
            merge_request.c.merged_ts.label("effect_ts"),
        )
        .select_from(home)
        .where(merge_request.c.merged_ts >= from_ts, merge_request.c.merged_ts < to_ts)
    )
