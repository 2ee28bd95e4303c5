"""When daily numbers are made anew, and of what they are left."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select, text

from core.settings import Server, Settings
from pipeline.daily import bring_days_up_to_date
from pipeline.database import Database, over
from store.daily import last_made
from store.facts import bump_version
from store.models import stream_day

MORNING = int(datetime(2026, 11, 20, 6, tzinfo=UTC).timestamp())
HOUR = 3_600
SETTINGS = Settings(server=Server(timezone="Europe/Berlin"))


@pytest.fixture
def database(engine: Engine) -> Database:
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO value_stream (id, name, ordinal, active) VALUES (5, 'a', 0, true)")
        )
    return over(engine)


def _made(database: Database, now: int, settings: Settings = SETTINGS, wait: int = 0) -> bool:
    return bring_days_up_to_date(settings, database, not_before_s=wait, now=now)


def _facts_move(database: Database, now: int) -> None:
    with database.writing() as session:
        bump_version(session, 5, now)


def test_they_are_made_once_and_again_when_a_day_is_over(database: Database) -> None:
    assert _made(database, MORNING)
    assert not _made(database, MORNING + HOUR)
    with database.read() as session:
        made = last_made(session)
    assert made is not None
    assert made.until_ts == int(datetime(2026, 11, 19, 23, tzinfo=UTC).timestamp())
    assert not _made(database, made.until_ts + 24 * HOUR - 1)
    assert _made(database, made.until_ts + 24 * HOUR)


def test_new_facts_make_them_anew_at_once_or_when_they_are_old_enough(database: Database) -> None:
    _made(database, MORNING)
    _facts_move(database, MORNING + 60)
    assert not _made(database, MORNING + HOUR - 1, wait=HOUR)
    assert _made(database, MORNING + HOUR, wait=HOUR)
    _facts_move(database, MORNING + HOUR + 60)
    assert _made(database, MORNING + HOUR + 61)


def test_another_zone_cuts_other_days(database: Database) -> None:
    _made(database, MORNING)
    assert _made(database, MORNING + 1, Settings(server=Server(timezone="Asia/Tokyo")), wait=HOUR)


def test_a_stream_that_is_no_longer_configured_has_no_days(database: Database) -> None:
    row = dict.fromkeys(("committed", "done", "cancelled", "released", "load"), 0)
    row |= {"stream_id": 5, "day_ts": 0, "end_ts": 86_400, "as_of_ts": 0}
    with database.writing() as session:
        session.execute(stream_day.insert(), [row | {"day": "1970-01-01"}])
    _made(database, MORNING)
    with database.read() as session:
        assert session.execute(select(stream_day)).all() == []
