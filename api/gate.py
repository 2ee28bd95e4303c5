"""Lets in who may: before caches and routes, so that nothing is told to who may not have it."""

from __future__ import annotations

import time
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import Access
from api.cookies import header
from api.errors import problem
from api.kept import Headers
from api.route_roles import Need, need_of, stream_of
from core.accounts import Account
from core.errors import SignInError
from pipeline.audit_log import note
from pipeline.clock import now_ts

_SAFE = ("GET", "HEAD", "OPTIONS")
_NOBODY = (
    "nobody is signed in: send a token (Authorization: Bearer hw_..; headwater token create NAME"
    " makes one), or sign in at /signin"
)


class Gate:
    """ASGI layer: who asks, how often, with which role; and notes what they change."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        need = need_of(scope["method"], scope["path"])
        if need is not None and need.role is None:
            await self._app(scope, receive, send)
            return
        try:
            account = await self._access.account_of(scope)
        except SignInError as error:
            await self._turned_away(scope, "", str(error), 401)(scope, receive, send)
            return
        except SQLAlchemyError:
            await _answer(scope, 503, "the database does not answer")(scope, receive, send)
            return
        if account is None:
            await _nobody(scope)(scope, receive, send)
            return
        await self._recognised(account, need, scope, receive, send)

    async def _recognised(
        self, account: Account, need: Need | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        allowed = self._access.rates.take(account.name, time.monotonic())
        told = _told(send, allowed.headers())
        if allowed.wait_s:
            words = f"{allowed.limit} requests a minute are answered; wait {allowed.wait_s} s"
            await _answer(scope, 429, words)(scope, receive, told)
            return
        refusal = self._refusal(account, need, scope)
        if refusal is not None:
            await refusal(scope, receive, told)
            return
        scope.setdefault("state", {})["account"] = account
        if need is not None and need.writes:
            told = self._noting(account, scope, told)
        await self._app(scope, receive, told)

    def _refusal(self, account: Account, need: Need | None, scope: Scope) -> Response | None:
        """Why not; None where it may be done. What the table does not name only admins see."""
        if need is None:
            return None if account.may("admin") else _answer(scope, 404, "there is no such address")
        if need.role is not None and not account.may(need.role):
            words = (
                f"{account.name} is {_article(account.role)}, and this needs the role {need.role}:"
                " an admin gives it"
            )
            return self._turned_away(scope, account.name, words, 403)
        if _is_elsewhere(account, need, scope["path"]):
            own = ", ".join(f"/v1/streams/{name}" for name in sorted(account.streams))
            words = f"{account.name} reads {own} and what is below, and nothing else"
            return self._turned_away(scope, account.name, words, 403)
        changes = account.by_cookie and scope["method"] not in _SAFE
        if changes and not self._access.cookies.is_own(scope):
            words = _foreign(self._access.cookies.origin)
            return self._turned_away(scope, account.name, words, 403)
        return None

    def _turned_away(self, scope: Scope, who: str, words: str, status: int) -> Response:
        subject = f"{scope['method']} {scope['path']}"
        self._access.note_refused(who, subject, words, origin_of(scope))
        return _answer(scope, status, words)

    def _noting(self, account: Account, scope: Scope, send: Send) -> Send:
        """What was taken is in the audit log before anybody hears of it."""
        subject = f"{scope['method']} {scope['path']}"

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                await run_in_threadpool(
                    note,
                    self._access.database,
                    "wrote",
                    who=account.name,
                    subject=subject,
                    ts=now_ts(),
                    role=account.role,
                    status=message["status"],
                )
            await send(message)

        return noted


def may_read(account: Account, path: str) -> bool:
    """Whether a GET of the address is for this account."""
    need = need_of("GET", path)
    if need is None:
        return account.may("admin")
    allowed = need.role is None or account.may(need.role)
    return allowed and not need.writes and not _is_elsewhere(account, need, path)


def _is_elsewhere(account: Account, need: Need, path: str) -> bool:
    """Of a token for single streams: what tells of others."""
    return bool(account.streams and not need.everywhere and stream_of(path) not in account.streams)


def origin_of(scope: Scope) -> str:
    """The address that asks; behind a proxy that of the proxy, unless the server trusts it."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _foreign(origin: str) -> str:
    where = f"open {origin} and do it there" if origin else "do it on a page of ours"
    return f"no page of ours sent this: {where}; programs send a token, not a cookie"


def _article(role: str) -> str:
    return f"{'an' if role[0] == 'a' else 'a'} {role}"


def _answer(scope: Scope, status: int, words: str) -> Response:
    return problem(status, words, scope["path"])


def _nobody(scope: Scope) -> Response:
    """A person is led to the sign-in and back; a program gets a problem document."""
    path = scope["path"]
    looks = scope["method"] in ("GET", "HEAD") and "text/html" in (header(scope, b"accept") or "")
    if looks and not f"{path}/".startswith("/v1/"):
        query = scope["query_string"].decode("latin-1")
        there = f"{path}?{query}" if query else path
        return RedirectResponse(f"/signin?next={quote(there, safe='/')}", 303, _FRESH)
    return _answer(scope, 401, _NOBODY)


_FRESH = {"cache-control": "no-store"}


def for_one(headers: Headers, limits: Headers) -> Headers:
    """The headers of an answer as one account gets them: with its limits, and kept by nobody on the
    way.
    """
    return [_PRIVATE if one == _NO_CACHE else one for one in headers] + limits


def _told(send: Send, headers: list[tuple[bytes, bytes]]) -> Send:
    async def telling(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": for_one(message["headers"], headers)}
        await send(message)

    return telling


_NO_CACHE = (b"cache-control", b"no-cache")
_PRIVATE = (b"cache-control", b"private, no-cache")
