"""Connections that read PostgreSQL through Arrow."""

from __future__ import annotations

import pytest
from adbc_driver_manager import Error as AdbcError
from sqlalchemy import Engine, select, text

from store.arrow_connections import arrow_cursor
from store.models import store_setting
from store.read import read_frame
from store.session import read_sessions, sessions

_OTHERS = text(
    "SELECT pid, state FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() ORDER BY pid"
)


def _names(engine: Engine) -> list[str]:
    statement = select(store_setting.c.name).where(store_setting.c.name.like("one%"))
    with read_sessions(engine)() as session:
        return list(read_frame(session, statement, committed=True)["name"])


def _write(engine: Engine, name: str) -> None:
    with sessions(engine).begin() as session:
        session.execute(store_setting.insert().values(name=name, value=""))


def _readers(engine: Engine) -> list[tuple[int, str]]:
    with engine.connect() as connection:
        return [(row.pid, row.state) for row in connection.execute(_OTHERS)]


def test_one_connection_is_kept_in_no_transaction_and_sees_what_is_committed(
    postgres_engine: Engine,
) -> None:
    assert _names(postgres_engine) == []
    before = _readers(postgres_engine)
    assert [state for _, state in before] == ["idle"]
    _write(postgres_engine, "one")
    assert _names(postgres_engine) == ["one"]
    assert _readers(postgres_engine) == before


def test_one_that_was_ended_is_made_anew(postgres_engine: Engine) -> None:
    assert _names(postgres_engine) == []
    (pid, _) = _readers(postgres_engine)[0]
    with postgres_engine.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": pid})
    _write(postgres_engine, "one")
    assert [_names(postgres_engine) for _ in range(2)] == [["one"]] * 2
    assert pid not in [found for found, _ in _readers(postgres_engine)]


def test_a_statement_that_fails_leaves_none_behind(postgres_engine: Engine) -> None:
    with pytest.raises(AdbcError), arrow_cursor(postgres_engine) as cursor:
        cursor.execute("SELECT nothing FROM store_setting")
    assert _readers(postgres_engine) == []


def test_they_end_with_their_engine(postgres_engine: Engine) -> None:
    assert _names(postgres_engine) == []
    assert len(_readers(postgres_engine)) == 1
    postgres_engine.dispose()
    assert _readers(postgres_engine) == []
