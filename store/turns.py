"""Whose turn it is: the source that is due for longest goes to the first process that asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Select, and_, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session

from store.models import stream_state
from store.upsert import upsert

_WHOLE = and_(stream_state.c.stream == "", stream_state.c.scope == "")


@dataclass(frozen=True, slots=True)
class Taken:
    """A source that is leased now. due_ts: since when it was due, None where it never was read.
    before: who held it and never gave it back, empty where nobody did. failures: of the turns
    before, in a row.
    """

    source_id: int
    due_ts: int | None
    before: str
    failures: int


def begin(session: Session, due: Iterable[tuple[int, int]]) -> None:
    """Give each source (id, latest moment at which it is due) a turn; one that is due earlier
    stays so, and one that never was read is due at once.
    """
    rows = list(due)
    ids = [{"source_id": number, "stream": "", "scope": ""} for number, _ in rows]
    upsert(session, stream_state, ids, key=("source_id", "stream", "scope"))
    earlier = (
        update(stream_state)
        .where(
            _WHOLE,
            stream_state.c.source_id == bindparam("number"),
            stream_state.c.due_ts > bindparam("latest"),
        )
        .values(due_ts=bindparam("latest"))
    )
    if rows:
        values = [{"number": number, "latest": latest} for number, latest in rows]
        session.connection().execute(earlier, values)


def take(
    session: Session, of: Collection[int], *, owner: str, now_ts: int, until_ts: int
) -> Taken | None:
    """Lease the one of these sources that is due for longest; None where none is, or all that are
    due are held. One whose lease ran out is due since then: its turn was not ended.

    On PostgreSQL the row is locked, and a row that another process has locked is passed over, so
    none waits for another. On SQLite one transaction writes at a time. Commit to make it known;
    `begin` must have known the source.
    """
    found = session.execute(_first_due(), {"of": list(of), "now": now_ts}).one_or_none()
    if found is None:
        return None
    mine = (_WHOLE, stream_state.c.source_id == found.source_id)
    lease = {"lease_owner": owner, "lease_until_ts": until_ts, "lease_since_ts": now_ts}
    session.execute(update(stream_state).where(*mine).values(lease))
    return Taken(found.source_id, found.due_ts, found.lease_owner, found.failures)


def end(session: Session, source_id: int, *, due_ts: int, failures: int) -> None:
    """When the source is due next, and how often in a row it could not be read at all."""
    mine = (_WHOLE, stream_state.c.source_id == source_id)
    session.execute(update(stream_state).where(*mine).values(due_ts=due_ts, failures=failures))


def any_due(session: Session, of: Collection[int], *, now_ts: int) -> bool:
    """Whether one of these waits for somebody to take it."""
    found = session.execute(_due_ones().limit(1), {"of": list(of), "now": now_ts})
    return found.first() is not None


def holders(session: Session) -> list[tuple[int, str]]:
    """The sources that are held, and by whom."""
    held = select(stream_state.c.source_id, stream_state.c.lease_owner).where(
        _WHOLE, stream_state.c.lease_owner != ""
    )
    return [(row[0], row[1]) for row in session.execute(held)]


def expire(session: Session, source_id: int, *, owner: str, now_ts: int) -> None:
    """The holder is known to be dead: its lease ends now."""
    mine = (_WHOLE, stream_state.c.source_id == source_id, stream_state.c.lease_owner == owner)
    session.execute(
        update(stream_state)
        .where(*mine, stream_state.c.lease_until_ts > now_ts)
        .values(lease_until_ts=now_ts)
    )


def _due_ones() -> Select[tuple[int, int | None, str, int]]:
    held = stream_state.c.lease_owner != ""
    ran_out = func.coalesce(stream_state.c.lease_until_ts, 0) <= bindparam("now")
    due = func.coalesce(stream_state.c.due_ts, 0) <= bindparam("now")
    return select(
        stream_state.c.source_id,
        stream_state.c.due_ts,
        stream_state.c.lease_owner,
        stream_state.c.failures,
    ).where(
        _WHOLE,
        stream_state.c.source_id.in_(bindparam("of", expanding=True)),
        or_(and_(held, ran_out), and_(~held, due)),
    )


def _first_due() -> Select[tuple[int, int | None, str, int]]:
    since = case(
        (stream_state.c.lease_owner != "", func.coalesce(stream_state.c.lease_until_ts, 0)),
        else_=func.coalesce(stream_state.c.due_ts, 0),
    )
    ordered = _due_ones().order_by(since, stream_state.c.source_id)
    return ordered.limit(1).with_for_update(skip_locked=True)
