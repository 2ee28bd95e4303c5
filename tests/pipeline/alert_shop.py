"""A shop with half a year of even work, in which single items then go wrong.

In each pair of weeks 17 items are done: 7 in two days, 7 in three, one in four and two in ten. So
85 % take at most four days; of those older than three days two in three take longer than that.
"""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from core.records import Field, Record, StatusCategory, Transition, WorkflowStatus, WorkItem
from core.settings import Settings
from pipeline.alerts.evaluate import Outcome, evaluate
from pipeline.database import Database, over
from pipeline.sync import bring_up_to_date
from store import alerts
from store.alerts import Alert
from store.cursors import StreamKey, save_cursor, save_error, save_success
from store.session import open_engine
from store.sources import source_ids
from tests.migrated import migrated
from tests.pipeline.shop import DAY, STATUSES, save, settings_of, stream

NOW = datetime(2026, 7, 1, 10, tzinfo=UTC)
NOW_TS = int(NOW.timestamp())
MONDAY = datetime(2026, 6, 29, tzinfo=UTC)
READY = WorkflowStatus("4", "Ready", StatusCategory.ACTIVE)
LIMBO = WorkflowStatus("9", "Limbo", StatusCategory.ACTIVE)
HOUR = timedelta(hours=1)
_STAGES = [
    {"name": "Ideas", "state": "new", "statuses": ["To Do"]},
    {"name": "Build", "state": "active", "statuses": ["In Progress"], "team": "web"},
    {"name": "Ready", "state": "waiting", "statuses": ["Ready"], "team": "test"},
    {"name": "Live", "state": "done", "statuses": ["Done"]},
]


def shop(*routes: dict[str, Any], **given: Any) -> Settings:
    """given: keys of `[alerts]`, and the `zone` of the server."""
    blocked = {"field": "Flagged"}
    own = {**stream(blocked=blocked), "title": "Checkout", "stages": _STAGES}
    server = {"timezone": given.pop("zone", "UTC")}
    money = {"field": "Cost of delay per week"}
    alerts = {**given, "routes": list(routes)}
    return settings_of(own, alerts=alerts, server=server, cost_of_delay=money)


def done(number: int, ended: datetime, days: float, **more: Any) -> list[Record]:
    """Begun so many days before it was done."""
    name, begun = str(number), ended - days * DAY
    item = WorkItem(
        name, f"SHOP-{name}", "SHOP", created_at=begun - HOUR, updated_at=ended,
        **{"type": "Story", "title": "Pay", "status_id": "3", **more},
    )  # fmt: skip
    return [
        item,
        Transition(name, begun, 1, Field.STATUS, "1", "2"),
        Transition(name, ended, 2, Field.STATUS, "2", "3"),
    ]


def begun(number: int, days: float, *, status: str = "2", **more: Any) -> list[Record]:
    """In progress since so many days before now; `status` 4 waits from an hour later on."""
    ticket, first, _ = done(number, NOW, days, status_id=status, **more)
    moved = Transition(str(number), NOW - days * DAY + HOUR, 2, Field.STATUS, "2", status)
    return [ticket, first] if status == "2" else [ticket, first, moved]


def _history() -> list[Record]:
    rows: list[Record] = []
    number = 1_000
    for week in range(30):
        monday = MONDAY - (week + 1) * 7 * DAY
        lengths = [2] * 7 + [10] if week % 2 else [3] * 7 + [4, 10]
        for place, length in enumerate(lengths):
            rows += done(number, monday + DAY + place * HOUR, length)
            number += 1
    return rows


@cache
def _template() -> Path:
    folder = mkdtemp(prefix="headwater-alert-shop-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "shop.db"
    url = f"sqlite:///{path}"
    migrated(url)
    engine = open_engine(url)
    database = over(engine)
    save(database, *STATUSES, READY, LIMBO, *_history())
    bring_up_to_date(shop(), database)
    engine.dispose()
    return path


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """The database of a file, as another process has it."""
    engine = open_engine(f"sqlite:///{path}")
    try:
        yield over(engine)
    finally:
        engine.dispose()


def file_of(folder: Path) -> Path:
    """A database of the shop to write into."""
    return Path(shutil.copy(_template(), folder / "shop.db"))


def read(database: Database, ts: int = NOW_TS) -> None:
    """The tracker was read well, up to this moment."""
    with database.writing() as session:
        key = StreamKey(source_ids(session)["jira"], "", "")
        save_cursor(session, key, {}, watermark_ts=ts)
        save_success(session, key, now_ts=ts)


def fails(database: Database, ts: int, why: str = "jira answered 503") -> None:
    """It could not be read at this moment."""
    with database.writing() as session:
        save_error(session, StreamKey(source_ids(session)["jira"], "", ""), why, now_ts=ts)


def look(
    database: Database,
    settings: Settings,
    *records: Record,
    at: datetime = NOW,
    readable: bool = True,
) -> Outcome:
    """A pass that brings these records at this moment, and the look after it."""
    ts = int(at.timestamp())
    if records:
        save(database, *records)
        bring_up_to_date(settings, database)
    if readable:
        read(database, ts)
    return evaluate(settings, database, now=ts)


def held(database: Database) -> list[Alert]:
    """Alerts whose cause holds."""
    with database.read() as session:
        return alerts.open_alerts(session)


def told(database: Database) -> set[tuple[str, str]]:
    """Rule and subject of each of them."""
    return {(one.rule, one.subject) for one in held(database)}


def again(records: Sequence[Record], **changed: Any) -> list[Record]:
    """The same, with another item."""
    return [replace(one, **changed) if isinstance(one, WorkItem) else one for one in records]
