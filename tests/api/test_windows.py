"""Bad windows, on every address that takes one: a problem document, whatever else is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI

from pipeline.service_measures import DORA_SLUGS
from pipeline.stream_measures import FLOW_SLUGS
from tests.api.client import Client

BAD = {
    "reversed": ("from=2026-11-01&to=2026-10-01", "the window is empty"),
    "reversed by a second": (
        "from=2026-11-01T00:00:01Z&to=2026-11-01T00:00:00Z",
        "the window is empty",
    ),
    "no time at all": ("from=2026-11-01&to=2026-11-01", "the window is empty"),
    "the same instant, twice told": (
        "from=2026-11-01T01:00:00%2B01:00&to=2026-11-01T00:00:00Z",
        "the window is empty",
    ),
    "in the future": ("from=2030-01-01&to=2030-02-01", "the window is empty"),
    "from in the future": ("from=2030-01-01", "the window is empty"),
    "no date": ("from=soon", "from: write a date"),
    "no day of the year": ("to=2027-02-29", "to: write a date"),
    "before computers": ("from=1066-10-14", "a year from 1971"),
    "after all": ("to=9999-12-31", "a year from 1971"),
    "years of days": ("from=1971-01-01&interval=day", "more than 400 periods"),
}


ENOUGH = {"items": "20", "date": "2026-12-24"}
"""For parameters that must be given."""

PLACES = {"step": "Build", "key": "SHOP-1", "table": "items"}
"""A step of the map, a parent, and a table."""


def _paths(app: FastAPI) -> Iterator[tuple[str, set[str]]]:
    """Each address under /v1 that takes a window, filled in and open for more, with its
    parameters.
    """
    for path, methods in app.openapi()["paths"].items():
        told: list[dict[str, Any]] = methods.get("get", {}).get("parameters", [])
        names = {one["name"] for one in told if one["in"] == "query"}
        if "from" not in names:
            continue
        given = {
            one["name"]: ENOUGH[one["name"]]
            for one in told
            if one.get("required") and one["in"] == "query"
        }
        owner = "web" if "/services/" in path else "checkout"
        slugs = DORA_SLUGS if "/services/" in path or "/dora/" in path else FLOW_SLUGS
        for slug in slugs if "{slug}" in path else ("",):
            filled = path
            for name, value in {"name": owner, "slug": slug, **PLACES}.items():
                filled = filled.replace(f"{{{name}}}", value)
            yield f"{filled}?{urlencode(given)}{'&' if given else ''}", names


def test_every_metric_of_a_stream_and_a_service_takes_a_window(client: Client) -> None:
    taking = {path.partition("?")[0] for path, _ in _paths(client.app)}
    for slug in FLOW_SLUGS:
        assert f"/v1/streams/checkout/metrics/{slug}" in taking
    for slug in DORA_SLUGS:
        assert f"/v1/services/web/metrics/{slug}/explain" in taking
    assert {"/v1/overview", "/v1/streams/checkout/stages", "/v1/services/web/dora"} <= taking
    assert not [path for path in taking if "{" in path]


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_window_is_a_problem_everywhere(client: Client, bad: str) -> None:
    query, told = BAD[bad]
    for path, names in _paths(client.app):
        if "interval=" in query and "interval" not in names:
            continue
        body = client.problem(f"{path}{query}", 422)
        assert told in body["detail"], path
        assert (body["status"], body["instance"]) == (422, path.partition("?")[0])


def test_an_absurdly_long_window_is_answered_up_to_now_or_refused(client: Client) -> None:
    for path, _ in _paths(client.app):
        answer = client.get(f"{path}from=1971-01-01&to=9998-12-31")
        if "/metrics/" in path and not path.endswith("/xmr?"):
            assert answer.status_code == 200, path
        if answer.status_code != 200:
            assert answer.status_code == 422, path
            told = answer.json()["detail"]
            assert "shorter" in told or "at most" in told, path
    body = client.json("/v1/streams/checkout/metrics/velocity?from=1971-01-01&to=9998-12-31")
    assert body["window"][1] == body["as_of"]


@pytest.mark.parametrize("interval", ["day", "week", "month", "quarter"])
def test_a_series_covers_its_window_and_marks_the_running_period(
    client: Client, interval: str
) -> None:
    path = "/v1/streams/checkout/metrics/velocity"
    body = client.json(f"{path}?from=2026-06-15&interval={interval}")
    series = body["series"]
    assert series[0]["start"] <= "2026-06-15" < series[0]["end"]
    assert [one["complete"] for one in series] == [True] * (len(series) - 1) + [False]
    assert sum(one["count"] for one in series) >= body["value"]["count"] > 0
