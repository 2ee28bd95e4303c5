"""A small server for the page tests: the static files, and the answers that a test sets."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import web
from tests.web import (
    fake_admin,
    fake_ageing,
    fake_alerts,
    fake_bottlenecks,
    fake_cost,
    fake_definitions,
    fake_dora,
    fake_flow,
    fake_forecast,
    fake_goals,
    fake_journeys,
    fake_lab,
    fake_map_page,
    fake_overview,
    fake_quality,
    fake_sources,
    fake_value,
)

STATIC = Path(web.__file__).parent / "static"
PAGES = (
    "/",
    "/map",
    "/flow",
    "/ageing",
    "/bottlenecks",
    "/forecast",
    "/journey",
    "/delay-cost",
    "/value",
    "/dora",
    "/failures",
    "/lab",
    "/improvements",
    "/goals",
    "/quality",
    "/connectors",
    "/definitions",
    "/admin",
    "/alerts",
)
_LOOK_S = 0.02
# As strict as can be: a breach stands in the console, and every page test fails on that.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

OPEN = {
    "mode": "none", "account": None, "role": None, "streams": [], "may_write": True,
    "may_see_audit_log": True, "by_cookie": False, "ends_at": None,
}  # fmt: skip
"""Who asks where nobody signs in."""


@dataclass
class FakeApi:
    """What the server answers by path; a status other than 200 is a problem document."""

    answers: dict[str, Any] = field(default_factory=dict)
    """By path; an address with its query goes before."""
    status: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sent: list[tuple[str, str, Any]] = field(default_factory=list)
    """What was written: method, address and body."""
    replies: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    """By path what a question that is sent gets, by its body."""
    delay_s: float = 0.0
    """Before each of these replies."""
    not_modified: int = 0
    address: str = ""
    news: dict[str, Any] = field(default_factory=dict)
    """What the line of news tells at once, and again when it is another."""
    ended: bool = False

    def reset(self) -> None:
        """The state that every test begins with."""
        journeys = {f"/v1/items/{key}/journey": one for key, one in fake_journeys.JOURNEYS.items()}
        streams = [
            {
                "name": "checkout",
                "title": "Checkout",
                "stages": [{"name": "Test", "team": "qa"}],
                "services": ["web", "docs"],
            },
            {"name": "loyalty", "title": "Loyalty", "services": []},
        ]
        self.answers = journeys | {
            "/v1/account": OPEN,
            "/v1/overview": fake_overview.overview(),
            "/v1/sources": {"items": fake_sources.sources(), "next": None},
            "/v1/streams": {"items": streams, "next": None},
            **fake_map_page.answers(),
            **fake_cost.answers(),
            **fake_lab.answers(),
            **deepcopy(fake_bottlenecks.answers()),
            **fake_ageing.answers(),
            **deepcopy(fake_flow.answers()),
            **fake_goals.answers(),
            **fake_value.answers(),
            **fake_forecast.answers(),
            **fake_alerts.answers(),
            **fake_dora.answers(),
            **fake_quality.answers(),
            **fake_definitions.answers(),
            **fake_admin.answers(),
        }
        self.replies = fake_lab.replies()
        self.delay_s = 0.0  # whoever is held back from before goes on
        self.status.clear()
        self.asked.clear()
        self.sent.clear()
        self.not_modified = 0
        self.news = {"version": "1", "facts": "1", "sources": []}

    def answer(self, request: Request) -> Response:
        """The answer of a path with an ETag, 304 where the client has it."""
        path = request.url.path
        if path != "/v1/account":
            self.asked.append(f"{path}?{request.url.query}" if request.url.query else path)
        if path in self.status:
            return _problem(self.status[path], path)
        whole = f"{path}?{request.url.query}"
        body = (
            _items(request)
            if path == "/v1/items"
            else self.answers.get(whole, self.answers.get(path))
        )
        if body is None:
            return _problem(404, path)
        if path.endswith(".svg"):
            return Response(body, media_type="image/svg+xml")
        etag = f'"{hashlib.sha256(json.dumps(body).encode()).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == etag:
            self.not_modified += 1
            return Response(status_code=304, headers={"ETag": etag})
        return JSONResponse(body, headers={"ETag": etag})

    async def take(self, request: Request) -> Response:
        """Notes what is written; a path with a status of its own refuses it."""
        path = request.url.path
        address = f"{path}?{request.url.query}" if request.url.query else path
        content = await request.body()
        kind = request.headers.get("content-type", "")
        body = json.loads(content) if kind == "application/json" else None
        self.sent.append((request.method, address, body))
        if path in self.status:
            return _problem(self.status[path], path)
        if path in self.replies:
            await self._held_back()
            return JSONResponse(self.replies[path](body))
        return JSONResponse({"id": 1}, status_code=202)

    async def _held_back(self) -> None:
        since = time.monotonic()
        while time.monotonic() - since < self.delay_s:
            await asyncio.sleep(_LOOK_S)

    async def line(self, request: Request) -> AsyncIterator[str]:
        """What is new, for as long as the page is open."""
        told = None
        while not (self.ended or await request.is_disconnected()):
            if (news := self.news) is not told:
                told = news
                yield f"event: news\nretry: 100\ndata: {json.dumps(news)}\n\n"
            await asyncio.sleep(_LOOK_S)


def _problem(status: int, path: str) -> Response:
    title = {404: "Not found", 503: "Database not reachable"}.get(status, "Error")
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": f"no answer for {path}",
    }
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def _items(request: Request) -> dict[str, Any]:
    query = request.query_params
    flight = fake_journeys.item(fake_journeys.ageing(), burn_rate_cents=120_000, blocked=True)
    done = fake_journeys.item(fake_journeys.RELEASED)
    found = [flight, done]
    if query.get("state"):
        found = [flight] if query["state"] == "in_flight" else [done]
    text = query.get("q", "").lower()
    found = [one for one in found if text in f"{one['key']} {one['title']}".lower()]
    return {"items": found, "next": None, "total": len(found)}


def application(fake: FakeApi) -> Starlette:
    def answer(request: Request) -> Response:
        return fake.answer(request)

    def news(request: Request) -> Response:
        return StreamingResponse(fake.line(request), media_type="text/event-stream")

    def page(_: Request) -> Response:
        return FileResponse(STATIC / "index.html", headers={"Content-Security-Policy": POLICY})

    def nowhere(request: Request) -> Response:
        shown = page(request)
        shown.status_code = 404
        return shown

    return Starlette(
        routes=[
            *(Route(path, page) for path in PAGES),
            Route("/v1/{path:path}", fake.take, methods=["POST", "DELETE"]),
            Route("/v1/stream", news),
            Route("/v1/{path:path}", answer),
            Mount("/static", StaticFiles(directory=STATIC)),
            Route("/{path:path}", nowhere),
        ]
    )


@contextmanager
def serving(fake: FakeApi, port: int = 0) -> Iterator[FakeApi]:
    """Serves on a free port of the loopback until the block ends."""
    config = uvicorn.Config(application(fake), host="127.0.0.1", port=port, log_level="warning")
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    fake.address = f"http://127.0.0.1:{socket.getsockname()[1]}"
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.ended, fake.delay_s = True, 0.0
        server.should_exit = True
        thread.join(timeout=60)
        socket.close()
