"""Links between tickets and commits as rules found them, for a sample that people judge."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Select, Table, and_, exists, select
from sqlalchemy.orm import Session

from core.records import Entity
from store.judged_links import HUMAN
from store.models import git_commit, link, overruled_link, repository, source, work_item
from store.read import read_frame


def links_of_commits(session: Session, from_ts: int, to_ts: int) -> pd.DataFrame:
    """What rules say of tickets and the commits of [from_ts, to_ts), by the time of the commit:
    a_id (item), b_id (commit), rule, confidence, judged ("confirmed", "rejected", "" nobody did),
    item_source, item_name, repository, sha. What people rejected is in it, what only they link not.
    """
    parts = [read_frame(session, _told(table, from_ts, to_ts)) for table in (link, overruled_link)]
    said = _said(session, from_ts, to_ts)
    standing, rejected = parts
    pairs = pd.MultiIndex.from_frame(standing[["a_id", "b_id"]])
    agreed = pairs.isin(pd.MultiIndex.from_frame(said))
    judged = pd.Series(agreed).map({True: "confirmed", False: ""}).astype(object)
    frames = [standing.assign(judged=judged), rejected.assign(judged="rejected")]
    return pd.concat([one for one in frames if len(one)] or frames[:1], ignore_index=True)


def _told(table: Table, from_ts: int, to_ts: int) -> Select[tuple[object, ...]]:
    joined = (
        table.join(git_commit, git_commit.c.id == table.c.b_id)
        .join(repository, repository.c.id == git_commit.c.repository_id)
        .join(work_item, work_item.c.id == table.c.a_id)
        .join(source, source.c.id == work_item.c.source_id)
    )
    return (
        select(
            table.c.a_id,
            table.c.b_id,
            table.c.rule,
            table.c.confidence,
            source.c.name.label("item_source"),
            work_item.c.external_id.label("item_name"),
            repository.c.path.label("repository"),
            git_commit.c.sha,
        )
        .select_from(joined)
        .where(
            table.c.a_kind == int(Entity.ITEM),
            table.c.b_kind == int(Entity.COMMIT),
            table.c.rule != HUMAN,
            git_commit.c.committed_ts >= from_ts,
            git_commit.c.committed_ts < to_ts,
        )
    )


def _said(session: Session, from_ts: int, to_ts: int) -> pd.DataFrame:
    """a_id, b_id of what people linked."""
    joined = link.join(git_commit, git_commit.c.id == link.c.b_id)
    statement = (
        select(link.c.a_id, link.c.b_id)
        .select_from(joined)
        .where(
            link.c.a_kind == int(Entity.ITEM),
            link.c.b_kind == int(Entity.COMMIT),
            link.c.rule == HUMAN,
            git_commit.c.committed_ts >= from_ts,
            git_commit.c.committed_ts < to_ts,
        )
    )
    return read_frame(session, statement)


def judged_pairs(session: Session) -> tuple[int, int, int]:
    """How many pairs of any kind people confirmed, rejected, and linked where no rule had."""
    ends = ("a_kind", "a_id", "b_kind", "b_id")
    other = link.alias("other")
    same = and_(*(other.c[name] == link.c[name] for name in ends), other.c.rule != HUMAN)
    own = select(*(link.c[name] for name in ends)).where(link.c.rule == HUMAN)
    confirmed = len(session.execute(own.where(exists().where(same))).all())
    added = len(session.execute(own.where(~exists().where(same))).all())
    rejected = select(*(overruled_link.c[name] for name in ends)).distinct()
    return confirmed, len(session.execute(rejected).all()), added
