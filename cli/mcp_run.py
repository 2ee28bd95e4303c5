"""`headwater mcp`: asks a server by its address, or the application in this process."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx

from api.app import create_app
from cli.mcp_asking import Api, api_of
from cli.mcp_tools import tools_over
from cli.setting_up import ready
from core.access_settings import is_loopback
from core.errors import ConfigError
from core.settings import Settings
from pipeline.database import Database

_IN_PROCESS: Final = "http://headwater.local"


def run_mcp(config: Path, *, url: str) -> None:
    """Serve standard input and output until the assistant hangs up."""
    if url:
        asyncio.run(_serve(_of_server(url)))
        return
    with ready(config) as (settings, database):
        asyncio.run(_serve(in_process(settings, database)))


async def _serve(api: Api) -> None:
    async with api.client:
        await tools_over(api).run_stdio_async()


def _of_server(url: str) -> Api:
    """`ConfigError` for what is no address, and for a token that would go over an open network."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ConfigError(
            f"HEADWATER_URL: {url[:100]!r} is no address as https://headwater.example"
        )
    token = os.environ.get("HEADWATER_TOKEN", "")
    if token and parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ConfigError("HEADWATER_URL: a token is only sent by https, or to this machine")
    return api_of(httpx.AsyncHTTPTransport(), url, token, base=url)


def in_process(settings: Settings, database: Database) -> Api:
    """The application over the database, asked without a server and by nobody else. Whoever may
    read the configuration may read the database; what is asked is what a viewer may ask.
    """
    inside = settings.model_copy(update={"auth": settings.auth.model_copy(update={"mode": "none"})})
    transport = httpx.ASGITransport(create_app(inside, database), raise_app_exceptions=False)
    shown = settings.server.host if is_loopback(settings.server.host) else "127.0.0.1"
    host = f"[{shown}]" if ":" in shown else shown
    base = settings.auth.public_url or f"http://{host}:{settings.server.port}"
    return api_of(transport, _IN_PROCESS, "", base=base)
