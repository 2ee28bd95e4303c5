"""A hint waits until all that it asks for is done."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import Engine

from connectors.http import SourceClient
from connectors.registry import KINDS, Kind
from connectors.stream import Connection, Identity, Page, Read, Reading, Stream
from core.errors import SourcePausedError
from core.settings import Settings
from core.source_settings import JenkinsSource
from pipeline.collect import collect
from pipeline.database import Database, over
from pipeline.hints import Look
from pipeline.stopping import Stop
from pipeline.wanted import wanted_of
from store import hooks
from store.hooks import NotedHint

SOURCE = JenkinsSource(kind="jenkins", name="tool", url="http://localhost")
SETTINGS = Settings(sources=(SOURCE,))


@pytest.fixture
def database(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Database:
    """One good pass was made, and then a hint came."""
    found = over(sqlite_engine)
    _offer(monkeypatch, lambda _reading: iter([Page([{"id": "1"}], {"p": 1})]))
    collect(SOURCE, found, wanted_of(SETTINGS))
    with found.writing() as session:
        hooks.note(session, 1, [NotedHint("things")], now_ts=1)
    return found


def _client(source: JenkinsSource, **_: object) -> SourceClient:
    return SourceClient(httpx.Client(base_url=source.url))


def _offer(monkeypatch: pytest.MonkeyPatch, read: Read) -> None:
    stream = Stream(name="things", read=read, id=lambda row, _: row["id"], parse=lambda *_: ())
    made = Connection(Identity("me", "Tool"), [stream])
    monkeypatch.setitem(KINDS, "jenkins", Kind(lambda *_: made, _client))


def _look(database: Database, stop: Stop | None = None) -> Look:
    return Look(SOURCE, SETTINGS, database, threading.Lock(), stop or Stop())


def _waits(database: Database) -> bool:
    with database.read() as session:
        return hooks.waiting(session, 1).last > 0


def test_a_hint_that_was_read_is_forgotten(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _offer(monkeypatch, lambda _reading: iter([Page([{"id": "2"}], {"p": 2})]))
    assert _look(database)()
    assert not _waits(database)


def test_a_hint_that_the_budget_leaves_unread_waits(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def paused(_reading: Reading) -> Iterator[Page]:
        raise SourcePausedError("budget is used up; goes on at 10:00 UTC", until=datetime.now(UTC))

    _offer(monkeypatch, paused)
    assert not _look(database)()
    assert _waits(database)


def test_a_hint_waits_where_linking_was_stopped(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = Stop()

    def last_page(_reading: Reading) -> Iterator[Page]:
        yield Page([{"id": "2"}], {"p": 2})
        monkeypatch.setattr(stop, "check", lambda *_: None)
        monkeypatch.setattr("pipeline.hints.bring_up_to_date", stopped)

    def stopped(*_: object, **__: object) -> None:
        stop.ask()
        Stop.check(stop)

    _offer(monkeypatch, last_page)
    assert not _look(database, stop)()
    assert _waits(database)


def test_an_unforeseen_fault_is_not_met_again_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[str] = []

    def broken(_reading: Reading) -> Iterator[Page]:
        met.append("asked")
        raise RuntimeError("no one thought of it")

    _offer(monkeypatch, broken)
    look = _look(database)
    assert [look(), look(), look()] == [False] * 3
    assert met == ["asked"]
    assert _waits(database)
