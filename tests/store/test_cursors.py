"""Cursors move with what they prove; of two that want a stream one gets it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from store.cursors import (
    StreamKey,
    acquire_lease,
    all_states,
    load_state,
    release_lease,
    renew_lease,
    save_cursor,
    save_error,
    save_success,
)
from store.session import sessions
from store.sources import SourceRow, ensure_sources

KEY = StreamKey(1, "issues")


@pytest.fixture
def stored(engine: Engine) -> sessionmaker[Session]:
    maker = sessions(engine)
    with maker.begin() as session:
        assert ensure_sources(session, [SourceRow("jira")]) == {"jira": 1}
    return maker


def _acquire(maker: sessionmaker[Session], owner: str, *, now: int, until: int) -> bool:
    with maker.begin() as session:
        return acquire_lease(session, KEY, owner=owner, now_ts=now, until_ts=until)


def test_a_stream_never_read_has_an_empty_state(stored: sessionmaker[Session]) -> None:
    with stored.begin() as session:
        state = load_state(session, KEY)
    assert (state.cursor, state.watermark_ts, state.last_error, state.records) == ({}, None, "", 0)


def test_the_cursor_moves_and_the_watermark_stays_where_none_is_given(
    stored: sessionmaker[Session],
) -> None:
    with stored.begin() as session:
        save_cursor(session, KEY, {"token": "a", "pages": 3}, watermark_ts=50)
        save_cursor(session, KEY, {"token": "b"})
    with stored.begin() as session:
        state = load_state(session, KEY)
    assert (state.cursor, state.watermark_ts) == ({"token": "b"}, 50)


def test_a_cursor_that_is_rolled_back_did_not_move(stored: sessionmaker[Session]) -> None:
    with stored() as session:
        save_cursor(session, KEY, {"token": "a"})
        session.rollback()
        assert load_state(session, KEY).cursor == {}


def test_success_clears_the_error_and_a_later_error_keeps_the_success(
    stored: sessionmaker[Session],
) -> None:
    with stored.begin() as session:
        save_error(session, KEY, "jira: 401 on rest/api/3/myself: renew the token", now_ts=11)
        save_success(
            session, KEY, now_ts=20, requests=3, records=7, unparsed=1, note="switched off"
        )
    with stored.begin() as session:
        state = load_state(session, KEY)
        assert (state.last_error, state.last_error_ts, state.last_success_ts) == ("", 11, 20)
        assert (state.requests, state.records, state.unparsed) == (3, 7, 1)
        assert state.note == "switched off"
        save_error(session, KEY, "again", now_ts=30)
        state = load_state(session, KEY)
    assert (state.last_error, state.last_error_ts, state.last_success_ts) == ("again", 30, 20)


def test_all_states_are_listed_with_their_source(stored: sessionmaker[Session]) -> None:
    with stored.begin() as session:
        other = ensure_sources(session, [SourceRow("gitlab")])["gitlab"]
        for key in (KEY, StreamKey(other, "commits", "9"), StreamKey(other, "commits", "10")):
            save_cursor(session, key, {})
        states = [
            (state.source, state.key.stream, state.key.scope) for state in all_states(session)
        ]
    assert states == [
        ("gitlab", "commits", "10"),
        ("gitlab", "commits", "9"),
        ("jira", "issues", ""),
    ]


def test_a_held_stream_is_refused_until_its_lease_expires(stored: sessionmaker[Session]) -> None:
    assert _acquire(stored, "a", now=100, until=160)
    assert not _acquire(stored, "b", now=159, until=219)
    assert _acquire(stored, "a", now=130, until=190)
    assert not _acquire(stored, "b", now=160, until=220)
    assert _acquire(stored, "b", now=190, until=250)


def test_a_released_stream_is_free_at_once(stored: sessionmaker[Session]) -> None:
    assert _acquire(stored, "a", now=100, until=160)
    with stored.begin() as session:
        assert release_lease(session, KEY, owner="a")
    assert _acquire(stored, "b", now=101, until=161)


def test_who_lost_the_lease_can_neither_renew_nor_release_it(stored: sessionmaker[Session]) -> None:
    assert _acquire(stored, "a", now=100, until=160)
    assert _acquire(stored, "b", now=160, until=220)
    with stored.begin() as session:
        assert not renew_lease(session, KEY, owner="a", until_ts=300)
        assert not release_lease(session, KEY, owner="a")
        assert renew_lease(session, KEY, owner="b", until_ts=300)
        assert load_state(session, KEY).lease_until_ts == 300


def test_taking_a_lease_keeps_the_cursor(stored: sessionmaker[Session]) -> None:
    with stored.begin() as session:
        save_cursor(session, KEY, {"token": "a"}, watermark_ts=5)
    assert _acquire(stored, "a", now=100, until=160)
    with stored.begin() as session:
        assert load_state(session, KEY).cursor == {"token": "a"}


def test_of_two_at_once_the_second_waits_for_the_first_and_is_refused(
    stored: sessionmaker[Session],
) -> None:
    with stored.begin() as session:
        save_cursor(session, KEY, {})
    with ThreadPoolExecutor(1) as pool, stored() as first:
        assert acquire_lease(first, KEY, owner="a", now_ts=1, until_ts=60)
        second = pool.submit(_acquire, stored, "b", now=1, until=60)
        first.commit()
        assert second.result() is False
