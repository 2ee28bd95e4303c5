"""The report of a stream's weeks says what the other addresses say of the same time."""

from __future__ import annotations

import re
from typing import Any

import pytest

from api.schemas_reports import ReportBody
from core.written import duration, money
from tests.api.client import Client, Clock

_STREAM = "/v1/streams/checkout"
_NOW = "2026-11-20T14:01:00Z"
"""A Friday."""


@pytest.fixture
def told(client: Client) -> dict[str, Any]:
    return client.json(f"{_STREAM}/report?weeks=4")


def _during(told: dict[str, Any], part: str = "window") -> str:
    return f"from={told[part][0]}&to={told[part][1]}"


def test_the_weeks_are_whole_ones_before_the_running_one(told: dict[str, Any]) -> None:
    assert told["window"] == ["2026-10-18T22:00:00Z", "2026-11-15T23:00:00Z"]
    assert told["before"] == ["2026-09-20T22:00:00Z", "2026-10-18T22:00:00Z"]
    days = (told["first_day"], told["last_day"], told["zone"])
    assert days == ("2026-10-19", "2026-11-15", "Europe/Berlin")
    assert told["complete"] is True


def test_the_running_week_is_marked_and_not_judged(client: Client) -> None:
    told = client.json(f"{_STREAM}/report?running=true")
    assert told["window"] == ["2026-11-15T23:00:00Z", _NOW]
    assert told["before"] == ["2026-11-08T23:00:00Z", "2026-11-15T23:00:00Z"]
    assert (told["complete"], told["last_day"]) == (False, "2026-11-20")
    for number in told["headline"]:
        assert number["change"]["state"] == "not_judged"
        assert number["change"]["signals"] == []
    page = client.get(f"{_STREAM}/report.md?running=true").text
    assert "the week still runs, its numbers are not whole" in page
    assert "not judged: the week still runs" in page


def test_every_number_is_the_metric_of_the_same_window(
    client: Client, told: dict[str, Any]
) -> None:
    assert [one["metric"] for one in told["headline"]] == [
        "idea_to_release", "flow_time", "velocity", "load", "efficiency", "delay_cost",
    ]  # fmt: skip
    for number in told["headline"]:
        address = f"{_STREAM}/metrics/{number['metric']}"
        assert number["now"] == client.json(f"{address}?{_during(told)}")
        assert number["before"] == client.json(f"{address}?{_during(told, 'before')}")
        assert number["now"]["n"] > 0


def test_the_lists_are_those_of_the_other_addresses(client: Client, told: dict[str, Any]) -> None:
    costs = client.json(f"{_STREAM}/delay-cost?by=stage&{_during(told)}")
    waits = told["waits"]
    assert (
        waits["cost_cents"] == costs["cost_cents"] == told["headline"][5]["now"]["value"]["cents"]
    )
    assert [(one["stage"], one["cost_cents"], one["range"]) for one in waits["items"]] == [
        (one["stage"], one["cost_cents"], one["ranges"]["cost_cents"]) for one in costs["items"][:3]
    ]
    stages = client.json(f"{_STREAM}/stages?{_during(told)}")["items"]
    by_name = {one["name"]: one for one in stages}
    assert [one["waiting_d"] for one in waits["items"]] == [
        by_name[one["stage"]]["waiting_d"] for one in waits["items"]
    ]
    ageing = client.json(f"{_STREAM}/ageing?breach_p=0.5&limit=5")
    assert told["ageing"]["items"] == ageing["items"]
    assert (told["ageing"]["total"], told["ageing"]["value"]) == (ageing["total"], ageing["value"])
    blocked = client.json(f"{_STREAM}/blocked")
    assert told["blocked"]["items"] == blocked["items"][:5]
    assert told["blocked"]["total"] == blocked["value"]["now"]
    live = client.json(f"{_STREAM}/metrics/idea_to_release/explain?{_during(told)}")
    assert told["released"]["total"] == live["n"] == told["headline"][0]["now"]["n"]
    assert {one["key"] for one in told["released"]["items"]} <= {
        one["key"] for one in live["included"]
    }
    times = [one["released_at"] for one in told["released"]["items"]]
    assert times == sorted(times, reverse=True)
    worst = client.json(f"{_STREAM}/findings")["kinds"][0]["findings"][0]
    assert told["finding"]["title"] == worst["title"]
    marks = {one["name"]: one["watermark_at"] for one in client.json("/v1/sources")["items"]}
    assert {one["name"]: one["watermark_at"] for one in told["sources"]} == marks


def test_signals_of_velocity_are_those_of_its_chart(client: Client, told: dict[str, Any]) -> None:
    change = told["headline"][2]["change"]
    window = change["chart"].partition("?")[2].removesuffix("&interval=week")
    chart = client.json(f"{_STREAM}/metrics/velocity/xmr?{window}&interval=week")
    assert change["limits"]["mean"] == pytest.approx(chart["value"]["centre"])
    assert change["limits"]["upper"] == pytest.approx(chart["value"]["upper"])
    judged = [one["start"] for one in chart["points"] if one["complete"]]
    assert change["weeks"] == len(judged) == chart["n"]
    reaching = next(one for one in chart["points"] if one["start"] == judged[-1])["signals"]
    assert (change["state"] == "changed") is bool(reaching)


def test_pages_write_the_same_numbers(client: Client, told: dict[str, Any]) -> None:
    for form, kind in (("md", "text/markdown"), ("html", "text/html")):
        answer = client.get(f"{_STREAM}/report.{form}?weeks=4")
        assert answer.headers["content-type"].partition(";")[0] == kind
        done = told["headline"][2]["now"]
        text = " ".join(re.sub(r"<[^>]*>|[|*()]", " ", answer.text).split())
        assert f"Delivered {done['value']['count']} {done['grade']} usual " in text
        dear = told["waits"]["items"][0]
        assert duration(dear["waiting_d"] * 86_400) in answer.text
        low, high = (dear["range"][one] for one in ("p10", "p90"))
        spread = None if low == high else (low, high)
        assert money(dear["cost_cents"], "EUR", spread) in answer.text
        assert told["ageing"]["items"][0]["key"] in answer.text
    policy = client.get(f"{_STREAM}/report.html").headers["content-security-policy"]
    assert "default-src 'none'; style-src 'unsafe-inline'" in policy
    assert "script" not in policy


def test_an_empty_stream_has_reasons_and_no_zeros(thin: Client) -> None:
    told = thin.json("/v1/streams/empty/report")
    ReportBody.model_validate(told)
    assert [one["now"]["value"][one["change"]["of"]] for one in told["headline"][:2]] == [None] * 2
    assert {one["change"]["state"] for one in told["headline"]} == {"not_judged"}
    assert (told["waits"]["items"], told["waits"]["cost_cents"]) == ([], None)
    assert told["finding"] is None
    page = thin.get("/v1/streams/empty/report.md").text
    for words in ("can't be said", "no data", "Nothing waited.", "Nothing is blocked."):
        assert words in page
    assert "€0" not in page


@pytest.mark.parametrize("query", ["weeks=0", "weeks=14", "weeks=one", "running=maybe", "month=1"])
def test_odd_weeks_are_refused_by_name(client: Client, query: str) -> None:
    for address in ("report", "report.md", "report.html"):
        problem = client.problem(f"{_STREAM}/{address}?{query}", 422)
        assert problem["detail"].startswith(query.partition("=")[0])
    client.problem("/v1/streams/shop/report.html", 404)


def test_a_monday_tells_the_week_that_has_just_ended(client: Client, clock: Clock) -> None:
    clock.ts = 1_793_574_000  # 2 November 2026, midnight in Berlin; the week before had 168 hours
    told = client.json(f"{_STREAM}/report?running=true")
    assert told["window"] == ["2026-10-25T23:00:00Z", "2026-11-01T23:00:00Z"]
    assert told["complete"] is True
    assert told["before"] == ["2026-10-18T22:00:00Z", "2026-10-25T23:00:00Z"]  # 169 hours
