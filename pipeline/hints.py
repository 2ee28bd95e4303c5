"""Reads again what a source said has changed, within seconds, and brings links and facts up to
date.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import OperationalError

from core.errors import HeadwaterError, SourceError, StoppedError
from core.settings import Settings
from core.source_settings import AnySource, EventsSource
from pipeline.clock import now_ts
from pipeline.database import Database, lost
from pipeline.due import Due
from pipeline.health import Health, decoded, encoded
from pipeline.lease import WHOLE, held
from pipeline.opening import connected, opened
from pipeline.permission import check_account
from pipeline.progress import Silent
from pipeline.source_pass import SourcePass
from pipeline.source_report import SourceReport
from pipeline.stopping import Stop
from pipeline.sync import bring_up_to_date
from pipeline.wanted import fingerprint, wanted_of
from store import cursors, hooks
from store.alone import first
from store.cursors import StreamKey
from store.sources import source_ids

log = structlog.get_logger()
EVERY_S = 3
"""How often each source is asked of the database whether something waits."""
_HINTS = 10_000
"""With the number of a source it stands for the reading of its hints."""
_FIRST_PAUSE_S = 5
_LONGEST_PAUSE_S = 300


@dataclass(slots=True)
class Look:
    """Looks for the hints of one source; one that can't be read now is tried later and later."""

    source: AnySource
    settings: Settings
    database: Database
    turn: threading.Lock
    stop: Stop
    _pause_s: int = 0
    _not_before_ts: int = field(default=0)

    def __call__(self) -> bool:
        """Whether something was waiting and was read. A fault waits for the next look."""
        if now_ts() < self._not_before_ts:
            return False
        try:
            done = self._look()
        except StoppedError:
            return False
        except HeadwaterError as error:
            self._later(str(error))
            return False
        except OperationalError as error:
            self._later(str(lost(error)))
            return False
        except Exception as fault:  # its words may quote what was read
            self._later(f"a fault of Headwater's own ({type(fault).__name__})")
            return False
        self._pause_s = self._not_before_ts = 0
        return done

    def _look(self) -> bool:
        with self.database.read() as session:
            source_id = source_ids(session).get(self.source.name)
            found = hooks.Waiting() if source_id is None else hooks.waiting(session, source_id)
        if source_id is None or not found.last:
            return False
        with first(self.database.engine, _HINTS + source_id) as mine:
            return mine and self._made_to_count(source_id)

    def _made_to_count(self, source_id: int) -> bool:
        with self.database.read() as session:  # again: another process may have read them
            found = hooks.waiting(session, source_id)
        if not found.last:
            return False
        if isinstance(self.source, EventsSource):
            report = SourceReport(self.source.name)  # what was pushed for good is stored already
        elif self._was_read(source_id):
            report = self._read(source_id, Due.of(found.hints))
        else:
            return False  # the first whole pass reads all of it
        with self.turn:
            self.stop.check()
            bring_up_to_date(self.settings, self.database, [report], stop=self.stop)
        # Last of all: whoever is stopped before it does all of it again.
        with self.database.writing() as session:
            hooks.forget(session, found.numbers)
        changed = report.changed
        log.info("hints_read", source=self.source.name, hints=len(found.hints), changed=changed)
        return True

    def _was_read(self, source_id: int) -> bool:
        """Whether the last whole pass went well and asked for what is asked for now."""
        with self.database.read() as session:
            state = cursors.load_state(session, StreamKey(source_id, WHOLE))
        asked = fingerprint(self.source, wanted_of(self.settings))
        return state.cursor.get("asked") == asked

    def _read(self, source_id: int, due: Due) -> SourceReport:
        """`SourceError` for the first stream that failed, or that had to be left for later."""
        report = SourceReport(self.source.name)
        with held(self.database, source_id, self.source.name) as renew:
            with self.database.read() as session:
                state = cursors.load_state(session, StreamKey(source_id, WHOLE))
            health = decoded(state.health)
            with opened(self.source, self.stop, spent=health.spent) as client:
                try:
                    found = connected(client, self.source, wanted_of(self.settings))
                    check_account(self.source.name, health, found)
                    one = SourcePass(
                        source_id,
                        self.source.name,
                        self.database,
                        client,
                        Silent(),
                        renew,
                        self.stop,
                        since=self.source.history,
                        counts=report.streams,
                        only=due,
                    )
                    one.run(due.streams(found.streams))
                finally:
                    self._remember(source_id, health.after(client))
        if unread := [*report.problems, *filter(None, [report.paused])]:
            raise SourceError(unread[0])
        return report

    def _remember(self, source_id: int, health: Health) -> None:
        """What was used up of the budget, whatever became of it."""
        with self.database.writing() as session:
            cursors.save_health(session, StreamKey(source_id, WHOLE), encoded(health))

    def _later(self, error: str) -> None:
        self._pause_s = min(self._pause_s * 2 or _FIRST_PAUSE_S, _LONGEST_PAUSE_S)
        self._not_before_ts = now_ts() + self._pause_s
        log.warning("hints_wait", source=self.source.name, error=error, pause_s=self._pause_s)
