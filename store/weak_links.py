"""Items that are linked with a commit by weak evidence alone."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.records import Entity
from store.models import item_fact, link
from store.read import read_frame


def weak_links(session: Session, stream_id: int, *, below: float) -> pd.DataFrame:
    """a_id (item), b_id (commit), rule, confidence of pairs of which no single rule is as sure as
    `below`; of the stream's items.
    """
    own = select(item_fact.c.item_id).where(item_fact.c.stream_id == stream_id)
    other = link.alias("other")
    surer = exists().where(
        other.c.a_kind == link.c.a_kind,
        other.c.a_id == link.c.a_id,
        other.c.b_kind == link.c.b_kind,
        other.c.b_id == link.c.b_id,
        other.c.confidence >= below,
    )
    statement = select(link.c.a_id, link.c.b_id, link.c.rule, link.c.confidence).where(
        link.c.a_kind == int(Entity.ITEM),
        link.c.b_kind == int(Entity.COMMIT),
        link.c.confidence < below,
        link.c.a_id.in_(own),
        ~surer,
    )
    return read_frame(session, statement)
