"""How much an account may ask, and what of it is noted for good."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from pipeline.access_tokens import new_secret
from pipeline.audit_log import list_events
from pipeline.clock import now_ts
from pipeline.database import Database, over
from pipeline.sync import bring_up_to_date
from tests.api.client import Client
from tests.api.locked import JSON, bearer, locked, settings_of, token

PLAN = {
    "stream": "checkout",
    "title": "Two more testers",
    "hypothesis": "work waits for a tester",
    "metric": "flow_time",
    "target": {"value": 3.0, "by": "2030-12-31"},
    "owner": "team test",
}


@pytest.fixture
def database(sqlite_engine: Engine) -> Database:
    return over(sqlite_engine)


def _log(door: Client, database: Database) -> list[dict[str, Any]]:
    door.app.state.access.settle()
    with database.read() as session:
        rows: list[dict[str, Any]] = list_events(session, cursor=None, limit=100)["items"]
    return rows


@pytest.mark.usefixtures("unhurried")
def test_what_is_asked_too_often_is_refused_until_it_is_not(database: Database) -> None:
    door = locked(database, requests_per_minute=10)
    mine, other = bearer(token(database, "poller")), bearer(token(database, "other"))
    answers = [door.get("/v1/dora/context", mine) for _ in range(12)]
    assert [one.status_code for one in answers[:10]] == [200] * 10
    last = answers[-1]
    assert last.status_code == 429
    assert 1 <= int(last.headers["retry-after"]) <= 6
    assert last.headers["ratelimit-limit"] == "10"
    assert last.headers["ratelimit-remaining"] == "0"
    assert answers[0].headers["ratelimit-remaining"] == "9"
    assert door.get("/v1/dora/context", other).status_code == 200
    door.app.state.access.settle()


def test_what_is_written_is_in_the_log_with_the_account_and_what_is_asked_is_not(
    door: Client, database: Database
) -> None:
    bring_up_to_date(settings_of(), database, everything=True)
    anna = bearer(token(database, "anna", "analyst"))
    made = door.post("/v1/improvements", orjson.dumps(PLAN), JSON | anna)
    assert made.status_code == 202, made.text
    assert (made.json()["who"], made.json()["title"]) == ("token:anna", PLAN["title"])
    claimed = door.post("/v1/improvements", orjson.dumps(PLAN | {"who": "bo"}), JSON | anna)
    assert (claimed.status_code, claimed.json()["field"]) == (422, "who")
    again = door.post("/v1/improvements", orjson.dumps(PLAN | {"who": "token:anna"}), JSON | anna)
    assert again.status_code == 200
    door.post("/v1/sequences", b'{"stream": "checkout"}', JSON | anna)
    door.get("/v1/streams", anna)
    wrote = [one for one in _log(door, database) if one["action"] == "wrote"]
    assert [(one["who"], one["subject"]) for one in wrote] == [
        ("token:anna", "POST /v1/improvements")
    ] * 2
    assert [one["detail"]["status"] for one in wrote] == [200, 202]


def test_what_is_refused_is_in_the_log_once_a_minute(
    door: Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = now_ts()
    monkeypatch.setattr("api.access.now_ts", lambda: start)
    viewer = bearer(token(database, "wall"))
    for _ in range(3):
        assert door.get("/v1/audit-log", viewer).status_code == 403
        assert door.get("/v1/overview", bearer(new_secret())).status_code == 401
        assert door.get("/v1/overview").status_code == 401
    told = [(one["who"], one["subject"]) for one in _log(door, database)][:-1]
    expected = {(None, "GET /v1/overview"), ("token:wall", "GET /v1/audit-log")}
    assert set(told) == expected
    assert len(told) == 2


def test_admins_read_the_log_by_account_action_and_page(door: Client, database: Database) -> None:
    admin = bearer(token(database, "admin", "admin"))
    for name in ("one", "two"):
        token(database, name)
    page = door.get("/v1/audit-log?action=token_created&limit=2", admin).json()
    assert [one["subject"] for one in page["items"]] == ["token:two", "token:one"]
    rest = door.get(f"/v1/audit-log?action=token_created&cursor={page['next']}", admin).json()
    assert [one["subject"] for one in rest["items"]] == ["token:admin"]
    assert rest["next"] is None
    assert door.get("/v1/audit-log?who=nobody", admin).json()["items"] == []
    wrong = door.get("/v1/audit-log?action=slept", admin)
    assert wrong.status_code == 422
    assert "signed_in" in wrong.json()["detail"]


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_event SET who = 'x'", "DELETE FROM audit_event"]
)
def test_the_log_can_not_be_changed(engine: Engine, statement: str) -> None:
    token(over(engine), "one")
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
