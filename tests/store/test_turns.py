"""The source that is due for longest goes to the first who asks, and to nobody else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from store import turns
from store.cursors import StreamKey, load_state, release_lease
from store.session import sessions
from store.sources import SourceRow, ensure_sources

ALL = range(1, 5)


@pytest.fixture
def stored(engine: Engine) -> sessionmaker[Session]:
    return _stored(engine)


def _stored(engine: Engine, many: int = len(ALL)) -> sessionmaker[Session]:
    maker = sessions(engine)
    with maker.begin() as session:
        ids = ensure_sources(session, [SourceRow(f"tool-{n:02}") for n in range(many)])
        turns.begin(session, [(number, 0) for number in ids.values()])
    return maker


def _due(maker: sessionmaker[Session], **due: int) -> None:
    with maker.begin() as session:
        for name, ts in due.items():
            turns.end(session, int(name.removeprefix("s")), due_ts=ts, failures=0)


def _take(
    maker: sessionmaker[Session], *, now: int, of: range = ALL, owner: str = "me"
) -> int | None:
    with maker.begin() as session:
        taken = turns.take(session, of, owner=owner, now_ts=now, until_ts=now + 60)
    return None if taken is None else taken.source_id


def test_who_is_due_longest_comes_first_and_who_was_never_read_before_all(
    stored: sessionmaker[Session],
) -> None:
    _due(stored, s1=90, s2=70, s3=101)
    assert [_take(stored, now=100) for _ in range(4)] == [4, 2, 1, None]
    assert _take(stored, now=101) == 3


def test_only_sources_that_are_asked_for_are_taken(stored: sessionmaker[Session]) -> None:
    assert _take(stored, now=100, of=range(3, 4)) == 3
    assert _take(stored, now=100, of=range(3, 4)) is None
    assert _take(stored, now=100, of=range(0)) is None


def test_what_is_held_is_taken_over_once_its_lease_ran_out_and_is_due_since_then(
    stored: sessionmaker[Session],
) -> None:
    _due(stored, s1=100, s2=130, s3=900, s4=900)
    assert _take(stored, now=100, owner="dead") == 1
    _due(stored, s1=700)  # who takes it says when it is due next; it never comes to its end
    assert _take(stored, now=159) == 2
    _due(stored, s2=162)
    with stored.begin() as session:
        assert release_lease(session, StreamKey(2, ""), owner="me")
        taken = turns.take(session, ALL, owner="next", now_ts=165, until_ts=225)
    assert taken == turns.Taken(1, 700, "dead", 0)
    with stored.begin() as session:
        state = load_state(session, StreamKey(1, ""))
    assert (state.lease_owner, state.lease_since_ts, state.lease_until_ts) == ("next", 165, 225)


def test_what_is_given_back_is_not_due_before_its_time(stored: sessionmaker[Session]) -> None:
    _due(stored, s1=100, s2=900, s3=900, s4=900)
    assert _take(stored, now=100) == 1
    with stored.begin() as session:
        turns.end(session, 1, due_ts=160, failures=2)
        assert release_lease(session, StreamKey(1, ""), owner="me")
        assert not turns.any_due(session, ALL, now_ts=159)
        assert turns.any_due(session, ALL, now_ts=160)
        assert not turns.any_due(session, [2, 3, 4], now_ts=160)
        taken = turns.take(session, ALL, owner="me", now_ts=160, until_ts=220)
    assert taken == turns.Taken(1, 160, "", 2)


def test_a_start_brings_forward_what_is_due_later_and_puts_nothing_off(
    stored: sessionmaker[Session],
) -> None:
    _due(stored, s1=50, s2=500)
    with stored.begin() as session:
        turns.begin(session, [(1, 200), (2, 200), (3, 200)])
        due = [load_state(session, StreamKey(number, "")).due_ts for number in ALL]
    assert due == [50, 200, None, None]


def test_a_dead_holder_is_told_and_a_living_one_of_the_same_source_is_not_touched(
    stored: sessionmaker[Session],
) -> None:
    assert _take(stored, now=100, owner="dead") == 1
    with stored.begin() as session:
        assert turns.holders(session) == [(1, "dead")]
        turns.expire(session, 1, owner="another", now_ts=110)
        assert load_state(session, StreamKey(1, "")).lease_until_ts == 160
        turns.expire(session, 1, owner="dead", now_ts=110)
        assert load_state(session, StreamKey(1, "")).lease_until_ts == 110


def test_on_postgresql_nobody_waits_for_one_who_has_not_said_yet_what_it_takes(
    postgres_engine: Engine,
) -> None:
    maker = _stored(postgres_engine)
    with maker.begin() as first, maker.begin() as second:
        one = turns.take(first, ALL, owner="a", now_ts=100, until_ts=160)
        other = turns.take(second, ALL, owner="b", now_ts=100, until_ts=160)
        assert (one and one.source_id, other and other.source_id) == (1, 2)


def test_of_many_who_ask_at_once_each_source_goes_to_one(engine: Engine) -> None:
    maker = _stored(engine, 24)
    numbers = count()

    def greedy(_: int) -> list[int]:
        owner, found = f"w{next(numbers)}", []
        while (number := _take(maker, now=100, of=range(1, 25), owner=owner)) is not None:
            found.append(number)
        return found

    with ThreadPoolExecutor(4) as pool:
        taken = [number for found in pool.map(greedy, range(4)) for number in found]
    assert sorted(taken) == list(range(1, 25))
