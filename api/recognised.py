"""Who was recognised lately, kept for as long as nobody was let in or shut out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from core.accounts import Account
from core.errors import SignInError

_LOOK_S = 1.0
"""How often the database is asked whether anything was changed about who may come in: what is
revoked or signed out ends within that."""
_ANEW_S = 60.0
"""How long somebody is kept: a row that was written by hand counts after that."""
_MOST = 10_000

Found = Account | SignInError | None


class Entry(NamedTuple):
    """Whom a secret stands for: nobody, somebody, or why it does not count any more."""

    found: Found
    until: float


@dataclass(slots=True)
class Recognised:
    """Asks of all together, so that those who come every few seconds need not be looked up each
    time: a thousand dashboards are one small question a second.

    version: another one when anything was changed about who may come in. clock: as `monotonic`.
    """

    version: Callable[[], Hashable]
    clock: Callable[[], float] = time.monotonic
    _kept: dict[str, Entry] = field(default_factory=dict)
    _version: Hashable = None
    _look_at: float = float("-inf")
    _round: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _looking: threading.Lock = field(default_factory=threading.Lock)

    def kept(self, key: str, now_ts: int) -> Entry | None:
        """Who is known without asking the database; None where it must be asked."""
        entry, at = self._kept.get(key), self.clock()
        if entry is None or at >= self._look_at or at >= entry.until:
            return None
        ends_ts = entry.found.ends_ts if isinstance(entry.found, Account) else None
        return entry if ends_ts is None or now_ts < ends_ts else None

    def asked(self, key: str, now_ts: int, look_up: Callable[[], Found]) -> Found:
        """Who it is, by the database where that must be asked; `look_up` reads it."""
        self._look()
        entry = self.kept(key, now_ts)
        if entry is not None:
            return entry.found
        begun = self._round
        found = look_up()
        with self._lock:
            if begun == self._round:  # else it may be of before what was changed meanwhile
                if len(self._kept) >= _MOST:
                    self._kept.clear()
                self._kept[key] = Entry(found, self.clock() + _ANEW_S)
        return found

    def forget(self) -> None:
        """Ask the database again, of everybody."""
        with self._lock:
            self._forget()

    def _look(self) -> None:
        """What was read of somebody after a version was read is true for as long as that version
        is: any change after it makes the next one another.
        """
        with self._looking:  # one asks for all who come at this moment
            at = self.clock()
            if at < self._look_at:
                return
            found = self.version()
            with self._lock:
                if found != self._version:
                    self._forget()
                self._version, self._look_at = found, at + _LOOK_S

    def _forget(self) -> None:
        self._kept.clear()
        self._round += 1
        self._version = None
        self._look_at = float("-inf")
