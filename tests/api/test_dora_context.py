"""Variants under their own names, ranges in every period, and the survey as context alone."""

from __future__ import annotations

import re

import pytest

from pipeline.service_measures import DORA_SLUGS, NEEDS_INCIDENTS
from tests.api.client import Answer, Client

WINDOW = "from=2026-01-01&to=2026-11-10"
LEVELS = re.compile(r"\b(elite|high|medium|low)\b", re.IGNORECASE)
PARTS = ("coding", "pickup", "review", "deploy")


def dora(client: Client) -> list[Answer]:
    """Of every service, and pooled of every stream."""
    names = [row["name"] for row in client.json("/v1/services")["items"]]
    streams = [row["name"] for row in client.json("/v1/streams")["items"]]
    paths = [f"services/{name}" for name in names] + [f"streams/{name}" for name in streams]
    return [client.json(f"/v1/{path}/dora?{WINDOW}") for path in paths]


def test_no_answer_gives_a_level_or_a_badge(client: Client) -> None:
    for body in dora(client):
        assert not LEVELS.search(str(body))


def test_each_answer_has_its_place_in_the_survey_and_the_cautions(client: Client) -> None:
    told = client.json("/v1/dora/context")
    offered = {one["text"] for edition in told["editions"] for one in edition["answers"]}
    assert [one["year"] for one in told["editions"]] == [2025, 2024, 2023, 2022, 2021, 2019]
    assert "goals" in str(told["cautions"])
    found = []
    for body in dora(client):
        assert body["cautions"] == told["cautions"]
        for place in body["context"]:
            assert place["value"] == body[place["metric"]]["value"][place["compared"]]
            found.append(place["answer"])
    assert {one for one in found if one} <= offered
    assert len(set(found)) > 2


def test_parts_of_requests_add_up_where_all_of_them_are_known(client: Client) -> None:
    whole = 0
    for body in dora(client):
        cycle = body["delivery_cycle"]
        value = cycle["value"]
        rows = client.json(cycle["explain"])["included"]
        known = [row for row in rows if not row["unknown"]]
        for row in known:
            assert sum(row[f"{name}_s"] for name in PARTS) == row["seconds"]
        assert value["all_known"] == len(known)
        for name in PARTS:
            missing = [row for row in rows if name in row["unknown"]]
            assert all(row[f"{name}_s"] is None for row in missing)
            assert value[f"{name}_known"] == len(rows) - len(missing)
        whole += len(known)
    assert whole > 0


def test_merge_to_deploy_is_the_last_part_of_the_cycle(client: Client) -> None:
    sizes = 0
    for body in dora(client):
        after, cycle = body["merge_to_deploy"], body["delivery_cycle"]
        parts = {
            (row["repository"], row["merge_request"], row["deployed_at"]): row["deploy_s"]
            for row in client.json(cycle["explain"])["included"]
        }
        for row in client.json(after["explain"])["included"]:
            key = row["repository"], row["merge_request"], row["deployed_at"]
            assert parts[key] == row["seconds"] >= 0
            sizes += 1
    assert sizes > 0


@pytest.mark.parametrize("more", ["", "/explain"])
def test_a_metric_answers_to_the_name_that_others_give_it(client: Client, more: str) -> None:
    path = "/v1/services/web/metrics"
    own = client.json(f"{path}/change_lead_time_by_change{more}?{WINDOW}")
    other = client.json(f"{path}/first_commit_to_deploy{more}?{WINDOW}")
    assert own == other
    rows = client.json("/v1/definitions")["items"]
    names = {row["slug"]: row["also_called"] for row in rows if row["also_called"]}
    assert names == {"change_lead_time_by_change": ["first_commit_to_deploy"]}


@pytest.mark.parametrize("slug", DORA_SLUGS)
def test_every_period_has_its_range_and_what_it_rests_on(client: Client, slug: str) -> None:
    body = client.json(f"/v1/services/web/metrics/{slug}?{WINDOW}&interval=month")
    for row in body["series"]:
        for name, (low, high) in row["interval"].items():
            assert (row[name] is None) <= (low is high is None)
            assert low is None or low <= row[name]
            assert high is None or row[name] <= high
        if "p50" in row:  # both bounds exist from six values on
            assert (None not in row["interval"]["p50"]) == (row["n"] >= 6)
        if "ratio" in row:
            assert (None not in row["interval"]["ratio"]) == (row["n"] > 0)
        if slug == "change_fail_rate":
            assert row["n"] == row["denominator"]
            assert row["pending_failed"] <= row["pending"]
    assert any(row["interval"] for row in body["series"])


def test_kinds_of_deployments_are_whole_numbers_in_each_period(client: Client) -> None:
    body = client.json(f"/v1/services/web/metrics/deployment_frequency?{WINDOW}&interval=month")
    for row in body["series"]:
        counted = [row[name] for name in ("planned", "hotfix", "rollback", "unknown")]
        assert all(type(one) is int for one in counted)
        assert sum(counted) == row["count"]
    assert any(row["count"] for row in body["series"])


@pytest.mark.parametrize("slug", sorted(NEEDS_INCIDENTS))
def test_without_a_feed_of_incidents_nothing_of_failures_is_known(thin: Client, slug: str) -> None:
    body = thin.json(f"/v1/services/web/metrics/{slug}?{WINDOW}&interval=month")
    assert set(body["value"].values()) == {None}
    assert "no incident source for this service" in body["reasons"]
    for row in body["series"]:
        assert (row["n"], row["interval"]) == (0, {})
        assert {row[name] for name in body["value"]} == {None}
