"""ETag, 304 and cached bytes, in front of the routes and before any other work.

A view's bytes depend on the version of the facts, on the question, and, where it speaks of now, on
the minute. So they are kept under these three, and the ETag is a hash of them: the same key always
means the same bytes. It is a weak one, because the bytes are compressed for who accepts that, once
for each encoding. Who asks for what is being made for somebody else waits for it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, urlencode
from weakref import WeakKeyDictionary

from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.compressing import LEAST, chosen, compressed
from api.deps import is_made_ahead
from api.kept import Headers, Kept

_PREFIX = b"/v1/"
_PASSED_ON = b"/v1/exports/"
"""Whole tables: sent as they are read and not kept. They do not depend on now."""
_NEVER = (b"/v1/account", b"/v1/audit-log", b"/v1/tokens", b"/v1/stream")
"""What is told differs by who asks, moves without the facts, or never ends."""

_AT_ONCE: Final = 8
"""Views that are computed at a time for who asks."""
_NEWS = b"/v1/changes"
"""Asked with another cursor each time."""


def is_kept(path: str | bytes) -> bool:
    """Whether what a GET of the path answers has an ETag."""
    raw = path.encode() if isinstance(path, str) else path
    return raw.startswith(_PREFIX) and raw not in _NEVER


class CachedViews:
    """ASGI layer. `version` tells the present version of everything that is served, and must be
    cheap. kept: where answers are kept, which others may fill. program: the version of Headwater,
    of which one may tell the same facts otherwise than another.
    """

    def __init__(
        self,
        app: ASGIApp,
        version: Callable[[], str],
        minute: Callable[[], int],
        kept: Kept | None = None,
        program: str = "",
    ) -> None:
        self._app = app
        self._version = version
        self._minute = minute
        self._program = program
        self._bytes = Kept() if kept is None else kept
        self._bytes.views = self
        self._making: dict[tuple[int, str], asyncio.Event] = {}
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
            WeakKeyDictionary()
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not is_kept(scope["raw_path"]):
            await self._app(scope, receive, send)
            return
        key = self._keyed(scope)
        if key is None:  # the route meets the same and answers with the problem
            await self._app(scope, receive, send)
        elif await self._sent(scope, send, key):
            return
        elif _passed_on(scope):
            await self._passed(scope, receive, send, _etag(key))
        else:
            await self._made(scope, receive, send, key)

    async def _made(self, scope: Scope, receive: Receive, send: Send, key: str) -> None:
        """By who asks first; who asks meanwhile waits for it, and for one of a few turns: where
        many views are asked for at once all would take longer, and the memory of all of them.
        """
        place = (id(asyncio.get_running_loop()), key)
        if (others := self._making.get(place)) is not None:
            await others.wait()
            if await self._sent(scope, send, key):
                return
        made = self._making[place] = asyncio.Event()
        try:
            async with self._turn():
                present = self._keyed(scope) or key  # of what is served when the turn has come
                if not await self._sent(scope, send, present):
                    await self._fresh(scope, receive, send, present)
        finally:
            made.set()
            self._making.pop(place, None)

    def _turn(self) -> AbstractAsyncContextManager[object]:
        """What is made ahead is made one after the other, and does not wait."""
        if is_made_ahead():
            return nullcontext()
        loop = asyncio.get_running_loop()
        return self._turns.setdefault(loop, asyncio.Semaphore(_AT_ONCE))

    def at_once(self, scope: Scope) -> Answer | None:
        """The answer to a GET of what is kept, where it is there; else None."""
        key = self._keyed(scope)
        return None if key is None else self._known(scope, key)

    async def _sent(self, scope: Scope, send: Send, key: str) -> bool:
        """Whether it was there; it is sent as the client takes it."""
        if (known := self._known(scope, key)) is None:
            return False
        await _answer(send, *known)
        return True

    def _known(self, scope: Scope, key: str) -> Answer | None:
        etag = _etag(key)
        if _matches(scope, etag):
            self._note(scope)
            return 304, [(b"etag", etag), (b"cache-control", b"no-cache")], b""
        found = self._bytes.get(key)
        if found is None:
            return None
        self._note(scope)
        headers, body = found
        encoding = _encoding(scope) if len(body) >= LEAST else ""
        if encoding:
            place = f"{encoding} {key}"
            headers, body = self._bytes.get(place) or self._compressed(place, found, encoding)
        return 200, headers, body

    def _note(self, scope: Scope) -> None:
        if scope["raw_path"] != _NEWS and not (is_made_ahead() or _passed_on(scope)):
            self._bytes.note(scope)

    def _compressed(
        self, place: str, found: tuple[Headers, bytes], encoding: str
    ) -> tuple[Headers, bytes]:
        body = compressed(found[1], encoding)
        headers = [one for one in found[0] if one[0] != b"content-length"]
        headers += [
            (b"content-encoding", encoding.encode()),
            (b"content-length", str(len(body)).encode()),
        ]
        self._bytes.put(place, headers, body)
        return headers, body

    def _keyed(self, scope: Scope) -> str | None:
        """None where the database does not tell what is served."""
        try:
            return self._key(scope)
        except SQLAlchemyError:
            return None

    def _key(self, scope: Scope) -> str:
        asked = scope["raw_path"], scope["query_string"]
        question = (_kept_question if len(asked[1]) < _SHORT else _question)(*asked)
        moment = f"accept {_header(scope, b'accept')!r}" if _passed_on(scope) else self._minute()
        return _hash(f"{self._program} {self._version()}", moment, question)

    async def _passed(self, scope: Scope, receive: Receive, send: Send, etag: bytes) -> None:
        async def pass_on(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                told = [*message["headers"], (b"etag", etag), (b"cache-control", b"no-cache")]
                message = {**message, "headers": told}
            await send(message)

        await self._app(scope, receive, pass_on)

    async def _fresh(self, scope: Scope, receive: Receive, send: Send, key: str) -> None:
        start: Message = {}
        parts: list[bytes] = []

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        await self._app(scope, receive, keep)
        headers, body = list(start["headers"]), b"".join(parts)
        if start["status"] != 200:
            await _answer(send, start["status"], headers, body)
            return
        headers += [(b"etag", _etag(key)), (b"cache-control", b"no-cache"), *_VARY]
        self._bytes.put(key, headers, body)
        if not await self._sent(scope, send, key):
            await _answer(send, 200, headers, body)


Answer = tuple[int, Headers, bytes]
"""Status, headers and body."""
_VARY: Final = ((b"vary", b"accept-encoding"),)


def _etag(key: str) -> bytes:
    return f'W/"{key}"'.encode()


def _encoding(scope: Scope) -> str:
    told = [value for name, value in scope["headers"] if name == b"accept-encoding"]
    return chosen(b",".join(told).decode("latin-1"))


def _question(path: bytes, query: bytes) -> str:
    """The same for the same parameters in any order."""
    parameters = urlencode(sorted(parse_qsl(query.decode("latin-1"), True)))
    return f"{path.decode('latin-1')}?{parameters}"


_SHORT: Final = 500
_kept_question = lru_cache(maxsize=4096)(_question)


@lru_cache(maxsize=4096)
def _hash(version: str, moment: str | int, question: str) -> str:
    text = f"{version}|{moment}|{question}"
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


class CompressedBeside:
    """ASGI layer: gzip for what is not kept, such as files of the pages and tables. What is kept is
    compressed where it is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._gzip = GZipMiddleware(app, minimum_size=LEAST, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept = scope["type"] == "http" and scope["method"] == "GET" and is_kept(scope["raw_path"])
        app = self._app if kept and not _passed_on(scope) else self._gzip
        await app(scope, receive, send)


def _passed_on(scope: Scope) -> bool:
    return bool(scope["raw_path"].startswith(_PASSED_ON))


def _header(scope: Scope, name: bytes) -> bytes | None:
    for key, value in scope["headers"]:
        if key == name:
            found: bytes = value
            return found
    return None


def _matches(scope: Scope, etag: bytes) -> bool:
    told = _header(scope, b"if-none-match")
    if told is None:
        return False
    if told == etag:
        return True
    tags = [tag.strip().removeprefix(b"W/") for tag in told.split(b",")]
    return etag.removeprefix(b"W/") in tags or tags == [b"*"]


async def _answer(send: Send, status: int, headers: Headers, body: bytes) -> None:
    # A copy: the layers above write into the list, and ours is kept for the next one who asks.
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})
