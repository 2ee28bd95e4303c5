"""A span for each request, named by the template of its address."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.route_roles import template_of
from core.log import current
from core.tracing import is_wanted, span

_QUIET: Final = ("/healthz", "/readyz", "/metrics")
_LONGEST_PATH: Final = 300


class Traced:
    """ASGI layer: goes on with the trace of a caller that sends `traceparent`. Neither address,
    query, agent nor account are told; those who only look after us are left out.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_wanted() or scope["path"] in _QUIET:
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"].isalpha() else "other"
        route = template_of(method, scope["path"][:_LONGEST_PATH]) or "none"
        carrier = {
            key.decode(): value.decode("latin-1")
            for key, value in scope["headers"]
            if key in (b"traceparent", b"tracestate")
        }
        name = f"{method[:10]} {route}"
        with span(
            name, "server", carrier, http_route=route, request_id=current("request_id")
        ) as made:
            made.set(**{"http.request.method": method[:10]})

            async def noting(message: Message) -> None:
                if message["type"] == "http.response.start":
                    made.set(**{"http.response.status_code": message["status"]})
                    if message["status"] >= 500:
                        made.fail(str(message["status"]))
                await send(message)

            await self._app(scope, receive, noting)
