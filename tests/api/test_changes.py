"""Polls for what changed, and news as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from itertools import islice
from pathlib import Path

import orjson
import pytest
from fastapi import FastAPI
from starlette.types import Message, Scope

from api.watching import MOST, Watch
from pipeline.database import Database
from store import frames
from store.facts import bump_version
from tests.api.client import Client, Clock, finished


async def _first(news: AsyncIterator[str], many: int) -> list[str]:
    return [await anext(news) for _ in range(many)]


def _bump(client: Client, clock: Clock) -> None:
    database: Database = client.app.state.served.database
    with database.writing() as session:
        streams = frames.value_streams(session).set_index("name")
        bump_version(session, int(streams.loc["checkout", "stream_id"]), clock.ts)


def test_a_poll_tells_what_moved_since_the_one_before(
    copied: tuple[Client, Path], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.deps._VERSION_S", 0.0)
    client, _ = copied
    first = client.json("/v1/changes")
    assert (first["streams"], first["items"], first["services"]) == ([], [], False)
    again = f"/v1/changes?since={first['cursor']}"
    assert client.json(again)["streams"] == []
    _bump(client, clock)
    moved = client.json(again)
    assert (moved["streams"], moved["items"], moved["services"]) == (["checkout"], [], False)
    assert client.json(f"/v1/changes?since={moved['cursor']}")["streams"] == []


def test_a_poll_is_answered_by_304_while_nothing_moves(client: Client) -> None:
    answer = client.get("/v1/changes")
    assert client.get("/v1/changes", {"if-none-match": answer.headers["etag"]}).status_code == 304


def test_a_cursor_that_is_none_is_a_problem(client: Client) -> None:
    body = client.problem("/v1/changes?since=yesterday", 422)
    assert body["detail"].startswith("since: give the `cursor` of the poll before")
    client.problem(f"/v1/changes?since={'a' * 30_001}", 422)
    client.problem("/v1/changes?from=2026-01-01", 422)


def test_news_come_when_the_version_moves_and_only_then() -> None:
    versions = iter(["a", "a", "a", "b", "b", *["c"] * 1_000])

    async def listened() -> tuple[list[str], int]:
        watch = Watch(lambda: next(versions), look_s=0.001)
        async with aclosing(watch.news()) as news:
            found = await _first(news, 3)
        return found, len(watch._waiting)

    assert finished(listened()) == (["a", "b", "c"], 0)


def test_all_who_wait_are_told_by_one_look() -> None:
    looks = 0

    def version() -> str:
        nonlocal looks
        looks += 1
        return "old" if looks < 60 else "new"

    async def listened() -> list[list[str]]:
        watch = Watch(version, look_s=0.001)

        async def one() -> list[str]:
            async with aclosing(watch.news()) as news:
                return await _first(news, 2)

        return await asyncio.gather(*(one() for _ in range(50)))

    assert finished(listened()) == [["old", "new"]] * 50
    assert looks <= 60 + 5


def test_a_line_on_which_nothing_comes_is_kept_open() -> None:
    async def listened() -> list[str]:
        watch = Watch(lambda: "same", look_s=0.001, quiet_s=0.01)
        async with aclosing(watch.news()) as news:
            return await _first(news, 3)

    assert finished(listened()) == ["same", "", ""]


def test_lines_end_when_the_server_stops() -> None:
    async def listened() -> list[str]:
        watch = Watch(lambda: "same")
        async with aclosing(watch.news()) as news:
            found = [await anext(news)]
            watch.close()
            return found + [one async for one in news]

    assert finished(listened()) == ["same"]


async def _streamed(app: FastAPI, bump: Callable[[], None], many: int) -> list[Message]:
    """What the application sends on the line until so many parts have come; then we leave."""
    sent: list[Message] = []
    enough = asyncio.Event()

    async def send(message: Message) -> None:
        sent.append(message)
        if len(sent) == 2:
            await asyncio.to_thread(bump)
        if len(sent) > many:
            enough.set()

    async def receive() -> Message:
        await enough.wait()
        return {"type": "http.disconnect"}

    scope: Scope = {
        "type": "http", "method": "GET", "path": "/v1/stream", "raw_path": b"/v1/stream",
        "query_string": b"", "headers": [(b"accept-encoding", b"gzip")], "asgi": {"version": "3.0"},
        "http_version": "1.1", "scheme": "http", "root_path": "", "server": ("test", 80),
    }  # fmt: skip
    await asyncio.wait_for(app(scope, receive, send), 120)
    return sent


def test_the_stream_tells_at_once_and_again_when_facts_moved(
    copied: tuple[Client, Path], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.deps._VERSION_S", 0.0)
    client, _ = copied
    served = client.app.state.served
    served.watch.look_s = 0.01
    start, *parts = finished(_streamed(client.app, lambda: _bump(client, clock), 2))
    headers = dict(start["headers"])
    assert headers[b"content-type"].startswith(b"text/event-stream")
    assert headers[b"cache-control"] == b"no-store"
    assert b"content-encoding" not in headers
    lines = [part["body"].decode().splitlines() for part in islice(parts, 2)]
    assert [told[0] for told in lines] == ["event: news"] * 2
    first, second = (orjson.loads(told[2].removeprefix("data: ")) for told in lines)
    assert first["version"] != second["version"]
    assert {row["name"]: row["state"] for row in first["sources"]} == {
        row["name"]: row["state"] for row in client.json("/v1/sources")["items"]
    }
    assert not served.watch._waiting


def test_a_line_ends_after_a_while_so_that_who_listens_shows_who_it_is(
    copied: tuple[Client, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.routes.changes.LINE_S", 0.05)
    client, _ = copied
    client.app.state.served.watch.quiet_s = 0.1
    sent = finished(_streamed(client.app, lambda: None, 100))
    assert [message.get("more_body") for message in sent[1:]] == [True, False]


def test_who_comes_when_too_many_wait_is_told_to_poll(copied: tuple[Client, Path]) -> None:
    client, _ = copied
    served = client.app.state.served
    served.watch._waiting = {asyncio.Queue() for _ in range(MOST)}
    answer = client.get("/v1/stream")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "15"
    assert "/v1/changes" in answer.json()["detail"]
