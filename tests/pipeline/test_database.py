"""The database as passes use it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from core.errors import StoreError
from core.settings import Database
from pipeline.database import Database as OpenDatabase
from pipeline.database import opened


def test_a_database_that_fails_in_the_middle_of_the_work_is_told_in_a_line(
    postgres_url: str,
) -> None:
    with (
        pytest.raises(StoreError, match=r"^the database failed \(.+\): check that it runs [^\n]+$"),
        opened(Database(url=postgres_url)) as database,
        database.writing() as session,
    ):
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def test_what_was_written_is_undone_when_anything_is_raised(sqlite_url: str) -> None:
    with opened(Database(url=sqlite_url)) as database:
        with pytest.raises(ValueError, match="halfway"):
            _write_half(database)
        with database.read() as session:
            assert session.execute(text("SELECT count(*) FROM store_setting")).scalar() == 0


def _write_half(database: OpenDatabase) -> None:
    with database.writing() as session:
        session.execute(text("INSERT INTO store_setting VALUES ('one', '1')"))
        raise ValueError("halfway")
