"""Request and approval of a change, read off its history."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records import ChangeRequest, Entity, StateChange
from store.approvals import fill_approvals
from store.models import change_request
from store.records import save_records
from store.sources import SourceRow, ensure_sources

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def at(hour: int) -> datetime:
    return DAY.replace(hour=hour)


def change() -> ChangeRequest:
    return ChangeRequest("c1", "CHG1", "normal", "closed", "Release", "", at(0), at(20))


def step(hour: int, field: str, new: str) -> StateChange:
    return StateChange(Entity.CHANGE, "c1", at(hour), hour, field, "", new)


def times(session: Session, *steps: StateChange) -> tuple[int | None, int | None]:
    """Hours of request and approval after the history was read."""
    source = ensure_sources(session, [SourceRow("snow", "servicenow")])["snow"]
    touched = save_records(session, source, [change(), *steps])
    fill_approvals(session, touched[Entity.CHANGE])
    row = session.execute(select(change_request.c.requested_ts, change_request.c.approved_ts)).one()
    hours = [None if one is None else (one - int(DAY.timestamp())) // 3600 for one in row]
    return hours[0], hours[1]


def test_requested_first_and_approved_last(session: Session) -> None:
    history = [
        step(1, "approval", "requested"),
        step(3, "approval", "rejected"),
        step(4, "approval", "requested"),
        step(6, "approval", "approved"),
    ]
    assert times(session, *history) == (1, 6)


def test_a_state_stands_in_where_no_request_was_noted(session: Session) -> None:
    assert times(session, step(2, "state", "assess"), step(5, "approval", "approved")) == (2, 5)


def test_a_history_without_approval_leaves_it_unknown(session: Session) -> None:
    assert times(session, step(2, "state", "implement")) == (None, None)


def test_reading_the_change_again_keeps_what_its_history_told(session: Session) -> None:
    history = [step(1, "approval", "requested"), step(6, "approval", "approved")]
    assert times(session, *history) == (1, 6)
    assert times(session) == (1, 6)
