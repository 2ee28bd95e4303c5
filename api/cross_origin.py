"""Lets pages of the listed other sites read answers; nobody else's, and no writing."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_DATA: Final = "/v1/"
_MAY: Final = (
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"authorization, if-none-match"),
    (b"access-control-max-age", b"600"),
)
"""Without `content-type`: browsers let POST pass whatever methods are told, and would send JSON."""
_READABLE: Final = (
    b"etag, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after,"
    b" www-authenticate, content-disposition, x-request-id"
)


class CrossOrigin:
    """ASGI layer, around the one that asks who comes: a preflight brings no token, and a refusal
    must be readable, too. A browser hands an answer to another site's page only where it names
    that site; so what is not named here changes nothing for anybody but these pages.

    origins: as browsers write them, compared to the letter. "null" can't be among them.
    """

    def __init__(self, app: ASGIApp, *, origins: Sequence[str]) -> None:
        self._app = app
        self._origins = frozenset(origin.encode("ascii") for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_DATA):
            await self._app(scope, receive, send)
            return
        origin = _listed(scope, self._origins)
        if origin is not None and _is_preflight(scope):
            told = [*_named(origin), *_MAY, *_varying(b"origin, access-control-request-method")]
            await send({"type": "http.response.start", "status": 204, "headers": told})
            await send({"type": "http.response.body", "body": b""})
            return
        named = readable(scope, self._origins)

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *named]}
            await send(message)

        await self._app(scope, receive, telling)


def readable(scope: Scope, origins: Container[bytes]) -> list[tuple[bytes, bytes]]:
    """What an answer to data says of who may read it, which depends on whose page asks."""
    origin = _listed(scope, origins)
    if origin is None:
        return _varying(b"origin")
    shown = (b"access-control-expose-headers", _READABLE)
    return [*_named(origin), shown, *_varying(b"origin")]


def _listed(scope: Scope, origins: Container[bytes]) -> bytes | None:
    """The site whose page asks, where it is listed."""
    asking = [value for name, value in scope["headers"] if name == b"origin"]
    return asking[0] if len(asking) == 1 and asking[0] in origins else None


def _named(origin: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
    ]


def _varying(names: bytes) -> list[tuple[bytes, bytes]]:
    """So that a cache on the way keeps the answers to different sites apart."""
    return [(b"vary", names)]


def _is_preflight(scope: Scope) -> bool:
    asked = any(name == b"access-control-request-method" for name, _ in scope["headers"])
    return scope["method"] == "OPTIONS" and asked
