"""The turns of the sources among all processes that collect: who reads which one, and when."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from sqlalchemy.orm import Session

from core.errors import SourcePausedError
from core.settings import Settings
from core.source_settings import AnySource
from pipeline.database import Database
from pipeline.lease import LEASE_S, WHOLE
from pipeline.owner import is_dead, owner_name, told
from pipeline.source_report import SourceReport
from pipeline.stopping import Stop
from pipeline.wanted import fingerprint, wanted_of
from store import cursors, turns
from store.clock import database_ts
from store.cursors import StreamKey
from store.sources import SourceRow, ensure_sources

log = structlog.get_logger()
_MOST_JITTER_S = 60
_LONGEST_BACK_OFF_S = 3_600
_LONG_S = 300.0
"""A turn that takes longer gives way where others wait and find no place."""
_LOOK_EVERY_S = 30.0


@dataclass(frozen=True, slots=True)
class Turn:
    """A source that this process has leased. failures: of the turns before, in a row."""

    source: AnySource
    source_id: int
    owner: str
    begun_ts: int
    failures: int


@dataclass(frozen=True, slots=True)
class Ended:
    """failed: nothing could be read. again: something is left that could be read at once."""

    failed: bool = False
    again: bool = False


@dataclass(slots=True)
class Turns:
    """The sources of the configuration, and those of them that this process is reading; `slots` at
    a time at most.
    """

    settings: Settings
    database: Database
    slots: int
    _ids: dict[int, AnySource] = field(default_factory=dict)
    _going: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        """Know every source. Due at once is also what could not be read before, and what is asked
        for otherwise than when it was read: somebody may have mended it and started us anew.
        """
        rows = [SourceRow(one.name, one.kind, one.url) for one in self.settings.polled]
        wanted = wanted_of(self.settings)
        with self.database.writing() as session:
            ids, now = ensure_sources(session, rows), database_ts(session)
            self._ids = {ids[one.name]: one for one in self.settings.polled}
            latest = []
            for number, source in self._ids.items():
                state = cursors.load_state(session, StreamKey(number, WHOLE))
                asked = state.cursor.get("asked") in (None, fingerprint(source, wanted))
                sound = asked and not state.failures
                latest.append((number, now + spacing_s(source) + jitter_s(source) if sound else 0))
            turns.begin(session, latest)

    @property
    def going(self) -> int:
        """How many this process is reading."""
        return len(self._going)

    def take(self) -> Turn | None:
        """The source that is due for longest and that nobody holds; None where there is none, no
        slot is free, or another thread is writing and would be waited for.

        It counts as read from now on, so that nobody takes it again when its lease is given back:
        who ends the turn says when it is due.
        """
        if self.database.occupied:
            return None
        with self._lock:
            free = self._ids.keys() - self._going
            if len(self._going) >= self.slots or not self._any_due(free):
                return None
            with self.database.briefly() as session:
                now = database_ts(session)
                owner, until_ts = owner_name(), now + LEASE_S
                taken = turns.take(session, free, owner=owner, now_ts=now, until_ts=until_ts)
                if taken is None:
                    return None
                source, failures = self._ids[taken.source_id], taken.failures
                due_ts = now + spacing_s(source) + jitter_s(source)
                turns.end(session, taken.source_id, due_ts=due_ts, failures=failures)
            self._going.add(taken.source_id)
        waited_s = None if taken.due_ts is None or taken.before else now - taken.due_ts
        log.info(
            "turn_taken",
            source=source.name,
            waited_s=waited_s,
            taken_over_from=told(taken.before) or None,
        )
        return Turn(source, taken.source_id, owner, now, failures)

    def end(self, turn: Turn, ended: Ended) -> None:
        """Give the source back, and say when it is due; nothing where another one took it over."""
        try:
            with self.database.briefly() as session:
                key = StreamKey(turn.source_id, WHOLE)
                cursors.release_lease(session, key, owner=turn.owner)
                if not cursors.load_state(session, key).lease_owner:
                    _note_due(session, turn, ended)
        finally:
            with self._lock:
                self._going.discard(turn.source_id)

    def crowded(self) -> bool:
        """Whether a source waits and this process has no slot for it."""
        with self._lock:
            free = self._ids.keys() - self._going
            return len(self._going) >= self.slots and self._any_due(free)

    def _any_due(self, free: set[int]) -> bool:
        """Reads only, as it is asked every second; ends leases of processes that are known to be
        dead.
        """
        with self.database.read() as session:
            dead = [(number, one) for number, one in turns.holders(session) if is_dead(one)]
            due = turns.any_due(session, free, now_ts=database_ts(session))
        if not dead:
            return due
        with self.database.briefly() as session:
            now = database_ts(session)
            for number, owner in dead:
                turns.expire(session, number, owner=owner, now_ts=now)
        return True


def note_read(database: Database, source: AnySource, report: SourceReport) -> None:
    """It was read outside of its turns: the next one is due when it would be after one."""
    if report.busy:
        return
    with database.writing() as session:
        number = ensure_sources(session, [])[source.name]
        turns.begin(session, [(number, 0)])
        turn = Turn(source, number, "", database_ts(session), 0)
        _note_due(session, turn, Ended(failed=unreadable(report)))


def unreadable(report: SourceReport) -> bool:
    """Whether a pass came to none of the streams: where only some fail the others go on as ever."""
    return bool(report.error) and not report.streams and not report.busy


def spacing_s(source: AnySource, failures: int = 0) -> int:
    """From one turn to the next: the interval, after failures twice, four times, .. as much, up to
    an hour.
    """
    every = int(source.every.total_seconds())
    put_off: int = every << min(failures, 12)
    return min(put_off, max(every, _LONGEST_BACK_OFF_S))


def jitter_s(source: AnySource) -> int:
    """A tenth of the interval earlier or later, so that sources do not stay due at one moment."""
    most = min(_MOST_JITTER_S, int(source.every.total_seconds() // 10))
    return random.randint(-most, most)


def _note_due(session: Session, turn: Turn, ended: Ended) -> None:
    now = database_ts(session)
    failures = turn.failures + 1 if ended.failed else 0
    next_ts = turn.begun_ts + spacing_s(turn.source, failures) + jitter_s(turn.source)
    due_ts = now if ended.again else max(now, next_ts)
    turns.end(session, turn.source_id, due_ts=due_ts, failures=failures)


class GivingWay(Stop):
    """Of one turn: ends it like the one that is shared by all, and pauses it where it is long and
    `crowded` says that another source finds no place.
    """

    def __init__(
        self,
        shared: Stop,
        crowded: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._asked = shared._asked
        self._crowded, self._clock = crowded, clock
        self._look_at = clock() + _LONG_S
        self.gave_way = False

    def check(self, *_: object) -> None:
        """`StoppedError` if asked to stop, `SourcePausedError` to give way."""
        super().check()
        now = self._clock()
        if not self.gave_way and now >= self._look_at:
            self._look_at = now + _LOOK_EVERY_S
            self.gave_way = self._crowded()
        if self.gave_way:
            raise SourcePausedError("gives way to a source that waits; goes on with its next turn")
