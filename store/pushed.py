"""Brings what is stored of a pushed thing to what all of its events say."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.frames import to_ts
from core.records import Transition
from store.lookup import chunks, lookup_ids
from store.models import (
    build,
    change_request,
    incident,
    item_key,
    merge_request,
    repository,
    transition,
    work_item,
)
from store.upsert import delete_rows


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


def stored_requests(
    session: Session, source_id: int, pairs: Collection[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Which of these merge requests, by vendor ids of repository and request, the source has."""
    found: set[tuple[str, str]] = set()
    joined = merge_request.join(repository, repository.c.id == merge_request.c.repository_id)
    for chunk in chunks(sorted({request for _, request in pairs})):
        stored = select(repository.c.external_id, merge_request.c.external_id).select_from(joined)
        where = (repository.c.source_id == source_id, merge_request.c.external_id.in_(chunk))
        found |= {(row[0], row[1]) for row in session.execute(stored.where(*where))}
    return found & set(pairs)


def key_holders(session: Session, source_id: int, keys: Iterable[str]) -> dict[str, str]:
    """The vendor id of the item that has each of these keys now; a key that none has is absent."""
    found: dict[str, str] = {}
    joined = item_key.join(work_item, work_item.c.id == item_key.c.item_id)
    for chunk in chunks(sorted(set(keys))):
        stored = select(item_key.c.key, work_item.c.external_id).select_from(joined)
        where = (item_key.c.source_id == source_id, item_key.c.current, item_key.c.key.in_(chunk))
        found |= {row[0]: row[1] for row in session.execute(stored.where(*where))}
    return found
