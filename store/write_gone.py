"""Notes what a source no longer shows."""

from __future__ import annotations

from sqlalchemy import select, update

from core.records import Entity, Gone
from store.batch import Batch, seconds
from store.lookup import chunks
from store.models import work_item, worklog
from store.upsert import delete_rows


def write_gone(batch: Batch) -> None:
    """An item keeps its history and gets the reason; a worklog is deleted. Of other entities the
    payload alone is marked: what happened once stays true.
    """
    gone = batch.of(Gone)
    _mark_items(batch, [found for found in gone if found.entity is Entity.ITEM])
    _delete_worklogs(batch, {found.id for found in gone if found.entity is Entity.WORKLOG})


def _mark_items(batch: Batch, gone: list[Gone]) -> None:
    """What was noticed first stays, for an item that is gone for the same reason still."""
    told = {found.id: (found.why, seconds(found.noticed_at)) for found in gone}
    ids = batch.lookup(work_item, told)
    for why, noticed_ts in set(told.values()):
        chosen = [found for name, found in ids.items() if told[name] == (why, noticed_ts)]
        for chunk in chunks(chosen):
            where = (work_item.c.id.in_(chunk), work_item.c.gone != why)
            different = batch.session.execute(select(work_item.c.id).where(*where)).scalars()
            batch.touched[Entity.ITEM].update(different)
            marked = update(work_item).where(*where).values(gone=why, gone_ts=noticed_ts)
            batch.session.execute(marked)


def _delete_worklogs(batch: Batch, names: set[str]) -> None:
    for chunk in chunks(sorted(names)):
        own = worklog.join(work_item, work_item.c.id == worklog.c.item_id)
        statement = select(worklog.c.id, worklog.c.item_id).select_from(own)
        where = (work_item.c.source_id == batch.source_id, worklog.c.external_id.in_(chunk))
        found = batch.session.execute(statement.where(*where)).all()
        delete_rows(batch.session, worklog, [{"id": row.id} for row in found])
        batch.touched[Entity.ITEM].update(row.item_id for row in found)
