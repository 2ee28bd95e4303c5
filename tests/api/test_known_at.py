"""`known_at`, and the list of what was restated: good questions, and bad ones."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select

from api.schemas_lists import Listed
from api.schemas_restatements import RestatementRow
from pipeline.clock import now_ts
from store.models import value_stream
from tests.api.client import Client, Clock
from tests.e2e.company import Company

_VELOCITY = "/v1/streams/checkout/metrics/velocity"


@pytest.fixture
def since(company: Company, clock: Clock) -> int:
    """From when on what was known is kept; now is an hour later."""
    with company.database.read() as session:
        found = session.execute(select(value_stream.c.known_since_ts)).scalars().first()
    assert found is not None
    assert found <= now_ts()
    clock.ts = found + 3600
    return int(found)


def _told(ts: int) -> str:
    with sqlite3.connect(":memory:") as base:
        row = base.execute("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', ?, 'unixepoch')", [ts])
        return str(row.fetchone()[0])


@pytest.fixture
def client(calm: Client) -> Client:
    return calm


def test_the_answer_names_the_moment_and_so_does_its_explanation(
    client: Client, since: int
) -> None:
    at = _told(since + 100)
    body = client.json(f"{_VELOCITY}?known_at={at}")
    assert body["known_at"] == at
    assert body["as_of"] == _told((since + 100) // 60 * 60)
    assert f"known_at={at}" in body["explain"]
    assert len(client.json(body["explain"])["included"]) == body["n"] > 0


@pytest.mark.parametrize(
    "address",
    [
        _VELOCITY,
        "/v1/streams/checkout/metrics/flow_time?interval=week",
        "/v1/streams/checkout/metrics/time_by_tool?interval=quarter",
        "/v1/streams/checkout/metrics/time_by_tool/explain",
        "/v1/streams/checkout/metrics/idea_to_live?interval=month",
        "/v1/streams/checkout/metrics/realised_value/explain",
        "/v1/streams/checkout/unexposed",
        "/v1/streams/checkout/discards",
        "/v1/streams/checkout/stages",
        "/v1/streams/checkout/map",
        "/v1/streams/checkout/map/explain?step=Build",
        "/v1/streams/checkout/edges",
        "/v1/streams/checkout/handoffs",
        "/v1/streams/checkout/findings",
        "/v1/streams/checkout/findings/explain?kind=batch",
        "/v1/streams/checkout/littles-law",
        "/v1/streams/checkout/littles-law/explain",
        "/v1/streams/checkout/ageing",
        "/v1/streams/checkout/ageing/explain",
        "/v1/streams/checkout/sle",
        "/v1/streams/checkout/sle/explain",
        "/v1/streams/checkout/teams",
        "/v1/streams/checkout/teams/explain?team=checkout",
        "/v1/streams/checkout/blocked",
        "/v1/streams/checkout/blocked/explain",
        "/v1/streams/checkout/metrics/load?team=checkout",
        "/v1/streams/checkout/cfd",
        "/v1/streams/checkout/cfd/explain",
        "/v1/streams/checkout/run-chart",
        "/v1/streams/checkout/metrics/velocity/xmr",
        "/v1/streams/checkout/forecasts/when?items=20",
        "/v1/streams/checkout/forecasts/calibration",
        "/v1/streams/checkout/delay-cost?by=item",
        "/v1/streams/checkout/delay-cost/explain",
        "/v1/streams/checkout/delay-cost/items",
        "/v1/services/web/metrics/change_lead_time",
        "/v1/services/web/metrics/change_fail_rate/explain",
        "/v1/services/web/dora",
        "/v1/services/web/metrics/delivery_cycle/explain",
        "/v1/streams/checkout/dora",
        "/v1/streams/checkout/questions",
        "/v1/streams/checkout/lab",
        "/v1/overview",
    ],
)
def test_every_answer_takes_it_and_refuses_what_is_no_such_moment(
    client: Client, since: int, address: str
) -> None:
    more = f"{address}{'&' if '?' in address else '?'}known_at="
    client.json(more + _told(since + 100))
    early = client.problem(more + _told(since - 1), 422)
    assert _told(since) in early["detail"]
    assert "future" in client.problem(more + _told(since + 9999), 422)["detail"]
    assert client.problem(f"{more}yesterday", 422)["detail"].startswith("known_at:")


def test_what_came_later_is_not_in_the_answer(copied: tuple[Client, Path], since: int) -> None:
    client, path = copied
    then = client.json(f"{_VELOCITY}?known_at={_told(since + 100)}")
    tag = client.get(_VELOCITY).headers["etag"]
    with sqlite3.connect(path) as base:
        gone = "item_id IN (SELECT item_id FROM item_fact WHERE done_ts IS NOT NULL LIMIT 5)"
        base.execute(f"UPDATE item_fact SET known_ts = {since + 200} WHERE {gone}")
        base.execute("UPDATE value_stream SET facts_version = facts_version + 1")
    again = client.json(f"{_VELOCITY}?known_at={_told(since + 300)}")
    assert again["value"]["count"] == then["value"]["count"]
    fewer = client.json(f"{_VELOCITY}?from=2020-01-01&known_at={_told(since + 199)}")
    all_ = client.json(f"{_VELOCITY}?from=2020-01-01&known_at={_told(since + 200)}")
    assert fewer["n"] < all_["n"]
    assert client.get(f"{_VELOCITY}?known_at={_told(since + 100)}").headers["etag"] != tag


def _logged(path: Path, at: int) -> str:
    """Two changes of one item that is done, the later one in the ordinary course; its key."""
    with sqlite3.connect(path) as base:
        stream, item, key, done = base.execute(
            "SELECT stream_id, item_id, key, done_ts FROM item_fact JOIN work_item ON id = item_id"
            " WHERE done_ts IS NOT NULL AND stream_id = (SELECT id FROM value_stream WHERE"
            " name = 'checkout') AND item_id NOT IN (SELECT entity_id FROM fact_change)"
        ).fetchone()
        rows = [
            (1, f'{{"done_ts":[{done - 60},{done}]}}', 1, at),
            (2, '{"state":["active","waiting"]}', 0, at + 1),
            (3, f'{{"done_ts":[null,{done - 60}]}}', 1, at - 100),
        ]
        for part, changes, restates, ts in sorted(rows, key=lambda row: row[3]):
            base.execute(
                "INSERT INTO fact_change (fact, owner_id, entity_id, part, what, changes, restates,"
                " recorded_ts, cause) VALUES ('item_fact', ?, ?, ?, 'changed', ?, ?, ?, 'records')",
                (stream, item, part, changes, restates, ts),
            )
    return str(key)


def test_what_is_linked_to_items_in_flight_is_not_told_as_known_then(
    client: Client, since: int
) -> None:
    address = "/v1/streams/checkout/metrics/time_by_tool"
    body = client.json(f"{address}?known_at={_told(since + 100)}")
    assert body["in_flight"]["n"] is None
    assert "kept only as it is now" in body["in_flight"]["reason"]
    assert body["in_flight"]["value"] == {}
    assert client.json(body["explain"])["in_flight"] == []


def test_restatements_are_listed_newest_first_with_what_moved(
    copied: tuple[Client, Path], since: int
) -> None:
    client, path = copied
    key = _logged(path, since + 200)
    body = client.json("/v1/restatements")
    Listed[RestatementRow].model_validate(body)
    first = body["items"][0]
    assert (first["at"], first["key"], first["stream"]) == (_told(since + 200), key, "checkout")
    assert [one["field"] for one in first["changes"]] == ["done_at"]
    assert {"velocity", "flow_time"} <= set(first["metrics"])
    assert client.json(first["journey"])["key"] == key
    assert len(body["items"]) == 2
    assert len(client.json(f"/v1/restatements?everything=true&item={key}")["items"]) == 3
    page = client.json("/v1/restatements?limit=1")
    rest = client.json(f"/v1/restatements?limit=1&cursor={page['next']}")
    assert page["items"] + rest["items"] == body["items"]
    assert rest["next"] is None


def test_restatements_are_filtered(copied: tuple[Client, Path], since: int) -> None:
    client, path = copied
    key = _logged(path, since + 200)
    counts = {
        f"since={_told(since + 150)}": 1,
        "stream=checkout": 2,
        "stream=search": 0,
        "service=web": 0,
        f"item={key}": 2,
        "metric=velocity": 2,
        f"metric=delay_cost&everything=true&item={key}": 2,
        "metric=change_fail_rate": 0,
    }
    found = {more: len(client.json(f"/v1/restatements?{more}")["items"]) for more in counts}
    assert found == counts


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ("stream=nope", 404),
        ("service=nope", 404),
        ("metric=nope", 404),
        ("item=NOPE-1", 404),
        ("stream=checkout&service=web", 422),
        ("since=soon", 422),
        ("since=2999-01-01", 422),
        ("cursor=x", 422),
        ("limit=0", 422),
        ("what=gone", 422),
    ],
)
def test_bad_questions_are_refused(client: Client, more: str, status: int) -> None:
    client.problem(f"/v1/restatements?{more}", status)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("/v1/quality/clock-skew", "only the last offset is kept"),
        ("/v1/quality/audit", "which links the rules had found"),
        ("/v1/quality/agreement", "links and what people say"),
        ("/v1/quality/unlinked", "links are kept only as they are now"),
        ("/v1/quality/unlinked/summary", "links are kept only as they are now"),
        ("/v1/quality", "in the metric's own answer"),
        ("/v1/services/web/incidents", "what an incident is put down to"),
        ("/v1/items", "items as they are now"),
        ("/v1/items/SHOP-1/journey", "drawn of records and links"),
    ],
)
def test_an_address_that_can_not_says_why(
    client: Client, since: int, address: str, why: str
) -> None:
    detail = client.problem(f"{address}?known_at={_told(since + 100)}", 422)["detail"]
    assert detail.startswith("known_at: ")
    assert why in detail
