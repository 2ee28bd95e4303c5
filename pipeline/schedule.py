"""Reads each source when it is due, and brings links and facts up to date after it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor as Pool
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from apscheduler.events import EVENT_SCHEDULER_SHUTDOWN
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import OperationalError

from core.errors import HeadwaterError, SourcePausedError, StoppedError
from core.log import one_run
from core.settings import Settings
from core.source_settings import AnySource
from core.tracing import span
from pipeline.again import first_asked, was_read
from pipeline.collect import collect
from pipeline.daily import AT_MOST_EVERY_S, bring_days_up_to_date
from pipeline.database import Database, lost
from pipeline.lease import WHOLE
from pipeline.looks import add_looks
from pipeline.presence import BEAT_S, DAYS, LINKS, WAITS, Presence
from pipeline.stopping import Stop
from pipeline.sync import bring_up_to_date
from pipeline.turns import Ended, GivingWay, Turn, Turns, unreadable
from pipeline.wanted import wanted_of
from store import cursors

log = structlog.get_logger()
_LOOK_S = 1.0
"""How often a process asks the database for a source that is due."""
_MOST_REST = 3
_REST_AFTER_ERROR = 10
"""Looks that are sat out."""


def scheduler_for(
    settings: Settings,
    database: Database,
    stop: Stop | None = None,
    *,
    kind: str = "worker",
    slots: int | None = None,
) -> BackgroundScheduler:
    """A scheduler, not yet started. Its jobs: one that takes sources that are due, one at a time
    (`Take`), one for each source that looks every few seconds for what it says has changed, one for
    what people said about links, one for alerts, one for old payloads, and one that says that we
    are alive.

    kind: the command that we are. slots: how many sources are read at once, None for all. Ask
    `stop` before shutting it down: else that waits for the turns that are going.
    """
    jobs = {
        "default": ThreadPoolExecutor(3),
        "hints": ThreadPoolExecutor(1 + len(settings.sources)),
        "alerts": ThreadPoolExecutor(1),
        "retention": ThreadPoolExecutor(1),
    }
    defaults = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    made = BackgroundScheduler(executors=jobs, job_defaults=defaults, timezone=UTC)
    turn = threading.Lock()
    asked = stop or Stop()
    add_looks(made, settings, database, turn, asked)
    _add_turns(made, Turns(settings, database, slots or len(settings.polled)), kind, turn, asked)
    return made


def _add_turns(
    made: BackgroundScheduler, turns: Turns, kind: str, turn: threading.Lock, stop: Stop
) -> None:
    """What is read from now on, and that the configuration counts, which may be another one than
    when this process ran before.
    """
    presence = Presence(turns.database, kind, turns.slots)
    take = Take(turns, presence, turn, stop)
    made.add_listener(lambda _event: take.close(), EVENT_SCHEDULER_SHUTDOWN)
    made.add_job(
        presence,
        "interval",
        id="presence",
        name="say that we are alive",
        seconds=BEAT_S,
        next_run_time=datetime.now(UTC),
    )
    made.add_job(
        _make_it_count,
        args=[turns.settings, turns.database, turn, stop],
        id="configuration",
        name="make the configuration count",
    )
    made.add_job(
        take,
        "interval",
        id="turns",
        name="take a source that is due",
        seconds=_LOOK_S,
        jitter=_LOOK_S / 4,
        next_run_time=datetime.now(UTC),
    )


def _make_it_count(
    settings: Settings, database: Database, turn: threading.Lock, stop: Stop
) -> None:
    """Of what is stored; before the first pass there is nothing."""
    try:
        with database.read() as session:
            read = any(one.watermark_ts is not None for one in cursors.states_of(session, WHOLE))
        if read:
            with turn:
                stop.check()
                bring_up_to_date(settings, database, stop=stop)
    except StoppedError:
        return
    except HeadwaterError as error:
        log.error("configuration_waits", error=str(error))
    except OperationalError as error:
        log.error("configuration_waits", error=str(lost(error)))


@dataclass(slots=True)
class Take:
    """Takes at most one source at each look, and with every source that it reads sits out a look or
    two where other processes are there: who has less to do comes first.
    """

    turns: Turns
    presence: Presence
    turn: threading.Lock
    stop: Stop
    _pool: Pool = field(init=False)
    _begun: bool = False
    _rest: int = 0

    def __post_init__(self) -> None:
        self._pool = Pool(max(1, self.turns.slots), thread_name_prefix="turn")

    def __call__(self) -> None:
        """A database that fails is asked again some looks later."""
        try:
            self.stop.check()
            self._look()
        except StoppedError:
            return
        except HeadwaterError as error:
            self._later(str(error))
        except OperationalError as error:
            self._later(str(lost(error)))

    def close(self) -> None:
        """Wait for the turns that are going, and leave."""
        self._pool.shutdown(wait=True)
        self.presence.leave()

    def _later(self, error: str) -> None:
        log.error("no_turn_taken", error=error)
        self._rest = _REST_AFTER_ERROR

    def _look(self) -> None:
        if self._rest:
            self._rest -= 1
            return
        if not self._begun:
            self.turns.begin()
            self._begun = True
        taken = self.turns.take()
        if taken is None:
            return
        self._pool.submit(self._run, taken)
        if self.presence.peers:
            self._rest = min(self.turns.going, _MOST_REST)

    def _run(self, taken: Turn) -> None:
        ended = Ended(failed=True)
        try:
            ended = run_source(
                taken.source,
                self.turns.settings,
                self.turns.database,
                self.turn,
                self.stop,
                owner=taken.owner,
                crowded=self.turns.crowded,
                presence=self.presence,
            )
        except Exception as fault:
            kind = type(fault).__name__
            log.error("run_failed", source=taken.source.name, error=kind, exc_info=True)
        try:
            self.turns.end(taken, ended)
        except OperationalError as error:  # its lease runs out, then
            log.error("run_failed", source=taken.source.name, error=str(lost(error)))


@one_run()
@span("scheduled pass")
def run_source(
    source: AnySource,
    settings: Settings,
    database: Database,
    turn: threading.Lock,
    stop: Stop,
    *,
    owner: str = "",
    crowded: Callable[[], bool] = lambda: False,
    presence: Presence | None = None,
) -> Ended:
    """Collect one source, then correlate and measure, one source at a time; a fault waits for the
    next turn. The older history that a first load leaves is read at once, part by part.

    owner: who has leased the source already. crowded: whether another source waits for a place.
    """
    here = presence or Presence(database, "", 1)
    way = GivingWay(stop, crowded)
    try:
        left = frozenset[str]()
        while True:
            scope = "" if left else first_asked(database).get(source.name, "")
            report = collect(
                source,
                database,
                wanted_of(settings),
                only=left,
                again=scope,
                stop=way,
                owner=owner,
            )
            if scope:
                was_read(database, report, scope)
            with here.doing(WAITS), turn, here.doing(LINKS):
                stop.check()
                outcome = bring_up_to_date(settings, database, [report], stop=stop)
            left = report.history_left
            if not left:
                break
        with turn, here.doing(DAYS):
            stop.check()
            bring_days_up_to_date(settings, database, not_before_s=AT_MOST_EVERY_S, stop=stop)
    except StoppedError:
        log.info("run_stopped", source=source.name)
        return Ended(again=True)
    except SourcePausedError:  # before anything was asked
        return Ended(again=True)
    except HeadwaterError as error:
        log.error("run_failed", source=source.name, error=str(error))
        return Ended(failed=True)
    except OperationalError as error:
        log.error("run_failed", source=source.name, error=str(lost(error)))
        return Ended(failed=True)
    log.info(
        "run_finished",
        source=source.name,
        changed=report.changed,
        links=outcome.links.changed,
        facts=outcome.facts.changed,
    )
    return Ended(failed=unreadable(report), again=way.gave_way)
