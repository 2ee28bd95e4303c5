"""Logs what undoes each change of a published fact, and since when facts are known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from store.fact_changes import Keys
from store.fact_differences import Ints
from store.fact_entries import Entries, changed_to
from store.insert import insert_columns
from store.lookup import Key, found_in
from store.models import fact_change, item_fact, service, stage_visit, value_stream
from store.upsert import delete_rows

KNOWN = "known_ts"


@dataclass(frozen=True, slots=True)
class Recording:
    """When and why facts are written.

    before_ts: up to when the sources had been read before, None where nothing had been told: then
    nothing is restated.
    """

    now_ts: int
    cause: str
    before_ts: int | None = None


def record(session: Session, table: Table, entries: Entries, recording: Recording) -> None:
    """Log what differs. Before the rows are written: what vanishes takes with it since when it was
    known.
    """
    fixed = {
        "fact": table.name,
        "what": entries.what,
        "recorded_ts": recording.now_ts,
        "cause": recording.cause,
    }
    insert_columns(session, fact_change, fixed, entries.columns())


def known_since(session: Session, table: Table, keys: Keys) -> Ints:
    """Since when facts that are there have been known, place by place."""
    names = [column.key for column in table.primary_key.columns]
    since: dict[Key, int] = {}
    for owner in np.unique(keys[:, 0]).tolist():
        ids = keys[keys[:, 0] == owner, 1].tolist()
        stored = found_in(session, table, [*names, KNOWN], names[1], ids, **{names[0]: owner})
        since.update({tuple(row[:-1]): row[-1] for row in stored})
    return np.array([since.get(tuple(key), 0) for key in keys.tolist()], np.int64)


def leave_stages(
    session: Session, stream_id: int, ids: Collection[int], recording: Recording
) -> None:
    """Facts in these stages, which will be no more, wait without one; the log undoes it."""
    for table in (item_fact, stage_visit):
        key = list(table.primary_key.columns)
        own = (table.c.stream_id == stream_id, table.c.stage_id.in_(list(ids)))
        rows = session.execute(select(*key, table.c.stage_id).where(*own)).all()
        if rows:
            keys = np.array([row[:-1] for row in rows], np.int64)
            told = [{"stage_id": [row[-1], None]} for row in rows]
            record(session, table, changed_to(keys, told), recording)
            session.execute(update(table).where(*own).values(stage_id=None))


def begin_knowing(session: Session, now_ts: int) -> tuple[set[int], set[int]]:
    """Streams and services of which nothing was known before: from now on it is."""
    found: list[set[int]] = []
    for table in (value_stream, service):
        new = table.c.known_since_ts.is_(None)
        found.append(set(session.execute(select(table.c.id).where(new)).scalars()))
        session.execute(update(table).where(new).values(known_since_ts=now_ts))
    return found[0], found[1]


def forget_services(session: Session, ids: Sequence[int]) -> None:
    """Drop what was logged of services that are no more: their numbers may be given again."""
    kinds = ("change_fact", "request_fact", "deployment_fact", "incident_fact")
    rows = [{"fact": kind, "owner_id": number} for number in ids for kind in kinds]
    delete_rows(session, fact_change, rows)
