"""Tables that are not vacuumed or analysed, and old payloads, are told with what to do."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, text

from core.settings import Retention, Settings
from pipeline.database import Database, over
from pipeline.doctor import upkeep
from store import raw
from store.raw import RawPayload
from store.raw_bodies import note_forgotten
from store.sources import SourceRow, ensure_sources

NOW = 1_790_000_000
DAY = 86_400
KEPT = Settings(retention=Retention(raw_payloads=timedelta(days=400)))


def _run(engine: Engine, *statements: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_a_new_database_wants_no_upkeep(engine: Engine) -> None:
    assert list(upkeep.vacuum(over(engine))) == []
    assert list(upkeep.payloads(Settings(), over(engine), now=NOW)) == []


def test_dead_rows_and_unknown_tables_are_told_until_they_are_vacuumed(
    postgres_engine: Engine,
) -> None:
    _run(
        postgres_engine,
        "ALTER TABLE store_setting SET (autovacuum_enabled = off)",
        "INSERT INTO store_setting SELECT n::text, '' FROM generate_series(1, 60000) n",
        "UPDATE store_setting SET value = 'x'",
        "SELECT pg_stat_force_next_flush()",
    )
    dead, unknown = list(upkeep.vacuum(over(postgres_engine)))
    assert dead.what == (
        "store_setting has 60,000 dead rows beside 60,000 living ones, and was never vacuumed"
    )
    assert dead.do.startswith("VACUUM (ANALYZE) store_setting")
    assert unknown.what.startswith("120,000 rows of store_setting changed and it was never")
    assert {dead.severity, unknown.severity} == {"warning"}
    _run(postgres_engine, "VACUUM (ANALYZE) store_setting", "SELECT pg_stat_force_next_flush()")
    assert list(upkeep.vacuum(over(postgres_engine))) == []


def test_autovacuum_that_is_off_is_told(postgres_engine: Engine) -> None:
    with postgres_engine.connect() as connection:
        connection.execute(text("SET track_counts = off"))
        connection.commit()
    found = [one.what for one in upkeep.vacuum(over(postgres_engine))]
    assert [line.split(":")[0] for line in found] == ["track_counts is off"]


def test_old_payloads_that_nobody_forgets_are_told(database: Database) -> None:
    with database.writing() as session:
        source_id = ensure_sources(session, [SourceRow("gitlab", "gitlab")])["gitlab"]
        row = RawPayload("a", {"id": "a"}, b"x")
        raw.save(session, source_id, "commits", "", [row], fetched_ts=1)
    never = list(upkeep.payloads(KEPT, database, now=NOW))
    assert [one.severity for one in never] == ["warning"]
    assert "older than 400d should be forgotten each day, and were last gone through never" in (
        never[0].what
    )
    with database.writing() as session:
        note_forgotten(session, NOW - 4 * DAY)
    assert "4 days ago" in next(upkeep.payloads(KEPT, database, now=NOW)).what
    with database.writing() as session:
        note_forgotten(session, NOW - DAY)
    assert list(upkeep.payloads(KEPT, database, now=NOW)) == []
    assert list(upkeep.payloads(Settings(), database, now=NOW)) == []
