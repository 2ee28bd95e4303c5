"""Opening the database: real transactions, and one clear line where it can't be opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from core.errors import StoreError
from store.models import project, source
from store.session import open_engine, read_sessions, sessions


def test_sqlite_is_opened_with_a_log_and_foreign_keys(sqlite_engine: Engine) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 30_000}
    with sqlite_engine.connect() as connection:
        for pragma, value in wanted.items():
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_a_transaction_is_undone_as_a_whole(engine: Engine) -> None:
    with sessions(engine)() as session:
        session.execute(insert(source).values(name="jira"))
        session.execute(text("CREATE TABLE half (id INTEGER)"))
        session.rollback()
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(source)).scalar() == 0
        with pytest.raises(DBAPIError):
            connection.execute(text("SELECT * FROM half"))


def test_foreign_keys_are_enforced(engine: Engine) -> None:
    with sessions(engine)() as session, pytest.raises(IntegrityError):
        session.execute(insert(project).values(source_id=99, external_id="1"))


def test_readers_see_the_last_commit_while_another_writes(engine: Engine) -> None:
    with sessions(engine)() as writer, read_sessions(engine)() as reader:
        writer.execute(insert(source).values(name="jira"))
        assert reader.execute(select(func.count()).select_from(source)).scalar() == 0
        writer.commit()
    with read_sessions(engine)() as reader:
        assert reader.execute(select(func.count()).select_from(source)).scalar() == 1


@pytest.mark.parametrize("url", ["mysql://host/x", "nonsense", "sqlite://", "sqlite:///:memory:"])
def test_a_url_of_no_usable_database_says_what_to_write(url: str) -> None:
    with pytest.raises(StoreError, match=r"write sqlite:///headwater.db or postgresql://"):
        open_engine(url)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"create .*/missing"):
        open_engine(f"sqlite:///{tmp_path}/missing/headwater.db")


def test_a_server_that_does_not_answer_is_named_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="check its address") as caught:
        open_engine(f"postgresql://anna:secret@/headwater?host={tmp_path}", password="secret2")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_postgresql_means_psycopg(postgres_engine: Engine) -> None:
    assert postgres_engine.dialect.driver == "psycopg"
