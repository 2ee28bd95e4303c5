"""Which items have other facts since a poll: those of the log, and those that are new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.models import fact_change, item_fact


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """An item of a stream with other facts; at: when the last of it was recorded."""

    stream_id: int
    item_id: int
    what: str
    at_ts: int


def log_end(session: Session) -> int:
    """The number of the last change that was logged; 0 before the first."""
    return session.execute(select(func.max(fact_change.c.id))).scalar_one() or 0


def newest_known(session: Session, stream_id: int) -> int:
    """Since when the newest fact of a stream's items is known; 0 without one."""
    own = select(func.max(item_fact.c.known_ts)).where(item_fact.c.stream_id == stream_id)
    return session.execute(own).scalar_one() or 0


def changed_items(
    session: Session, facts: Sequence[str], *, after_id: int, limit: int
) -> list[ChangedItem]:
    """Of the log of these facts after `after_id`: `gone` where the last that was logged says so and
    the item has none left in the stream, else `changed`.
    """
    log = fact_change.c
    last = func.max(log.recorded_ts)
    logged = (
        select(log.owner_id, log.entity_id, last)
        .where(log.id > after_id, log.fact.in_(facts))
        .group_by(log.owner_id, log.entity_id)
        .order_by(log.owner_id, log.entity_id)
        .limit(limit)
    )
    rows = session.execute(logged).all()
    left = _with_facts(session, after_id, facts)
    return [
        ChangedItem(owner, item, "changed" if (owner, item) in left else "gone", at)
        for owner, item, at in rows
    ]


def _with_facts(session: Session, after_id: int, facts: Sequence[str]) -> set[tuple[int, int]]:
    """Of what was logged, the items that have facts now."""
    log, fact = fact_change.c, item_fact.c
    same = (fact.stream_id == log.owner_id) & (fact.item_id == log.entity_id)
    found = (
        select(fact.stream_id, fact.item_id)
        .join(fact_change, same)
        .where(log.id > after_id, log.fact.in_(facts))
        .distinct()
    )
    return {(stream, item) for stream, item in session.execute(found)}


def new_items(session: Session, stream_id: int, *, after_ts: int, limit: int) -> list[ChangedItem]:
    """The items of a stream with deliveries that are known only since after `after_ts`: `new` where
    all of them are, else `changed`.
    """
    fact = item_fact.c
    first, last = func.min(fact.known_ts), func.max(fact.known_ts)
    found = (
        select(fact.item_id, first, last)
        .where(fact.stream_id == stream_id)
        .group_by(fact.item_id)
        .having(last > after_ts)
        .order_by(fact.item_id)
        .limit(limit)
    )
    return [
        ChangedItem(stream_id, item, "new" if since > after_ts else "changed", at)
        for item, since, at in session.execute(found)
    ]
