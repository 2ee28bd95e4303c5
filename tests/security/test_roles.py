"""Each role of the database does its own work, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from api.app import create_app
from core.settings import Database as DatabaseSettings
from core.settings import Settings
from pipeline.database import Database, opened
from pipeline.sync import bring_up_to_date
from store.models import metadata
from tests.api.client import Client
from tests.api.locked import JSON, bearer, token
from tests.pipeline.shop import STATUSES, item, save, settings_of
from tests.security.roles import Roles, with_roles

WRITTEN_BY_THE_API = {
    "api_token": {"UPDATE of used_ts"},
    "audit_event": {"INSERT"},
    "dirty": {"INSERT"},
    "hook_delivery": {"INSERT"},
    "hook_hint": {"INSERT"},
    "improvement": {"INSERT", "UPDATE"},
    "improvement_entry": {"INSERT"},
    "scenario": {"INSERT"},
    "sign_in": {"DELETE", "INSERT"},
    "source": {"INSERT", "UPDATE"},
    "value_estimate": {"INSERT"},
    "verdict": {"INSERT"},
}
"""As docs/security.md lists it."""


@dataclass(frozen=True)
class Set:
    roles: Roles
    worker: Database
    answerer: Database
    client: Client
    settings: Settings
    analyst: dict[str, str]

    def post(self, address: str, body: object) -> int:
        content = json.dumps(body).encode()
        return self.client.post(address, content, JSON | self.analyst).status_code


def _settings() -> Settings:
    jira = {"name": "jira", "kind": "jira", "url": "https://j.example", "projects": ["SHOP"]}
    hooked = {"name": "ci", "kind": "jenkins", "url": "https://ci.example"}
    auth = {"mode": "tokens", "public_url": "https://headwater.example"}
    return settings_of(auth=auth, sources=[jira, hooked | {"hooks": {"secrets": ["hook-secret"]}}])


@pytest.fixture(scope="module")
def made(postgres_server: Engine) -> Iterator[Set]:
    """Migrated by the owner, filled by the writer, served by the role of the API."""
    with with_roles(postgres_server, "with_roles") as roles:
        settings = _settings()
        with (
            opened(DatabaseSettings(url=roles.url("worker"))) as worker,
            opened(DatabaseSettings(url=roles.url("answerer"))) as answerer,
        ):
            save(worker, *STATUSES, *(one for number in (1, 2, 3) for one in item(number)))
            bring_up_to_date(settings, worker)
            analyst = bearer(token(worker, "anna", "admin"))
            client = Client(create_app(settings, answerer))
            yield Set(roles, worker, answerer, client, settings, analyst)


ASKED = (
    "/v1/account", "/v1/streams", "/v1/sources", "/v1/sources/ci/credentials", "/v1/audit-log",
    "/v1/verdicts", "/v1/values", "/v1/scenarios", "/v1/improvements", "/v1/alerts", "/v1/quality",
    "/v1/exports/items", "/v1/streams/checkout", "/v1/streams/checkout/map", "/v1/items",
    "/v1/items/SHOP-1/journey", "/readyz", "/metrics",
)  # fmt: skip


def test_the_api_answers_what_is_asked(made: Set) -> None:
    told = {path: made.client.get(path, made.analyst).status_code for path in ASKED}
    assert {path: status for path, status in told.items() if status >= 500} == {}
    assert told["/v1/streams"] == 200
    assert told["/v1/items/SHOP-1/journey"] == 200


def test_the_api_writes_what_people_say_and_what_comes_in(made: Set) -> None:
    value = {"key": "SHOP-1", "profile": "P1", "low_cents": 1, "likely_cents": 2, "high_cents": 3,
             "why": "the test"}  # fmt: skip
    assert made.post("/v1/values", value) == 202
    proposal = {
        "stream": "checkout", "title": "Two testers", "hypothesis": "work waits",
        "metric": "flow_time", "target": {"value": 20, "by": "2027-12-31"}, "owner": "team",
    }  # fmt: skip
    assert made.post("/v1/improvements", proposal) == 202
    ends = {"kind": "item", "key": "SHOP-1"}, {"kind": "item", "key": "SHOP-2"}
    verdict = {"a": ends[0], "b": ends[1], "answer": "confirm", "why": "the test"}
    assert made.post("/v1/verdicts", verdict) < 500
    told = json.dumps({"buildName": "shop", "buildUrl": "job/shop/3/", "event": "success"}).encode()
    hooked = made.client.post("/v1/hooks/ci", told, JSON | bearer("hook-secret"))
    assert hooked.status_code == 202, hooked.text
    with made.answerer.read() as session:
        used = session.execute(text("SELECT used_ts FROM api_token WHERE name = 'anna'")).scalar()
        lines = session.execute(text("SELECT count(*) FROM audit_event")).scalar_one()
    assert used
    assert lines >= 2


def test_the_api_may_write_what_is_listed_and_no_more(made: Set) -> None:
    found: dict[str, set[str]] = {}
    with made.roles.owner.connect() as connection:
        for table in metadata.sorted_tables:
            for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
                asked = text("SELECT has_table_privilege('hw_answerer', :table, :right)")
                if connection.execute(asked, {"table": table.name, "right": right}).scalar_one():
                    found.setdefault(table.name, set()).add(right)
            if "UPDATE" in found.get(table.name, ()):
                continue
            for column in table.columns:
                asked = text("SELECT has_column_privilege('hw_answerer', :table, :name, 'UPDATE')")
                named = {"table": table.name, "name": column.name}
                if connection.execute(asked, named).scalar_one():
                    found.setdefault(table.name, set()).add(f"UPDATE of {column.name}")
    assert found == WRITTEN_BY_THE_API


REFUSED = {
    "answerer": (
        "UPDATE api_token SET role = 'admin'",
        "INSERT INTO api_token (name) VALUES ('mine')",
        "DELETE FROM audit_event",
        "UPDATE audit_event SET who = 'nobody'",
        "DELETE FROM verdict",
        "DELETE FROM work_item",
        "UPDATE alembic_version SET version_num = 'x'",
        "CREATE TABLE mine (n int)",
        "CREATE TEMPORARY TABLE mine (n int)",
        "CREATE SCHEMA mine",
        "COPY work_item TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
        "SET ROLE headwater_owner",
    ),
    "worker": (
        "UPDATE audit_event SET who = 'nobody'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "UPDATE alembic_version SET version_num = 'x'",
        "DROP TABLE work_item",
        "ALTER TABLE work_item ADD COLUMN mine int",
        "CREATE TABLE mine (n int)",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "COPY work_item TO PROGRAM 'cat'",
        "SET ROLE headwater_owner",
    ),
    "mover": (
        "COPY work_item TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
        "CREATE ROLE mine",
    ),
}


@pytest.mark.parametrize("user", sorted(REFUSED))
def test_what_is_not_a_roles_work_is_refused_by_the_database(made: Set, user: str) -> None:
    engine = create_engine(made.roles.url(user))
    try:
        for statement in REFUSED[user]:
            with engine.connect() as connection, pytest.raises(DBAPIError) as refused:
                connection.execute(text(statement))
            said = str(refused.value.orig)
            assert "permission denied" in said or "must be owner" in said, f"{statement}: {said}"
    finally:
        engine.dispose()


def test_what_a_later_migration_makes_is_covered_before_the_statements_run_again(made: Set) -> None:
    mover = create_engine(made.roles.url("mover"))
    try:
        with mover.begin() as connection:
            connection.execute(text("CREATE TABLE later (n int)"))
        with made.worker.writing() as session:
            session.execute(text("INSERT INTO later VALUES (1)"))
        with made.answerer.read() as session:
            assert session.execute(text("SELECT n FROM later")).scalar_one() == 1
    finally:
        with mover.begin() as connection:
            connection.execute(text("DROP TABLE later"))
        mover.dispose()
