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
    with pytest.raises(
        StoreError, match=r"^the database failed \(.+\): check that it runs [^\n]+$"
    ):
        _said(postgres_url, "SELECT pg_terminate_backend(pg_backend_pid())")


def test_a_right_that_is_taken_away_is_told_with_what_gives_it_back(postgres_url: str) -> None:
    failed = (
        r"^the database failed \(permission denied for table work_item\): give its role the rights"
        r" of deploy/postgres/roles\.sql again; [^\n]+$"
    )
    with pytest.raises(StoreError, match=failed):
        _said(postgres_url, "CREATE ROLE poor", "SET ROLE poor", "SELECT count(*) FROM work_item")


def test_a_server_that_only_reads_is_told_as_one(postgres_url: str) -> None:
    insert = "INSERT INTO store_setting VALUES ('one', '1')"
    with pytest.raises(StoreError, match="the address is that of the server that is written to"):
        _said(postgres_url, "SET TRANSACTION READ ONLY", insert)


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


def _said(url: str, *statements: str) -> None:
    with opened(Database(url=url)) as database, database.writing() as session:
        for statement in statements:
            session.execute(text(statement))
