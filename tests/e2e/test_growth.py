"""Reading the same company again and again does not make the database grow.

SQLite is measured as its file after a checkpoint, never vacuumed: freed pages are used again.
PostgreSQL is measured as its tables with their indexes after a plain VACUUM, which is what its
autovacuum does by itself; it never gives room back, so what grows once stays visible.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from core.settings import Settings
from pipeline.database import opened
from pipeline.sync import sync
from tests.e2e.little import little_company
from tests.e2e.small import Hasty
from tests.telling import measured

PASSES = 10
MOST = 1.02


@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine_name", ["sqlite", "postgres"])
def test_ten_more_passes_over_the_same_data_grow_the_database_by_at_most_two_percent(
    tmp_path: Path, request: pytest.FixtureRequest, engine_name: str
) -> None:
    url = request.getfixturevalue("postgres_url") if engine_name == "postgres" else ""
    with little_company(items=60) as company:
        _, settings = company.home(tmp_path, url=url)
        _synced(settings, full=False)
        before = _size(settings)
        for turn in range(PASSES):
            _synced(settings, full=turn % 2 == 1)
        after = _size(settings)
    measured(f"{engine_name}: {before:,} bytes, after {PASSES} more passes {after / before:.4f}")
    assert after <= before * MOST


def _synced(settings: Settings, *, full: bool) -> None:
    with opened(settings.database) as database:
        report = sync(settings, database, full=full, stop=Hasty())
    assert not report.failed


def _size(settings: Settings) -> int:
    with opened(settings.database) as database:
        if database.engine.dialect.name == "sqlite":
            path = Path(str(database.engine.url.database))
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return path.stat().st_size
        engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("VACUUM"))
            own = "select sum(pg_total_relation_size(relid)) from pg_stat_user_tables"
            return int(connection.execute(text(own)).scalar_one())
