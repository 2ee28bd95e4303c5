"""States that no log tells: what was seen from one poll to the next."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records import ChangeRequest, Entity, Incident, StateChange
from store.approvals import fill_approvals
from store.models import change_request, state_change
from store.records import save_records
from store.sources import SourceRow, ensure_sources

DAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def snow(session: Session) -> int:
    return ensure_sources(session, [SourceRow("snow", "servicenow")])["snow"]


def at(hour: int) -> datetime:
    return DAY.replace(hour=hour)


def seen(hour: int, new: str, *, field: str = "state", observed: bool = True) -> StateChange:
    return StateChange(Entity.CHANGE, "c1", at(hour), hour, field, "", new, observed)


def save(session: Session, source: int, *found: StateChange) -> set[int]:
    change = ChangeRequest("c1", "CHG1", "normal", "new", "Release", "", at(0), at(20))
    return save_records(session, source, [change, *found])[Entity.CHANGE]


def stored(session: Session) -> list[tuple[int, str, str]]:
    """Hour, old and new state, in order."""
    names = (state_change.c.ts, state_change.c.old, state_change.c.new)
    rows = session.execute(select(*names).order_by(state_change.c.ts))
    return [((row[0] - int(DAY.timestamp())) // 3600, row[1], row[2]) for row in rows]


def test_only_what_differs_from_what_was_seen_last_is_a_change(session: Session, snow: int) -> None:
    for hour, state in ((1, "new"), (2, "new"), (3, "assess"), (4, "assess"), (5, "new")):
        save(session, snow, seen(hour, state))
    assert stored(session) == [(1, "new", "new"), (3, "new", "assess"), (5, "assess", "new")]


def test_seeing_the_same_row_again_changes_nothing(session: Session, snow: int) -> None:
    save(session, snow, seen(1, "new"))
    assert save(session, snow, seen(1, "new")) == set()


def test_fields_and_records_are_compared_with_themselves(session: Session, snow: int) -> None:
    incident = Incident("c1", "INC1", "Down", "", "new", 1, at(0), at(1))
    other = StateChange(Entity.INCIDENT, "c1", at(2), 2, "state", "", "new", True)
    save_records(session, snow, [incident, other])
    save(session, snow, seen(1, "new"), seen(3, "new", field="approval"))
    assert len(stored(session)) == 3
    save(session, snow, seen(4, "assess"), seen(5, "new", field="approval"))
    assert stored(session)[3:] == [(4, "new", "assess")]


def test_what_a_log_told_before_is_what_a_state_is_compared_with(
    session: Session, snow: int
) -> None:
    save(session, snow, seen(1, "assess", observed=False))
    save(session, snow, seen(2, "assess"), seen(3, "closed"))
    assert stored(session) == [(1, "", "assess"), (3, "assess", "closed")]


def test_an_approval_that_was_there_at_first_sight_has_no_time(session: Session, snow: int) -> None:
    def approved() -> int | None:
        return session.execute(select(change_request.c.approved_ts)).scalar_one()

    fill_approvals(session, save(session, snow, seen(9, "approved", field="approval")))
    assert approved() is None
    save(session, snow, seen(10, "requested", field="approval"))
    fill_approvals(session, save(session, snow, seen(11, "approved", field="approval")))
    assert approved() == int(at(11).timestamp())
