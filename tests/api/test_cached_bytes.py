"""What is known is answered at once: right after the door, in the encoding that is taken, and what
several ask at the same time is made once.
"""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import httpx
import pytest
import zstandard
from sqlalchemy import event

from api.caching import CachedViews
from api.compressing import chosen
from pipeline.database import Database
from pipeline.freshness import served_version
from tests.api.client import Client, finished
from tests.api.locked import bearer, locked, token

VIEW = "/v1/definitions"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0", "gzip"),
        ("zstd;q=0.000, gzip; q=0", ""),
        ("ZSTD", "zstd"),
        ("*", "zstd"),
        ("*;q=0", ""),
        ("gzip;q=0, *", "zstd"),
        ("identity", ""),
        ("br", ""),
        ("", ""),
        (",;=,q=", ""),
    ],
)
def test_the_better_encoding_of_those_that_are_taken_is_chosen(
    accepted: str, encoding: str
) -> None:
    assert chosen(accepted) == encoding


@pytest.fixture
def door(database: Database) -> Client:
    return locked(database)


@pytest.fixture(scope="module")
def secret(database: Database) -> str:
    return token(database, "polls")


def test_the_bytes_are_the_same_in_every_encoding(door: Client, secret: str) -> None:
    plain = door.get(VIEW, bearer(secret) | {"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    undone = {"gzip": gzip.decompress, "zstd": zstandard.ZstdDecompressor().decompress}
    for encoding, undo in undone.items():
        for _ in range(2):
            raw = _raw(door, bearer(secret) | {"accept-encoding": encoding})
            assert raw.headers["content-encoding"] == encoding
            assert raw.headers["content-length"] == str(len(raw.content))
            assert raw.headers["etag"] == plain.headers["etag"]
            assert "accept-encoding" in raw.headers["vary"].lower()
            assert undo(raw.content) == plain.content
            assert len(raw.content) < len(plain.content) / 2
    assert "accept-encoding" in plain.headers["vary"].lower()


def _raw(door: Client, headers: dict[str, str]) -> httpx.Response:
    """As it came, not undone."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(door.app)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://test") as client,
            client.stream("GET", VIEW, headers=headers) as answer,
        ):
            parts = [part async for part in answer.aiter_raw()]
            kept = [one for one in answer.headers.multi_items() if one[0] != "content-encoding"]
            told = httpx.Response(200, headers=kept, content=b"".join(parts))
            told.headers["content-encoding"] = answer.headers["content-encoding"]
            return told

    return finished(ask())


@pytest.mark.usefixtures("unhurried")
def test_a_304_reads_nothing_of_the_database_but_who_asks_and_the_version(
    door: Client, database: Database, secret: str
) -> None:
    etag = door.get("/v1/overview", bearer(secret)).headers["etag"]
    known = bearer(secret) | {"if-none-match": etag}
    read: list[str] = []

    def note(*told: Any) -> None:
        read.append(str(told[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        assert door.get("/v1/overview", known).status_code == 304
        assert read == [], "what was looked at lately is fresh"
        door.app.state.access.forget()
        door.app.state.served.forget_version()
        assert door.get("/v1/overview", known).status_code == 304
        door.app.state.access.settle()
        there = read.copy()
        read.clear()
        with database.read() as session:
            served_version(session)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    beside = [one for one in there if one not in read]
    assert set(read) <= set(there)
    assert beside
    assert all("api_token" in one for one in beside if not one.startswith("BEGIN"))


def test_what_many_ask_at_once_is_made_once() -> None:
    made: list[str] = []

    async def slow(scope: Any, _: Any, send: Any) -> None:
        made.append(scope["path"])
        await asyncio.sleep(0.05)
        status = 200 if scope["path"] == "/v1/good" else 404
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"told"})

    views = CachedViews(slow, version=lambda: "1", minute=lambda: 0)

    async def ask() -> list[int]:
        transport = httpx.ASGITransport(views)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            good = [client.get("/v1/good") for _ in range(20)]
            answers = await asyncio.gather(*good, *[client.get("/v1/bad") for _ in range(2)])
            return [answer.status_code for answer in answers]

    assert finished(ask()) == [200] * 20 + [404] * 2
    assert made.count("/v1/good") == 1
    assert made.count("/v1/bad") == 2, "a refusal is kept for nobody"


def test_a_few_of_many_views_are_made_at_a_time_and_all_of_what_is_served_by_then() -> None:
    version, making, most = "1", set[str](), 0
    told: dict[str, list[str]] = {}

    async def slow(scope: Any, _: Any, send: Any) -> None:
        nonlocal version, most
        making.add(scope["path"])
        most = max(most, len(making))
        told.setdefault(scope["path"], []).append(version)
        await asyncio.sleep(0.05)
        version = "2"
        making.discard(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"told"})

    views = CachedViews(slow, version=lambda: version, minute=lambda: 0)

    async def ask() -> list[list[httpx.Response]]:
        transport = httpx.ASGITransport(views)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            names = [f"/v1/{number}" for number in range(30)]
            return [await asyncio.gather(*map(client.get, names)) for _ in range(2)]

    first, second = finished(ask())
    assert most == 8
    assert [one.status_code for one in first + second] == [200] * 60
    late = [one.url.path for one in first if told[one.url.path][0] == "2"]
    assert len(late) == 22
    assert all(told[path] == ["2"] for path in late), "made once, under the ETag of what it told"
    assert {one.headers["etag"] for one in second} >= {
        one.headers["etag"] for one in first if one.url.path in late
    }
