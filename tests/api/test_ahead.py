"""What is polled is made of new facts before anybody is served them, and nobody waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from api.ahead import Ahead, made_ahead
from store import frames
from store.facts import bump_version
from tests.api.client import Client, Clock

VIEW = "/v1/streams/checkout/metrics/flow_time?from=2026-08-01&interval=week"
OTHER = "/v1/streams/search/metrics/flow_time?from=2026-08-01&interval=week"


@pytest.fixture
def client(copied: tuple[Client, Path]) -> Client:
    return copied[0]


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """How soon one step of a test follows another is told by the machine."""
    for lasts in ("api.ahead._GRACE_S", "api.ahead.MOST_S", "api.deps._LATELY"):
        monkeypatch.setattr(lasts, 3600.0)


@pytest.fixture
def ahead(client: Client) -> Ahead:
    """It has looked once, and holds what is served."""
    found = Ahead(client.app.state.served, client.app.state.kept)
    for _ in range(2):
        client.get(VIEW)
    _looked(found)
    return found


def _looked(ahead: Ahead) -> None:
    """In a thread of its own, as it does: a browser that other tests share keeps a loop running in
    this one.
    """
    with ThreadPoolExecutor(1) as pool:
        pool.submit(ahead.look).result()


def _moved(client: Client, clock: Clock) -> None:
    """Another process brought facts up to date."""
    with client.app.state.served.database.writing() as session:
        for stream in frames.value_streams(session)["stream_id"].tolist():
            bump_version(session, int(stream), clock.ts)


def _polled(client: Client, etag: str, address: str = VIEW) -> tuple[int, str]:
    answer = client.get(address, {"if-none-match": etag})
    return answer.status_code, answer.headers["etag"]


def _read(client: Client, work: Callable[[], object]) -> list[str]:
    """What was asked of the database meanwhile."""
    engine, told = client.app.state.served.database.engine, list[str]()

    def note(*about: Any) -> None:
        told.append(str(about[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return told


def _while_made(client: Client, work: Callable[[], object]) -> None:
    """Does it once an answer is about to be made ahead."""
    kept = client.app.state.kept
    views = kept.views

    async def first(scope: Scope, receive: Receive, send: Send) -> None:
        thread = threading.Thread(target=work)  # as from outside, where nothing is made ahead
        thread.start()
        thread.join()
        kept.views = views
        await views(scope, receive, send)

    kept.views = first


def test_a_poll_after_news_is_answered_from_memory(
    client: Client, clock: Clock, ahead: Ahead
) -> None:
    _, before = _polled(client, "")
    _moved(client, clock)
    _looked(ahead)
    after: list[tuple[int, str]] = []
    assert _read(client, lambda: after.append(_polled(client, before))) == []
    ((status, etag),) = after
    assert (status, etag != before) == (200, True)
    assert _polled(client, etag) == (304, etag)


def test_a_new_minute_is_made_ahead_like_new_facts(
    client: Client, clock: Clock, ahead: Ahead
) -> None:
    old = client.get(VIEW).json()
    clock.ts += 60
    assert client.get(VIEW).json() == old, "not yet"
    _looked(ahead)
    assert _read(client, lambda: client.get(VIEW)) == []
    assert client.get(VIEW).json()["as_of"] > old["as_of"]


def test_who_asks_while_it_is_made_gets_what_was(
    client: Client, clock: Clock, ahead: Ahead
) -> None:
    _, before = _polled(client, "")
    told: list[tuple[int, str]] = []
    _while_made(client, lambda: told.append(_polled(client, before)))
    _moved(client, clock)
    _looked(ahead)
    assert told == [(304, before)]
    assert _polled(client, before)[0] == 200


def test_what_is_written_here_is_served_at_once(client: Client, clock: Clock, ahead: Ahead) -> None:
    _, before = _polled(client, "")
    told: list[tuple[int, str]] = []

    def write() -> None:
        _moved(client, clock)
        client.app.state.served.forget_version()
        told.append(_polled(client, before))

    _moved(client, clock)
    _while_made(client, write)
    _looked(ahead)
    ((status, etag),) = told
    assert (status, etag != before) == (200, True)
    assert _polled(client, etag) == (304, etag), "and nothing older after it"
    _looked(ahead)
    assert _polled(client, etag) == (304, etag)


def test_who_asked_before_anything_was_made_ahead_gets_what_was_too(
    client: Client, clock: Clock
) -> None:
    for _ in range(2):
        _, before = _polled(client, "")
    told: list[tuple[int, str]] = []
    _while_made(client, lambda: told.append(_polled(client, before)))
    _moved(client, clock)
    _looked(Ahead(client.app.state.served, client.app.state.kept))
    assert told == [(304, before)]
    assert _polled(client, before)[0] == 200


def test_what_takes_too_long_holds_nobody_back(
    client: Client, clock: Clock, ahead: Ahead, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, before = _polled(client, "")
    monkeypatch.setattr("api.ahead.MOST_S", 0.0)
    monkeypatch.setattr("api.deps._VERSION_S", 0.0)
    _moved(client, clock)
    _looked(ahead)
    status, etag = _polled(client, before)
    assert (status, etag != before) == (200, True)


def test_only_what_was_answered_lately_and_more_than_once_is_made(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    for _ in range(2):
        client.get(OTHER)
    monkeypatch.setattr("api.kept.time.monotonic", lambda: now + 100)
    client.get("/v1/streams")
    for address in (VIEW, "/v1/streams/none", "/v1/account", "/v1/changes", "/v1/exports/items"):
        for _ in range(2):
            client.get(address)
    asked = client.app.state.kept.asked(60)
    assert [(one["path"], one["query_string"]) for one in asked] == [
        (VIEW.partition("?")[0], VIEW.partition("?")[2].encode())
    ]


def test_what_was_told_before_a_restart_is_made_of_new_facts_too(
    client: Client, clock: Clock
) -> None:
    """The first that is asked of this process is a 304, and never passes the layers."""
    _, etag = _polled(client, "")
    client.app.state.kept._asked.clear()
    ahead = Ahead(client.app.state.served, client.app.state.kept)
    assert [_polled(client, etag) for _ in range(2)] == [(304, etag)] * 2
    _looked(ahead)
    _moved(client, clock)
    _looked(ahead)
    after: list[tuple[int, str]] = []
    assert _read(client, lambda: after.append(_polled(client, etag))) == []
    assert [status for status, _ in after] == [200]


def test_a_view_that_fails_keeps_no_other_from_being_made(
    client: Client, clock: Clock, ahead: Ahead
) -> None:
    _, before = _polled(client, "")
    for _ in range(2):
        client.get(OTHER)
    kept = client.app.state.kept
    views = kept.views

    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == OTHER.partition("?")[0]:
            raise ZeroDivisionError
        await views(scope, receive, send)

    _moved(client, clock)
    kept.views = failing
    with capture_logs() as told:
        _looked(ahead)
    kept.views = views
    assert [(one["event"], one["path"]) for one in told] == [
        ("ahead_failed", OTHER.partition("?")[0])
    ]
    assert _read(client, lambda: _polled(client, before)) == []
    assert _polled(client, before)[0] == 200


def test_nothing_is_kept_of_who_asked(client: Client) -> None:
    for _ in range(2):
        client.get(VIEW, {"authorization": "Bearer hw_secret", "cookie": "session=secret"})
    (asked,) = client.app.state.kept.asked(60)
    assert asked["headers"] == []
    assert "state" not in asked


def test_as_many_questions_are_known_as_there_is_room_for(client: Client) -> None:
    kept = client.app.state.kept
    for number in sorted([*range(300)] * 2):
        kept.note({"raw_path": b"/v1/overview", "query_string": str(number).encode()})
    found = [one["query_string"] for one in kept.asked(60)]
    assert found == [str(number).encode() for number in range(299, 43, -1)]


def test_it_ends_when_the_server_does(client: Client) -> None:
    app: FastAPI = client.app
    with made_ahead(app):
        assert any(one.name == "ahead" for one in threading.enumerate())
    assert not any(one.name == "ahead" for one in threading.enumerate())


def test_a_failure_is_not_the_end_of_it(ahead: Ahead) -> None:
    tried = threading.Event()

    async def fails(_scope: Scope, _receive: Receive, _send: Send) -> Message:
        tried.set()
        raise RuntimeError("no")

    ahead.kept.views = fails
    ahead._last = None
    with capture_logs() as logs:
        thread = threading.Thread(target=ahead.run)
        thread.start()
        assert tried.wait(60)
        ahead.stopped.set()
        thread.join(60)
    assert not thread.is_alive()
    assert [one["event"] for one in logs] == ["ahead_failed"]
