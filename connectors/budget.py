"""How many requests a source may be sent in an hour, as its operator allows, and how many were."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from connectors.limits import Sleep, pause_after

HOUR_S = 3600
_WORTH_WAITING_S = 60.0


@dataclass(frozen=True, slots=True)
class Spent:
    """So many requests since `from_ts` (epoch seconds), the beginning of the hour that counts."""

    from_ts: int
    requests: int


@dataclass(slots=True)
class Budget:
    """Counts requests by the hour; `per_hour` None only counts. An hour begins with a request.

    spent: what earlier passes of this hour used, None where there were none.
    """

    per_hour: int | None = None
    spent: Spent | None = None
    clock: Callable[[], float] = time.time
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def take(self, sleep: Sleep) -> None:
        """One more request; `SourcePausedError` where none is left for long."""
        while (wait := self._left_out()) > 0:
            if wait > _WORTH_WAITING_S:
                raise pause_after(wait, f"budget of {self.per_hour:,} requests an hour is used up")
            sleep(wait)
            self._begin_anew()

    def _left_out(self) -> float:
        """Seconds until the next hour; 0 where the request was counted."""
        with self._lock:
            now = self.clock()
            spent = self.spent
            if spent is None or not spent.from_ts <= now < spent.from_ts + HOUR_S:
                spent = Spent(int(now), 0)
            if self.per_hour is not None and spent.requests >= self.per_hour:
                return spent.from_ts + HOUR_S - now
            self.spent = Spent(spent.from_ts, spent.requests + 1)
            return 0.0

    def _begin_anew(self) -> None:
        with self._lock:
            if self.spent is not None and self.spent.requests >= (self.per_hour or 0):
                self.spent = None
