"""Stores a page of a stream: payloads, records, what they make dirty, and the cursor behind it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from connectors.path_lists import PATHS, READ_TO_THE_END
from connectors.stream import Cursor
from core.records import Entity
from pipeline.clock import now_ts
from pipeline.reading import Prepared, Task
from pipeline.stages import CORRELATE
from store import cursors, dirty, frames, raw, records
from store.batch import Touched
from store.cursors import StreamKey


def save_page(session: Session, task: Task, page: Prepared) -> Touched:
    """All of it in the transaction of `session`: the cursor moves with what it passed."""
    name, scope = task.stream.name, task.scope.id
    raw.save(session, task.source_id, name, scope, page.rows, fetched_ts=now_ts())
    raw.mark_gone(session, task.source_id, name, page.gone)
    saved = records.save_records(session, task.source_id, page.records)
    for entity, ids in saved.ids.items():
        dirty.mark(session, CORRELATE, entity, ids)
    if page.cursor is not None:
        key = StreamKey(task.source_id, name, scope)
        cursors.save_cursor(session, key, page.cursor, watermark_ts=_watermark(page.cursor))
        before, now = (one.get(READ_TO_THE_END) for one in (task.cursor, page.cursor))
        if name == PATHS and now != before:
            _mark_repository(session, key)
    return saved


def _watermark(cursor: Cursor) -> int | None:
    """The time up to which a list ordered by time was read; None for lists that are read whole."""
    mark = cursor.get("watermark")
    return int(datetime.fromisoformat(mark).timestamp()) if isinstance(mark, str) else None


def _mark_repository(session: Session, key: StreamKey) -> None:
    """What is known of its parts decides what its deployments brought, though no row may differ."""
    table = frames.repositories(session)
    own = (table["source_id"] == key.source_id) & (table["external_id"] == key.scope)
    dirty.mark(session, CORRELATE, Entity.REPOSITORY, table.loc[own, "repository_id"].tolist())
