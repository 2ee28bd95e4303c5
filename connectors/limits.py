"""How fast a source may be asked: one limiter per host, and what answers say about waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_RESETS = ("ratelimit-reset", "x-ratelimit-reset")
_UNIX_TIMES = 1_000_000_000.0
_LONGEST_SPACING_S = 5.0


@dataclass(slots=True)
class Limiter:
    """One per host: how many requests run at once, until when none may start, and how far apart
    they are.
    """

    concurrency: int
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _slots: threading.Semaphore = field(init=False)
    _blocked_until: float = field(init=False, default=0.0)
    _spacing: float = field(init=False, default=0.0)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._slots = threading.Semaphore(self.concurrency)

    def block(self, seconds: float) -> None:
        """No request of this host starts for so long: the source asked for it."""
        with self._lock:
            self._blocked_until = max(self._blocked_until, self.clock() + seconds)

    def pace(self, seconds: float) -> None:
        """From now on requests start at least so far apart; 0 lifts that."""
        self._spacing = seconds

    def __enter__(self) -> None:
        self._slots.acquire()
        entered, slept = self.clock(), 0.0
        try:
            while (wait := self._turn(entered + slept)) > 0:
                self.sleep(wait)
                slept += wait
        except BaseException:
            self._slots.release()
            raise

    def _turn(self, waited_to: float) -> float:
        """Seconds to wait; 0 takes the turn and moves the next one on by the spacing."""
        with self._lock:
            now = max(self.clock(), waited_to)
            wait = self._blocked_until - now
            if wait <= 0 and self._spacing:
                self._blocked_until = now + self._spacing
            return wait

    def __exit__(self, *_: object) -> None:
        self._slots.release()


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the answer asks us to wait: `Retry-After` (seconds or date), else a reset time;
    None: it does not say.
    """
    value = headers.get("retry-after")
    if value is None:
        return _until_reset(headers, now)
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError):
        return None


def _until_reset(headers: Mapping[str, str], now: datetime) -> float | None:
    """A reset is a Unix time (GitLab, ServiceNow), an ISO time (Jira) or plain seconds."""
    value = next((headers[name].strip() for name in _RESETS if name in headers), "")
    if value.isdigit():
        reset = float(value)
        return max(0.0, reset - now.timestamp()) if reset > _UNIX_TIMES else reset
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def spacing(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds between requests that make the rest of a nearly spent quota last until it is renewed.

    0 while a fifth or more is left, or where the source does not tell.
    """
    remaining, limit = (_number(headers, name) for name in ("remaining", "limit"))
    until = _until_reset(headers, now)
    if remaining is None or limit is None or until is None or remaining >= 0.2 * limit:
        return 0.0
    return min(_LONGEST_SPACING_S, until / max(remaining, 1.0))


def _number(headers: Mapping[str, str], name: str) -> float | None:
    for prefix in ("ratelimit-", "x-ratelimit-"):
        value = headers.get(prefix + name, "").strip()
        if value.isdigit():
            return float(value)
    return None
