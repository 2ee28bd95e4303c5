"""Stores neutral records: vendor ids become surrogate ids, and what really changed is told."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from core.records import Record
from store.batch import Batch, Touched
from store.write_code import write_code
from store.write_delivery import write_delivery
from store.write_gone import write_gone
from store.write_items import write_items
from store.write_people import write_people
from store.write_releases import write_releases
from store.write_reviews import write_reviews
from store.write_service_desk import write_service_desk
from store.write_worklogs import write_worklogs

__all__ = ["Touched", "save_records"]


def save_records(session: Session, source_id: int, records: Iterable[Record]) -> Touched:
    """Store the records of one source, in whatever order they come; marks nothing dirty.

    Where a thing comes twice the last one wins. With a parent in the batch its list of children is
    whole: links, blocks and releases of an item, commits of a merge request, stages of a build;
    transitions, states, reviews and worklogs are only added to. A record whose parent is not stored
    is left out and told.
    """
    batch = Batch.of_records(session, source_id, records)
    write_people(batch)
    write_items(batch)
    write_releases(batch)
    write_worklogs(batch)
    write_code(batch)
    write_reviews(batch)
    write_delivery(batch)
    write_service_desk(batch)
    write_gone(batch)
    return batch.touched
