"""Names each request: one id in the answer, in problem documents and in lines of the log."""

from __future__ import annotations

import random
import re
import time
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.route_roles import template_of
from core.log import one_request

log = structlog.get_logger()
HEADER: Final = b"x-request-id"
_SOUND: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
"""Nothing that could end a line, be taken for markup, or fill a log."""
_SLOW_S: Final = 5.0
_LONGEST_PATH: Final = 300


class Identified:
    """ASGI layer around all others. A proxy that names requests in `X-Request-Id` keeps its name
    for them; one that is not sound is replaced. An answer that fails, or is long in coming, is
    logged with the template of its address, never with what was asked.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = name_of(scope)
        began = time.perf_counter()

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (HEADER, name)]}
                note_slow(scope, message["status"], time.perf_counter() - began)
            await send(message)

        with one_request(name.decode()):
            await self._app(scope, receive, named)


def name_of(scope: Scope) -> bytes:
    """The name of a request: the one that was given, or a new one. It is no secret, so the system
    need not be asked for it.
    """
    return _given(scope) or b"%016x" % random.getrandbits(64)


def _given(scope: Scope) -> bytes:
    found = [value for key, value in scope["headers"] if key == HEADER]
    return found[0] if len(found) == 1 and _SOUND.fullmatch(found[0]) else b""


def note_slow(scope: Scope, status: int, took_s: float) -> None:
    """Into the log, where it failed or took long."""
    if status < 500 and took_s < _SLOW_S:
        return
    method = scope["method"]
    told = {
        "method": method,
        "route": template_of(method, scope["path"][:_LONGEST_PATH]) or "none",
        "status": status,
        "took_s": round(took_s, 3),
    }
    if status >= 500:
        log.error("answer_failed", **told)
    else:
        log.warning("answer_slow", **told)
