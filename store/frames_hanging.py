"""Which items hang together with others: are below them, or stand behind one of them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records import BlockKind
from store.lookup import chunks, found_in, one_of
from store.models import block, item_key, item_link, work_item
from store.read import IDS

_above = work_item.alias("above")


def right_below(session: Session, item_ids: Collection[int], kinds: Collection[str]) -> set[int]:
    """The items whose parent is one of these, or that have a link of one of these kinds to one; and
    perhaps some of another source that name their parent alike.
    """
    found: set[int] = set()
    for chunk in chunks(sorted(item_ids), IDS):
        names = select(_above.c.external_id).where(one_of(session, _above.c.id, chunk))
        parent = work_item.c.parent_external_id
        keys = select(item_key.c.key).where(one_of(session, item_key.c.item_id, chunk))
        linked = item_link.c.kind.in_(sorted(kinds)), item_link.c.other_key.in_(keys)
        for statement in (
            select(work_item.c.id).where(parent != "", parent.in_(names)),
            select(item_link.c.item_id).where(*linked),
        ):
            found.update(session.execute(statement).scalars())
    return found


def behind(session: Session, item_ids: Collection[int]) -> set[int]:
    """The items with a block by a link to a key of one of these, at whatever source."""
    keys = {row[0] for row in found_in(session, item_key, ("key",), "item_id", item_ids)}
    own = block.c.kind == BlockKind.LINK.value
    found = session.execute(select(block.c.item_id, block.c.detail).where(own))
    return {item for item, detail in found if detail.rpartition(" ")[2] in keys}
