"""What is kept is answered before all layers, where who asks is known and may have it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from api.access import Access
from api.caching import Answer, CachedViews, is_kept
from api.cross_origin import readable
from api.gate import for_one, may_read
from api.headers import secured
from api.kept import Headers, Kept
from api.request_ids import HEADER, name_of, note_slow
from api.timing import Durations
from core.tracing import is_wanted


class AtOnce:
    """Tells what the layers would tell one after the other, header by header. Whatever can't be
    told without asking further, or is refused, is theirs.

    access: None where nobody signs in. origins: the sites whose pages may read.
    """

    def __init__(
        self,
        kept: Kept,
        durations: Durations,
        access: Access | None,
        *,
        origins: Sequence[str] = (),
        https: bool = False,
    ) -> None:
        self._kept = kept
        self._durations = durations
        self._access = access
        self._origins = frozenset(origin.encode("ascii") for origin in origins)
        self._https = https

    def answer(self, scope: Scope) -> Answer | None:
        """The whole answer to a GET; None where the layers are to be asked."""
        began = time.perf_counter()
        views = self._kept.views
        if is_wanted() or not isinstance(views, CachedViews) or not is_kept(scope["raw_path"]):
            return None
        account = None
        if self._access is not None:
            account = self._access.known(scope)
            if account is None or not may_read(account, scope["path"]):
                return None
        found = views.at_once(scope)
        if found is None:
            return None
        status, headers, body = found
        if self._access is not None and account is not None:
            allowed = self._access.rates.take(account.name, time.monotonic())
            if allowed.wait_s:
                return None
            headers = for_one(headers, allowed.headers())
        return status, self._whole(scope, status, headers, began), body

    def _whole(self, scope: Scope, status: int, headers: Headers, began: float) -> Headers:
        """With what every answer has."""
        if self._origins:
            headers = [*headers, *readable(scope, self._origins)]
        told = secured(scope["path"], headers, https=self._https)
        took_s = time.perf_counter() - began
        self._durations.note(scope, status, took_s)
        note_slow(scope, status, took_s)
        return [*told, (HEADER, name_of(scope))]


class Application(FastAPI):
    """Asks `at_once` first, once it is there."""

    at_once: AtOnce | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = None
        if self.at_once is not None and scope["type"] == "http" and scope["method"] == "GET":
            scope["app"] = self  # as the layers have it: what is asked here is asked again ahead
            found = self.at_once.answer(scope)
        if found is None:
            await super().__call__(scope, receive, send)
            return
        status, headers, body = found
        start: dict[str, Any] = {"type": "http.response.start", "status": status}
        await send({**start, "headers": headers})
        await send({"type": "http.response.body", "body": body})
