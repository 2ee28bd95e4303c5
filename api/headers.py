"""Security headers on every answer."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import unexpected

Header = tuple[bytes, bytes]


def _policy(text: str) -> Header:
    return (b"content-security-policy", text.encode())


_CSP = _policy(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
_DRAWING = _policy("default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'")
"""Of a drawing that is looked at by itself: its own style, and nothing that runs."""
_REPORT = _policy(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
"""Of a report, whose links lead back to us: the same, and its links are ours."""

_COMMON = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]


_OVER_HTTPS = [*_COMMON, (b"strict-transport-security", b"max-age=31536000")]


class SecurityHeaders:
    """ASGI layer: a strict content security policy, no sniffing, no framing. Around all others, and
    what nobody caught becomes an answer here, so that no answer is without.

    https: whether browsers reach us by https, and are not to try anything else for a year.
    """

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = secured(scope["path"], message["headers"], https=self._https)
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception as error:
            if started:
                raise
            await unexpected(scope["path"], error)(scope, receive, with_headers)


def secured(path: str, headers: Iterable[Header], *, https: bool) -> list[Header]:
    """The headers of an answer with those that keep it safe."""
    told = [*headers]
    return [*told, _policy_of(path, told), *(_OVER_HTTPS if https else _COMMON)]


def _policy_of(path: str, headers: Iterable[Header]) -> Header:
    if not path.startswith("/v1/"):
        return _CSP
    for name, value in headers:
        if name.lower() == b"content-type":
            if value.startswith(b"text/html"):
                return _REPORT
            return _DRAWING if value.startswith(b"image/svg+xml") else _CSP
    return _CSP
