"""What sources pushed: which deliveries were taken, and which streams they say have changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from store.lookup import chunks, one_of
from store.models import hook_delivery, hook_hint
from store.upsert import upsert


@dataclass(frozen=True, slots=True)
class NotedHint:
    """One thing that a source says has changed.

    scope empty: the whole stream. external_id empty: whatever changed in the scope.
    """

    stream: str
    scope: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The hints of a source up to `last`, and the numbers of all of them, which `forget` takes;
    `last` 0: there are none.
    """

    last: int = 0
    hints: tuple[NotedHint, ...] = ()
    numbers: tuple[int, ...] = ()


def take_delivery(
    session: Session, source_id: int, delivery_id: str, *, event: str, now_ts: int
) -> bool:
    """Note a delivery; False where it was taken before."""
    row = {
        "source_id": source_id,
        "delivery_id": delivery_id,
        "received_ts": now_ts,
        "event": event,
    }
    key = ("source_id", "delivery_id")
    return bool(upsert(session, hook_delivery, [row], key=key, update=()))


def forget_deliveries(session: Session, source_id: int, *, before_ts: int) -> None:
    """Drop the ids of deliveries that no source repeats any more."""
    own = (hook_delivery.c.source_id == source_id, hook_delivery.c.received_ts < before_ts)
    session.execute(delete(hook_delivery).where(*own))


def note(session: Session, source_id: int, hints: Iterable[NotedHint], *, now_ts: int) -> None:
    """Add hints. Repeats are kept until they are read: what comes during a pass is read anew."""
    rows = [
        {
            "source_id": source_id,
            "stream": hint.stream,
            "scope": hint.scope,
            "external_id": hint.external_id,
            "noted_ts": now_ts,
        }
        for hint in hints
    ]
    if rows:
        session.execute(hook_hint.insert(), rows)


def last_hint(session: Session, source_id: int) -> int:
    """The number of the newest hint of a source, 0 where none waits."""
    newest = select(func.max(hook_hint.c.id)).where(hook_hint.c.source_id == source_id)
    return int(session.execute(newest).scalar_one() or 0)


def waiting(session: Session, source_id: int) -> Waiting:
    """What waits to be read again, each once."""
    columns = (hook_hint.c.stream, hook_hint.c.scope, hook_hint.c.external_id)
    own = select(hook_hint.c.id, *columns).where(hook_hint.c.source_id == source_id)
    rows = session.execute(own.order_by(hook_hint.c.id)).all()
    if not rows:
        return Waiting()
    each = sorted({tuple(row[1:]) for row in rows})
    numbers = tuple(row[0] for row in rows)
    return Waiting(numbers[-1], tuple(NotedHint(*one) for one in each), numbers)


def forget(session: Session, numbers: Iterable[int]) -> None:
    """Forget these hints, and none with a lower number that was stored later: two processes that
    note hints at once do not end in the order of their numbers.
    """
    for chunk in chunks(numbers):
        session.execute(delete(hook_hint).where(one_of(session, hook_hint.c.id, chunk)))


def clear(session: Session, source_id: int, *, last: int) -> None:
    """Forget the hints up to this one; what was noted after it stays."""
    own = (hook_hint.c.source_id == source_id, hook_hint.c.id <= last)
    session.execute(delete(hook_hint).where(*own))
