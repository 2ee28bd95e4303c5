"""Deliveries are taken once; hints wait until they are cleared, and what came meanwhile stays."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from store import hooks, raw
from store.hooks import NotedHint, Waiting
from store.raw import OBSERVED, RawPayload
from store.session import sessions
from store.sources import SourceRow, ensure_sources


@pytest.fixture
def source_id(session: Session) -> int:
    return ensure_sources(session, [SourceRow("gitlab"), SourceRow("other")])["gitlab"]


def test_a_delivery_is_taken_once_for_each_source(session: Session, source_id: int) -> None:
    assert hooks.take_delivery(session, source_id, "d1", event="push", now_ts=10)
    assert not hooks.take_delivery(session, source_id, "d1", event="push", now_ts=11)
    assert hooks.take_delivery(session, source_id + 1, "d1", event="push", now_ts=12)
    hooks.forget_deliveries(session, source_id, before_ts=11)
    assert hooks.take_delivery(session, source_id, "d1", event="push", now_ts=13)
    assert not hooks.take_delivery(session, source_id + 1, "d1", event="push", now_ts=14)


def test_hints_are_told_once_and_those_that_come_meanwhile_stay(
    session: Session, source_id: int
) -> None:
    one, two = NotedHint("pipelines", "7", "31"), NotedHint("commits", "7")
    assert hooks.waiting(session, source_id) == Waiting()
    hooks.note(session, source_id, [one, two, one], now_ts=10)
    hooks.note(session, source_id + 1, [one], now_ts=10)
    found = hooks.waiting(session, source_id)
    assert found.hints == (two, one)
    hooks.note(session, source_id, [one], now_ts=11)
    hooks.clear(session, source_id, last=found.last)
    assert hooks.waiting(session, source_id).hints == (one,)
    assert hooks.waiting(session, source_id + 1).hints == (one,)
    hooks.note(session, source_id, [], now_ts=12)
    assert hooks.last_hint(session, source_id) == hooks.waiting(session, source_id).last


def test_a_hint_that_was_numbered_before_and_stored_after_is_not_forgotten_with_the_others(
    postgres_engine: Engine,
) -> None:
    maker = sessions(postgres_engine)
    with maker.begin() as session:
        number = ensure_sources(session, [SourceRow("gitlab")])["gitlab"]
    with maker() as slow:
        hooks.note(slow, number, [NotedHint("commits", "7")], now_ts=10)
        with maker.begin() as session:
            hooks.note(session, number, [NotedHint("commits", "8")], now_ts=10)
        with maker.begin() as session:
            found = hooks.waiting(session, number)
        slow.commit()
    assert found.hints == (NotedHint("commits", "8"),)
    with maker.begin() as session:
        hooks.forget(session, found.numbers)
        assert hooks.waiting(session, number).hints == (NotedHint("commits", "7"),)


def test_observed_payloads_are_found_by_scope_and_no_others(
    session: Session, source_id: int
) -> None:
    payloads = [
        RawPayload("b", {"n": 2}, b"2", scope="ticket 1"),
        RawPayload("a", {"n": 1}, b"1", scope="ticket 1"),
        RawPayload("c", {"n": 3}, b"3", scope="ticket 2"),
    ]
    raw.save(session, source_id, "events", "", payloads, fetched_ts=1, origin=OBSERVED)
    polled = [RawPayload("d", {"n": 4}, b"4")]
    raw.save(session, source_id, "events", "ticket 1", polled, fetched_ts=1)
    found = raw.load_observed(session, source_id, "events", ["ticket 1", "ticket 9"])
    assert found == {"ticket 1": [{"n": 1}, {"n": 2}]}


def test_observed_payloads_are_found_by_their_index(sqlite_engine: Engine) -> None:
    plan = text(
        "EXPLAIN QUERY PLAN SELECT payload FROM raw_record WHERE source_id = 1 AND stream ="
        " 'events' AND scope IN ('a', 'b') AND origin = 'observed'"
    )
    with sqlite_engine.connect() as connection:
        told = " ".join(str(row) for row in connection.execute(plan))
    assert "ix_raw_record_observed" in told
