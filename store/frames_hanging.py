"""Which items hang together with others: are below them, or stand behind one of them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Column, Select, select
from sqlalchemy.orm import Session

from core.records import BlockKind
from store.lookup import chunks, found_in, one_of
from store.models import block, item_key, item_link, work_item
from store.read import IDS


def right_below(session: Session, item_ids: Collection[int], kinds: Collection[str]) -> set[int]:
    """The items whose parent is one of these, or that have a link of one of these kinds to one; and
    perhaps some of another source that name their parent alike.
    """
    names = {str(row[0]) for row in found_in(session, work_item, ("external_id",), "id", item_ids)}
    children = _naming(session, select(work_item.c.id), work_item.c.parent_external_id, names)
    links = select(item_link.c.item_id).where(item_link.c.kind.in_(sorted(kinds)))
    return children | _naming(session, links, item_link.c.other_key, _keys_of(session, item_ids))


def behind(session: Session, item_ids: Collection[int]) -> set[int]:
    """The items with a block by a link to a key of one of these, at whatever source."""
    keys = _keys_of(session, item_ids)
    own = block.c.kind == BlockKind.LINK.value
    found = session.execute(select(block.c.item_id, block.c.detail).where(own))
    return {item for item, detail in found if detail.rpartition(" ")[2] in keys}


def _keys_of(session: Session, item_ids: Collection[int]) -> set[str]:
    """Every key that any of these items has or had, whether or not it is gone."""
    return {str(row[0]) for row in found_in(session, item_key, ("key",), "item_id", item_ids)}


def _naming(
    session: Session, items: Select[tuple[int]], column: Column[str], names: Collection[str]
) -> set[int]:
    found: set[int] = set()
    for chunk in chunks(sorted(names), IDS):
        found.update(session.execute(items.where(one_of(session, column, chunk))).scalars())
    return found
