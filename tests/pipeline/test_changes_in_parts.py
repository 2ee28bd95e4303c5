"""Facts that followed the tickets a few at a time are those that everything at once gives."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from pipeline.database import Database, over
from pipeline.sync import bring_up_to_date
from store.models import metadata
from store.session import open_engine
from tests.pipeline.random_work import RandomWork, Told
from tests.pipeline.shop import save

TABLES = (
    "item_fact", "stage_visit", "tool_time", "change_fact", "request_fact", "deployment_fact",
    "incident_fact", "unlinked", "unlinked_day",
)  # fmt: skip


def _arrive(database: Database, work: RandomWork, told: list[Told]) -> None:
    for source, records in told:
        save(database, *records, source=source)
    bring_up_to_date(work.settings, database)


def _rows(database: Database) -> dict[str, set[tuple[Any, ...]]]:
    """All that is computed, but since when it is known."""
    found = {}
    with database.read() as session:
        for name in TABLES:
            columns = [one for one in metadata.tables[name].c if one.key != "known_ts"]
            found[name] = {tuple(row) for row in session.execute(select(*columns))}
    return found


def _follows(database: Database, seed: int, *, steps: int = 8) -> None:
    work = RandomWork(Random(seed))
    _arrive(database, work, work.ground())
    for _ in range(steps):
        _arrive(database, work, work.happens())
    followed = _rows(database)
    bring_up_to_date(work.settings, database, everything=True)
    again = _rows(database)
    assert {name: followed[name] ^ again[name] for name in TABLES} == {
        name: set() for name in TABLES
    }


@given(st.integers(0, 1 << 32))
@hypothesis_settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would take long
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_little_at_a_time_is_everything_at_once(sqlite_template: Path, seed: int) -> None:
    path = shutil.copy(sqlite_template, sqlite_template.with_name("followed.db"))
    engine = open_engine(f"sqlite:///{path}")
    try:
        _follows(over(engine), seed)
    finally:
        engine.dispose()
        Path(path).unlink()


def test_a_little_at_a_time_is_everything_at_once_on_postgresql(postgres_engine: Engine) -> None:
    _follows(over(postgres_engine), 7)
