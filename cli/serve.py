"""`headwater serve` and `headwater worker`: the processes that run on."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import uvicorn

from api.app import create_app
from api.watching import Watch
from cli.output import console
from cli.setting_up import ready, require_sources
from core.access_settings import is_loopback
from core.errors import ConfigError
from core.settings import Settings
from pipeline.database import Database
from pipeline.schedule import scheduler_for
from pipeline.stopping import Stop

_NOT_STARTED = 3


def run_serve(
    config: Path, *, host: str | None, port: int | None, scheduler: bool, unauthenticated: bool
) -> None:
    """Serve until interrupted."""
    with ready(config, logs=True) as (settings, database):
        where = host or settings.server.host
        require_sign_in(settings, where, unauthenticated=unauthenticated)
        with scheduled(settings, database, wanted=scheduler, kind="serve"):
            serve_app(
                settings, database, host=where, port=settings.server.port if port is None else port
            )


def serve_app(settings: Settings, database: Database, *, host: str, port: int) -> None:
    """Run the HTTP server until a signal stops it."""
    # uvicorn repeats the signal that stopped it; by default SIGTERM would then end us uncleanly.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    shown = f"[{host}]" if ":" in host else host
    console.print(f"Headwater is at http://{shown}:{port}  (Ctrl-C stops it)", highlight=False)
    app = create_app(settings, database)
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False)
    server = _Server(config, app.state.served.watch)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(_NOT_STARTED)


class _Server(uvicorn.Server):
    """Ends the lines of those who wait for news before it waits for all that is open to end."""

    def __init__(self, config: uvicorn.Config, watch: Watch) -> None:
        super().__init__(config)
        self._watch = watch

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._watch.close()
        await super().shutdown(sockets)


def run_worker(config: Path, *, at_once: int | None = None) -> None:
    """Collect on schedule until interrupted; None reads all sources at once that are due."""
    with ready(config, logs=True) as (settings, database):
        require_sources(settings, config)
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        console.print(f"Collecting {len(settings.sources)} sources (Ctrl-C stops)", highlight=False)
        with scheduled(settings, database, wanted=True, slots=at_once):
            stop.wait()


@contextmanager
def scheduled(
    settings: Settings,
    database: Database,
    *,
    wanted: bool,
    kind: str = "worker",
    slots: int | None = None,
) -> Iterator[None]:
    """Collect for as long as the block runs; at its end what is going ends after the page that it
    is at, and its sources are given back.
    """
    if not wanted or not settings.sources:
        yield
        return
    stop = Stop()
    scheduler = scheduler_for(settings, database, stop, kind=kind, slots=slots)
    scheduler.start()
    try:
        yield
    finally:
        stop.ask()
        scheduler.shutdown(wait=True)


def require_sign_in(settings: Settings, host: str, *, unauthenticated: bool) -> None:
    """`ConfigError` where other machines could reach what nobody has to sign in for, or cookies and
    tokens would travel without anybody having said by which address.
    """
    if is_loopback(host):
        return
    if settings.auth.mode == "none" and not unauthenticated:
        raise ConfigError(
            f"{host} can be reached from other machines, and anyone who reaches it could read"
            ' everything and judge links: write [auth] with mode = "tokens" (or "oidc") and'
            ' public_url = "https://headwater.example", as docs/access.md has it; or keep'
            " 127.0.0.1; or, where a proxy with a login is the only way in, say --unauthenticated"
        )
    if settings.auth.mode != "none" and not settings.auth.public_url:
        raise ConfigError(
            f'{host} can be reached from other machines: write public_url = "https://.." in [auth],'
            " the address by which browsers reach this server; cookies and tokens need https"
        )
