"""Links between what an event log tells of: both ends are in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from core.records import Entity
from store.lookup import chunks
from store.models import change_fact, deployment_fact, incident_fact, item_fact, link

Pair = tuple[int, Entity, int, str]
"""Of what, to what kind, to which, by which rule or as what."""

_PART: Final = {
    Entity.ITEM: item_fact.c.item_id,
    Entity.DEPLOYMENT: deployment_fact.c.deployment_id,
    Entity.INCIDENT: incident_fact.c.incident_id,
}
"""Kinds of which not all are counted: those that are."""
_WHOLE: Final = (Entity.COMMIT, Entity.MERGE_REQUEST, Entity.BUILD, Entity.CHANGE)


def links_from(session: Session, kind: Entity, ids: Collection[int]) -> Sequence[Pair]:
    """Where these lead to, in order."""
    whole = link.c.b_kind.in_([int(one) for one in _WHOLE])
    known = [(link.c.b_kind == int(one)) & link.c.b_id.in_(select(of)) for one, of in _PART.items()]
    found: list[Pair] = []
    for chunk in chunks(sorted(ids)):
        statement = (
            select(link.c.a_id, link.c.b_kind, link.c.b_id, link.c.rule)
            .where(link.c.a_kind == int(kind), link.c.a_id.in_(chunk), or_(whole, *known))
            .order_by(link.c.a_id, link.c.b_kind, link.c.b_id, link.c.rule)
        )
        found += [(a, Entity(b), c, str(rule)) for a, b, c, rule in session.execute(statement)]
    return found


def items_of(session: Session, kind: Entity, ids: Collection[int]) -> dict[int, list[int]]:
    """The counted items that are linked to each of these (of a kind that comes after items)."""
    found: dict[int, list[int]] = {}
    for chunk in chunks(sorted(ids)):
        statement = (
            select(link.c.b_id, link.c.a_id)
            .where(
                link.c.a_kind == int(Entity.ITEM),
                link.c.b_kind == int(kind),
                link.c.b_id.in_(chunk),
                # As `IN`, SQLite would go through all items for each chunk.
                exists(select(1).where(item_fact.c.item_id == link.c.a_id)),
            )
            .distinct()
            .order_by(link.c.b_id, link.c.a_id)
        )
        for number, item in session.execute(statement):
            found.setdefault(number, []).append(item)
    return found


def shipped(session: Session, ids: Collection[int]) -> dict[int, list[int]]:
    """The commits that each of these deployments first brought to production."""
    found: dict[int, list[int]] = {}
    for chunk in chunks(sorted(ids)):
        statement = (
            select(change_fact.c.deployment_id, change_fact.c.commit_id)
            .where(change_fact.c.deployment_id.in_(chunk))
            .distinct()
            .order_by(change_fact.c.deployment_id, change_fact.c.commit_id)
        )
        for deployment, commit in session.execute(statement):
            found.setdefault(deployment, []).append(commit)
    return found
