"""The DORA metrics of a stream are those of all deliveries together, not averages of averages."""

from __future__ import annotations

from math import ceil

import pytest

from api.schemas_lists import StreamDora
from pipeline.service_measures import DORA_SLUGS, NEEDS_INCIDENTS
from tests.api.client import Answer, Client

STREAMS = ("checkout", "fulfilment", "search")
WINDOW = "from=2026-01-01&to=2026-11-10"


def pooled(client: Client, stream: str) -> Answer:
    body = client.json(f"/v1/streams/{stream}/dora?{WINDOW}")
    StreamDora.model_validate(body)
    return body


def services(client: Client, body: Answer, slug: str) -> list[Answer]:
    addresses = (f"/v1/services/{name}/metrics/{slug}?{WINDOW}" for name in body["services"])
    return [client.json(address) for address in addresses]


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("slug", ["change_fail_rate", "deployment_rework_rate"])
def test_a_pooled_ratio_is_that_of_the_sums(client: Client, stream: str, slug: str) -> None:
    body = pooled(client, stream)
    rows = services(client, body, slug)
    both = {name: sum(row["value"][name] for row in rows) for name in ("numerator", "denominator")}
    value = body[slug]["value"]
    assert both["denominator"] > 0
    assert {name: value[name] for name in both} == both
    assert value["ratio"] == pytest.approx(both["numerator"] / both["denominator"])


@pytest.mark.parametrize("stream", STREAMS)
def test_a_pooled_median_is_that_of_all_changes(client: Client, stream: str) -> None:
    body = pooled(client, stream)
    hours = [
        row["seconds"] / 3600
        for metric in services(client, body, "change_lead_time")
        for row in client.json(metric["explain"])["included"]
    ]
    told = body["change_lead_time"]
    assert told["n"] == len(hours) > 0
    assert told["value"]["p50"] == pytest.approx(sorted(hours)[ceil(len(hours) / 2) - 1])


@pytest.mark.parametrize("slug", DORA_SLUGS)
def test_each_pooled_number_opens_to_what_is_behind_it(client: Client, slug: str) -> None:
    for stream in STREAMS:
        metric = pooled(client, stream)[slug]
        assert metric["scope"] == {"stream": stream}
        behind = client.json(metric["explain"])
        assert len(behind["included"]) == behind["n"] == metric["n"]


def test_services_whose_incidents_nobody_tells_are_left_out_of_failures_alone(
    client: Client, thin: Client
) -> None:
    (stream,) = (
        name for name in STREAMS if "web" in client.json(f"/v1/streams/{name}")["services"]
    )
    whole, body = pooled(client, stream), pooled(thin, stream)
    others = [name for name in body["services"] if name != "web"]
    assert body["unwatched"] == ["web"]
    assert body["deployment_frequency"]["n"] == whole["deployment_frequency"]["n"]
    for slug in NEEDS_INCIDENTS:
        told = body[slug]
        alone = [thin.json(f"/v1/services/{name}/metrics/{slug}?{WINDOW}")["n"] for name in others]
        if not others:
            assert set(told["value"].values()) == {None}
            assert told["reasons"] == ["no incident source for this service"]
        else:
            assert told["n"] == sum(alone)
            assert "left out for want of a source of incidents: web" in told["reasons"]


def test_a_metric_that_there_is_not_is_told_with_those_that_there_are(client: Client) -> None:
    told = client.problem("/v1/streams/checkout/dora/flow_time/explain", 404)["detail"]
    assert "change_lead_time" in told


_SUMMED = {
    "deployment_frequency": ("count", "planned", "hotfix", "rollback", "unknown"),
    "change_fail_rate": ("pending", "pending_failed", "rollbacks", "numerator_lenient"),
    "delivery_cycle": ("pickup_known", "pickup_no_review", "deploy_known", "all_known"),
}


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("slug", _SUMMED)
def test_pooled_counts_are_the_sums_of_those_of_the_services(
    client: Client, stream: str, slug: str
) -> None:
    """Ten deployments of several services are ten, also where one pipeline made them."""
    body = pooled(client, stream)
    rows = [row["value"] for row in services(client, body, slug)]
    told = {name: body[slug]["value"].get(name, 0) for name in _SUMMED[slug]}
    assert told == {name: sum(row.get(name, 0) for row in rows) for name in _SUMMED[slug]}
    assert any(told.values())
