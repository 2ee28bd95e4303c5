"""Whether what people confirmed leads out of what is linked anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd
from sqlalchemy.orm import Session

from core.records import Entity
from store.judged_links import by_people
from store.verdicts import CONFIRMED

Ids = Mapping[Entity, Collection[int]]


def reaches_out(session: Session, verdicts: pd.DataFrame, waiting: Ids, scope: Ids) -> bool:
    """True where a confirmed link leads from what waits or is linked anew to what is not: then a
    part is not enough, for rules build on such links as on any other.

    verdicts: see `verdict_frame`. A ticket that waits matters only until its link is made.
    """
    told = verdicts[verdicts["answer"] == CONFIRMED]
    if told.empty:
        return False
    columns = ["a_kind", "a_id", "b_kind", "b_id"]
    made: set[tuple[int, int, int, int]] | None = None
    for row in told[columns].itertuples(index=False, name=None):
        ends = [(Entity(row[0]), row[1]), (Entity(row[2]), row[3])]
        inside = [number in scope.get(kind, ()) for kind, number in ends]
        if ends[0][0] is Entity.ITEM:
            if inside[1] or row[1] not in waiting.get(Entity.ITEM, ()):
                continue
            made = by_people(session) if made is None else made
            if row not in made:
                return True
        elif any(inside) and not all(inside):
            return True
    return False
