"""A pass that is killed between any two statements, and the next one; `make kill` draws more."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.e2e.killing import KINDS, Killed, PostgresDatabases, SqliteFiles, killing
from tests.telling import MEASURED

SEED = 20261122
POINTS = {"full": 3, "incremental": 2}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine_name", ["sqlite", "postgres"])
def test_a_pass_killed_between_statements_and_the_next_one_store_what_one_undisturbed_does(
    tmp_path: Path, request: pytest.FixtureRequest, engine_name: str
) -> None:
    databases: SqliteFiles | PostgresDatabases = SqliteFiles(tmp_path)
    if engine_name == "postgres":
        server: Engine = request.getfixturevalue("postgres_server")
        databases = PostgresDatabases(server)
    found: list[Killed] = []
    with killing(tmp_path, databases) as company:
        for kind in KINDS:
            found += company.killed(kind, POINTS[kind], SEED)
    assert [str(one) for one in found if not one.well] == []
    assert all(one.before and one.before != "the end" for one in found)
    MEASURED.append(f"{engine_name}: killed {len(found)} passes at {[one.at for one in found]}")
