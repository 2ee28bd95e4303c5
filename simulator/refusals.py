"""Ways of losing access that a tool does not call by that name, and some that it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import Message, Scope, Send

from simulator.vendor import html_answer, json_answer

OTHER_ACCOUNT = "someone.else"
ELSEWHERE = "http://elsewhere.example/login"
REFUSALS = ("expired", "gone", "redirect", "nothing_here")
CHANGES = ("other_account", "emptied", "garbled")
_ACCOUNTS = {"accountId", "username", "user_name", "id", "key", "name"}
_LISTS = ("issues", "values", "result", "jobs", "builds", "allBuilds")


def refusal(kind: str, vendor: str) -> Response:
    """The answer of one of `REFUSALS`."""
    if kind == "redirect":
        return RedirectResponse(ELSEWHERE, 302)
    if kind == "gone":
        told = "The requested API has been removed. Please migrate to another one."
        return json_answer({"errorMessages": [told], "errors": {}}, 410)
    if kind == "nothing_here":
        return html_answer("Not Found", 404)
    if vendor == "gitlab":
        told = "Token is expired. You can either do re-authorization or token refresh."
        return json_answer({"error": "invalid_token", "error_description": told}, 401)
    return json_answer({"error": {"message": "The access token has expired"}}, 401)


def without_login(scope: Scope) -> Scope:
    """As by a proxy that drops what it does not know."""
    secret = (b"authorization", b"private-token")
    return {**scope, "headers": [(n, value) for n, value in scope["headers"] if n not in secret]}


def changed_answer(send: Send, kind: str) -> Send:
    """The answer as another account, or as one that may see nothing, gets it, or with bytes that
    were damaged on the way: status 200.
    """
    start: list[Message] = []

    async def changed(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.append(message)
            return
        body = _CHANGED[kind](message.get("body", b"") or b"null")
        headers = MutableHeaders(scope=start[0])
        headers["content-length"] = str(len(body))
        for name in ("link", "x-total-count", "x-total"):
            if kind == "emptied" and name in headers:
                del headers[name]
        await send(start[0])
        await send({**message, "body": body, "more_body": False})

    return changed


def _renamed(body: Any) -> Any:
    rows: list[Any] = body.get("result", [body])
    for row in rows:
        row.update(dict.fromkeys(_ACCOUNTS & row.keys(), OTHER_ACCOUNT))
    return body


def _emptied(body: Any) -> Any:
    if isinstance(body, list):
        return []
    cut: dict[str, Any] = {name: [] for name in _LISTS if name in body}
    total = {"total": 0} if "total" in body else {}
    return {**body, **cut, **total}


def _garbled(body: bytes) -> bytes:
    """A part of it is noise, which no JSON holds."""
    at = len(body) // 2
    return body[:at] + b"\x00\xff\x00" + body[at + 3 :]


def _remade(made: Callable[[Any], Any]) -> Callable[[bytes], bytes]:
    return lambda body: orjson.dumps(made(orjson.loads(body)))


_CHANGED: Mapping[str, Callable[[bytes], bytes]] = {
    "other_account": _remade(_renamed),
    "emptied": _remade(_emptied),
    "garbled": _garbled,
}
