"""The company's tools over HTTP on loopback: one application in a thread, a mount for each.

with running(world) as server:
    server.url("jira")  # http://127.0.0.1:49152/jira
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simulator.faults import Faults, Traffic, count, reset_connection
from simulator.github import Github
from simulator.gitlab import Gitlab
from simulator.jenkins import Jenkins, Oddities
from simulator.jira import Jira
from simulator.jira_catalogue import Edition
from simulator.jira_index import SearchIndex
from simulator.model import World
from simulator.servicenow import Rules, ServiceNow
from simulator.vendor import Vendor, read_call
from simulator.world import Hosting

KINDS = ("jira", "gitlab", "jenkins", "servicenow")
GITHUB_KINDS = ("jira", "github", "servicenow")
HOST = "127.0.0.1"


@dataclass
class CompanyServer:
    """The running tools. `requests` counts calls by (kind, path as sent, without the query)."""

    faults: Faults
    edition: Edition
    code: Hosting = "gitlab"
    port: int = 0
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    vendors: dict[str, Vendor] = field(default_factory=dict)
    transports: dict[tuple[str, int], asyncio.Transport] = field(default_factory=dict)
    _index: SearchIndex = field(init=False)

    def __post_init__(self) -> None:
        self._index = SearchIndex(self.faults.index_lag)

    def url(self, kind: str) -> str:
        """Base address of a tool: jira, gitlab, jenkins, servicenow; or github."""
        return f"http://{HOST}:{self.port}/{kind}"

    @property
    def kinds(self) -> tuple[str, ...]:
        """The tools that this company has."""
        return KINDS if self.code == "gitlab" else GITHUB_KINDS

    @property
    def urls(self) -> dict[str, str]:
        return {kind: self.url(kind) for kind in self.kinds}

    def count(self, kind: str, *paths: str) -> int:
        """Requests of a tool whose path matches one of these globs; all of them without a glob."""
        return count(self.requests, kind, paths or ("*",))

    def advance(self, world: World) -> None:
        """Serve this world from now on, with what `faults` hides at this moment."""
        hidden = {kind: frozenset(self.faults.hidden.get(kind, ())) for kind in self.kinds}
        self.vendors = {
            "jira": Jira(
                world,
                edition=self.edition,
                hidden=hidden["jira"],
                indexed=self._index.of(world),
            ),
            "servicenow": ServiceNow(world, self._rules(hidden["servicenow"])),
        }
        if self.code == "github":
            self.vendors["github"] = Github(
                world,
                hidden=hidden["github"],
                refused=frozenset(self.faults.refused_nodes),
                points_per_hour=self.faults.points_per_hour,
            )
            return
        self.vendors |= {
            "gitlab": Gitlab(world, hidden=hidden["gitlab"], totals_up_to=self.faults.totals_up_to),
            "jenkins": Jenkins(world, hidden=hidden["jenkins"], oddities=self._oddities()),
        }

    def _oddities(self) -> Oddities:
        faults = self.faults
        return Oddities(
            frozenset(faults.unlisted_builds),
            dict(faults.renamed_jobs),
            dict(faults.discarded_builds),
        )

    def _rules(self, hidden: frozenset[str]) -> Rules:
        faults = self.faults
        return Rules(
            dropped=hidden | faults.dropped_rows,
            deleted=frozenset(faults.deleted_rows),
            columns=frozenset(faults.hidden_columns),
            closed=frozenset(faults.hidden_tables),
            ignoring=faults.queries_ignored,
        )

    def abort(self, client: tuple[str, int]) -> None:
        """Reset the connection of this client address."""
        reset_connection(self.transports[client])

    def refuse(self, kind: str) -> Response:
        vendor = self.vendors.get(kind)
        return vendor.refusal() if vendor else PlainTextResponse("Not Found", 404)


@contextmanager
def running(
    world: World,
    *,
    faults: Faults | None = None,
    port: int = 0,
    jira: Edition = "cloud",
    code: Hosting = "gitlab",
) -> Iterator[CompanyServer]:
    """Serve a world until the block ends. Port 0 takes a free one; `OSError` where it is taken.

    code: whether code, builds and deployments live in GitLab and Jenkins, or all of them in GitHub.
    """
    company = CompanyServer(faults or Faults(), jira, code)
    company.advance(world)
    listener = socket.create_server((HOST, port))
    company.port = listener.getsockname()[1]
    server = _Server(_settings(company))
    thread = threading.Thread(target=server.run, args=([listener],), name="company", daemon=True)
    thread.start()
    try:
        server.ready.wait(10)
        yield company
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def _settings(company: CompanyServer) -> uvicorn.Config:
    return uvicorn.Config(
        _application(company),
        http=_protocol(company),
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        log_level="critical",
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )


class _Server(uvicorn.Server):
    """Says when it listens; signals are left to the main thread."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def _application(company: CompanyServer) -> ASGIApp:
    traffic = Middleware(
        Traffic,
        faults=company.faults,
        requests=company.requests,
        abort=company.abort,
        refuse=company.refuse,
    )
    mounts = [Mount(f"/{kind}", app=_vendor_app(company, kind)) for kind in company.kinds]
    return Starlette(routes=mounts, middleware=[traffic])


def _vendor_app(company: CompanyServer, kind: str) -> ASGIApp:
    """The vendor is looked up for each call, so that a new world takes effect at once."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        call = await read_call(scope, receive, mount=kind)
        await company.vendors[kind].answer(call)(scope, receive, send)

    return app


def _protocol(company: CompanyServer) -> type[HttpToolsProtocol]:
    """uvicorn's protocol, which also notes each client's transport so that a fault can cut it."""

    class NotedProtocol(HttpToolsProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            super().connection_made(transport)
            # asyncio does this itself only for sockets that name their protocol; without it each
            # answer on a kept connection waits 40 ms for the client's acknowledgement.
            sock = transport.get_extra_info("socket")
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            company.transports[transport.get_extra_info("peername")] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            company.transports.pop(self.transport.get_extra_info("peername"), None)
            super().connection_lost(exc)

    return NotedProtocol
