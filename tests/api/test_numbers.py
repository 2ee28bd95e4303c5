"""Numbers of different answers agree with each other."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.service_measures import DORA_SLUGS
from pipeline.stream_measures import FLOW_SLUGS
from tests.api.client import Answer, Client
from tests.e2e.company import Company

STREAMS = ("checkout", "fulfilment", "search")
WINDOW = "from=2026-03-01&to=2026-11-10"


@pytest.mark.parametrize("kind", ["", "&type=feature"])
@pytest.mark.parametrize("slug", FLOW_SLUGS)
def test_the_items_behind_a_metric_are_as_many_as_it_says(
    client: Client, slug: str, kind: str
) -> None:
    for stream in STREAMS:
        metric = client.json(f"/v1/streams/{stream}/metrics/{slug}?{WINDOW}{kind}")
        behind = client.json(metric["explain"])
        _agree(metric, behind)
        if kind:
            assert {row["kind"] for row in behind["included"]} <= {"feature"}


@pytest.mark.parametrize("slug", DORA_SLUGS)
def test_what_is_behind_a_dora_metric_is_as_much_as_it_says(client: Client, slug: str) -> None:
    sizes = []
    for row in client.json("/v1/services")["items"]:
        metric = client.json(f"/v1/services/{row['name']}/metrics/{slug}?{WINDOW}")
        _agree(metric, client.json(metric["explain"]))
        sizes.append(metric["n"])
    assert sum(sizes) > 0


def _agree(metric: Answer, behind: Answer) -> None:
    assert behind["n"] == len(behind["included"]) == metric["n"]
    assert behind["window"] == metric["window"]
    if metric["metric"] == "delay_cost":  # counted beside the value, for all kinds of waiting
        assert len(behind["excluded"]) == metric["value"]["unvalued"]
        return
    reasons = Counter(row["reason"] for row in behind["excluded"])
    told = {name: count for name, count in metric["excluded"].items() if count}
    if metric["value"].get("pending") and metric["metric"] == "reopen_rate":
        told["pending"] = metric["value"]["pending"]
    assert dict(reasons) == told


def test_half_of_the_explained_times_lie_at_or_under_the_median(client: Client) -> None:
    metric = client.json(f"/v1/streams/checkout/metrics/flow_time?{WINDOW}")
    rows = client.json(metric["explain"])["included"]
    days = sorted(row["seconds"] / 86_400 for row in rows)
    assert sum(1 for one in days if one <= metric["value"]["p50"] + 1e-9) >= len(days) / 2
    assert metric["value"]["p50"] in [pytest.approx(one) for one in days]


def test_the_overview_shows_the_same_numbers_as_each_metric(client: Client) -> None:
    overview = client.json(f"/v1/overview?{WINDOW}")
    assert [row["name"] for row in overview["streams"]] != []
    for row in overview["streams"]:
        for slug in ("idea_to_release", "flow_time", "efficiency", "load", "velocity"):
            alone = client.json(f"/v1/streams/{row['name']}/metrics/{slug}?{WINDOW}")
            assert row[slug] == alone
    names = {"rework_rate": "deployment_rework_rate"}
    for row in overview["services"]:
        for name in ("change_lead_time", "change_fail_rate", "recovery_time", "rework_rate"):
            slug = names.get(name, name)
            assert row[name] == client.json(f"/v1/services/{row['name']}/metrics/{slug}?{WINDOW}")


def test_a_service_names_its_stream_by_name_and_title(client: Client) -> None:
    overview = client.json("/v1/overview")
    titles = {row["name"]: row["title"] for row in overview["streams"]}
    assert {row["name"] for row in overview["services"]} == {
        "web", "payments", "warehouse", "engine", "indexer",
    }  # fmt: skip
    for row in overview["services"]:
        assert titles[row["stream"]] == row["stream_title"]


def test_the_headline_points_to_the_longest_wait_of_the_costliest_stream(client: Client) -> None:
    overview = client.json(f"/v1/overview?{WINDOW}")
    costs = [row["delay_cost"]["value"]["per_week_cents"] or 0 for row in overview["streams"]]
    assert costs == sorted(costs, reverse=True)
    where = overview["headline"]["where"]
    assert where["stream"] == overview["streams"][0]["name"]
    stages = client.json(f"/v1/streams/{where['stream']}/stages?{WINDOW}")["items"]
    longest = max(stages, key=lambda stage: stage["waiting_d"])
    assert where["stage"] == longest["name"]
    assert where["waiting_d"] == longest["waiting_d"] > 0


def test_the_days_of_the_stages_add_up(client: Client) -> None:
    for row in client.json(f"/v1/overview?{WINDOW}")["streams"]:
        days = sum(stage["waiting_d"] + stage["active_d"] for stage in row["stages"])
        assert row["total_d"] == pytest.approx(days)
        assert days > 0


def test_efficiency_is_its_numerator_over_its_denominator(client: Client) -> None:
    value = client.json(f"/v1/streams/checkout/metrics/efficiency?{WINDOW}")["value"]
    assert value["ratio"] == pytest.approx(value["numerator_d"] / value["denominator_d"])
    assert value["numerator_d"] == pytest.approx(value["active_s"] / 86_400)


@pytest.mark.parametrize("kind", ["", "&type=defect"])
def test_delay_cost_by_stage_and_by_item_is_the_whole_to_the_cent(
    client: Client, kind: str
) -> None:
    for stream in STREAMS:
        address = f"/v1/streams/{stream}"
        whole = client.json(f"{address}/metrics/delay_cost?{WINDOW}{kind}")["value"]
        items = client.json(f"{address}/delay-cost?by=item&{WINDOW}{kind}")
        stages = client.json(f"{address}/delay-cost?by=stage&{WINDOW}{kind}")
        mapped = client.json(f"{address}/stages?{WINDOW}{kind}")["items"]
        for split in (items, stages):
            assert sum(row["cost_cents"] for row in split["items"]) == whole["cents"]
            assert split["cost_cents"] == whole["cents"]
            assert split["unvalued"] == whole["unvalued"]
        assert sum(row["delay_cost_cents"] or 0 for row in mapped) == whole["cents"]
        assert isinstance(whole["cents"], int)
    assert whole["cents"] > 0


def test_money_has_the_same_keys_wherever_it_is_told(client: Client) -> None:
    keys = {
        "cents", "per_week_cents", "sunk_cents", "burn_rate_cents",
        "valued", "unvalued", "currency",
    }  # fmt: skip
    overview = client.json("/v1/overview")
    alone = [client.json(f"/v1/streams/{name}/metrics/delay_cost") for name in STREAMS]
    told = [row["delay_cost"] for row in overview["streams"]] + [overview["headline"]["cost"]]
    for envelope in [*alone, *told]:
        assert set(envelope["value"]) == keys
        assert envelope["value"]["currency"] == "EUR"
    pooled = overview["headline"]["cost"]["value"]
    for name in ("cents", "per_week_cents", "burn_rate_cents"):
        parts = sum(one["value"][name] or 0 for one in alone)
        assert abs(pooled[name] - parts) <= 2  # each part is cut to whole cents by itself


def test_the_load_is_the_number_of_items_in_flight(client: Client) -> None:
    for stream in STREAMS:
        load = client.json(f"/v1/streams/{stream}/metrics/load")["value"]
        flying = client.json(f"/v1/items?stream={stream}&state=in_flight")
        assert load["now"] == load["count"] == flying["total"]


def test_what_burns_now_is_told_alike_by_metric_stages_and_items(client: Client) -> None:
    for stream in STREAMS:
        whole = client.json(f"/v1/streams/{stream}/metrics/delay_cost")["value"]["burn_rate_cents"]
        stages = client.json(f"/v1/streams/{stream}/stages")["items"]
        items = client.json(f"/v1/items?stream={stream}&state=in_flight&limit=500")["items"]
        assert sum(row["burn_rate_cents"] or 0 for row in stages) == (whole or 0)
        assert sum(row["burn_rate_cents"] or 0 for row in items) == (whole or 0)


def test_the_address_of_the_explanation_asks_the_same_question(client: Client) -> None:
    body = client.json(f"/v1/streams/checkout/metrics/flow_time?{WINDOW}&type=debt")
    asked = parse_qs(urlsplit(body["explain"]).query)
    assert asked == {"from": [body["window"][0]], "to": [body["window"][1]], "type": ["debt"]}
    # Midnight in Berlin, which is summer time in neither of the two.
    assert body["window"] == ["2026-02-28T23:00:00Z", "2026-11-09T23:00:00Z"]


def test_the_fail_rate_lists_the_incidents_that_nothing_ties_to_a_deployment(
    client: Client, company: Company
) -> None:
    named = {one.number for one in company.world.incidents if one.caused_by}
    copies = {one.number for one in company.world.incidents if one.duplicate_of}
    loose, unsure = set(), set()
    since = f"from={company.world.start:%Y-%m-%d}"
    for service in company.settings.services:
        path = f"/v1/services/{service.name}"
        body = client.json(f"{path}/metrics/change_fail_rate/explain?{since}")
        loose |= {row["number"] for row in body["unattributed_incidents"]}
        unsure |= {
            row["number"]
            for row in client.json(f"{path}/incidents?{since}")["items"]
            if row["method"] in ("unattributed", "proximity")
        }
    every = {one.number for one in company.world.incidents}
    assert loose == unsure
    assert loose <= every - copies
    assert not loose & named


def test_a_row_of_times_has_the_thirteen_weeks_that_end_with_it(client: Client) -> None:
    """As the metric itself tells them of that window; what rests on too few is withheld."""
    path = "/v1/streams/search/metrics/flow_time"
    rows = client.json(f"{path}?from=2026-06-01&to=2026-11-09&interval=week")["series"]
    assert len(rows) == 23
    for row in rows[::7]:
        end = datetime.fromisoformat(row["end"])
        begin = end - timedelta(weeks=13)
        asked = f"from={begin:%Y-%m-%dT%H:%M:%SZ}&to={end:%Y-%m-%dT%H:%M:%SZ}"
        whole = client.json(f"{path}?{asked}")
        trailing = row["trailing"]
        assert trailing["n"] == whole["n"]
        for name in ("p50", "p85", "p95"):
            assert trailing[name] == whole["value"][name]
    assert any(row["n"] < 5 <= row["trailing"]["n"] for row in rows)
    assert any(row["trailing"]["p95"] is None for row in rows)


def test_a_service_has_them_too(client: Client) -> None:
    path = "/v1/services/engine/metrics/change_lead_time"
    rows = client.json(f"{path}?from=2026-08-03&to=2026-11-02&interval=month")["series"]
    assert [row["start"] for row in rows] == [
        "2026-08-01",
        "2026-09-01",
        "2026-10-01",
        "2026-11-01",
    ]
    october = rows[2]
    whole = client.json(f"{path}?from=2026-08-01T23:00:00Z&to=2026-10-31T23:00:00Z")
    assert october["end"] == "2026-10-31T23:00:00Z"
    assert october["trailing"]["n"] == whole["n"] > october["n"]
    assert october["trailing"]["p50"] == whole["value"]["p50"]
    counts = client.json(
        f"{path.replace('change_lead_time', 'deployment_frequency')}?interval=month"
    )
    assert all("trailing" not in row for row in counts["series"])
