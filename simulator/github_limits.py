"""What GitHub allows in an hour: requests of REST, points of GraphQL, each told in headers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from simulator.github_shapes import utc
from simulator.vendor import Json

_HOUR_S = 3600


@dataclass(slots=True)
class Allowance:
    """One of the two; an hour begins by the clock."""

    resource: str
    limit: int
    used: int = 0
    hour: int = 0

    def take(self, amount: int) -> bool:
        """Whether so much was still left."""
        now = int(time.time()) // _HOUR_S
        if now != self.hour:
            self.hour, self.used = now, 0
        enough = self.used + amount <= self.limit
        self.used = min(self.limit, self.used + amount)
        return enough

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.limit - self.used),
            "X-RateLimit-Used": str(self.used),
            "X-RateLimit-Reset": str(self._reset),
            "X-RateLimit-Resource": self.resource,
        }

    def told(self, cost: int) -> Json:
        """The `rateLimit` object of GraphQL."""
        return {
            "limit": self.limit,
            "cost": cost,
            "remaining": self.limit - self.used,
            "resetAt": utc(datetime.fromtimestamp(self._reset, UTC)),
        }

    @property
    def _reset(self) -> int:
        return (self.hour + 1) * _HOUR_S
