"""Who holds what, as `headwater status` tells it."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.settings import Settings
from core.source_settings import EventsSource, JenkinsSource
from pipeline import standing as module
from pipeline.database import Database, over
from pipeline.owner import owner_name, process_name
from pipeline.presence import LINKS, WAITS, Presence
from pipeline.standing import standing
from store import cursors, turns, workers
from store.cursors import StreamKey
from store.sources import SourceRow, ensure_sources
from store.workers import Worker

NOW = 1_763_900_000
NAMES = ("held", "later", "lost", "never", "expired", "waits", "waits-longer")


def _settings() -> Settings:
    polled = [
        JenkinsSource(
            kind="jenkins", name=name, url="http://localhost", every=timedelta(minutes=10)
        )
        for name in NAMES
    ]
    return Settings(sources=(*polled, EventsSource(kind="events", name="events")))


@pytest.fixture
def database(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Database:
    """One source in each state."""
    monkeypatch.setattr(module, "database_ts", lambda _session: NOW)
    made = over(engine)
    with made.writing() as session:
        ids = ensure_sources(session, [SourceRow(name) for name in NAMES if name != "never"])
        turns.begin(session, [(number, 0) for number in ids.values()])
        _hold(session, ids["held"], "box:7:a:1", since=NOW - 20, until=NOW + 160)
        _hold(session, ids["lost"], "far:8:b:1", since=NOW - 90, until=NOW + 60)
        _hold(session, ids["expired"], "off:9:c:1", since=NOW - 300, until=NOW - 120)
        turns.end(session, ids["later"], due_ts=NOW + 60, failures=3)
        turns.end(session, ids["waits"], due_ts=NOW - 5, failures=0)
        turns.end(session, ids["waits-longer"], due_ts=NOW - 50, failures=0)
        cursors.save_error(session, StreamKey(ids["later"], ""), "401, renew it", now_ts=NOW - 9)
        for name, seen in (("box:7:a", NOW - 3), ("far:8:b", NOW - 61)):
            started = NOW - 500 if name == "box:7:a" else NOW - 400
            workers.seen(session, Worker(name, "worker", started, seen, 4, LINKS))
    return made


def _hold(session: Session, number: int, owner: str, *, since: int, until: int) -> None:
    key = StreamKey(number, "")
    assert cursors.acquire_lease(session, key, owner=owner, now_ts=since, until_ts=until)


def _at(ts: int) -> str:
    return datetime.fromtimestamp(ts, UTC).isoformat().replace("+00:00", "Z")


def test_sources_that_are_held_come_first_and_of_those_that_wait_the_longest(
    database: Database,
) -> None:
    with database.read() as session:
        rows = standing(session, _settings())["sources"]
    assert [(row["name"], row["state"]) for row in rows] == [
        ("held", "held"),
        ("expired", "lost"),
        ("lost", "lost"),
        ("never", "waits"),
        ("waits-longer", "waits"),
        ("waits", "waits"),
        ("later", "scheduled"),
        ("events", "reports"),
    ]
    told = {row["name"]: row for row in rows}
    assert {
        name: told["held"][name] for name in ("held_by", "held_since", "held_until", "due_at")
    } == {
        "held_by": "box:7",
        "held_since": _at(NOW - 20),
        "held_until": _at(NOW + 160),
        "due_at": None,
    }
    assert [told[name]["waits_s"] for name in ("waits", "waits-longer", "never")] == [5, 50, None]
    assert (told["later"]["due_at"], told["later"]["failures"]) == (_at(NOW + 60), 3)
    assert told["later"]["message"] == "401, renew it"
    assert told["events"]["every_s"] is None


def test_a_process_that_says_nothing_for_a_minute_is_lost_and_so_is_what_it_holds(
    database: Database,
) -> None:
    with database.read() as session:
        found = standing(session, _settings())["workers"]
    assert [(one["name"], one["state"], one["seen_s"], one["reading"]) for one in found] == [
        ("box:7", "alive", 3, ["held"]),
        ("far:8", "lost", 61, ["lost"]),
    ]
    assert found[0]["doing"] == "links and measures"


def test_a_process_of_this_machine_that_no_longer_runs_is_lost_at_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = over(engine)
    presence = Presence(database, "worker", 4)
    with presence.doing(WAITS):
        presence()
    with database.read() as session:
        (alive,) = standing(session, _settings())["workers"]
    assert (alive["state"], alive["doing"]) == ("alive", WAITS)
    assert alive["name"].endswith(f":{os.getpid()}")

    def gone(_number: int, _signal: int) -> None:
        raise ProcessLookupError

    monkeypatch.setattr(os, "kill", gone)
    with database.read() as session:
        (lost,) = standing(session, _settings())["workers"]
    assert lost["state"] == "lost"


def test_processes_see_each_other_and_who_leaves_is_not_lost(engine: Engine) -> None:
    database = over(engine)
    presence = Presence(database, "worker", 4)
    presence()
    assert presence.peers == 0
    with database.writing() as session:
        mine = next(one for one in workers.all_workers(session) if one.name == process_name())
        workers.seen(session, Worker("far:8:b", "serve", mine.seen_ts, mine.seen_ts, 1))
        workers.seen(session, Worker("far:9:b", "serve", 5, mine.seen_ts - 100, 1))
        workers.seen(session, Worker("far:1:b", "serve", 5, mine.seen_ts - 200_000, 1))
    presence()
    assert presence.peers == 1
    presence.leave()
    with database.read() as session:
        assert {one.name for one in workers.all_workers(session)} == {
            "far:8:b",
            "far:9:b",
            "far:1:b",
        }
    Presence(database, "worker", 4)()
    with database.read() as session:
        assert "far:1:b" not in {one.name for one in workers.all_workers(session)}


def test_owners_of_one_process_differ_and_tell_their_process() -> None:
    one, other = owner_name(), owner_name()
    assert one != other
    assert {one.rpartition(":")[0], other.rpartition(":")[0]} == {process_name()}
