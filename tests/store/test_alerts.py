"""One open alert for each cause, and deliveries that are planned once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store import alerts
from store.alerts import Wanted


def _row(cause: str, **more: Any) -> dict[str, Any]:
    row = {
        "cause": cause, "rule": "ageing", "stream": "checkout", "team": "web", "subject": "SHOP-1",
        "title": "Pay", "detail": {"what": "so"}, "since_ts": None,
    }  # fmt: skip
    return row | more


def test_a_cause_is_open_once_and_may_come_again(session: Session) -> None:
    alerts.begin(session, [_row("a")], ts=10)
    with pytest.raises(IntegrityError), session.begin_nested():
        alerts.begin(session, [_row("a")], ts=11)
    (one,) = alerts.open_alerts(session)
    assert (one.cause, one.began_ts, one.detail) == ("a", 10, {"what": "so"})
    alerts.end(session, [one.id], ts=12)
    alerts.begin(session, [_row("a")], ts=13)
    both = alerts.page(session, Wanted(), before=None, limit=10)
    assert [(each.began_ts, each.ended_ts) for each in both] == [(13, None), (10, 12)]


def test_a_delivery_is_planned_once_and_due_in_its_time(session: Session) -> None:
    alerts.begin(session, [_row("a"), _row("b")], ts=10)
    first, second = alerts.open_alerts(session)
    assert len(alerts.unplanned(session)) == 2
    alerts.plan(session, first.id, "ops", "began", due_ts=10, ts=10)
    alerts.plan(session, first.id, "ops", "began", due_ts=99, ts=11)
    alerts.plan(session, second.id, "ops", "began", due_ts=50, ts=10)
    assert alerts.unplanned(session) == []
    (due,) = alerts.due(session, now=49, limit=10)
    assert (due.alert_id, due.state, due.due_ts) == (first.id, "waiting", 10)
    later = alerts.due(session, now=50, limit=10)
    assert [(one.alert_id, one.state) for one in later] == [
        (first.id, "waiting"), (second.id, "held"),
    ]  # fmt: skip
    alerts.note(session, [due.id], state="delivered", delivered_ts=51)
    assert [one.alert_id for one in alerts.due(session, now=99, limit=10)] == [second.id]


def test_lists_are_chosen_counted_and_paged(session: Session) -> None:
    alerts.begin(
        session, [_row(str(n), rule="cost" if n % 2 else "ageing") for n in range(5)], ts=1
    )
    rows = alerts.open_alerts(session)
    alerts.end(session, [rows[0].id], ts=2)
    alerts.plan(session, rows[1].id, "ops", "began", due_ts=1, ts=1)
    assert alerts.count(session, Wanted(is_open=True)) == 4
    assert alerts.count(session, Wanted(rule="cost")) == 2
    assert alerts.count(session, Wanted(is_open=True, delivery="none")) == 3
    assert alerts.count(session, Wanted(delivery="waiting")) == 1
    assert alerts.count(session, Wanted(stream="search")) == 0
    page = alerts.page(session, Wanted(), before=rows[3].id, limit=2)
    assert [one.id for one in page] == [rows[2].id, rows[1].id]


def test_the_version_moves_with_every_change_and_with_nothing_else(session: Session) -> None:
    seen = [alerts.version(session)]
    alerts.begin(session, [_row("a")], ts=1)
    seen.append(alerts.version(session))
    (one,) = alerts.open_alerts(session)
    alerts.plan(session, one.id, "ops", "began", due_ts=1, ts=1)
    seen.append(alerts.version(session))
    alerts.note_evaluated(session, 5, "ground")
    assert alerts.version(session) == seen[-1]
    assert alerts.evaluated(session) == (5, "ground")
    alerts.end(session, [one.id], ts=2)
    seen.append(alerts.version(session))
    assert len(set(seen)) == 4


def test_what_ended_before_is_forgotten_and_what_is_still_to_be_told_is_not(
    session: Session,
) -> None:
    alerts.begin(session, [_row(one) for one in "abcd"], ts=1)
    over, told, untold, _open = alerts.open_alerts(session)
    for one, state in ((told, "delivered"), (untold, "waiting")):
        alerts.plan(session, one.id, "ops", "ended", due_ts=1, ts=1)
        alerts.note(session, [d.id for d in alerts.told_of(session, [one.id])[one.id]], state=state)
    alerts.end(session, [over.id, told.id, untold.id], ts=100)
    before = alerts.version(session)
    assert alerts.forget_ended(session, before_ts=100) == 0
    assert alerts.version(session) == before
    assert alerts.forget_ended(session, before_ts=101) == 2
    left = alerts.page(session, Wanted(), before=None, limit=10)
    assert [one.cause for one in left] == ["d", "c"]
    assert alerts.told_of(session, [told.id]) == {told.id: []}
    assert alerts.version(session) != before
