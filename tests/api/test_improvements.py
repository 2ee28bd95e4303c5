"""Improvements over the API: proposed, started, judged, noted, adopted, and held against."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.schemas_improvements import ImprovementBody, ImprovementRow
from api.schemas_lists import Page
from api.schemas_standards import DriftBody, StandardBody
from tests.api.client import Client

JSON = {"content-type": "application/json"}
_HERE = "/v1/improvements"
_CHECKOUT = "/v1/streams/checkout"
Answer = dict[str, Any]
Copied = tuple[Client, Path]


def _send(client: Client, address: str, body: Answer) -> httpx.Response:
    return client.post(address, json.dumps(body).encode(), JSON)


def _told(**more: Any) -> Answer:
    return {
        "stream": "checkout",
        "title": "Two more testers",
        "hypothesis": "work waits for a tester",
        "metric": "flow_time",
        "target": {"value": 20, "by": "2026-12-31"},
        "owner": "team test",
        "who": "anna",
        **more,
    }


@pytest.fixture
def client(copied: Copied) -> Client:
    return copied[0]


def _taken(answer: httpx.Response) -> Answer:
    assert answer.status_code == 202, answer.text
    body: Answer = answer.json()
    ImprovementBody.model_validate(body)
    return body


def _running(client: Client, *, per: str = "delivery", **more: Any) -> Answer:
    made = _taken(_send(client, _HERE, _told(**more)))
    begin = {"changed_at": "2026-08-01", "baseline_from": "2026-01-01", "who": "anna", "per": per}
    return _taken(_send(client, f"{_HERE}/{made['id']}/start", begin))


def test_a_proposal_is_kept_listed_and_told(client: Client) -> None:
    made = _taken(_send(client, _HERE, _told(title="  Two   more testers ")))
    assert (made["title"], made["status"], made["verdict"]) == (
        "Two more testers",
        "proposed",
        None,
    )
    assert (made["wanted"], made["unit"], made["log"]) == ("below", "d", [])
    again = _send(client, _HERE, _told())
    assert (again.status_code, again.json()) == (200, made)
    other = _taken(_send(client, _HERE, _told(stream="search", metric="velocity")))
    assert (other["wanted"], other["unit"]) == ("above", "items a week")
    page = client.json(f"{_HERE}?limit=1")
    Page[ImprovementRow].model_validate(page)
    assert ([one["id"] for one in page["items"]], page["total"]) == ([other["id"]], 2)
    rest = client.json(f"{_HERE}?limit=1&cursor={page['next']}")
    assert ([one["id"] for one in rest["items"]], rest["next"]) == ([made["id"]], None)
    assert [one["id"] for one in client.json(f"{_HERE}?stream=checkout")["items"]] == [made["id"]]
    assert client.json(f"{_HERE}/{made['id']}") == made


def test_the_baseline_is_that_of_the_chart_before_the_change(client: Client) -> None:
    body = _running(client)
    assert body["log"][0]["kind"] == "started"
    chart = client.json("/v1/streams/checkout/metrics/flow_time/xmr?from=2026-01-01&to=2026-08-01")
    points = [
        {name: one[name] for name in ("start", "end", "key", "value")} | {"n": 1}
        for one in chart["points"]
    ]
    assert body["baseline"]["points"] == points
    assert body["baseline"]["n"] == len(points)
    centre = sum(one["value"] for one in points) / len(points)
    assert body["baseline"]["limits"]["centre"] == pytest.approx(centre)
    assert body["restated"]["would_move"] is False
    assert body["baseline"]["definitions"] == ["flow_time@1", "value_stream_map@1", "velocity@1"]
    since = client.json(body["after"]["explain"])
    assert len(since["included"]) == body["after"]["n"]
    steps = {one["step"] for one in body["guards"] if one["step"]}
    assert {"Test", "Build"} <= steps
    assert {one["metric"] for one in body["guards"]} == {"velocity", "step_wait"}
    for guard in body["guards"]:
        if guard["explain"] is not None:
            assert client.get(guard["explain"]).status_code == 200


def test_a_week_is_the_average_of_its_deliveries_and_opens_to_them(client: Client) -> None:
    body = _running(client, per="week")
    assert (body["per"], body["baseline"]["per"]) == ("week", "week")
    points = body["after"]["points"]
    assert len(points) > 5
    for point in points:
        rows = client.json(point["explain"])["included"]
        days = [row["seconds"] / 86_400 for row in rows]
        assert (point["n"], point["key"]) == (len(days), None)
        assert point["value"] == pytest.approx(sum(days) / len(days))


def test_the_wait_in_a_step_can_be_what_is_improved(client: Client) -> None:
    body = _running(client, metric="step_wait", step="Test")
    assert (body["metric"], body["step"]) == ("step_wait", "Test")
    rows = client.json(body["after"]["explain"])["included"]
    assert {one["key"] for one in rows} <= {one["key"] for one in body["after"]["points"]}
    assert "Test" not in {one["step"] for one in body["guards"]}
    assert "flow_time" in {one["metric"] for one in body["guards"]}


def test_the_log_grows_and_nothing_in_it_changes(client: Client) -> None:
    number = _running(client)["id"]
    first = _taken(_send(client, f"{_HERE}/{number}/log", {"note": "moved data", "who": "bo"}))
    again = _send(client, f"{_HERE}/{number}/log", {"note": " moved  data", "who": "bo"})
    assert (again.status_code, again.json()["log"]) == (200, first["log"])
    ended = _taken(_send(client, f"{_HERE}/{number}/stop", {"note": "no money", "who": "bo"}))
    assert ended["status"] == "stopped"
    assert [one["kind"] for one in ended["log"]] == ["started", "tried", "stopped"]
    assert ended["log"][:2] == first["log"]
    assert ended["log"][2]["verdict"]
    again = _send(client, f"{_HERE}/{number}/start", {"who": "bo"})
    assert again.status_code == 200
    late = _taken(_send(client, f"{_HERE}/{number}/log", {"note": "too bad", "who": "anna"}))
    assert len(late["log"]) == 4


def test_what_is_stopped_before_it_began_does_not_begin(client: Client) -> None:
    number = _taken(_send(client, _HERE, _told()))["id"]
    _taken(_send(client, f"{_HERE}/{number}/stop", {"note": "no", "who": "bo"}))
    refused = _send(client, f"{_HERE}/{number}/start", {"who": "bo"})
    assert refused.status_code == 422
    assert "was stopped" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"title": " "}, "title: is missing"),
        ({"title": "x" * 101}, "title: at most 100"),
        ({"hypothesis": "x" * 1001}, "hypothesis: at most 1000"),
        ({"owner": ""}, "owner: is missing"),
        ({"who": "\u200b"}, "who: is missing"),
        ({"metric": "happiness"}, "metric: one of velocity"),
        ({"metric": "step_wait"}, "step: is missing"),
        ({"metric": "step_wait", "step": "Design"}, 'step: the map has no step "Design"'),
        ({"step": "Test"}, "step: only with the metric step_wait"),
        ({"target": {"value": -1, "by": "2026-12-31"}}, "target.value"),
        ({"target": {"value": 1e300, "by": "2026-12-31"}}, "target.value"),
        ({"target": {"value": 1, "by": "soon"}}, "target.by: write a day"),
        ({"target": {"value": 1, "by": "0001-01-01"}}, "target.by: a year"),
        ({"scenario": 77}, "scenario: the lab keeps no scenario 77"),
        ({"scenario": 2**63}, "scenario"),
        ({"secret": 1}, "secret"),
    ],
)
def test_a_proposal_that_makes_no_sense_is_refused(
    calm: Client, changed: Answer, told: str
) -> None:
    answer = _send(calm, _HERE, _told(**changed))
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"].startswith(told)
    assert len(answer.json()["detail"]) < 300
    assert calm.json(_HERE)["items"] == []


@pytest.mark.parametrize(
    ("begin", "told"),
    [
        ({"changed_at": "2027-01-01"}, "changed_at: lies in the future"),
        ({"changed_at": "never"}, "changed_at: write a date"),
        ({"changed_at": "2026-11-01", "until": "2026-10-01"}, "until: a day after the change"),
        ({"until": "x"}, "until: write a day"),
        ({"changed_at": "2026-11-01", "baseline_from": "2026-11-02"}, "baseline_from: a day"),
        ({"changed_at": "2026-11-01", "baseline_from": "1990-01-01"}, "baseline_from: a day"),
        ({"changed_at": "2026-11-01", "baseline_from": "2026-10-31"}, "the baseline holds"),
        ({"variant": "mode"}, "variant"),
    ],
)
def test_a_beginning_that_makes_no_sense_is_refused(
    client: Client, begin: Answer, told: str
) -> None:
    number = _taken(_send(client, _HERE, _told()))["id"]
    answer = _send(client, f"{_HERE}/{number}/start", {"who": "anna", **begin})
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"].startswith(told)
    assert client.json(f"{_HERE}/{number}")["status"] == "proposed"


@pytest.mark.parametrize("act", ["", "/1/start", "/1/log", "/1/stop", "/1/adopt"])
def test_forms_and_pages_of_others_can_not_write(client: Client, act: str) -> None:
    for headers, content, status in (
        ({"content-type": "text/plain"}, b"{}", 415),
        (JSON | {"sec-fetch-site": "cross-site"}, b"{}", 403),
        (JSON, b"[]", 400),
        (JSON, b" " * 70_000, 413),
    ):
        assert client.post(f"{_HERE}{act}", content, headers).status_code == status


def test_what_there_is_not_is_not_found(client: Client) -> None:
    assert client.problem(f"{_HERE}/7", 404)["detail"].startswith("there is no improvement 7")
    for act in ("start", "log", "stop", "adopt"):
        assert _send(client, f"{_HERE}/7/{act}", {"note": "x", "who": "bo"}).status_code == 404
    assert _send(client, _HERE, _told(stream="shop")).status_code == 404
    assert "checkout" in client.problem(f"{_HERE}?stream=shop", 422)["detail"]
    assert client.problem(f"{_HERE}?cursor=x", 422)["detail"].startswith("cursor:")
    assert client.problem("/v1/streams/shop/standard", 404)


def test_without_a_standard_there_is_a_reason_and_no_page(client: Client) -> None:
    body = client.json("/v1/streams/checkout/standard")
    StandardBody.model_validate(body)
    assert (body["standard"], body["versions"]) == (None, [])
    assert body["reason"]
    assert "has no standard" in client.problem("/v1/streams/checkout/standard.md", 404)["detail"]
    drift = client.json("/v1/streams/checkout/standard/drift")
    DriftBody.model_validate(drift)
    assert (drift["drifted"], drift["items"]) == (None, [])


def test_an_adopted_one_is_served_as_standard_page_and_drift(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if it had held, which the tests of verdicts judge."""
    monkeypatch.setattr("api.routes.improvements.require_held", lambda _, found: found)
    number = _running(client, per="week")["id"]
    rule = {"step": "Test", "kind": "limit", "text": "six | <i>at most</i>"}
    adopted = {"who": "anna", "note": "agreed", "policies": [rule]}
    body = _taken(_send(client, f"{_HERE}/{number}/adopt", adopted))
    assert (body["status"], body["log"][-1]["standard"]) == ("standard", 1)
    again = _send(client, f"{_HERE}/{number}/adopt", {"who": "bo"})
    assert (again.status_code, again.json()["log"]) == (200, body["log"])
    told = client.json("/v1/streams/checkout/standard")
    StandardBody.model_validate(told)
    standard = told["standard"]
    owners = {one["name"]: one["team"] or "" for one in client.json(_CHECKOUT)["stages"]}
    for step in standard["steps"]:
        if step["kind"] == "stage":
            assert (step["team"] or "") == owners.get(step["name"], "")
    assert {
        "step": "Test",
        "kind": "limit",
        "text": "six | <i>at most</i>",
        "source": "people",
    } in (standard["policies"])
    assert standard["targets"][0]["metric"] == "flow_time"
    page = client.get("/v1/streams/checkout/standard.md")
    assert page.headers["content-type"].startswith("text/markdown")
    assert "limit: six \\| &lt;i&gt;at most&lt;/i&gt; (from people)" in page.text
    drift = client.json("/v1/streams/checkout/standard/drift")
    DriftBody.model_validate(drift)
    assert (drift["version"], drift["drifted"]) == (1, False)
    refused = _send(client, f"{_HERE}/{number}/stop", {"note": "no", "who": "bo"})
    assert refused.status_code == 422
    assert client.json("/v1/streams/search/standard")["standard"] is None


def test_only_what_held_becomes_the_standard(client: Client) -> None:
    number = _taken(_send(client, _HERE, _told()))["id"]
    refused = _send(client, f"{_HERE}/{number}/adopt", {"who": "anna"})
    assert refused.status_code == 422
    assert "only one that held" in refused.json()["detail"]
