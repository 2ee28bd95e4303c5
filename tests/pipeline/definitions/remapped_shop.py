"""A shop whose items wandered through five statuses; its configuration, and others of it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.record_words import BlockKind
from core.records import Block, Field, Record, StatusCategory, Transition, WorkflowStatus, WorkItem
from core.settings import Settings
from pipeline.database import Database, over
from pipeline.sync import bring_up_to_date
from store import cursors
from store.cursors import StreamKey
from store.session import open_engine
from store.sources import source_ids
from tests.migrated import migrated
from tests.pipeline.shop import START, save, settings_of, stream

STATUSES = (
    WorkflowStatus("1", "To Do", StatusCategory.NEW),
    WorkflowStatus("2", "In Progress", StatusCategory.ACTIVE),
    WorkflowStatus("3", "Code Review", StatusCategory.ACTIVE),
    WorkflowStatus("4", "Parked", StatusCategory.ACTIVE),
    WorkflowStatus("5", "Done", StatusCategory.DONE),
    WorkflowStatus("6", "Won't Do", StatusCategory.DONE),
)
STAGES = [
    {"name": "Ideas", "state": "new", "statuses": ["To Do"]},
    {"name": "Build", "state": "active", "statuses": ["In Progress"]},
    {"name": "Review", "state": "active", "statuses": ["Code Review"]},
    {"name": "Aside", "state": "ignored", "statuses": ["Parked"]},
    {"name": "Live", "state": "done", "statuses": ["Done"]},
    {"name": "Dropped", "state": "cancelled", "statuses": ["Won't Do"]},
]
NOW = int((START + timedelta(days=120)).timestamp())
CLOCKS = ("measure", "definition_changes", "knowledge", "mapping_preview")


def stages(**changed: Any) -> list[dict[str, Any]]:
    """The stages with another `state` or `statuses` of some, or without it (None), by name."""
    found = []
    for one in STAGES:
        change = changed.get(str(one["name"]), {})
        if change is not None:
            found.append(one | change)
    return found


def shop(*, zone: str = "UTC", types: dict[str, Any] | None = None, **more: Any) -> Settings:
    """The configuration, with these keys of its stream instead; items: the types it counts."""
    counted = more.pop("items", ["Story", "Bug"])
    one = {**stream(), "stages": STAGES, **more}
    one["items"] = {"source": "jira", "projects": ["SHOP"], "types": counted}
    tables: dict[str, Any] = {"server": {"timezone": zone}}
    if types is not None:
        tables["types"] = types
    return settings_of(one, **tables)


def wanderers(count: int, seed: int) -> list[Record]:
    """Items that went from status to status at odd times, some flagged, some back from done."""
    chance = random.Random(seed)
    found: list[Record] = []
    for number in range(1, count + 1):
        name = str(number)
        at = START + timedelta(hours=chance.randint(0, 80 * 24))
        created, status, moves = at, "1", []
        for step in range(chance.randint(0, 7)):
            at += timedelta(minutes=chance.randint(1, 9 * 24 * 60))
            to = chance.choice([one for one in "1234555" + "6" * (step > 4) if one != status])
            moves.append(Transition(name, at, step + 1, Field.STATUS, status, to))
            status = to
        kind = chance.choice(["Story", "Story", "Bug", "Chore"])
        worth = chance.choice([None, 70.0, 700.0])
        found.append(
            WorkItem(
                *(name, f"SHOP-{name}", "SHOP", kind, "Pay", created, at, status),
                value_per_week=worth,
            )
        )
        found += moves
        if chance.random() < 0.3:
            end = created + timedelta(days=chance.randint(2, 20))
            begun = created + timedelta(days=1)
            found.append(Block(name, BlockKind.FLAG, "Flagged", begun, end))
    return found


class Time:
    """Now; stands still until it is set."""

    def __init__(self, ts: int) -> None:
        self.ts = ts

    def __call__(self) -> int:
        return self.ts


def clock(monkeypatch: pytest.MonkeyPatch, ts: int = NOW) -> Time:
    found = Time(ts)
    for module in CLOCKS:
        monkeypatch.setattr(f"pipeline.{module}.now_ts", found)
    return found


def run(database: Database, settings: Settings, at: Time, *, everything: bool = False) -> None:
    """A pass, right after all sources were read; over what changed, or over everything."""
    with database.writing() as session:
        for number in source_ids(session).values():
            cursors.save_cursor(session, StreamKey(number, ""), {}, watermark_ts=at.ts)
    bring_up_to_date(settings, database, everything=everything)


def made(file: Path, *, count: int = 120, seed: int = 7) -> None:
    """The shop in a database file, read and measured twice, so that what changes later restates;
    `NOW` is ten minutes after that.
    """
    url = f"sqlite:///{file}"
    migrated(url)
    engine = open_engine(url)
    with pytest.MonkeyPatch.context() as patch:
        at = clock(patch, NOW - 1200)
        database = over(engine)
        save(database, *STATUSES, *wanderers(count, seed))
        for _ in range(2):
            run(database, shop(), at)
            at.ts += 600
    engine.dispose()


@contextmanager
def copied(file: Path, home: Path) -> Iterator[Database]:
    """A copy of such a database."""
    copy = home / "shop.db"
    shutil.copy(file, copy)
    engine = open_engine(f"sqlite:///{copy}")
    yield over(engine)
    engine.dispose()


def day(number: int) -> datetime:
    """So many days after the first."""
    return START + timedelta(days=number)
