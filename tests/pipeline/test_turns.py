"""When a source is due, who takes it, and what becomes of a turn that is not ended."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from core.errors import SourcePausedError, StoppedError
from core.settings import Settings
from core.source_settings import JenkinsSource
from pipeline.database import Database, over
from pipeline.lease import WHOLE
from pipeline.owner import owner_name
from pipeline.source_report import SourceReport
from pipeline.stopping import Stop
from pipeline.stream_counts import StreamCounts
from pipeline.turns import Ended, GivingWay, Turns, jitter_s, note_read, spacing_s, unreadable
from store import cursors, turns
from store.cursors import StreamKey, StreamState, load_state

MINUTE = 60


def _source(name: str = "one", every: timedelta = timedelta(minutes=10)) -> JenkinsSource:
    return JenkinsSource(kind="jenkins", name=name, url="http://localhost", every=every)


def _turns(database: Database, *names: str, slots: int = 9) -> Turns:
    made = Turns(Settings(sources=tuple(_source(name) for name in names)), database, slots)
    made.begin()
    return made


@pytest.fixture
def database(engine: Engine) -> Database:
    return over(engine)


def _state(database: Database, number: int = 1) -> StreamState:
    with database.read() as session:
        return load_state(session, StreamKey(number, WHOLE))


def _held_by(database: Database, owner: str) -> None:
    """It took the source long ago, renewed its lease a moment ago, and is not heard of any more."""
    with database.writing() as session:
        turns.end(session, 1, due_ts=4_000_000_000, failures=0)
        key = StreamKey(1, WHOLE)
        assert cursors.acquire_lease(
            session, key, owner=owner, now_ts=1_000, until_ts=4_000_000_000
        )


def _dead_number() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@pytest.mark.parametrize(
    ("every_min", "failures", "expected_min"),
    [
        (10, 0, 10),
        (10, 1, 20),
        (10, 2, 40),
        (10, 3, 60),
        (10, 99, 60),
        (360, 0, 360),
        (360, 5, 360),
    ],
)
def test_failures_put_the_next_turn_off_up_to_an_hour_but_never_make_it_sooner(
    every_min: int, failures: int, expected_min: int
) -> None:
    source = _source(every=timedelta(minutes=every_min))
    assert spacing_s(source, failures) == expected_min * MINUTE


def test_turns_are_a_tenth_of_the_interval_earlier_or_later_a_minute_at_most() -> None:
    drawn = {jitter_s(_source(every=timedelta(minutes=5))) for _ in range(500)}
    assert -30 <= min(drawn) < -10 < 10 < max(drawn) <= 30
    assert {abs(jitter_s(_source(every=timedelta(hours=9)))) <= 60 for _ in range(100)} == {True}
    assert jitter_s(_source(every=timedelta(seconds=5))) == 0


def test_what_is_taken_is_held_counts_as_read_and_is_due_after_its_interval(
    database: Database,
) -> None:
    here, there = _turns(database, "one"), _turns(database, "one")
    turn = here.take()
    assert turn is not None
    assert there.take() is None
    held = _state(database)
    assert (held.lease_owner, held.lease_since_ts) == (turn.owner, turn.begun_ts)
    here.end(turn, Ended())
    after = _state(database)
    assert (after.lease_owner, after.lease_until_ts, after.failures) == ("", None, 0)
    assert after.due_ts is not None
    assert abs(after.due_ts - turn.begun_ts - 10 * MINUTE) <= MINUTE
    assert there.take() is None


def test_a_turn_that_was_stopped_or_gave_way_goes_on_at_once_elsewhere(database: Database) -> None:
    here, there = _turns(database, "one"), _turns(database, "one")
    turn = here.take()
    assert turn is not None
    here.end(turn, Ended(again=True))
    assert there.take() is not None


def test_what_could_not_be_read_is_tried_later_and_later_and_at_once_after_a_start(
    database: Database,
) -> None:
    here = _turns(database, "one")
    for failures in (1, 2):
        turn = here.take()
        assert turn is not None
        here.end(turn, Ended(failed=True))
        state = _state(database)
        assert state.failures == failures
        assert state.due_ts is not None
        assert state.due_ts - turn.begun_ts > 9 * MINUTE * 2**failures
        assert here.take() is None
        here = _turns(database, "one")
    turn = here.take()
    assert turn is not None
    here.end(turn, Ended())
    assert _state(database).failures == 0
    assert _turns(database, "one").take() is None


def test_another_configuration_is_read_at_once(database: Database) -> None:
    here = _turns(database, "one")
    turn = here.take()
    assert turn is not None
    here.end(turn, Ended())
    with database.writing() as session:
        cursors.save_cursor(session, StreamKey(1, WHOLE), {"asked": "something else"})
    assert _turns(database, "one").take() is not None


def test_a_source_whose_reader_died_on_this_machine_is_taken_over_at_once(
    database: Database,
) -> None:
    here = _turns(database, "one")
    host, _, space, unique = owner_name().split(":")
    _held_by(database, f"{host}:{_dead_number()}:{space}:{unique}")
    assert here.take() is not None


@pytest.mark.parametrize("other", ["host", "space"])
def test_of_another_machine_or_container_only_time_tells_that_a_reader_died(
    database: Database, other: str
) -> None:
    here = _turns(database, "one")
    host, _, space, unique = owner_name().split(":")
    named = ("elsewhere", space) if other == "host" else (host, "0ther")
    owner = f"{named[0]}:{_dead_number()}:{named[1]}:{unique}"
    _held_by(database, owner)
    assert here.take() is None
    with database.writing() as session:
        cursors.renew_lease(session, StreamKey(1, WHOLE), owner=owner, until_ts=1_000)
    assert here.take() is not None


def test_who_lost_its_source_says_nothing_about_it_any_more(database: Database) -> None:
    here = _turns(database, "one")
    turn = here.take()
    assert turn is not None
    with database.writing() as session:
        key = StreamKey(1, WHOLE)
        cursors.renew_lease(session, key, owner=turn.owner, until_ts=1)
        assert cursors.acquire_lease(
            session, key, owner="elsewhere:1::2", now_ts=2, until_ts=4_000_000_000
        )
    before = _state(database)
    here.end(turn, Ended(failed=True))
    assert _state(database) == before


def test_no_more_are_taken_than_there_are_slots_and_it_is_crowded_while_others_wait(
    database: Database,
) -> None:
    here = _turns(database, "one", "two", "three", slots=2)
    first, second = here.take(), here.take()
    assert first is not None
    assert second is not None
    assert here.take() is None
    assert here.crowded()
    there = _turns(database, "one", "two", "three")
    assert there.take() is not None
    assert not here.crowded()  # nobody waits
    here.end(first, Ended(again=True))
    assert not here.crowded()  # there is a place
    assert here.take() is not None


def test_a_long_turn_gives_way_only_where_another_source_waits() -> None:
    now, waits = [0.0], [False]
    shared = Stop()
    way = GivingWay(shared, lambda: waits[0], lambda: now[0])
    waits[0] = True
    way.check()  # it is young
    now[0], waits[0] = 301.0, False
    way.check()
    waits[0] = True
    way.check()  # it does not look all the time
    now[0] = 332.0
    for _ in range(2):
        with pytest.raises(SourcePausedError, match="gives way"):
            way.check()
    assert way.gave_way
    shared.ask()
    with pytest.raises(StoppedError):
        way.check()


def test_what_was_read_by_hand_is_not_due_at_once(database: Database) -> None:
    here = _turns(database, "one")
    note_read(database, _source(), SourceReport("one", busy=True, error="another one is at it"))
    assert _state(database).due_ts is None
    note_read(database, _source(), SourceReport("one"))
    assert here.take() is None


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (SourceReport("one"), False),
        (SourceReport("one", error="401"), True),
        (SourceReport("one", error="lost a project", streams={"jobs": StreamCounts()}), False),
        (SourceReport("one", streams={"jobs": StreamCounts(errors=["403"])}), False),
        (SourceReport("one", error="is being read", busy=True), False),
    ],
)
def test_a_source_of_which_a_part_can_be_read_is_no_failing_one(
    report: SourceReport, expected: bool
) -> None:
    assert unreadable(report) is expected
