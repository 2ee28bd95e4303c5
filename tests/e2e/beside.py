"""Two API processes and a worker on one PostgreSQL, with accounts that ask them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from subprocess import Popen
from typing import Any

import httpx

from pipeline.access_tokens import make_token
from pipeline.clock import now_ts
from pipeline.history_status import parts_left
from store.cursors import all_states
from tests.e2e.commands import free_port, started, wait_until
from tests.e2e.killing import PostgresDatabases
from tests.e2e.working import Working, working

PER_MINUTE = 300
_AUTH = f'\n[auth]\nmode = "tokens"\nrequests_per_minute = {PER_MINUTE}\n'
_LOOK_S = 0.25
_PATIENCE_S = 150.0


@dataclass
class Server:
    """One API process. news: what its stream told, in order."""

    process: Popen[str]
    client: httpx.Client
    news: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return str(self.client.base_url)

    def ask(self, secret: str, address: str, method: str = "GET", **more: Any) -> httpx.Response:
        """An answer of this process to a token."""
        headers = {"authorization": f"Bearer {secret}", **more.pop("headers", {})}
        return self.client.request(method, address, headers=headers, **more)

    def listen(self, secret: str) -> None:
        """Keep the line for news open until the process ends, or the test."""
        threading.Thread(target=self._listen, args=[secret], daemon=True).start()
        until(lambda: self.news)

    def _listen(self, secret: str) -> None:
        headers = {"authorization": f"Bearer {secret}"}
        try:
            with self.client.stream("GET", "/v1/stream", headers=headers) as told:
                for line in told.iter_lines():
                    if line.startswith("data: "):
                        self.news.append(json.loads(line.removeprefix("data: ")))
        except httpx.TransportError:  # the process was killed, or is stopped
            return


@dataclass
class Beside:
    """first, second: the API processes, which know of each other only what the database tells."""

    made: Working
    first: Server
    second: Server
    _names: int = 0

    def token(self, role: str = "viewer") -> str:
        """The secret of an account of its own, so that no test uses up what another may ask."""
        self._names += 1
        return make_token(
            self.made.reference, self.made.database, name=f"account-{self._names}", role=role,
            streams=(), lasts=timedelta(days=1), who="the test", now=now_ts(),
        ).secret  # fmt: skip

    def same(self, secret: str, address: str) -> httpx.Response:
        """What both answer, once both tell the same bytes under one ETag. What was computed while
        the worker wrote may be ahead of its ETag, until that is another, within a minute.
        """
        told: list[httpx.Response] = []

        def agree() -> bool:
            told[:] = [one.ask(secret, address) for one in (self.first, self.second)]
            assert [one.status_code for one in told] == [200, 200], [one.text for one in told]
            here, there = ((one.headers["etag"], one.content) for one in told)
            return here == there

        until(agree)
        return told[0]


def until(happened: Callable[[], object]) -> None:
    """Until it is true, asked seldom enough for the limit of requests."""
    ends = time.monotonic() + _PATIENCE_S
    while not happened():
        assert time.monotonic() < ends, "it did not come to be so"
        time.sleep(_LOOK_S)


@contextmanager
def beside(folder: Path, databases: PostgresDatabases, *, seed: int) -> Iterator[Beside]:
    """The company was read once; both processes answer."""
    with working(folder, databases, seed=seed, many=1, compared=False) as made, ExitStack() as ends:
        with made.config.open("a", encoding="utf-8") as file:
            file.write(_AUTH)
        made.read()
        until(partial(_all_history, made))
        servers = [_server(ends, made) for _ in range(2)]
        for one in servers:
            wait_until(partial(_ready, one), one.process)
        yield Beside(made, *servers)


def _server(ends: ExitStack, made: Working) -> Server:
    port = free_port()
    command = ("serve", "--no-scheduler", "--port", str(port), "--config", made.config)
    process = ends.enter_context(started(*command, database_url=made.url))
    client = ends.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60))
    return Server(process, client)


def _all_history(made: Working) -> bool:
    """Whether what a first load leaves for later has come, too."""
    with made.database.read() as session:
        return not parts_left(all_states(session)) and made.idle


def _ready(server: Server) -> bool:
    try:
        return server.client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False
