"""What the scheduler looks at again and again, beside the turns of the sources."""

from __future__ import annotations

import threading

from apscheduler.schedulers.background import BackgroundScheduler

from core.settings import Settings
from pipeline.alerts.look import EVERY_S as ALERTS_EVERY_S
from pipeline.alerts.look import AlertLook
from pipeline.database import Database
from pipeline.hints import EVERY_S, Look
from pipeline.retention import EVERY_S as RETENTION_EVERY_S
from pipeline.retention import RetentionLook
from pipeline.stopping import Stop
from pipeline.verdict_look import VerdictLook


def add_looks(
    made: BackgroundScheduler,
    settings: Settings,
    database: Database,
    turn: threading.Lock,
    stop: Stop,
) -> None:
    """Hints of each source, what people said about links, alerts, and payloads that are old."""
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
    made.add_job(
        AlertLook(settings, database, stop),
        "interval",
        id="alerts",
        name="look for alerts and send them",
        executor="alerts",
        seconds=ALERTS_EVERY_S,
    )
    if settings.retention.raw_payloads is not None:
        made.add_job(
            RetentionLook(settings, database, stop),
            "interval",
            id="retention",
            name="forget the bodies of old payloads",
            executor="retention",
            seconds=RETENTION_EVERY_S,
            jitter=RETENTION_EVERY_S // 4,
        )
