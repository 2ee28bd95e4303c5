"""When a change request was asked for and approved, read off its history of states."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.records import Entity
from store.lookup import chunks
from store.models import change_request, state_change

_ASKED_STATES = ("assess", "authorize")


def fill_approvals(session: Session, change_ids: Iterable[int]) -> set[int]:
    """Set `requested_ts` and `approved_ts` of these changes; answers with the ids that changed.

    Approved: the last time `approval` became approved. Requested: the first time it became
    requested, not after the approval; without any such row, the first state assess or authorize. A
    change whose history says neither keeps what its record said.
    """
    changed: set[int] = set()
    for chunk in chunks(sorted(set(change_ids))):
        histories = _histories(session, chunk)
        statement = select(
            change_request.c.id, change_request.c.requested_ts, change_request.c.approved_ts
        ).where(change_request.c.id.in_(chunk))
        for number, requested, approved in session.execute(statement).all():
            told = _times(histories.get(number, []))
            wanted = (told[0] or requested, told[1] or approved)
            if wanted != (requested, approved):
                session.execute(
                    update(change_request)
                    .where(change_request.c.id == number)
                    .values(requested_ts=wanted[0], approved_ts=wanted[1])
                )
                changed.add(number)
    return changed


def _histories(session: Session, ids: Iterable[int]) -> dict[int, list[Any]]:
    statement = (
        select(
            state_change.c.entity_id, state_change.c.ts, state_change.c.field, state_change.c.new
        )
        .where(state_change.c.entity == int(Entity.CHANGE), state_change.c.entity_id.in_(list(ids)))
        # From itself to itself: so it was when it was first seen, and nobody knows since when.
        .where(state_change.c.old != state_change.c.new)
        .order_by(state_change.c.entity_id, state_change.c.ts, state_change.c.seq)
    )
    found: dict[int, list[Any]] = {}
    for row in session.execute(statement):
        found.setdefault(row[0], []).append(row)
    return found


def _times(history: list[Any]) -> tuple[int | None, int | None]:
    approved = [row.ts for row in history if (row.field, row.new) == ("approval", "approved")]
    last = approved[-1] if approved else None
    asked = [
        row.ts
        for row in history
        if (row.field, row.new) == ("approval", "requested") and (last is None or row.ts <= last)
    ]
    if asked:
        return asked[0], last
    states = [row.ts for row in history if row.field == "state" and row.new in _ASKED_STATES]
    return (states[0] if states else None), last
