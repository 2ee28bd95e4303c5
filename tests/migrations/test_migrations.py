"""Up, down and up again with data inside, and no difference between migrations and tables."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, select, text

from core.errors import StoreError
from store.migrate import current, downgrade, newest, require_current, upgrade
from store.models import metadata, source, transition, work_item, workflow_status
from store.session import open_engine, sessions


def _fill(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        session.execute(source.insert(), [{"id": 1, "name": "jira"}])
        status = {"id": 1, "source_id": 1, "external_id": "3", "name": "Doing", "listed": True}
        session.execute(workflow_status.insert(), [status])
        item = {"id": 1, "source_id": 1, "external_id": "10", "created_ts": 5, "updated_ts": 6}
        flags = {"subtask": False, "changelog_complete": True, "status_id": 1}
        session.execute(work_item.insert(), [item | flags])
        move = {"item_id": 1, "ts": 7, "seq": 1, "field": 1, "from_id": None, "to_id": 1}
        session.execute(transition.insert(), [move])


def test_up_down_and_up_again_with_data_inside(database_url: str) -> None:
    engine = open_engine(database_url)
    _fill(engine)
    downgrade(database_url, to="base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    assert current(engine) == ""
    assert upgrade(database_url) == newest()
    _fill(engine)
    with engine.connect() as connection:
        assert connection.execute(select(transition.c.to_id)).scalars().all() == [1]
    engine.dispose()


def test_one_step_down_keeps_the_data_of_the_other_tables(database_url: str) -> None:
    engine = open_engine(database_url)
    _fill(engine)
    downgrade(database_url, to="0005")
    assert not inspect(engine).has_table("item_fact")
    assert upgrade(database_url) == newest()
    with engine.connect() as connection:
        assert connection.execute(select(work_item.c.external_id)).scalars().all() == ["10"]
    engine.dispose()


def test_the_migrations_make_exactly_the_tables_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_event_tables_are_stored_in_the_order_of_their_keys(sqlite_engine: Engine) -> None:
    statement = text("SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'")
    with sqlite_engine.connect() as connection:
        names = set(connection.execute(statement).scalars())
    assert {"transition", "commit_parent", "stage_visit"} <= names


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    assert upgrade(database_url) == newest()


def test_a_failed_migration_leaves_nothing_behind(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('half')}/half.db"
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE incident_fact (id INTEGER)"))
    with pytest.raises(Exception, match="incident_fact"):
        upgrade(url)
    assert set(inspect(engine).get_table_names()) == {"incident_fact"}
    engine.dispose()


def test_a_migrated_database_is_accepted(engine: Engine) -> None:
    require_current(engine)


def test_a_database_without_tables_names_the_command_that_mends_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('empty')}/empty.db")
    with pytest.raises(StoreError, match=r"no tables yet: run: headwater migrate"):
        require_current(engine)
    engine.dispose()


def test_an_older_database_names_both_versions(sqlite_url: str) -> None:
    downgrade(sqlite_url, to="0003")
    engine = open_engine(sqlite_url)
    with pytest.raises(StoreError, match=r"at version 0003, .* needed: run: headwater migrate"):
        require_current(engine)
    engine.dispose()


def test_a_newer_database_asks_for_a_newer_program(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="update Headwater"):
        require_current(engine)
    engine.dispose()
