"""Brings what is stored of a pushed thing to what all of its events say."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.frames import to_ts
from core.records import Transition
from store.models import build, change_request, incident, repository, transition, work_item
from store.upsert import chunks, delete_rows, lookup_ids


def keep_only_transitions(
    session: Session, source_id: int, items: Collection[str], kept: Iterable[Transition]
) -> set[int]:
    """Delete the moves of these items that are not among `kept`; answers the items that lost one.

    An event that arrives late may tell that what looked like a move was none.
    """
    ids = lookup_ids(session, work_item, source_id, items)
    wanted = {(ids[one.item], to_ts(one.at), one.seq) for one in kept if one.item in ids}
    columns = (transition.c.item_id, transition.c.ts, transition.c.seq)
    gone = []
    for chunk in chunks(sorted(ids.values())):
        stored = select(*columns).where(transition.c.item_id.in_(chunk))
        gone += [row for row in session.execute(stored) if tuple(row) not in wanted]
    delete_rows(session, transition, [dict(row._mapping) for row in gone])
    return {row.item_id for row in gone}


def stored_names(session: Session, source_id: int, kind: str, names: Iterable[str]) -> set[str]:
    """Which of these vendor ids of a kind the source has: work_item, repository, build,
    change_request, incident.
    """
    return set(lookup_ids(session, _TABLES[kind], source_id, names))


_TABLES = {table.name: table for table in (work_item, repository, build, change_request, incident)}
