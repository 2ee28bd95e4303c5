"""The read-only views are what is documented, and who reads them reads nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DatabaseError

from migrations.views_1 import VIEWS
from store.export_tables import TABLES
from store.export_views import neutral_views, view_name
from store.migrate import downgrade, upgrade
from store.session import open_engine
from tests.reader import reading


def _plain(sql: str) -> str:
    return " ".join(sql.split())


def test_the_views_of_the_migration_are_those_of_the_documented_tables() -> None:
    """A change here asks for a migration that makes the views anew, and maybe for a version."""
    made = {name: _plain(sql) for name, sql in VIEWS.items()}
    assert made == {name: _plain(sql) for name, sql in neutral_views().items()}


def test_every_view_can_be_read_and_has_the_documented_columns(engine: Engine) -> None:
    with engine.connect() as connection:
        for table in TABLES:
            name = view_name(engine.dialect.name, table.name)
            found = connection.execute(text(f"SELECT * FROM {name}"))
            assert list(found.keys()) == table.names
            assert found.all() == []


def test_the_views_go_and_come_back_with_their_migration(database_url: str) -> None:
    engine = open_engine(database_url)
    schema = "headwater_v1" if engine.dialect.name == "postgresql" else None
    assert len(inspect(engine).get_view_names(schema)) == len(TABLES)
    downgrade(database_url, to="0028")
    assert inspect(engine).get_view_names(schema) == []
    assert not inspect(engine).has_table("stream_day")
    upgrade(database_url)
    assert len(inspect(engine).get_view_names(schema)) == len(TABLES)
    engine.dispose()


def test_a_table_that_views_read_can_be_made_anew_by_a_later_migration(sqlite_url: str) -> None:
    """As Alembic changes tables of SQLite: copy, drop, rename; see `migrations/env.py`."""
    engine = open_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("PRAGMA legacy_alter_table = ON"))
        operations = Operations(MigrationContext.configure(connection))
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        with operations.batch_alter_table("item_fact", recreate="always") as batch:
            batch.add_column(sa.Column("more", sa.Integer()))
        assert connection.execute(text("SELECT * FROM headwater_v1_items")).all() == []
    engine.dispose()


@pytest.fixture
def reader(postgres_engine: Engine, postgres_server: Engine) -> Iterator[Engine]:
    """Who reads with the role of the page, made by the statements of the page."""
    with reading(postgres_engine, postgres_server) as found:
        yield found


def test_the_role_of_the_page_reads_the_views_and_nothing_else(
    reader: Engine, postgres_engine: Engine
) -> None:
    tables = inspect(postgres_engine).get_table_names()
    assert {"raw_record", "person", "api_token", "store_setting", "item_fact"} <= set(tables)
    with reader.connect() as connection:
        for table in TABLES:
            connection.execute(text(f"SELECT * FROM headwater_v1.{table.name}")).all()
    for table_name in tables:
        with (
            reader.connect() as connection,
            pytest.raises(DatabaseError, match="permission denied"),
        ):
            connection.execute(text(f'SELECT * FROM "{table_name}"'))
    for statement in (
        "DELETE FROM headwater_v1.streams",
        "INSERT INTO headwater_v1.services VALUES (1, 'x')",
        "CREATE TABLE headwater_v1.mine (id int)",
    ):
        with reader.connect() as connection:
            connection.execute(text("SET default_transaction_read_only = off"))
            connection.commit()
            with pytest.raises(DatabaseError, match=r"permission denied|cannot"):
                connection.execute(text(statement))


def test_views_that_an_upgrade_makes_anew_stay_readable(
    reader: Engine, postgres_engine: Engine
) -> None:
    with postgres_engine.begin() as connection:
        connection.execute(text("CREATE VIEW headwater_v1.new_one AS SELECT 1 AS one"))
    with reader.connect() as connection:
        assert connection.execute(text("SELECT one FROM headwater_v1.new_one")).scalar_one() == 1
