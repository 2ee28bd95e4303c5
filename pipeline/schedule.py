"""Runs each source on its interval, and brings links and facts up to date after it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import OperationalError

from core.errors import HeadwaterError, StoppedError
from core.settings import Settings
from core.source_settings import AnySource
from pipeline.again import first_asked, was_read
from pipeline.alerts.look import EVERY_S as ALERTS_EVERY_S
from pipeline.alerts.look import AlertLook
from pipeline.collect import collect
from pipeline.daily import AT_MOST_EVERY_S, bring_days_up_to_date
from pipeline.database import Database, lost
from pipeline.hints import EVERY_S, Look
from pipeline.stopping import Stop
from pipeline.sync import bring_up_to_date
from pipeline.verdict_look import VerdictLook
from pipeline.wanted import wanted_of

log = structlog.get_logger()
_SPREAD_S = 2


def scheduler_for(
    settings: Settings, database: Database, stop: Stop | None = None
) -> BackgroundScheduler:
    """A scheduler, not yet started: one job a source, at once and then on its interval, one that
    looks every few seconds for what it says has changed, one for what people said about links, and
    one for alerts.

    A run that is still going is not started again, runs missed meanwhile are made up for by one.
    Ask `stop` before shutting it down: else that waits for the runs that are going.
    """
    jobs = {
        "default": ThreadPoolExecutor(max(1, len(settings.polled))),
        "hints": ThreadPoolExecutor(1 + len(settings.sources)),
        "alerts": ThreadPoolExecutor(1),
    }
    defaults = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    made = BackgroundScheduler(executors=jobs, job_defaults=defaults, timezone=UTC)
    turn = threading.Lock()
    asked = stop or Stop()
    _add_looks(made, settings, database, turn, asked)
    _add_passes(made, settings, database, turn, asked)
    made.add_job(
        AlertLook(settings, database, asked),
        "interval",
        id="alerts",
        name="look for alerts and send them",
        executor="alerts",
        seconds=ALERTS_EVERY_S,
    )
    return made


def _add_looks(
    made: BackgroundScheduler,
    settings: Settings,
    database: Database,
    turn: threading.Lock,
    stop: Stop,
) -> None:
    """What is looked at every few seconds: hints of each source, and what people said."""
    for source in settings.sources:
        made.add_job(
            Look(source, settings, database, turn, stop),
            "interval",
            id=f"{source.name} hints",
            name=f"read what {source.name} says has changed",
            executor="hints",
            seconds=EVERY_S,
        )
    made.add_job(
        VerdictLook(settings, database, turn, stop),
        "interval",
        id="verdicts",
        name="make what people said about links count",
        executor="hints",
        seconds=EVERY_S,
    )


def _add_passes(
    made: BackgroundScheduler,
    settings: Settings,
    database: Database,
    turn: threading.Lock,
    stop: Stop,
) -> None:
    """A pass of each source at once, one after the other, and then on its interval."""
    for index, source in enumerate(settings.polled):
        made.add_job(
            run_source,
            "interval",
            args=[source, settings, database, turn, stop],
            id=source.name,
            name=f"collect {source.name}",
            seconds=source.every.total_seconds(),
            jitter=min(60, int(source.every.total_seconds() // 10)) or None,
            next_run_time=datetime.now(UTC) + timedelta(seconds=index * _SPREAD_S),
        )


def run_source(
    source: AnySource, settings: Settings, database: Database, turn: threading.Lock, stop: Stop
) -> None:
    """Collect one source, then correlate and measure, one source at a time; a fault waits for the
    next run. The older history that a first load leaves is read at once, part by part.
    """
    try:
        left = frozenset[str]()
        while True:
            scope = "" if left else first_asked(database).get(source.name, "")
            report = collect(
                source, database, wanted_of(settings), only=left, again=scope, stop=stop
            )
            if scope:
                was_read(database, report, scope)
            with turn:
                stop.check()
                outcome = bring_up_to_date(settings, database, [report], stop=stop)
            left = report.history_left
            if not left:
                break
        with turn:
            stop.check()
            bring_days_up_to_date(settings, database, not_before_s=AT_MOST_EVERY_S)
    except StoppedError:
        log.info("run_stopped", source=source.name)
        return
    except HeadwaterError as error:
        log.error("run_failed", source=source.name, error=str(error))
        return
    except OperationalError as error:
        log.error("run_failed", source=source.name, error=str(lost(error)))
        return
    log.info(
        "run_finished",
        source=source.name,
        changed=report.changed,
        links=outcome.links.changed,
        facts=outcome.facts.changed,
    )
