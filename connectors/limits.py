"""How fast a source may be asked: one limiter for a host, shared by all that read from it.

The number of requests at once is halved when the host holds us off, and raised by one at a time
while it does not, up to what is safe for its kind of tool.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from core.errors import SourcePausedError

LONGEST_WAIT_S = 300.0
RAISED_EVERY_S = 30.0
_ALL = ""

Sleep = Callable[[float], None]


def pause_after(seconds: float, why: str) -> SourcePausedError:
    """What ends a pass that would have to wait too long; it tells when to go on."""
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    return SourcePausedError(f"{why}; goes on at {until:%H:%M} UTC", until=until)


@dataclass(slots=True)
class Limiter:
    """How many requests run at once, until when none may start, and how far apart they are.

    A bucket is an endpoint, or empty for the whole host; one that is blocked leaves the others
    alone. Nothing waits inside a slot, so that a blocked endpoint does not use up the others' turn.
    """

    concurrency: int
    clock: Callable[[], float] = time.monotonic
    _allowed: int = field(init=False)
    _running: int = field(init=False, default=0)
    _changed_at: float = field(init=False)
    _halved_at: float = field(init=False, default=-math.inf)
    _blocked: dict[str, float] = field(init=False, default_factory=dict)
    _next_at: dict[str, float] = field(init=False, default_factory=dict)
    _spacing: dict[str, float] = field(init=False, default_factory=dict)
    _free: threading.Condition = field(init=False, default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self._allowed = self.concurrency
        self._changed_at = self.clock()

    @property
    def allowed(self) -> int:
        """How many requests may run at once at this moment."""
        with self._free:
            self._raise_again(self.clock())
            return self._allowed

    def narrow(self, concurrency: int) -> None:
        """Another source of the same host asks for so many at once: the smaller number counts."""
        with self._free:
            self.concurrency = min(self.concurrency, concurrency)
            self._allowed = min(self._allowed, self.concurrency)

    def block(self, seconds: float, bucket: str = _ALL) -> None:
        """No request of this bucket starts for so long: the source asked for it."""
        with self._free:
            until = self.clock() + seconds
            self._blocked[bucket] = max(self._blocked.get(bucket, until), until)

    def slow_down(self, *, asked_at: float) -> None:
        """Half as many at once, once for all requests that were under way together."""
        with self._free:
            if asked_at >= self._halved_at:
                self._allowed = max(1, self._allowed // 2)
                self._changed_at = self._halved_at = self.clock()

    def pace(self, seconds: float, bucket: str = _ALL) -> None:
        """From now on requests of this bucket start at least so far apart; 0 lifts that."""
        with self._free:
            self._spacing[bucket] = seconds

    @contextmanager
    def turn(self, bucket: str, sleep: Sleep) -> Iterator[float]:
        """Runs its block as one of the requests; yields when it began, by our clock.

        `SourcePausedError` where that would take more than `LONGEST_WAIT_S`.
        """
        began = self._take(bucket, sleep)
        try:
            yield began
        finally:
            with self._free:
                self._running -= 1
                # All of them: one that then gives up, as the wait is too long, would wake nobody.
                self._free.notify_all()

    def _take(self, bucket: str, sleep: Sleep) -> float:
        waited_to, which = self.clock(), {_ALL, bucket}
        while True:
            with self._free:
                now = max(self.clock(), waited_to)
                self._raise_again(now)
                wait = self._wait(bucket, now)
                if wait <= 0 and self._running < self._allowed:
                    self._running += 1
                    self._next_at.update({one: now + self._spacing.get(one, 0.0) for one in which})
                    return now
                if wait <= 0:
                    self._free.wait()
                    continue
            if wait > LONGEST_WAIT_S:
                raise pause_after(wait, "the source asks to wait before it is asked again")
            sleep(wait)
            waited_to = now + wait

    def _wait(self, bucket: str, now: float) -> float:
        which = {_ALL, bucket}
        blocked = max(self._blocked.get(one, now) for one in which)
        paced = max(self._next_at.get(one, now) if self._spacing.get(one) else now for one in which)
        return max(blocked, paced) - now

    def _raise_again(self, now: float) -> None:
        steps = int((now - self._changed_at) // RAISED_EVERY_S)
        if steps > 0:
            self._allowed = min(self.concurrency, self._allowed + steps)
            self._changed_at += steps * RAISED_EVERY_S
            self._free.notify_all()


@dataclass(slots=True)
class Hosts:
    """The limiters of this process, by kind of tool and host.

    A host behind one address may serve several tools, each with limits of its own.
    """

    _limiters: dict[tuple[str, str], Limiter] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def limiter(self, kind: str, host: str, concurrency: int) -> Limiter:
        """The one of this host; the smallest concurrency of its sources counts."""
        with self._lock:
            found = self._limiters.get((kind, host))
            if found is None:
                found = self._limiters[kind, host] = Limiter(concurrency)
            found.narrow(concurrency)
            return found

    def forget(self) -> None:
        """Begin anew, as a process that has asked nobody yet."""
        with self._lock:
            self._limiters.clear()


HOSTS = Hosts()
