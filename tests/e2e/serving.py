"""The real application over a collected company, on a port of loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import uvicorn

from api.app import create_app
from core.settings import Settings
from pipeline.database import Database


class Collected(Protocol):
    """Whatever has a configuration and an open database."""

    @property
    def settings(self) -> Settings: ...

    @property
    def database(self) -> Database: ...


@contextmanager
def served(company: Collected) -> Iterator[str]:
    """The address of the API and the dashboard, for as long as the block runs."""
    app = create_app(company.settings, company.database)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        app.state.served.watch.close()  # a page that is open listens for news
        server.should_exit = True
        thread.join()
