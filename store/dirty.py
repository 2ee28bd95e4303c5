"""What waits to be worked on: ids that changed since a stage of the pipeline last ran."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby
from operator import itemgetter

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.records import Entity
from store.lookup import chunks, one_of
from store.models import dirty
from store.upsert import upsert


def mark(session: Session, stage: str, entity: Entity, ids: Iterable[int]) -> None:
    """Note that `stage` must look at these again; marking twice is marking once.

    A mark that is there already is locked until the transaction ends: `take_on` of another process
    leaves it, for it can't see yet what was changed here.
    """
    rows = [{"stage": stage, "entity": int(entity), "entity_id": found} for found in ids]
    # Nothing ever differs, so nothing is written; PostgreSQL locks the row all the same.
    upsert(session, dirty, rows, key=("stage", "entity", "entity_id"), update=("entity",))


def take(session: Session, stage: str, entity: Entity) -> list[int]:
    """The ids that wait, ascending. They stay until `clear`: a stage that fails sees them again."""
    statement = select(dirty.c.entity_id).where(
        dirty.c.stage == stage, dirty.c.entity == int(entity)
    )
    return list(session.execute(statement.order_by(dirty.c.entity_id)).scalars())


def waiting_items(session: Session, stages: Collection[str]) -> int:
    """How many work items any of these stages still has to look at."""
    own = (dirty.c.stage.in_(list(stages)), dirty.c.entity == int(Entity.ITEM))
    counted = select(func.count(dirty.c.entity_id.distinct())).where(*own)
    return int(session.execute(counted).scalar_one())


def take_on(session: Session, stage: str, working: str) -> dict[Entity, list[int]]:
    """All that waits for `stage`, and what a run that was killed left under `working`.

    It waits under `working` from now on, until `clear`. So what changes while it is worked on is
    marked anew under `stage`, and not cleared with what was read before the change. What a
    transaction that is still open marks stays for the next run.
    """
    fresh, left = _waiting(session, stage, free=True), _waiting(session, working)
    for entity, ids in fresh.items():
        mark(session, working, entity, ids)
        clear(session, stage, entity, ids)
    return {entity: sorted({*fresh.get(entity, ()), *left.get(entity, ())}) for entity in Entity}


def _waiting(session: Session, stage: str, *, free: bool = False) -> dict[Entity, list[int]]:
    """The ids that wait, ascending, of the kinds that have any. free: only those that no other
    transaction is marking, locked for this one.
    """
    statement = select(dirty.c.entity, dirty.c.entity_id).where(dirty.c.stage == stage)
    ordered = statement.order_by(dirty.c.entity, dirty.c.entity_id)
    taken = ordered.with_for_update(skip_locked=True) if free else ordered
    rows = session.execute(taken).all()
    return {Entity(kind): [row[1] for row in own] for kind, own in groupby(rows, itemgetter(0))}


def clear(session: Session, stage: str, entity: Entity, ids: Iterable[int]) -> None:
    """Forget these. In the transaction that wrote the result, with the ids that `take` gave."""
    own = (dirty.c.stage == stage, dirty.c.entity == int(entity))
    for chunk in chunks(sorted(ids)):
        session.execute(delete(dirty).where(*own, one_of(session, dirty.c.entity_id, chunk)))
