"""Stores time booked on items."""

from __future__ import annotations

from typing import Any

from core.records import Entity, Worklog
from store.batch import Batch, parent_id, seconds
from store.models import work_item, worklog
from store.rows import write_entities


def write_worklogs(batch: Batch) -> None:
    """Store the worklogs of stored items."""
    logs = batch.of(Worklog)
    items = batch.lookup(work_item, {found.item for found in logs})

    def row(record: Worklog) -> dict[str, Any]:
        return {
            "item_id": parent_id(items, record.item, child=f"worklog {record.id}", parent="item"),
            "external_id": record.id,
            "started_ts": seconds(record.started_at),
            "spent_s": record.spent_s,
            "person_id": batch.person(record.person),
        }

    rows = batch.rows(logs, row)
    written = write_entities(batch.session, worklog, rows, key=("item_id", "external_id"))
    batch.touched[Entity.ITEM].update(
        parent for (parent, _), found in written.ids.items() if found in written.changed
    )
