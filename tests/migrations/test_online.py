"""Migrations of a PostgreSQL that is used meanwhile: short locks, indexes beside, parts resumed."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from core.errors import StoreError
from migrations import online
from store.lock_wait import Patience
from store.migrate import current, downgrade, missing, newest, upgrade, versions
from store.session import open_engine

ROOT = Path(__file__).parents[2]
SHORT = Patience(lock_s=0.4, in_all_s=4)
FILLED = "filled_after_0011_build"
KILLED_AFTER_THREE_PARTS = """
import os, signal, sys, time
from migrations import online
from store.migrate import upgrade
online.BATCH, online._TELL_S = 100, -1.0
parts = []
def tell(line):
    if "build" in line:
        parts.append(line)
        if len(parts) == 3:
            os.kill(os.getpid(), signal.SIGKILL)
upgrade(sys.argv[1], to="0012", tell=tell)
"""


def _child(code: str, url: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, url], cwd=ROOT, text=True)


def _builds(connection: Connection, many: int) -> None:
    connection.execute(text("INSERT INTO source (id, name) VALUES (1, 'gitlab')"))
    connection.execute(
        text("INSERT INTO repository (id, source_id, external_id) VALUES (3, 1, '77')")
    )
    connection.execute(
        text(
            "INSERT INTO build (id, source_id, external_id, number, repository_id)"
            " SELECT n, 1, 'b' || n, n, CASE WHEN n % 2 = 0 THEN 3 END"
            " FROM generate_series(1, :many) n"
        ),
        {"many": many},
    )


def _one(connection: Connection, statement: str) -> object:
    return connection.execute(text(statement)).scalar()


def test_a_fill_that_was_killed_goes_on_from_where_it_came(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    downgrade(postgres_url, to="0011")
    engine = open_engine(postgres_url)
    with engine.begin() as connection:
        _builds(connection, 650)
    assert _child(KILLED_AFTER_THREE_PARTS, postgres_url).wait(240) == -9
    with engine.begin() as connection:
        assert current(engine) == "0011"
        filled = "SELECT max(id) FROM build WHERE repository_external_id <> ''"
        assert _one(connection, filled) == 300
        kept = _one(connection, f"SELECT value FROM store_setting WHERE name = '{FILLED}'")
        assert json.loads(str(kept)) == {"after": [300], "rows": 300}
        # What the killed run did is not done again.
        connection.execute(text("UPDATE build SET repository_external_id = 'x' WHERE id <= 300"))
    monkeypatch.setattr(online, "BATCH", 100)
    monkeypatch.setattr(online, "_TELL_S", -1.0)
    told: list[str] = []
    assert upgrade(postgres_url, to="0012", tell=told.append) == "0012"
    assert [line.split(":")[1].split(" of ")[0] for line in told if "  build" in line] == [
        " 400", " 500", " 600", " 600",
    ]  # fmt: skip
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT repository_external_id, repository_id, count(*) FROM build"
                " WHERE id > 300 GROUP BY 1, 2 ORDER BY 1"
            )
        ).all()
        assert [tuple(row) for row in found] == [("", None, 175), ("77", 3, 175)]
        assert _one(connection, "SELECT count(*) FROM build WHERE id <= 300"
                    " AND repository_external_id = 'x'") == 300  # fmt: skip
        assert _one(connection, "SELECT count(*) FROM store_setting WHERE name LIKE 'filled%'") == 0
    assert upgrade(postgres_url) == newest()
    engine.dispose()


def test_an_index_that_an_ended_run_left_broken_is_made_again(postgres_url: str) -> None:
    """It is really ended midway: while it waits for a transaction that was open before it."""
    downgrade(postgres_url, to="0031")
    engine = open_engine(postgres_url)
    holder = engine.connect().execution_options(isolation_level="REPEATABLE READ")
    holder.execute(text("SELECT count(*) FROM work_item"))
    code = "import sys; from store.migrate import upgrade; upgrade(sys.argv[1], to='0032')"
    child = _child(code, postgres_url)
    pid = _until(engine, "SELECT pid FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURR%'"
                         " AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()"
                         " AND datname = current_database()")  # fmt: skip
    child.kill()
    child.wait(60)
    with engine.connect() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend({pid}, 10000)"))
        broken = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
        assert _one(connection, broken) == 1
    holder.close()
    assert current(engine) == "0031"
    assert upgrade(postgres_url, to="0032") == "0032"
    with engine.connect() as connection:
        assert _one(connection, broken) == 0
        names = "('ix_work_item_parent', 'ix_item_link_other_key')"
        assert _one(connection, f"SELECT count(*) FROM pg_class WHERE relname IN {names}") == 2
    engine.dispose()


def _until(engine: Engine, statement: str) -> object:
    for _ in range(600):
        with engine.connect() as connection:
            found = _one(connection, statement)
        if found is not None:
            return found
        time.sleep(0.05)
    raise AssertionError(f"nothing came of {statement}")


def test_who_holds_a_table_is_told_and_nothing_is_half_done(postgres_url: str) -> None:
    """Reads that come while the migration waits get through between two tries."""
    downgrade(postgres_url, to="0030")
    engine = open_engine(postgres_url)
    told: list[str] = []
    with engine.begin() as holder:
        holder.execute(text("SELECT count(*) FROM stream_state"))
        pid = _one(holder, "SELECT pg_backend_pid()")
        with pytest.raises(StoreError) as refused:
            upgrade(postgres_url, tell=told.append, patience=SHORT)
    words = str(refused.value)
    assert f"stream_state is held by the database's process {pid}" in words
    assert f"SELECT pg_terminate_backend({pid})" in words
    assert "run again: headwater migrate" in words
    assert any("stream_state is held" in line and "tries again" in line for line in told)
    assert current(engine) == "0030"
    assert upgrade(postgres_url) == newest()
    engine.dispose()


def test_it_gets_through_when_the_table_is_free_again(postgres_url: str) -> None:
    downgrade(postgres_url, to="0030")
    engine = open_engine(postgres_url)
    holder = engine.connect()
    holder.execute(text("SELECT count(*) FROM stream_state"))

    def tell(line: str) -> None:
        if "tries again" in line:
            holder.close()

    assert upgrade(postgres_url, tell=tell, patience=Patience(0.4, 60)) == newest()
    engine.dispose()


def test_each_migration_stays_where_a_later_one_fails(postgres_url: str) -> None:
    downgrade(postgres_url, to="0028")
    engine = open_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alert (id integer)"))
    with pytest.raises(Exception, match='"alert" already exists'):
        upgrade(postgres_url)
    assert current(engine) == "0029"
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alert"))
    assert upgrade(postgres_url) == newest()
    engine.dispose()


def test_of_several_that_start_at_once_one_migrates(postgres_url: str) -> None:
    downgrade(postgres_url, to="0028")
    told: list[list[str]] = [[], [], []]
    reached: list[str] = []

    def one(mine: list[str]) -> None:
        reached.append(upgrade(postgres_url, tell=mine.append))

    threads = [threading.Thread(target=one, args=[mine]) for mine in told]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reached == [newest()] * 3
    done = [line for mine in told for line in mine if " done: " in line]
    after = versions()[versions().index("0028") + 1 :]
    assert [line.split()[0] for line in done] == after


def test_what_is_missing_is_told_in_order() -> None:
    assert missing(newest()) == []
    assert [step.version for step in missing("")] == versions()
    assert missing(versions()[-2])[0].version == newest()
    assert all(step.what for step in missing(""))
    with pytest.raises(StoreError, match="update Headwater"):
        missing("9999")
