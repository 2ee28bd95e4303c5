"""Stores the releases that items are planned for."""

from __future__ import annotations

from typing import Any

from core.records import Entity, PlannedIn, PlannedRelease, WorkItem
from store.batch import Batch, parent_id
from store.lookup import read_rows
from store.models import planned_in, planned_release, work_item
from store.rows import write_children, write_entities


def write_releases(batch: Batch) -> None:
    """Store releases, then which items are planned for which. With an item in the batch its
    releases are whole; what an item tells of a release that the source lists is passed over.
    """
    ids = _write_planned(batch)
    told = batch.of(PlannedIn)
    items = {found.id for found in batch.of(WorkItem)}
    known = batch.lookup(work_item, items | {found.item for found in told})
    ids |= batch.lookup(planned_release, {found.release for found in told} - set(ids))

    def row(record: PlannedIn) -> dict[str, Any]:
        child = f"plan for release {record.release}"
        item = parent_id(known, record.item, child=child, parent="item")
        release = parent_id(ids, record.release, child=f"plan of {record.item}", parent="release")
        return {"item_id": item, "release_id": release}

    rows = batch.rows(told, row)
    whole = {known[name] for name in items if name in known}
    changed = write_children(batch.session, planned_in, rows, parent="item_id", whole=whole)
    batch.touched[Entity.ITEM].update(changed)


def _write_planned(batch: Batch) -> dict[str, int]:
    """Ids by vendor id of the releases of the batch."""
    told = batch.of(PlannedRelease)
    listed = {found.id for found in told if found.listed}
    listed |= _listed(batch, {found.id for found in told} - listed)
    rows = [_row(batch, found) for found in told if found.listed or found.id not in listed]
    written = write_entities(batch.session, planned_release, rows)
    return {name: found for (_, name), found in written.ids.items()}


def _listed(batch: Batch, names: set[str]) -> set[str]:
    """Of these releases, those that the source listed before."""
    rows = read_rows(
        batch.session, planned_release, "external_id", names, source_id=batch.source_id
    )
    return {row["external_id"] for row in rows if row["listed"]}


def _row(batch: Batch, release: PlannedRelease) -> dict[str, Any]:
    return {
        "source_id": batch.source_id,
        "external_id": release.id,
        "name": release.name,
        "due_on": "" if release.due_on is None else release.due_on.isoformat(),
        "released": release.released,
        "archived": release.archived,
        "url": release.url,
        "listed": release.listed,
    }
