"""Where the items of a source are."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.models import work_item


def homes(session: Session, source_id: int) -> dict[str, str]:
    """The project of each item that is not gone, by external id."""
    columns = (work_item.c.external_id, work_item.c.project)
    where = (work_item.c.source_id == source_id, work_item.c.gone == "")
    return {row.external_id: row.project for row in session.execute(select(*columns).where(*where))}
