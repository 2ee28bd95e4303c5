"""What the HTTP API answers about a company, compared with what is true of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from simulator.truth import ItemTruth
from tests.e2e.company import NOW, Company, collected
from tests.e2e.serving import served


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with collected(tmp_path_factory.mktemp("company"), seed=3, items=300) as found:
        yield found


@pytest.fixture(scope="module")
def api(company: Company) -> Iterator[httpx.Client]:
    with served(company) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def year(company: Company) -> dict[str, str]:
    """A window that holds everything that ended by the company's now."""
    return {
        "from": company.world.start.isoformat(),
        "to": (NOW + timedelta(seconds=1)).isoformat(),
    }


def parsed(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def every_item(api: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        query = {"sort": "key", "limit": "100", **({"cursor": cursor} if cursor else {})}
        body = api.get("/v1/items", params=query).json()
        found += body["items"]
        cursor = body["next"]
        if cursor is None:
            return found


def test_the_list_of_items_has_every_flow_time_to_the_second(
    api: httpx.Client, company: Company
) -> None:
    told = {item["key"]: item for item in every_item(api)}
    assert told.keys() == {item.key for item in company.truth.items.values()}
    for item in company.truth.items.values():
        row, last = told[item.key], item.last
        assert row["flow_time_s"] == last.flow_time_s, item.key
        assert parsed(row["committed_at"]) == last.committed_at, item.key
        assert parsed(row["done_at"]) == last.done_at, item.key


def test_each_journey_has_the_stage_durations_to_the_second(
    api: httpx.Client, company: Company
) -> None:
    for item in company.truth.items.values():
        last = item.last
        if last.committed_at and last.done_at:
            body = api.get(f"/v1/items/{item.key}/journey").json()
            assert spent(body, item) == {k: v for k, v in last.stage_s.items() if v}, item.key
            assert (body["active_s"], body["waiting_s"]) == (last.active_s, last.waiting_s)
            assert body["flow_time_s"] == last.flow_time_s


def spent(body: dict[str, Any], item: ItemTruth) -> dict[str, int]:
    """Seconds by stage of the visits between the last delivery's commitment and its end."""
    start, end = item.last.committed_at, item.last.done_at
    assert start
    assert end
    found: dict[str, int] = {}
    for visit in body["visits"]:
        begun, over = parsed(visit["start"]), parsed(visit["end"])
        if begun is not None and over is not None and begun >= start and over <= end:
            seconds = int((over - begun).total_seconds())
            found[visit["stage"]] = found.get(visit["stage"], 0) + seconds
    return {name: seconds for name, seconds in found.items() if seconds}


def test_explain_lists_exactly_the_true_deployments(api: httpx.Client, company: Company) -> None:
    for service in company.settings.services:
        path = f"/v1/services/{service.name}/metrics/deployment_frequency"
        told = api.get(f"{path}/explain", params=year(company)).json()["included"]
        finished = [
            one.finished
            for one in company.truth.deployment_counts
            if one.service == service.name and one.finished <= NOW
        ]
        assert sorted(parsed(row["finished_at"]) or NOW for row in told) == sorted(finished)
        value = api.get(path, params=year(company)).json()["value"]
        assert value["count"] == len(finished)


def test_explain_lists_exactly_the_true_lead_times(api: httpx.Client, company: Company) -> None:
    for service in company.settings.services:
        path = f"/v1/services/{service.name}/metrics/change_lead_time"
        body = api.get(f"{path}/explain", params=year(company)).json()
        told = {(row["sha"], max(0, row["seconds"])) for row in body["included"]}
        true = [one for one in company.truth.lead_times if one.service == service.name]
        assert told == {(one.sha, one.seconds) for one in true}
        assert api.get(path, params=year(company)).json()["n"] == len(true)


def test_the_fail_rate_counts_at_least_the_failures_that_incidents_name(
    api: httpx.Client, company: Company
) -> None:
    for service in company.settings.services:
        path = f"/v1/services/{service.name}/metrics/change_fail_rate"
        body = api.get(path, params=year(company)).json()
        counted = [
            one
            for one in company.truth.deployments.values()
            if one.service == service.name and one.kind != "rollback"
        ]
        closed = [one for one in counted if one.finished + timedelta(hours=72) <= now_of(body)]
        assert body["n"] == len(closed)
        named = sum(one.failed_recorded for one in closed)
        failed, lenient = body["value"]["numerator"], body["value"]["numerator_lenient"]
        assert named <= failed <= lenient
        assert sum(one.failed for one in closed) <= lenient
        ratio = body["value"]["ratio"] or body["observed"].get("ratio")
        if failed:
            assert ratio == pytest.approx(failed / len(closed))


def now_of(body: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(body["as_of"])
