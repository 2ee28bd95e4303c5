"""Stores work items with their keys, links, blocks and histories."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from core.records import (
    Block,
    Entity,
    Field,
    ItemKey,
    ItemLink,
    Project,
    Transition,
    WorkItem,
)
from store.batch import Batch, parent_id, seconds
from store.lookup import chunks, read_rows
from store.models import block, item_key, item_link, project, transition, work_item
from store.rows import write_children, write_entities
from store.upsert import delete_rows, last_by_key, upsert
from store.write_words import write_statuses, write_terms


def write_items(batch: Batch) -> None:
    """Store projects, statuses and items, then what belongs to the items."""
    rows = [
        {"source_id": batch.source_id, "external_id": item.id, "key": item.key, "title": item.title}
        for item in batch.of(Project)
    ]
    batch.touched.projects |= write_entities(batch.session, project, rows).changed
    statuses = write_statuses(batch)
    items = batch.of(WorkItem)
    written = write_entities(
        batch.session, work_item, [_item_row(batch, item, statuses) for item in items]
    )
    batch.touched[Entity.ITEM].update(written.changed)
    ids = {name: found for (_, name), found in written.ids.items()}
    ids |= batch.lookup(work_item, _parents(batch) - set(ids))
    renamed = _write_keys(batch, ids)
    _write_links(batch, ids)
    _rename_links(batch, renamed)
    _write_blocks(batch, ids)
    _write_transitions(batch, ids, statuses)


def _parents(batch: Batch) -> set[str]:
    children: list[ItemKey | ItemLink | Block | Transition] = [
        *batch.of(ItemKey),
        *batch.of(ItemLink),
        *batch.of(Block),
        *batch.of(Transition),
    ]
    return {child.item for child in children}


def _item_row(batch: Batch, item: WorkItem, statuses: dict[str, int]) -> dict[str, Any]:
    value = item.value_per_week
    return {
        "source_id": batch.source_id,
        "external_id": item.id,
        "key": item.key,
        "project": item.project,
        "type": item.type,
        "title": item.title,
        "url": item.url,
        "priority": item.priority,
        "resolution": item.resolution,
        "labels": "\n".join(item.labels),
        "parent_external_id": item.parent_id or "",
        "subtask": item.subtask,
        "status_id": statuses[item.status_id],
        "created_ts": seconds(item.created_at),
        "updated_ts": seconds(item.updated_at),
        "resolved_ts": seconds(item.resolved_at),
        "value_cents": None if value is None else round(value * 100),
        "changelog_complete": item.changelog_complete,
        "gone": "",
        "gone_ts": None,
        "due_on": "" if item.due_on is None else item.due_on.isoformat(),
    }


def _write_keys(batch: Batch, ids: dict[str, int]) -> dict[str, str]:
    """A key that an item no longer has stays, as an old one: commits go on naming it.

    Answers the new key by the one that an item had until now.
    """

    def row(record: ItemKey) -> dict[str, Any]:
        item = parent_id(ids, record.item, child=f"key {record.key}", parent="item")
        current = now[item] == record.key if item in now else record.current
        common = {"source_id": batch.source_id, "key": record.key}
        return {**common, "item_id": item, "current": current}

    now = {ids[item.id]: item.key for item in batch.of(WorkItem)}
    others = [
        stored
        for stored in read_rows(batch.session, item_key, "item_id", now)
        if stored["key"] != now[stored["item_id"]]
    ]
    old = [{**stored, "current": False} for stored in others]
    given = [*batch.of(ItemKey), *(ItemKey(item.id, item.key, True) for item in batch.of(WorkItem))]
    key = ("source_id", "key")
    wanted = last_by_key([*old, *batch.rows(given, row)], key)
    names = {found["key"] for found in wanted}
    stored_rows = read_rows(batch.session, item_key, "key", names, source_id=batch.source_id)
    known = {stored["key"]: stored for stored in stored_rows}
    different = [found for found in wanted if known.get(found["key"]) != found]
    upsert(batch.session, item_key, different, key=key)
    batch.touched[Entity.ITEM].update(found["item_id"] for found in different)
    return {stored["key"]: now[stored["item_id"]] for stored in others if stored["current"]}


def _rename_links(batch: Batch, renamed: dict[str, str]) -> None:
    """Links to an item that moved: those who link to it are not told again when its key changes."""
    stale = _links_to(batch, renamed)
    names = ("item_id", "kind", "other_key")
    delete_rows(batch.session, item_link, [{name: row[name] for name in names} for row in stale])
    moved = [{**row, "other_key": renamed[row["other_key"]]} for row in stale]
    upsert(batch.session, item_link, moved, key=names, keep=("since_ts",))
    batch.touched[Entity.ITEM].update(row["item_id"] for row in stale)


def _links_to(batch: Batch, keys: Iterable[str]) -> list[dict[str, Any]]:
    """The links of this source's items to items of these keys."""
    joined = item_link.join(work_item, work_item.c.id == item_link.c.item_id)
    own = select(*item_link.c).select_from(joined).where(work_item.c.source_id == batch.source_id)
    return [
        dict(row)
        for chunk in chunks(sorted(keys))
        for row in batch.session.execute(own.where(item_link.c.other_key.in_(chunk))).mappings()
    ]


def _write_links(batch: Batch, ids: dict[str, int]) -> None:
    def row(record: ItemLink) -> dict[str, Any]:
        child = f'link "{record.kind}" to {record.other_key}'
        item = parent_id(ids, record.item, child=child, parent="item")
        since = seconds(record.since)
        other = record.other_key
        return {"item_id": item, "kind": record.kind, "other_key": other, "since_ts": since}

    rows = batch.rows(batch.of(ItemLink), row)
    whole = {ids[item.id] for item in batch.of(WorkItem)}
    changed = write_children(batch.session, item_link, rows, parent="item_id", whole=whole)
    batch.touched[Entity.ITEM].update(changed)


def _write_blocks(batch: Batch, ids: dict[str, int]) -> None:
    """Blocks come from the changelog: one that was cut short takes none away."""

    def row(record: Block) -> dict[str, Any]:
        item = parent_id(ids, record.item, child=f"block {record.kind}", parent="item")
        return {
            "item_id": item,
            "kind": record.kind.value,
            "detail": record.detail,
            "start_ts": seconds(record.start),
            "end_ts": seconds(record.end),
        }

    rows = batch.rows(batch.of(Block), row)
    whole = {ids[item.id] for item in batch.of(WorkItem) if item.changelog_complete}
    changed = write_children(batch.session, block, rows, parent="item_id", whole=whole)
    batch.touched[Entity.ITEM].update(changed)


def _write_transitions(batch: Batch, ids: dict[str, int], statuses: dict[str, int]) -> None:
    """Transitions are only ever added to or corrected: a source may show fewer of them later."""
    terms = write_terms(batch)

    def end(field: Field, external_id: str | None) -> int | None:
        if external_id is None:
            return None
        if field is Field.STATUS:
            return statuses[external_id]
        if field is Field.ASSIGNEE:
            return batch.people.get(external_id)
        return terms[field, external_id]

    def row(record: Transition) -> dict[str, Any]:
        child = f"transition of {record.at.isoformat()}"
        return {
            "item_id": parent_id(ids, record.item, child=child, parent="item"),
            "ts": seconds(record.at),
            "seq": record.seq,
            "field": int(record.field),
            "from_id": end(record.field, record.from_id),
            "to_id": end(record.field, record.to_id),
            "actor_id": batch.person(record.actor),
        }

    rows = batch.rows(batch.of(Transition), row)
    changed = write_children(batch.session, transition, rows, parent="item_id")
    batch.touched[Entity.ITEM].update(changed)
