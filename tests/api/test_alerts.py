"""`GET /v1/alerts`: every cause once, with its evidence and what became of telling it."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from api.app import create_app
from api.schemas_alerts import AlertsBody
from pipeline.database import Database, over
from store import alerts
from tests.api.client import Client
from tests.pipeline.alert_desk import Desk, cause, webhook
from tests.pipeline.alert_shop import NOW_TS, shop

ROUTES = (
    webhook("https://r.example/in", name="web", teams=["web"], default=False),
    webhook("https://r.example/in", quiet={"from": "09:00", "to": "11:00"}),
)


@pytest.fixture
def database(sqlite_engine: Engine) -> Database:
    return over(sqlite_engine)


@pytest.fixture
def desk(database: Database) -> Desk:
    """SHOP-1 of web is delivered, SHOP-2 of nobody is held, SHOP-3 has ended."""
    desk = Desk(database, shop(*ROUTES))
    desk.notice(cause("SHOP-1"), cause("SHOP-2", team=""), cause("SHOP-3", rule="ageing"))
    with database.writing() as session:
        first, _, third = alerts.open_alerts(session)
        known = alerts.told_of(session, [first.id, third.id])
        done = [one.id for rows in known.values() for one in rows]
        alerts.note(session, done, state="delivered", delivered_ts=NOW_TS + 5, attempts=1)
        alerts.end(session, [third.id], ts=NOW_TS + 60)
        alerts.note_evaluated(session, NOW_TS + 60, "ground")
    return desk


@pytest.fixture
def client(desk: Desk) -> Client:
    return Client(create_app(desk.settings, desk.database))


def _keys(client: Client, query: str = "") -> list[str]:
    body = client.get(f"/v1/alerts{query}").json()
    AlertsBody.model_validate(body)
    return [one["subject"] for one in body["items"]]


def test_what_is_the_case_is_told_with_evidence_and_link(client: Client) -> None:
    body = client.get("/v1/alerts").json()
    assert (body["total"], body["looked_at"]) == (2, "2026-07-01T10:01:00Z")
    assert body["by_rule"] == {"blocked": 2}
    second, first = body["items"]
    assert (first["subject"], first["state"], first["team"]) == ("SHOP-1", "open", "web")
    assert first["why"] == ["flag: Flagged", "in Build, with web"]
    assert first["since"] == "2026-06-30T08:00:00Z"
    assert first["cost"]["per_week_cents"] == 70_000
    assert (first["page"], first["explain"]) == (
        "/journey?key=SHOP-1", "/v1/streams/checkout/blocked",
    )  # fmt: skip
    (told,) = first["deliveries"]
    assert (told["route"], told["state"], told["delivered_at"]) == (
        "web", "delivered", "2026-07-01T10:00:05Z",
    )  # fmt: skip
    (held,) = second["deliveries"]
    assert (held["route"], held["state"], held["due_at"], held["reason"]) == (
        "ops", "held", "2026-07-01T11:00:00Z", "quiet hours",
    )  # fmt: skip


def test_alerts_are_chosen_and_paged(client: Client) -> None:
    assert _keys(client) == ["SHOP-2", "SHOP-1"]
    assert _keys(client, "?state=ended") == ["SHOP-3"]
    assert _keys(client, "?state=all") == ["SHOP-3", "SHOP-2", "SHOP-1"]
    assert _keys(client, "?state=all&rule=ageing") == ["SHOP-3"]
    assert _keys(client, "?team=web&stream=checkout") == ["SHOP-1"]
    assert _keys(client, "?delivery=held") == ["SHOP-2"]
    assert _keys(client, "?delivery=failed") == []
    page = client.get("/v1/alerts?state=all&limit=2").json()
    assert [one["subject"] for one in page["items"]] == ["SHOP-3", "SHOP-2"]
    assert _keys(client, f"?state=all&limit=2&cursor={page['next']}") == ["SHOP-1"]


@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        ("state=new", "open, ended, all"),
        ("rule=late", "signal, breach, ageing"),
        ("stream=shop", "checkout"),
        ("delivery=lost", "waiting, held"),
        ("team=nobody", "web"),
        ("cursor=x", "`next` of the page before"),
        ("person=anna", "person"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(
    client: Client, query: str, allowed: str
) -> None:
    refused = client.get(f"/v1/alerts?{query}")
    assert refused.status_code == 422
    assert allowed in refused.text


def test_a_poll_sees_at_once_that_an_alert_moved(client: Client, desk: Desk) -> None:
    first = client.get("/v1/alerts")
    again = client.get("/v1/alerts", {"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    desk.notice(cause("SHOP-4"))
    client.app.state.served.forget_version()
    assert _keys(client) == ["SHOP-4", "SHOP-2", "SHOP-1"]


def test_before_anything_was_looked_for_that_is_said(database: Database) -> None:
    body = Client(create_app(shop(), database)).get("/v1/alerts").json()
    assert (body["items"], body["looked_at"], body["routes"]) == ([], None, [])
    assert body["rules"][0] == "signal"
