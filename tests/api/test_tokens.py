"""Tokens by HTTP: made, listed and revoked by admins, and by nobody where nobody signs in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine

from api.app import create_app
from pipeline.audit_log import list_events
from pipeline.database import Database, over
from tests.api.client import Client
from tests.api.locked import JSON, bearer, settings_of, token

TOKENS = "/v1/tokens"


@pytest.fixture
def database(sqlite_engine: Engine) -> Database:
    return over(sqlite_engine)


@pytest.fixture
def boss(database: Database) -> dict[str, str]:
    return bearer(token(database, "boss", "admin"))


def _post(door: Client, by: dict[str, str], **given: Any) -> Any:
    return door.post(TOKENS, orjson.dumps(given), JSON | by)


def test_a_token_is_made_counts_at_once_is_listed_without_its_secret_and_revoked(
    door: Client, database: Database, boss: dict[str, str]
) -> None:
    answer = _post(door, boss, name="bi", role="viewer", streams=["checkout"], expires="90d")
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    ends = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=89, hours=23) < ends <= timedelta(days=90)
    secret = made.pop("secret")
    theirs = bearer(secret)
    assert door.get("/v1/streams/checkout/metrics/flow_time", theirs).status_code != 401
    assert door.get("/v1/overview", theirs).status_code == 403
    listed = door.get(TOKENS, boss)
    assert "etag" not in listed.headers
    assert secret not in listed.text
    rows = {row["name"]: row for row in listed.json()["items"]}
    assert rows["bi"] | {"last_used_at": None} == made | {"last_used_at": None}
    assert (made["state"], made["created_by"]) == ("counts", "token:boss")

    ended = door.request("DELETE", f"{TOKENS}/{made['id']}", headers=boss)
    assert (ended.status_code, ended.json()["state"]) == (200, "revoked")
    assert door.get("/v1/streams/checkout/metrics/flow_time", theirs).status_code == 401
    assert door.request("DELETE", f"{TOKENS}/{made['id']}", headers=boss).status_code == 404
    door.app.state.access.settle()
    with database.read() as session:
        log = list_events(session, cursor=None, limit=50)["items"]
    told = {(row["who"], row["action"], row["subject"]) for row in log}
    assert ("token:boss", "token_created", "token:bi") in told
    assert ("token:boss", "token_revoked", "token:bi") in told
    assert secret not in str(log)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "BI"}, "lower case"),
        ({"name": "boss"}, "there is a token"),
        ({"name": "bi", "role": "king"}, "role"),
        ({"name": "bi", "streams": ["chekout"]}, "known: checkout"),
        ({"name": "bi", "role": "admin", "streams": ["checkout"]}, "an admin sees all"),
        ({"name": "bi", "expires": "soon"}, '"never"'),
        ({"name": "bi", "expires": "4000d"}, "at most"),
        ({"name": "bi", "who": "somebody"}, "who"),
        ({}, "name"),
    ],
    ids=["name", "taken", "role", "stream", "admin", "expires", "too long", "who", "nothing"],
)
def test_a_token_that_makes_no_sense_is_refused_and_not_made(
    door: Client, boss: dict[str, str], given: dict[str, Any], told: str
) -> None:
    answer = _post(door, boss, **given)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]
    assert [row["name"] for row in door.get(TOKENS, boss).json()["items"]] == ["boss"]


def test_a_page_of_another_site_makes_and_revokes_nothing(
    door: Client, boss: dict[str, str]
) -> None:
    foreign = boss | {"sec-fetch-site": "cross-site"}
    assert _post(door, foreign, name="bi").status_code == 403
    assert door.request("DELETE", f"{TOKENS}/1", headers=foreign).status_code == 403
    assert [row["state"] for row in door.get(TOKENS, boss).json()["items"]] == ["counts"]


def test_where_nobody_signs_in_a_token_that_counts_later_is_made_by_nobody(
    database: Database,
) -> None:
    token(database, "boss", "admin")
    anybody = Client(create_app(settings_of(), database))
    made = _post(anybody, {}, name="bi", role="admin")
    assert made.status_code == 403
    assert "headwater token create" in made.json()["detail"]
    assert anybody.request("DELETE", f"{TOKENS}/1").status_code == 403
    assert [row["state"] for row in anybody.get(TOKENS).json()["items"]] == ["counts"]
