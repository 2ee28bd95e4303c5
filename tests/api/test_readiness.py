"""Ready: the database is there and migrated, and the process was not asked to stop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from api.app import create_app
from core.settings import Settings
from pipeline.database import over
from store.migrate import downgrade, newest
from store.session import open_engine
from tests.api.client import Client


@pytest.fixture
def client(sqlite_url: str) -> Iterator[Client]:
    engine = open_engine(sqlite_url)
    yield Client(create_app(Settings(), over(engine)))
    engine.dispose()


def _set_version(engine: Engine, version: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})


def _engine(client: Client) -> Engine:
    found: Engine = client.app.state.served.database.engine
    return found


def test_a_migrated_database_makes_it_ready(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "migration": newest()})


def test_an_older_database_says_what_to_run(client: Client, sqlite_url: str) -> None:
    downgrade(sqlite_url, to="0029")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "run: headwater migrate" in answer.json()["detail"]
    assert client.get("/healthz").status_code == 200


def test_one_that_runs_stays_ready_when_a_newer_headwater_migrates_and_a_new_one_is_not(
    client: Client,
) -> None:
    assert client.get("/readyz").status_code == 200
    _set_version(_engine(client), "9999")
    assert client.get("/readyz").json() == {"status": "ready", "migration": "9999"}
    fresh = Client(create_app(Settings(), over(_engine(client))))
    assert "update Headwater" in fresh.get("/readyz").json()["detail"]


def test_a_database_that_is_lost_is_not_ready_and_its_process_is_well(
    postgres_url: str, postgres_server: Engine
) -> None:
    engine = open_engine(postgres_url)
    client = Client(create_app(Settings(), over(engine)))
    assert client.get("/readyz").status_code == 200
    name = engine.url.database
    with postgres_server.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :n"),
            {"n": name},
        )
        answer = client.get("/readyz")
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    assert answer.status_code == 503
    assert "check that it runs" in answer.json()["detail"]
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    engine.dispose()


def test_one_that_was_asked_to_stop_is_not_ready_and_still_answers(client: Client) -> None:
    client.app.state.served.stopping = True
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "stops" in answer.json()["detail"]
    assert client.get("/v1/streams").status_code == 200
