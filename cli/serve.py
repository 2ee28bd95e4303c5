"""`headwater serve` and `headwater worker`: the processes that run on."""

from __future__ import annotations

import gc
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import structlog
import uvicorn

from api.ahead import made_ahead
from api.app import create_app
from api.deps import Served
from cli.ending import asked_to_end
from cli.output import console
from cli.setting_up import ready, require_sources
from core.access_settings import is_loopback
from core.errors import ConfigError
from core.settings import Settings
from pipeline.database import Database
from pipeline.schedule import scheduler_for
from pipeline.stopping import Stop

log = structlog.get_logger()
_NOT_STARTED = 3
_PATIENCE_S = 30
"""So long an answer that has begun may take to end once the server stops."""


def run_serve(
    config: Path, *, host: str | None, port: int | None, scheduler: bool, unauthenticated: bool
) -> None:
    """Serve until interrupted."""
    with ready(config, logs=True) as (settings, database):
        where = host or settings.server.host
        require_sign_in(settings, where, unauthenticated=unauthenticated)
        stop = Stop()
        with scheduled(settings, database, stop, wanted=scheduler, kind="serve"):
            serve_app(
                settings,
                database,
                host=where,
                port=settings.server.port if port is None else port,
                stop=stop,
            )


def serve_app(
    settings: Settings, database: Database, *, host: str, port: int, stop: Stop | None = None
) -> None:
    """Run the HTTP server until a signal stops it; `stop` is asked as soon as that comes."""
    # uvicorn repeats the signal that stopped it; by default SIGTERM would then end us uncleanly.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    shown = f"[{host}]" if ":" in host else host
    console.print(f"Headwater is at http://{shown}:{port}  (Ctrl-C stops it)", highlight=False)
    app = create_app(settings, database)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_PATIENCE_S,
    )
    server = _Server(config, app.state.served, stop or Stop())
    gc.collect()
    gc.freeze()
    with suppress(KeyboardInterrupt), made_ahead(app):
        server.run()
    if not server.started:
        sys.exit(_NOT_STARTED)


class _Server(uvicorn.Server):
    """Asked to stop, it says so to who asks whether it is ready, has passes end, and with SIGTERM
    goes on answering for `drain`: whoever spreads requests looks only now and then. Then it takes
    no more, ends the lines of those who wait for news, and lets what is open end.
    """

    def __init__(self, config: uvicorn.Config, served: Served, stop: Stop) -> None:
        super().__init__(config)
        self._served, self._stop = served, stop
        self._closes_at = float("inf")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        again, self._served.stopping = self._served.stopping, True
        self._stop.ask()
        drain = self._served.settings.server.drain
        if again or drain is None or sig != signal.SIGTERM:
            super().handle_exit(sig, frame)
            return
        self._closes_at = time.monotonic() + drain.total_seconds()
        log.info("stopping", answers_for_s=drain.total_seconds())

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or time.monotonic() >= self._closes_at

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._served.watch.close()
        await super().shutdown(sockets)


def run_worker(config: Path, *, at_once: int | None = None) -> None:
    """Collect on schedule until interrupted; None reads all sources at once that are due."""
    with ready(config, logs=True) as (settings, database):
        require_sources(settings, config)
        console.print(f"Collecting {len(settings.sources)} sources (Ctrl-C stops)", highlight=False)
        with (
            asked_to_end() as wait,
            scheduled(settings, database, Stop(), wanted=True, slots=at_once),
        ):
            wait()
            log.info("stopping")


@contextmanager
def scheduled(
    settings: Settings,
    database: Database,
    stop: Stop,
    *,
    wanted: bool,
    kind: str = "worker",
    slots: int | None = None,
) -> Iterator[None]:
    """Collect for as long as the block runs; at its end `stop` is asked: what is going ends after
    the page that it is at, and its sources are given back.
    """
    if not wanted or not settings.sources:
        yield
        return
    scheduler = scheduler_for(settings, database, stop, kind=kind, slots=slots)
    scheduler.start()
    try:
        yield
    finally:
        stop.ask()
        scheduler.shutdown(wait=True)
        log.info("stopped")


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
