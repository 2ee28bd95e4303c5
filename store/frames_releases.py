"""Frames of what items are due and planned for, as their tracker tells it."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from store.frames_items import in_stream
from store.models import planned_in, planned_release, work_item
from store.read import read_frame, read_frames


def planned_items(session: Session, stream_id: int) -> pd.DataFrame:
    """Which items of a stream are planned for which release: item_id, release_id."""
    statement = select(planned_in.c.item_id, planned_in.c.release_id)
    joined = statement.select_from(
        planned_in.join(work_item, work_item.c.id == planned_in.c.item_id)
    ).where(in_stream(stream_id))
    return read_frame(session, joined.order_by(planned_in.c.item_id, planned_in.c.release_id))


def planned_releases(session: Session, release_ids: Iterable[int]) -> pd.DataFrame:
    """These releases: release_id, external_id, name, url, due_on ("" for none), released,
    archived.
    """
    key = planned_release.c.id
    names = ("external_id", "name", "url", "due_on", "released", "archived")
    statement = select(key.label("release_id"), *(planned_release.c[name] for name in names))
    return read_frames(session, statement, key, release_ids, order=(key,))


def due_days(session: Session, item_ids: Iterable[int]) -> pd.DataFrame:
    """Of these items, those with a due date: item_id, due_on."""
    key = work_item.c.id
    statement = select(key.label("item_id"), work_item.c.due_on).where(work_item.c.due_on != "")
    return read_frames(session, statement, key, item_ids, order=(key,))
