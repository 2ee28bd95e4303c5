"""Daily numbers of a pass: only the rows are written that say something else than before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select

from core.records import Deployment, Field, Record, Repository, Result, Transition, WorkItem
from pipeline.daily import bring_days_up_to_date
from pipeline.database import Database, over
from pipeline.sync import bring_up_to_date
from store.facts import bump_all
from store.models import delay_cost_day, service_day, stream_day
from tests.pipeline.shop import DAY, START, STATUSES, item, save, settings_of, stream
from tests.written_rows import watch, written

STAGES = [
    {"name": "Ideas", "state": "new", "statuses": ["To Do"]},
    {"name": "Queue", "state": "waiting", "statuses": ["In Progress"]},
    {"name": "Live", "state": "done", "statuses": ["Done"]},
]
SETTINGS = settings_of(
    stream(services=["shop"], stages=STAGES),
    services=[{"name": "shop", "repositories": ["acme/shop"]}],
    server={"timezone": "UTC"},
)
TABLES = (delay_cost_day, stream_day, service_day)
HOUR = timedelta(hours=1)
NOW = START + 10 * DAY


def _open(number: int, **more: Any) -> list[Record]:
    """Begun on day 1."""
    found, begun, _ = item(number, **{"status_id": "2", **more})
    return [found, begun]


def _moved(one: Record, at: datetime, *, status: str, seq: int, begun: str = "2") -> list[Record]:
    assert isinstance(one, WorkItem)
    move = Transition(one.id, at, seq, Field.STATUS, begun, status)
    return [replace(one, status_id=status, updated_at=at), move]


def _days_made(database: Database, now: datetime) -> None:
    assert bring_days_up_to_date(SETTINGS, database, now=int(now.timestamp()))


def _told_anew(database: Database) -> None:
    """Facts are told to be others, and are the same."""
    with database.writing() as session:
        bump_all(session)


def _rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All but when they were made."""
    found = {}
    with engine.connect() as connection:
        for table in TABLES:
            told = select(*(one for one in table.c if one.key != "as_of_ts"))
            rows = connection.execute(told.order_by(*table.primary_key.columns))
            found[table.name] = [tuple(row) for row in rows]
    return found


@pytest.fixture
def shop(engine: Engine) -> Database:
    """SHOP-1 is done and was deployed, SHOP-2 waits and has a value, SHOP-3 is an idea."""
    database = over(engine)
    idea = item(3, status_id="1")[0]
    save(database, *STATUSES, *item(1), *_open(2, value_per_week=700.0), idea)
    live = Deployment(
        "1", "production", Result.SUCCESS, START + 6 * DAY, repository="7", sha="a" * 40,
        ref="main", finished_at=START + 6 * DAY,
    )  # fmt: skip
    save(
        database,
        Repository("7", "acme/shop", "main", "https://g.example/acme/shop"),
        live,
        source="gitlab",
    )
    bring_up_to_date(SETTINGS, database)
    _days_made(database, NOW)
    watch(engine, [table.name for table in TABLES])
    return database


def test_what_says_the_same_is_not_written_again(shop: Database) -> None:
    rows = _rows(shop.engine)
    assert {name: len(found) for name, found in rows.items()} == {
        "delay_cost_day": 9,  # SHOP-2, from day 1 to day 9
        "stream_day": 10,
        "service_day": 4,  # from day 6
    }
    _told_anew(shop)
    _days_made(shop, NOW + HOUR)
    assert not bring_up_to_date(SETTINGS, shop, everything=True).facts.changed
    assert written(shop.engine) == {}
    assert _rows(shop.engine) == rows


def test_a_moved_ticket_touches_the_days_that_it_changes_and_a_new_day_is_added(
    shop: Database,
) -> None:
    engine = shop.engine
    second, idea = _open(2, value_per_week=700.0)[0], item(3)[0]
    save(shop, *_moved(second, NOW + HOUR, status="3", seq=2))
    assert bring_up_to_date(SETTINGS, shop).facts.changed
    _days_made(shop, NOW + 2 * HOUR)
    assert written(engine) == {}  # the day at which it moved is not over

    _told_anew(shop)
    _days_made(shop, NOW + DAY)
    assert written(engine) == {"delay_cost_day": 1, "stream_day": 1, "service_day": 1}

    late = START + 8 * DAY
    begun = _moved(idea, late, status="2", seq=1, begun="1")[1]
    save(shop, begun, *_moved(idea, late + HOUR, status="3", seq=2))
    assert bring_up_to_date(SETTINGS, shop).facts.changed
    _days_made(shop, NOW + DAY + HOUR)
    assert written(engine) == {"stream_day": 1}  # it came and went on day 8

    rows = _rows(engine)
    assert [day[4:6] for day in rows["stream_day"]] == [
        (0, 0), (2, 0), (0, 0), (0, 0), (0, 0), (0, 1), (0, 0), (0, 0), (1, 1), (0, 0), (0, 1)
    ]  # fmt: skip
    with shop.writing() as session:
        for table in TABLES:
            session.execute(delete(table))
    _told_anew(shop)
    _days_made(shop, NOW + DAY + 2 * HOUR)
    assert _rows(engine) == rows
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(delay_cost_day)).scalar() == 10
