"""Rows of explanations carry what a calculator needs: pooled numbers, money, stages, returns."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from math import floor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.api.by_hand import DAY, WEEK, Answer, near, nearest, ts
from tests.api.client import Client

_ALL = "from=2026-02-01"


@pytest.fixture(scope="module")
def overview(_app: Any) -> Answer:
    return Client(_app).json("/v1/overview")


def test_the_headline_opens_to_the_items_of_all_streams(calm: Client, overview: Answer) -> None:
    told = overview["headline"]["how_long"]
    body = calm.json(told["explain"])
    rows = body["included"]
    assert (body["metric"], body["n"]) == ("idea_to_release", told["n"])
    assert {row["stream"] for row in rows} == {row["name"] for row in overview["streams"]}
    days = [((ts(row["released_at"]) or 0) - (ts(row["idea_at"]) or 0)) / DAY for row in rows]
    for name, p in (("p50", 0.50), ("p85", 0.85), ("p95", 0.95)):
        seen = told["value"][name] or told["observed"].get(name)
        assert seen == near(nearest(days, p))
    left_out = [row["reason"] for row in body["excluded"]]
    assert {one: left_out.count(one) for one in left_out} == told["excluded"]


def test_the_headline_of_one_kind_opens_to_that_kind(calm: Client) -> None:
    told = calm.json("/v1/overview?type=defect")["headline"]["how_long"]
    assert parse_qs(urlsplit(told["explain"]).query)["type"] == ["defect"]
    rows = calm.json(told["explain"])["included"]
    assert {row["kind"] for row in rows} == {"defect"}
    assert len(rows) == told["n"]


def test_what_waiting_costs_is_the_sum_of_its_items(calm: Client, overview: Answer) -> None:
    told = overview["headline"]["cost"]
    value, rows = told["value"], calm.json(told["explain"])["included"]
    assert sum(row["cost_cents"] for row in rows if not row["sunk"]) == value["cents"]
    assert sum(row["cost_cents"] for row in rows if row["sunk"]) == value["sunk_cents"]
    assert sum(row["burn_rate_cents"] for row in rows) == value["burn_rate_cents"]
    assert len(rows) == told["n"] == value["valued"]
    assert any(row["sunk"] for row in rows), "the company drops work that waited"


def test_only_numbers_of_the_headline_are_opened_there(calm: Client) -> None:
    assert calm.json("/v1/overview/explain")["metric"] == "idea_to_release"
    assert "metric" in calm.problem("/v1/overview/explain?metric=velocity", 422)["detail"]


def _cost(profile: str, amount: int, weeks: float, more: Answer) -> float:
    """The formulas of the page of delay cost, without a discount."""
    delay = max(weeks, 0.0)
    if profile in ("P1", "P6"):
        delay = max(delay - more.get("free_weeks", 0.0), 0.0)
        return amount * min(delay, more.get("life_weeks", delay))
    if profile == "P2":
        life = more["life_weeks"]
        whole = amount * life / 2
        return whole - amount * (life - min(delay, life)) ** 2 / (2 * life) if life else 0.0
    if profile == "P4":
        if more["slack_weeks"] < 0:
            return more["per_week_cents"] * delay
        late = delay - more["slack_weeks"]
        return amount + more["per_week_cents"] * late if late > 0 else 0.0
    assert profile == "P5"
    return amount * delay + more["escalation_cents"] * delay**2 / 2


@pytest.mark.parametrize("stream", ["checkout", "search", "fulfilment"])
def test_the_cost_of_each_item_follows_from_its_row(calm: Client, stream: str) -> None:
    rows = calm.json(f"/v1/streams/{stream}/metrics/delay_cost/explain")["included"]
    alone = [row for row in rows if not row["value"]["inherited"]]
    alone = [row for row in alone if row["value"]["profile"] != "P3"]
    assert alone
    for row in alone:
        value = row["value"]
        assert "discount_per_year" not in value["parameters"], "then another formula holds"
        begin, end = (
            floor(
                _cost(value["profile"], value["likely_cents"], seconds / WEEK, value["parameters"])
                + 0.5
            )
            for seconds in (row["delay_before_s"], row["delay_before_s"] + row["charged_s"])
        )
        assert abs(row["cost_cents"] - (end - begin)) <= 1, row


@pytest.mark.parametrize("more", ["", "?calendar=working", f"?{_ALL}&type=feature"])
def test_each_number_of_a_stage_follows_from_the_visits(calm: Client, more: str) -> None:
    address = f"/v1/streams/checkout/stages{more}"
    stages = calm.json(address)
    body = calm.json(stages["explain"])
    rows, here = body["included"], body["in_flight"]
    assert body.get("calendar") == stages.get("calendar")
    assert len(rows) == calm.json(f"/v1/streams/checkout/metrics/flow_time{more}")["n"]
    for stage in stages["items"]:
        found = [one for row in rows for one in row["stages"] if one["name"] == stage["name"]]
        visits = [seconds / DAY for one in found for seconds in one["visits_s"]]
        assert stage["visits"] == len(visits)
        assert stage["visit_share"] == near(len(found) / len(rows))
        for name, p in (("p50_d", 0.50), ("p85_d", 0.85)):
            assert stage[name] == (near(nearest(visits, p)) if visits else None)
        for name in ("waiting", "active"):
            spent = sum(one[f"{name}_s"] for one in found)
            assert stage[f"{name}_d"] == near(spent / DAY / len(rows))
        inside = [row for row in here if row["stage"] == stage["name"]]
        waits = [row["seconds"] / DAY for row in inside if row["state"] == "waiting"]
        assert (stage["items_now"], stage["waiting_now"]) == (len(inside), len(waits))
        average = near(sum(waits) / len(waits)) if waits else None
        assert stage["average_wait_now_d"] == average


def test_a_skipped_stage_is_in_no_row_and_left_out_deliveries_have_a_reason(calm: Client) -> None:
    body = calm.json("/v1/streams/checkout/stages/explain")
    names = {stage["name"] for stage in calm.json("/v1/streams/checkout")["stages"]}
    told = [{one["name"] for one in row["stages"]} for row in body["included"]]
    assert any(names - one - {"Ideas", "Done", "Dropped"} for one in told)
    assert all(row["reason"] for row in body["excluded"])


@pytest.mark.parametrize(
    ("slug", "counts"),
    [
        ("reopen_rate", lambda row: row["reopened"]),
        ("discard_rate", lambda row: row["cancelled_at"] is not None),
    ],
)
def test_returns_and_what_was_dropped_are_marked(
    copied: tuple[Client, Path], slug: str, counts: Callable[[Answer], bool]
) -> None:
    client, path = copied
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("UPDATE item_fact SET reopened = 1 WHERE item_id % 5 = 0")
        base.execute("UPDATE value_stream SET facts_version = facts_version + 1")
    found = 0
    for stream in ("checkout", "search", "fulfilment"):
        value = client.json(f"/v1/streams/{stream}/metrics/{slug}?{_ALL}")
        rows = client.json(value["explain"])["included"]
        assert sum(map(counts, rows)) == value["value"]["numerator"]
        assert len(rows) == value["value"]["denominator"]
        found += value["value"]["numerator"]
    assert found > 0
