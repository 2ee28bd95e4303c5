"""The lab over the API: the model as it is, what a change would do, and changes kept by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.schemas_lab import LabChange, LabNow
from api.schemas_lists import Listed
from api.schemas_scenarios import ScenarioRow
from tests.api.client import Client

JSON = {"content-type": "application/json"}
_LAB = "/v1/streams/checkout/lab"
_LONG = {"from": "2025-10-01"}
Answer = dict[str, Any]


def _send(client: Client, address: str, body: Answer) -> httpx.Response:
    return client.post(address, json.dumps(body).encode(), JSON)


def _changed(client: Client, levers: dict[str, str], **more: str) -> Answer:
    answer = _send(client, _LAB, {"levers": levers, **_LONG, **more})
    assert answer.status_code == 200, answer.text
    body: Answer = answer.json()
    LabChange.model_validate(body)
    return body


@pytest.fixture
def today(client: Client) -> Answer:
    body = client.json(f"{_LAB}?from=2025-10-01")
    LabNow.model_validate(body)
    return body


def test_the_model_tells_what_it_was_made_of_and_how_near_it_comes(
    client: Client, today: Answer
) -> None:
    model = today["model"]
    told = model["calibration"]
    flow = client.json("/v1/streams/checkout/metrics/flow_time?from=2025-10-01")
    p50, p85 = told["checks"][:2]
    assert p50["measured"] == pytest.approx(flow["value"]["p50"])
    assert p85["measured"] == pytest.approx(flow["value"]["p85"])
    assert told["done"] == flow["n"]
    assert told["holds"] == all(one["holds"] for one in told["checks"])
    assert model["numbers"] is told["holds"]
    assert (told["runs"] >= 20, today["kind"]) == (True, "simulation")
    names = [row["step"] for row in model["steps"]]
    assert names[:4] == ["Analysis", "Build", "Review", "Test"]
    assert "Test.people" in {row["lever"] for row in model["levers"]}
    assert today["grade"] == flow["grade"]
    assert len(client.json(today["explain"])["included"]) == flow["n"]


def test_levers_stand_as_numbers_with_the_words_that_they_take(today: Answer) -> None:
    rows = {row["lever"]: row for row in today["model"]["levers"]}
    people, cap = rows["Test.people"], rows["arrivals.cap"]
    assert people["now"].split()[0] == f"{people['amount']:.0f}"
    assert (cap["step"], cap["what"], cap["amount"], cap["choices"]) == (
        None,
        "cap",
        None,
        ["none"],
    )
    assert rows["Test.remove"]["choices"] == ["eliminated", "automated", "undeclared"]
    assert rows["Build.merge"]["choices"] == ["Review"]
    assert "Test.merge" not in rows
    assert 0 < rows["Test.usable"]["amount"] <= 1
    assert set(rows["Test.owner"]["choices"]) == {"product"}
    shares = [row["amount"] for row in rows.values() if row["lever"].startswith("mix.")]
    assert sum(shares) == pytest.approx(1)
    assert not any(row["moved"] or row["value"] for row in rows.values())


def test_what_levers_are_moved_by_is_told_as_it_was_sent(client: Client) -> None:
    body = _changed(client, {"Test . people": "+2", "Test.automate": "50 %"})
    moved = {row["lever"]: row for row in body["levers"] if row["moved"]}
    assert {name: row["value"] for name, row in moved.items()} == {
        "Test.people": "+2",
        "Test.automate": "50 %",
    }
    before, after = (int(moved["Test.people"][at].split()[0]) for at in ("now", "changed"))
    assert after == before + 2
    assert moved["Test.automate"]["changed"] == "50 %"


def test_a_change_is_told_by_step_and_team_with_its_verdict(client: Client) -> None:
    body = _changed(client, {"Test.wait": "-80 %"})
    assert body["verdict"]["verdict"] in ("relieved", "shifted")
    assert body["flow_d"]["p85"]["direction"] == "less"
    row = next(one for one in body["steps"] if one["step"] == "Test")
    assert row["wait_d"]["direction"] == "less"
    assert [one["lever"] for one in body["levers"] if one["moved"]] == ["Test.wait"]
    assert {one["team"] for one in body["teams"]} >= {"product", "checkout"}
    parts = [one["wait_d"] for one in body["teams"]]
    if body["numbers"]:
        assert sum(one["before"] for one in parts) == pytest.approx(
            sum(one["wait_d"]["before"] for one in body["steps"][:-1])
        )
        assert sum(body["distribution"]["before"]) == pytest.approx(0.99, abs=0.03)
    else:
        assert all(one["before"] is None for one in parts)
        assert body["distribution"] is None
        assert "directions only" in body["calibration"]["words"]


def test_a_change_that_is_none_moves_nothing_at_all(client: Client) -> None:
    body = _changed(client, {"Test.approve": "0 %"})
    assert body["verdict"]["verdict"] == "no_effect"
    assert body["inherits"] is None
    assert all(one["wait_d"]["direction"] == "same" for one in body["steps"])


def test_work_that_nobody_accounts_for_is_hidden(client: Client) -> None:
    body = _changed(client, {"Review.remove": "undeclared"})
    assert body["verdict"]["verdict"] == "hidden"
    assert [one["step"] for one in body["verdict"]["hidden"]] == ["Review"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"levers": {}}, "levers"),
        ({"levers": {"Design.people": "+1"}}, "levers.Design.people: no such step"),
        ({"levers": {"Test.people": "lots"}}, "levers.Test.people: a number of people"),
        ({"levers": {"Test.people": 2}}, "levers.Test.people"),
        ({"levers": {"Test.people": "+1"}, "seed": 3}, "seed"),
        ({"levers": {"Test.people": "+1"}, "from": "soon"}, "from: write a date"),
        ({"levers": {"Test.people": "+1"}, "from": "2026-11-19"}, "there is no model"),
        ({"levers": {"x" * 101: "+1"}}, "levers"),
        ({"levers": {f"{n}.people": "+1" for n in range(13)}}, "levers"),
        ({}, "levers"),
    ],
)
def test_what_can_not_be_played_says_why(client: Client, body: Answer, told: str) -> None:
    answer = _send(client, _LAB, {**_LONG, **body})
    assert answer.status_code == 422, answer.text
    assert told in answer.json()["detail"]
    assert len(answer.json()["detail"]) < 500


def test_a_stream_that_there_is_not_is_not_found(client: Client) -> None:
    assert _send(client, "/v1/streams/shop/lab", {"levers": {"a.people": "1"}}).status_code == 404
    assert client.problem("/v1/streams/shop/lab", 404)
    assert client.problem("/v1/scenarios/1", 404)["detail"].startswith("there is no scenario 1")
    assert client.problem("/v1/scenarios/1/verdict", 404)
    assert "checkout" in client.problem("/v1/scenarios?stream=shop", 422)["detail"]


def test_what_people_say_that_work_is_worth_counts_with_its_profile(
    copied: tuple[Client, Path],
) -> None:
    """An item without a value in its field: a person enters one, whose rate grows each week."""
    client = copied[0]
    before = _changed(client, {"Test.people": "+1"})["delay_cost"]
    items = client.json("/v1/items?stream=checkout&state=done&limit=200")["items"]
    bare = next(one for one in items if one["value_per_week_cents"] is None)
    assert bare["committed_at"] > _LONG["from"]
    said = {"key": bare["key"], "profile": "P5", "likely_cents": 5_000_000}
    said |= {"parameters": {"escalation_cents": 1_000_000}, "who": "anna", "why": "asked"}
    answer = _send(client, "/v1/values", said)
    assert answer.status_code == 202, answer.text
    after = _changed(client, {"Test.people": "+1"})["delay_cost"]
    assert after["valued_share"] > before["valued_share"]


@pytest.mark.parametrize("address", [_LAB, "/v1/scenarios"])
def test_forms_and_pages_of_others_can_not_ask(client: Client, address: str) -> None:
    for headers, content, status in (
        ({"content-type": "text/plain"}, b"{}", 415),
        (JSON | {"sec-fetch-site": "cross-site"}, b"{}", 403),
        (JSON, b"[]", 400),
        (JSON, b" " * 70_000, 413),
    ):
        assert client.post(address, content, headers).status_code == status


def _kept(name: str = "Testers", **more: Any) -> Answer:
    levers = {"Test.people": "+2"}
    return {"stream": "checkout", "name": name, "levers": levers, "who": "anna", **more}


def test_where_there_is_no_model_no_scenario_is_kept(client: Client) -> None:
    answer = _send(client, "/v1/scenarios", _kept())
    if answer.status_code == 422:
        assert "there is no model of this stream" in answer.json()["detail"]
        assert client.json("/v1/scenarios")["items"] == []


def test_a_scenario_is_kept_listed_and_judged(
    copied: tuple[Client, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = copied
    monkeypatch.setattr("metrics.lab.calibrate.LEAST_DONE", 5)
    first = _send(client, "/v1/scenarios", _kept(why="  too few  "))
    assert first.status_code == 202, first.text
    row = first.json()
    ScenarioRow.model_validate(row)
    assert (row["why"], row["levers"]) == ("too few", {"Test.people": "+2"})
    again = _send(client, "/v1/scenarios", _kept(why="too few"))
    assert (again.status_code, again.json()) == (200, row)
    second = _send(client, "/v1/scenarios", _kept("Daily", levers={"Test.batch": "daily"}))
    listed = client.json("/v1/scenarios?stream=checkout")
    Listed[ScenarioRow].model_validate(listed)
    assert [one["name"] for one in listed["items"]] == ["Daily", "Testers"]
    assert client.json("/v1/scenarios?stream=search")["items"] == []
    assert client.json(f"/v1/scenarios/{row['id']}") == row
    LabChange.model_validate(client.json(row["verdict"]))
    assert second.json()["id"] > row["id"]
    refused = _send(client, "/v1/scenarios", _kept("Fast", levers={"Test.speed": "1"}))
    assert refused.status_code == 422
    assert "levers.Test.speed: no such lever" in refused.json()["detail"]
    assert len(client.json("/v1/scenarios")["items"]) == 2


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"who": " "}, "who: is missing"),
        ({"name": ""}, "name: is missing"),
        ({"name": "x" * 101}, "name: at most 100"),
        ({"why": "x" * 501}, "why: at most 500"),
        ({"who": "a\0b"}, ""),
    ],
)
def test_a_scenario_that_makes_no_sense_is_refused(
    client: Client, changed: Answer, told: str
) -> None:
    answer = _send(client, "/v1/scenarios", {**_kept(), **changed})
    assert answer.status_code in (400, 422)
    assert told in answer.json()["detail"]
    assert client.json("/v1/scenarios")["items"] == []
