"""What records name that is not known yet, by word: see `correlator/mentions.py`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records import Entity
from store.lookup import found_in
from store.models import mention
from store.upsert import delete_rows, upsert

_KEY = ("word", "entity", "entity_id")
_LONGEST = 300


def replace_mentions(
    session: Session,
    mentions: pd.DataFrame,
    ids: Mapping[Entity, Collection[int]] | None = None,
) -> None:
    """Make `mentions` (entity, entity_id, word) the only ones of these records (None: of all)."""
    names = (mentions[name].tolist() for name in _KEY)
    wanted = {
        (word, entity, own)
        for word, entity, own in zip(*names, strict=True)
        if len(word) <= _LONGEST and (ids is None or own in ids.get(Entity(entity), ()))
    }
    stored = set(_stored(session, ids))
    gone = [dict(zip(_KEY, row, strict=True)) for row in sorted(stored - wanted)]
    delete_rows(session, mention, gone)
    new = [dict(zip(_KEY, row, strict=True)) for row in wanted - stored]
    upsert(session, mention, new, key=_KEY, update=())


def mentioning(session: Session, words: Iterable[str]) -> dict[Entity, set[int]]:
    """The records that named one of these words; no kind is missing."""
    found: dict[Entity, set[int]] = {entity: set() for entity in Entity}
    for entity, own in found_in(session, mention, ("entity", "entity_id"), "word", words):
        found[Entity(entity)].add(own)
    return found


def words_of(session: Session, entity: Entity, ids: Iterable[int]) -> set[str]:
    """The words of what these records of a kind named when they were last linked."""
    rows = found_in(session, mention, ("word",), "entity_id", ids, entity=int(entity))
    return {row[0] for row in rows}


def has_mentions(session: Session, entity: Entity) -> bool:
    """Whether any record of this kind names something so."""
    some = select(mention.c.word).where(mention.c.entity == int(entity)).limit(1)
    return session.execute(some).first() is not None


def _stored(
    session: Session, ids: Mapping[Entity, Collection[int]] | None
) -> Iterable[tuple[str, int, int]]:
    if ids is None:
        rows = session.execute(select(*(mention.c[name] for name in _KEY)))
        return [(row[0], row[1], row[2]) for row in rows]
    return [
        (row[0], row[1], row[2])
        for entity, own in ids.items()
        for row in found_in(session, mention, _KEY, "entity_id", own, entity=int(entity))
    ]
