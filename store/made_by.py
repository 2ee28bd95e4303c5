"""Which builds made which deployments, and how the reading of sources was interrupted."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records import Entity
from store.models import link, source, source_reading
from store.read import read_frame


def builds_of_deployments(session: Session) -> pd.DataFrame:
    """deployment_id, build_id of every link of the two."""
    statement = select(link.c.b_id.label("deployment_id"), link.c.a_id.label("build_id")).distinct()
    kinds = (link.c.a_kind == int(Entity.BUILD), link.c.b_kind == int(Entity.DEPLOYMENT))
    return read_frame(session, statement.where(*kinds))


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which a source was read without a gap."""

    source: str
    from_ts: int
    watermark_ts: int | None


def spans(session: Session) -> list[Span]:
    """The spans of all sources, in order of time."""
    columns = (source.c.name, source_reading.c.from_ts, source_reading.c.watermark_ts)
    joined = source_reading.join(source, source.c.id == source_reading.c.source_id)
    ordered = select(*columns).select_from(joined).order_by(source.c.name, source_reading.c.from_ts)
    return [Span(*row) for row in session.execute(ordered)]
