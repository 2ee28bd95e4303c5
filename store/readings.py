"""How far each source had been read at a moment, kept as spans without a gap: few rows, however
many passes there were.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.models import source, source_reading
from store.upsert import upsert

_KEY = ("source_id", "from_ts")


@dataclass(frozen=True, slots=True)
class Reading:
    """Up to when a source was read (None: never), and while history is to come, back to when."""

    watermark_ts: int | None
    back_to_ts: int | None = None


def note_reading(
    session: Session, source_id: int, reading: Reading, *, now_ts: int, gap_s: int
) -> None:
    """How far the source is read now. A new span begins after a gap of `gap_s`, and where it
    reaches back to another time than before.
    """
    last = select(source_reading).where(source_reading.c.source_id == source_id)
    newest = last.order_by(source_reading.c.from_ts.desc()).limit(1)
    found = session.execute(newest).one_or_none()
    from_ts = now_ts
    if found is not None and found.back_to_ts == reading.back_to_ts:
        before, now = found.watermark_ts, reading.watermark_ts
        if before == now or (before is not None and now is not None and now - before < gap_s):
            from_ts = found.from_ts
    row = {"source_id": source_id, "from_ts": from_ts, "watermark_ts": reading.watermark_ts}
    upsert(session, source_reading, [{**row, "back_to_ts": reading.back_to_ts}], key=_KEY)


def readings_at(session: Session, ts: int) -> dict[str, Reading]:
    """By name of each source how far it had been read at that moment, within one of its intervals.
    A source of which nothing had been noted is not in it.
    """
    newest = (
        select(source_reading.c.source_id, func.max(source_reading.c.from_ts).label("from_ts"))
        .where(source_reading.c.from_ts <= ts)
        .group_by(source_reading.c.source_id)
        .subquery()
    )
    own = source_reading.join(
        newest,
        (newest.c.source_id == source_reading.c.source_id)
        & (newest.c.from_ts == source_reading.c.from_ts),
    ).join(source, source.c.id == source_reading.c.source_id)
    columns = (source.c.name, source_reading.c.watermark_ts, source_reading.c.back_to_ts)
    return {
        str(name): Reading(None if mark is None else min(mark, ts), back_to)
        for name, mark, back_to in session.execute(select(*columns).select_from(own))
    }


def read_before(session: Session, sources: Collection[str]) -> int | None:
    """Up to when each of these sources had been read at the pass before; None before the first."""
    latest = (
        select(func.max(source_reading.c.watermark_ts).label("ts"))
        .join(source, source.c.id == source_reading.c.source_id)
        .where(source.c.name.in_(list(sources)))
        .group_by(source_reading.c.source_id)
        .subquery()
    )
    return session.execute(select(func.min(latest.c.ts))).scalar_one_or_none()
