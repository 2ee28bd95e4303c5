"""What is not known is null, with the reason; it is never zero."""

from __future__ import annotations

import pytest

from tests.api.client import Client


@pytest.mark.parametrize("slug", ["recovery_time", "change_fail_rate", "deployment_rework_rate"])
def test_a_service_without_incidents_has_no_failures_but_no_zero_either(
    thin: Client, slug: str
) -> None:
    body = thin.json(f"/v1/services/web/metrics/{slug}?interval=month")
    assert set(body["value"].values()) == {None}
    assert body["observed"] == {}
    assert body["grade"] == "D"
    assert body["n"] == 0
    assert "no incident source for this service" in body["reasons"]
    values = [row for row in body["series"] for row in (row,) if "p50" in row or "ratio" in row]
    assert all(row.get("p50", row.get("ratio")) is None for row in values)
    assert len(values) == len(body["series"]) > 0


def test_what_is_missing_comes_with_the_line_that_supplies_it(thin: Client) -> None:
    expected = {
        "what": "no incident source for this service",
        "line": 'configuration_items = ["web"]',
    }
    assert thin.json("/v1/services/web/dora")["missing"] == expected
    rows = {row["name"]: row for row in thin.json("/v1/overview")["services"]}
    assert rows["web"]["missing"] == expected
    assert rows["engine"]["missing"] is None
    quality = thin.json("/v1/quality?service=web")["items"]
    row = next(row for row in quality if row["id"] == "C5")
    assert row["value"] is None
    assert (row["numerator"], row["denominator"]) == (0, 0)
    assert row["reason"] == "no incident source for this service"


def test_speed_is_told_where_failures_are_not_known(thin: Client) -> None:
    body = thin.json("/v1/services/web/dora?from=2026-01-01")
    assert body["deployment_frequency"]["value"]["count"] > 0
    assert body["change_lead_time"]["value"]["p50"] > 0


def test_a_stream_without_stages_has_no_efficiency(thin: Client) -> None:
    body = thin.json("/v1/streams/bare/metrics/efficiency?from=2026-01-01")
    assert body["value"]["ratio"] is None
    assert "no_waiting_statuses" in body["reasons"]
    flow = thin.json("/v1/streams/bare/metrics/flow_time?from=2026-01-01")
    assert flow["n"] > 0


def test_a_stream_without_stages_still_shows_its_row(thin: Client) -> None:
    rows = {row["name"]: row for row in thin.json("/v1/overview?from=2026-01-01")["streams"]}
    assert rows["bare"]["efficiency"]["value"]["ratio"] is None
    assert rows["bare"]["load"]["value"]["now"] == rows["search"]["load"]["value"]["now"]


@pytest.mark.parametrize(
    ("slug", "names"),
    [
        ("flow_time", ["p50", "p85", "p95"]),
        ("idea_to_release", ["p50", "p85", "p95"]),
        ("time_by_tool", ["p50", "ci_p85", "review_share", "tracker_d", "tracker_unlinked_share"]),
        ("efficiency", ["ratio"]),
        ("distribution", ["feature", "defect"]),
        ("reopen_rate", ["ratio"]),
        ("discard_rate", ["ratio"]),
        ("delay_cost", ["cents", "per_week_cents", "burn_rate_cents"]),
    ],
)
def test_a_stream_without_items_has_no_value_and_says_why(
    thin: Client, slug: str, names: list[str]
) -> None:
    body = thin.json(f"/v1/streams/empty/metrics/{slug}")
    assert [body["value"][name] for name in names] == [None] * len(names)
    assert body["n"] == 0
    assert body["reasons"]


def test_a_stream_without_items_has_a_map_without_days(thin: Client) -> None:
    row = next(row for row in thin.json("/v1/overview")["streams"] if row["name"] == "empty")
    assert row["total_d"] is None
    assert row["stages"] == []
    assert {week["p50"] for week in row["weeks"]} == {None}
    stages = thin.json("/v1/streams/empty/stages")["items"]
    assert {stage["waiting_d"] for stage in stages} == {None}
    split = thin.json("/v1/streams/empty/delay-cost")
    assert split["cost_cents"] is None
    assert split["reason"] == "nothing that waited in this window has a value"


def test_counts_of_an_empty_stream_are_zero_because_they_are_known(thin: Client) -> None:
    assert thin.json("/v1/streams/empty/metrics/load")["value"]["now"] == 0
    assert thin.json("/v1/streams/empty/metrics/velocity")["value"]["count"] == 0


def test_before_anything_was_read_the_overview_has_no_number(unread: Client) -> None:
    body = unread.json("/v1/overview")
    assert (body["streams"], body["services"]) == ([], [])
    headline = body["headline"]
    assert (headline["how_long"], headline["where"], headline["cost"]) == (None, None, None)
    assert headline["grade"] == "D"
    assert body["oldest_watermark"] is None
    assert set(body["watermarks"].values()) == {None}


def test_before_anything_was_read_every_source_says_never(unread: Client) -> None:
    rows = unread.json("/v1/sources")["items"]
    assert [row["name"] for row in rows] == ["jira", "gitlab", "jenkins", "snow"]
    for row in rows:
        assert (row["state"], row["watermark_at"], row["late"]) == ("never", None, True)
    assert unread.json("/v1/items") == {"items": [], "next": None, "total": 0}


def test_an_item_without_a_value_has_no_cost_and_says_so(client: Client) -> None:
    rows = client.json("/v1/items?limit=500")["items"]
    bare = [row for row in rows if row["value_per_week_cents"] is None]
    plain = next(row for row in bare if row["burn_rate_cents"] is None)  # nor has its parent one
    cost = client.json(f"/v1/items/{plain['key']}/journey")["delay_cost"]
    why = "nobody valued this item"
    assert cost == {"cents": None, "per_week_cents": None, "reason": why, "waits": None}
