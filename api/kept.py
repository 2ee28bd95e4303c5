"""What was answered, as bytes, and what was asked lately."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from starlette.types import ASGIApp, Scope

_MAX_BYTES = 64 * 1024 * 1024
_MOST_ASKED: Final = 256
_OF_A_QUESTION: Final = (
    "type", "asgi", "http_version", "method", "scheme", "server", "root_path", "path", "raw_path",
    "query_string", "app",
)  # fmt: skip

Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Kept:
    """One per application. The least recently asked for leaves first, once the bodies together pass
    the limit. views: the layer that answers from here, once it is there.
    """

    limit: int = _MAX_BYTES
    size: int = 0
    kept: OrderedDict[str, tuple[Headers, bytes]] = field(default_factory=OrderedDict)
    views: ASGIApp | None = None
    _asked: OrderedDict[tuple[bytes, bytes], tuple[float, int, Scope]] = field(
        default_factory=OrderedDict
    )
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: str) -> tuple[Headers, bytes] | None:
        with self.lock:
            if key not in self.kept:
                return None
            self.kept.move_to_end(key)
            return self.kept[key]

    def put(self, key: str, headers: Headers, body: bytes) -> None:
        with self.lock:
            if key in self.kept:
                return
            self.kept[key] = (headers, body)
            self.size += len(body)
            while self.size > self.limit and self.kept:
                _, (_, dropped) = self.kept.popitem(last=False)
                self.size -= len(dropped)

    def note(self, scope: Scope) -> None:
        """It was asked now; nothing is kept of who asked."""
        place = (scope["raw_path"], scope["query_string"])
        with self.lock:
            _, times, question = self._asked.pop(place, (0.0, 0, None))
            if question is None:
                question = {name: scope[name] for name in _OF_A_QUESTION if name in scope}
            self._asked[place] = (time.monotonic(), times + 1, question)
            if len(self._asked) > _MOST_ASKED:
                self._asked.popitem(last=False)

    def quiet_s(self) -> float:
        """How long ago anything was asked that was there; for ever, where nothing was."""
        with self.lock:
            if not self._asked:
                return math.inf
            at, _, _ = next(reversed(self._asked.values()))
        return time.monotonic() - at

    def asked(self, within_s: float) -> list[Scope]:
        """What was asked more than once, and last within so many seconds: the same requests, the
        latest first.
        """
        since = time.monotonic() - within_s
        with self.lock:
            known = self._asked.values()
            found = [asked for at, times, asked in known if times > 1 and at >= since]
        return [{**question, "headers": []} for question in reversed(found)]
