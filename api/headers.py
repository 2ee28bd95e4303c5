"""Security headers on every answer."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
_DRAWING = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
"""Of a drawing that is looked at by itself: its own style, and nothing that runs."""

_COMMON = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]


class SecurityHeaders:
    """ASGI layer: a strict content security policy, no sniffing, no framing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                policy = (b"content-security-policy", _policy(scope["path"], headers).encode())
                message = {**message, "headers": [*headers, policy, *_COMMON]}
            await send(message)

        await self._app(scope, receive, with_headers)


def _policy(path: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
    if not path.startswith("/v1/"):
        return _CSP
    kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
    return _DRAWING if kind.startswith(b"image/svg+xml") else _CSP
