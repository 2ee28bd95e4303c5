"""What is known of a source while it is read: how much, how fast, and how much is left."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.progress import Part, Stored

_WINDOW_S = 15.0
"""A rate is that of so long: a pause shows, one slow answer does not."""
_ENOUGH = 0.02
"""Before so much of a part is read, no end is foretold."""


@dataclass(slots=True)
class StreamReading:
    """One stream: how many scopes, how many of them are read, and where each of them stands."""

    begun: float
    scopes: int = 0
    finished: int = 0
    seen: int = 0
    changed: int = 0
    parts: dict[str, Part] = field(default_factory=dict)
    from_share: float | None = None

    @property
    def running(self) -> bool:
        return self.finished < self.scopes

    @property
    def back_to(self) -> datetime | None:
        """How far the part of the history reaches back that is being read; None: the beginning."""
        since = [part.since for part in self.parts.values() if part.since is not None]
        return min(since) if since and len(since) == len(self.parts) else None

    @property
    def share(self) -> float | None:
        """How much of the present part is read, of all scopes; None where one can't tell."""
        shares = [part.share for part in self.parts.values() if part.share is not None]
        if len(shares) < len(self.parts) or not shares:
            return None
        waiting = self.scopes - max(self.finished, len(self.parts))
        done = max(self.finished - len(self.parts), 0)
        return (sum(shares) + done) / max(len(self.parts) + done + waiting, 1)

    def left_s(self, now: float) -> float | None:
        """How long this part will take at the pace so far; None where that can't be told yet."""
        share = self.share
        if share is None or self.from_share is None or share - self.from_share < _ENOUGH:
            return None
        return (now - self.begun) * (1 - share) / (share - self.from_share)


@dataclass(slots=True)
class SourceReading:
    """All streams of a source, over all passes that follow each other. Times are those of a
    monotonic clock.
    """

    begun: float
    ended: float = 0.0
    streams: dict[str, StreamReading] = field(default_factory=dict)
    seen: int = 0
    changed: int = 0
    requests: int = 0
    _before: int = 0
    _last: int = 0
    _marks: deque[tuple[float, int, int]] = field(default_factory=deque)

    def started(self, stream: str, scopes: int, now: float) -> None:
        """A stream that was read before in another part keeps what was counted of it."""
        old = self.streams.get(stream)
        fresh = StreamReading(now, scopes)
        if old is not None and old.running:
            fresh.scopes, fresh.finished = old.scopes + scopes, old.finished
        if old is not None:
            fresh.seen, fresh.changed = old.seen, old.changed
        self.streams[stream] = fresh

    def page(self, stream: str, stored: Stored, now: float) -> None:
        """Requests begin at 0 again with the next pass."""
        one = self.streams[stream]
        one.seen, one.changed = one.seen + stored.seen, one.changed + stored.changed
        self.seen, self.changed = self.seen + stored.seen, self.changed + stored.changed
        if stored.part is not None:
            one.parts[stored.scope] = stored.part
            if one.from_share is None:
                one.from_share = one.share
        if stored.requests < self._last:
            self._before += self._last
        self._last = stored.requests
        self.requests = self._before + stored.requests
        self._marks.append((now, self.seen, self.requests))
        while self._marks[0][0] < now - _WINDOW_S and len(self._marks) > 2:
            self._marks.popleft()

    def finished(self, stream: str, scope: str, now: float) -> None:
        """One scope is read to its end; what is left of its history comes in a later pass."""
        one = self.streams[stream]
        one.finished += 1
        self.ended = now
        if scope in one.parts:
            one.parts[scope] = replace(one.parts[scope], share=1.0)

    @property
    def running(self) -> dict[str, StreamReading]:
        return {name: one for name, one in self.streams.items() if one.running}

    @property
    def share(self) -> float | None:
        """Of the slowest stream that is being read; None where one of them can't tell."""
        shares = [one.share for one in self.running.values()]
        known = [share for share in shares if share is not None]
        return min(known) if known and len(known) == len(shares) else None

    def left_s(self, now: float) -> float | None:
        """The same of the time that the present part still takes."""
        found = [one.left_s(now) for one in self.running.values()]
        known = [left for left in found if left is not None]
        return max(known) if known and len(known) == len(found) else None

    @property
    def back_to(self) -> datetime | None:
        """Since when all is read while older history follows; None where nothing follows."""
        left = [
            part.since
            for one in self.streams.values()
            for part in one.parts.values()
            if part.more and part.since is not None
        ]
        return max(left, default=None)

    def rates(self, now: float) -> tuple[float, float] | None:
        """Items and requests a second of late; None before there is anything to tell it from."""
        start = self._marks[0] if len(self._marks) > 1 else (self.begun, 0, 0)
        elapsed = now - start[0]
        if not self._marks or elapsed <= 0:
            return None
        return (self.seen - start[1]) / elapsed, (self.requests - start[2]) / elapsed
