"""A shop in which one change is tried: ten deliveries before it, eight quicker ones after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from core.records import Field, Record, Transition, WorkItem
from core.settings import Settings
from pipeline.database import Database, over
from pipeline.improvement_answers import improvement_answer
from pipeline.improvement_entering import Beginning, Proposal, beginning_of, plan_of
from pipeline.improvement_judged import judged
from pipeline.improvements import Said, improvement_of, propose, start
from pipeline.question import question
from pipeline.snapshots import Snapshots
from pipeline.standard_drift import drift_answer
from pipeline.standards import adopt, require_held, standard_document
from pipeline.stream_answers import stream_of
from pipeline.sync import bring_up_to_date
from tests.pipeline.shop import DAY, START, STATUSES, save, settings_of, stream

Answer = dict[str, Any]
TESTED = [
    {"name": "Ideas", "state": "new", "statuses": ["To Do"]},
    {"name": "Build", "state": "active", "statuses": ["In Progress"], "team": "web"},
    {"name": "Ready for test", "state": "waiting", "statuses": ["Ready"]},
    {"name": "Test", "state": "active", "statuses": ["Testing"], "team": "test"},
    {"name": "Live", "state": "done", "statuses": ["Done"]},
]
WORKFLOW = (
    *STATUSES,
    replace(STATUSES[1], id="4", name="Ready"),
    replace(STATUSES[1], id="5", name="Testing"),
)
BEFORE = (10, 12, 8, 10, 12, 8, 10, 12, 8, 10)
"""Days of deliveries before the change: mean 10, limits 2.9067 and 17.0933 (see the verdicts)."""
AFTER = (9, 8, 9, 7, 9, 8, 9, 7)
CHANGE = START + 40 * DAY
NOW = START + 70 * DAY
WHO = Said("anna", "so")


def shop(*, owner: str = "test", without: str = "") -> Settings:
    stages = [
        {**one, "team": owner} if one["name"] == "Test" else one
        for one in TESTED
        if one["name"] != without
    ]
    return settings_of(stream(stages=stages))


def delivered(number: int, ended: datetime, days: float, *, waits: float = 1.0) -> Sequence[Record]:
    """Built, then `waits` days in the queue of the test, one day there, done: `days` in all."""
    name = str(number)
    begun = ended - days * DAY
    moves = (
        (begun, "1", "2"),
        (ended - (1 + waits) * DAY, "2", "4"),
        (ended - DAY, "4", "5"),
        (ended, "5", "3"),
    )
    created = begun - timedelta(hours=1)
    item = WorkItem(
        name, f"SHOP-{name}", "SHOP", created_at=created, updated_at=ended,
        type="Story", title="Pay", status_id="3",
    )  # fmt: skip
    return [
        item,
        *(
            Transition(name, at, place, Field.STATUS, was, now)
            for place, (at, was, now) in enumerate(moves, 1)
        ),
    ]


def series(
    begin: datetime, days: Sequence[float], *, first: int, waits: float = 1.0
) -> list[Record]:
    """A delivery a day from the day after `begin` on."""
    return [
        one
        for place, length in enumerate(days)
        for one in delivered(first + place, begin + (place + 1) * DAY, length, waits=waits)
    ]


def improved(engine: Engine) -> Database:
    """Ten deliveries before the change and eight after it."""
    found = over(engine)
    save(found, *WORKFLOW, *series(CHANGE - 12 * DAY, BEFORE, first=1))
    save(found, *series(CHANGE + 10 * DAY, AFTER, first=21))
    bring_up_to_date(shop(), found)
    return found


def ts(at: datetime) -> int:
    return int(at.timestamp())


def proposed(database: Database, **more: Any) -> int:
    told = {
        "stream": "checkout", "title": "Two testers", "hypothesis": "it waits for a tester",
        "metric": "flow_time", "step": "", "value": 9.0, "by": "2026-04-01", "owner": "team test",
        "scenario": None, **more,
    }  # fmt: skip
    given = Proposal(**told)
    with database.read() as session:
        plan = plan_of(session, stream_of(Snapshots(shop()).present(session), "checkout"), given)
    made = propose(
        database, stream="checkout", title=given.title, plan=plan, who="anna", now=ts(CHANGE)
    )
    return made.one.id


def running(database: Database, *, at: datetime = CHANGE, **more: Any) -> int:
    number = proposed(database, **more)
    begin = Beginning(at.isoformat(), None, None, "mean", "delivery")
    with database.read() as session:
        one = improvement_of(session, number).one
        snapshot = Snapshots(shop()).present(session)
        frozen = beginning_of(session, snapshot, shop(), one, begin, now=ts(NOW))
    start(database, number, frozen, WHO, now=ts(NOW))
    return number


def told(
    database: Database, number: int, settings: Settings | None = None, at: datetime = NOW
) -> Answer:
    found = settings or shop()
    with database.read() as session:
        kept = improvement_of(session, number)
        snapshot = Snapshots(found).present(session)
        return improvement_answer(session, kept, judged(session, snapshot, found, kept, now=ts(at)))


def adopted(database: Database, number: int) -> None:
    with database.read() as session:
        kept = improvement_of(session, number)
        snapshot = Snapshots(shop()).present(session)
        held = require_held(kept, judged(session, snapshot, shop(), kept, now=ts(NOW)))
        asked = question(shop(), as_of=ts(NOW))
        policies = [{"step": "Test", "kind": "limit", "text": "<b>six</b> | at *most*"}]
        document = standard_document(session, snapshot, shop(), asked, kept, held, policies)
    adopt(database, number, document, WHO, now=ts(NOW))


def drift(database: Database, settings: Settings, at: datetime) -> Answer:
    with database.read() as session:
        snapshot = Snapshots(settings).present(session)
        asked = question(settings, as_of=ts(at))
        found = stream_of(snapshot, "checkout")
        return drift_answer(session, snapshot, settings, found, asked)
