"""A workshop's map laid beside the measured one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.schemas_beside import COMPARE, CompareGiven, MapBeside
from tests.api.client import Client

_JSON = {"content-type": "application/json"}
_ADDRESS = "/v1/streams/checkout/map/compare"


def _asked(client: Client, body: object) -> dict[str, Any]:
    answer = client.post(_ADDRESS, json.dumps(body).encode(), _JSON)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    MapBeside.model_validate(told, strict=True)
    return told


def test_the_example_is_one_that_is_taken() -> None:
    assert CompareGiven.model_validate(COMPARE).map.steps[1].active is not None


def test_each_gap_is_named_with_its_factor(client: Client) -> None:
    measured = client.json("/v1/streams/checkout/map?from=2020-01-01&clock=idea_to_done")
    test = next(step for step in measured["steps"] if step["name"] == "Test")
    wait = test["ladder"]["waiting_d"]
    assert wait > 0.2
    told = _asked(
        client,
        {
            "map": {
                "steps": [
                    {"name": "Testing by QA", "stage": "Test", "wait": "1h", "owner": "qa"},
                    {"name": "Security board", "wait": "2w"},
                ],
                "rework": [{"from": "Test", "to": "Analysis"}],
                "handoffs": 9,
            },
            "from": "2020-01-01",
            "clock": "idea_to_done",
        },
    )
    gap = next(one for one in told["gaps"] if one["kind"] == "wait")
    assert gap["step"] == "Testing by QA"
    assert gap["factor"] == pytest.approx(wait * 24)
    assert "times as long" in gap["text"]
    kinds = {one["kind"] for one in told["gaps"]}
    assert {"not_measured", "not_believed", "owner", "rework", "handoffs", "lead"} <= kinds
    sizes = [one["size"] for one in told["gaps"]]
    assert sizes == sorted(sizes, reverse=True)
    missing = next(one for one in told["steps"] if one["believed"] == "Security board")
    assert missing["measured"] is None


def test_a_belief_that_fits_is_no_gap(client: Client) -> None:
    measured = client.json("/v1/streams/checkout/map")
    steps = [
        {
            "name": step["name"],
            "owner": step["team"] or "",
            "wait": {"likely": "1d", "low": "1s", "high": "500d"},
            "active": {"likely": "1d", "low": "1s", "high": "500d"},
        }
        for step in measured["steps"]
        if not step["estimated"]
    ]
    loops = [{"from": one["from"], "to": one["to"]} for one in measured["rework"]]
    told = _asked(client, {"map": {"steps": steps, "rework": loops}})
    assert {one["kind"] for one in told["gaps"]} <= {"lead", "wait", "active"}
    near = [one for one in told["gaps"] if one["kind"] != "lead"]
    assert all(one["measured"] == 0 for one in near)


def test_what_is_no_map_is_refused_with_the_field(client: Client) -> None:
    for body, field in (
        ({"map": {"steps": []}}, "map.steps"),
        ({"map": {"steps": [{"name": "A", "wait": "soon"}]}}, "map.steps.0.wait"),
        ({"map": {"steps": [{"name": "A", "speed": 1}]}}, "map.steps.0.speed"),
        ({"steps": []}, "map"),
    ):
        answer = client.post(_ADDRESS, json.dumps(body).encode(), _JSON)
        assert answer.status_code == 422, answer.text
        assert answer.json()["field"].startswith(field)
    answer = client.post(_ADDRESS.replace("checkout", "shop"), json.dumps(COMPARE).encode(), _JSON)
    assert answer.status_code == 404
