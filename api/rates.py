"""How much each account may ask: so many requests a minute, and as many at once after a rest."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field
from typing import NamedTuple

_MOST_ACCOUNTS = 10_000


class Allowance(NamedTuple):
    """What is left after a request. wait_s: 0 where it may be answered, else when to ask again."""

    limit: int
    left: int
    full_in_s: int
    wait_s: int

    def headers(self) -> list[tuple[bytes, bytes]]:
        """As they are told with every answer."""
        told = [
            (b"ratelimit-limit", b"%d" % self.limit),
            (b"ratelimit-remaining", b"%d" % self.left),
            (b"ratelimit-reset", b"%d" % self.full_in_s),
        ]
        return [*told, (b"retry-after", b"%d" % self.wait_s)] if self.wait_s else told


@dataclass(slots=True)
class Rates:
    """For each account a measure that empties by one with a request, and fills with time. It is of
    this process: several that serve allow so much each.
    """

    per_minute: int
    full: dict[str, tuple[float, float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, account: str, now: float) -> Allowance:
        """Count a request at `now`, in seconds of a clock that only goes forward."""
        per_s = self.per_minute / 60
        with self.lock:
            left, at = self.full.pop(account, (float(self.per_minute), now))
            left = min(float(self.per_minute), left + (now - at) * per_s)
            allowed = left >= 1
            left -= 1 if allowed else 0
            self.full[account] = (left, now)
            if len(self.full) > _MOST_ACCOUNTS:
                del self.full[next(iter(self.full))]
        wait = 0 if allowed else max(1, math.ceil((1 - left) / per_s))
        full_in = math.ceil((self.per_minute - left) / per_s)
        return Allowance(self.per_minute, int(left), full_in, wait)
