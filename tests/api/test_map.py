"""The value stream map over HTTP: its parts add up, open to their items, and are the truth."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pydantic import BaseModel

from api.examples_map import EDGES, HANDOFFS, MAP, REWORK
from api.schemas_journey import Explained
from api.schemas_lists import StageRows
from api.schemas_map import ValueStreamMap
from api.schemas_map_moves import MapEdges, MapHandoffs, MapLoops, StepGraph
from simulator.jira_catalogue import Catalogue
from simulator.jira_extras import Extras
from simulator.jira_issues import Issues
from tests.api.client import Answer, Client
from tests.e2e.company import Company

_STREAM = "/v1/streams/checkout"
_ALL = "from=2025-11-20"


@pytest.mark.parametrize(
    ("address", "shape"),
    [
        ("map", ValueStreamMap),
        ("map?clock=flow_time&type=feature", ValueStreamMap),
        ("map?paths=0&team=checkout", ValueStreamMap),
        ("map/explain", Explained),
        ("map/steps/Build", StepGraph),
        ("edges", MapEdges),
        ("rework?clock=idea_to_done", MapLoops),
        ("handoffs", MapHandoffs),
        ("stages?rank=wait", StageRows),
        ("stages?phase=upstream", StageRows),
    ],
)
def test_every_address_has_its_shape(client: Client, address: str, shape: type[BaseModel]) -> None:
    shape.model_validate(client.json(f"{_STREAM}/{address}"), strict=True)


@pytest.mark.parametrize("clock", ["idea_to_release", "idea_to_done", "flow_time"])
def test_the_ladder_is_the_sum_of_the_items_behind_it(client: Client, clock: str) -> None:
    body = client.json(f"{_STREAM}/map?{_ALL}&clock={clock}")
    behind = client.json(body["explain"])
    assert behind["n"] == body["n"] == body["ladder"]["n"] > 20
    assert sum(row["seconds"] for row in behind["included"]) == body["ladder"]["total_s"]
    parts = Counter[str]()
    for step in _measured(body):
        own = client.json(step["explain"])
        assert sum(row["seconds"] for row in own["included"]) == sum(step["ladder_s"].values())
        parts.update(step["ladder_s"])
        waits = sum(step["wait_by_reason_d"].values())
        assert waits == pytest.approx(step["ladder"]["waiting_d"])
    assert sum(parts.values()) == body["ladder"]["total_s"]
    assert body["value"]["mean_d"] == pytest.approx(
        sum(
            body["value"][f"{name}_d"]
            for name in ("active", "waiting", "unknown", "gap", "ignored")
        )
    )
    assert sum(body["ladder"]["phases"].values()) == pytest.approx(body["ladder"]["total_d"])


def _measured(body: Answer) -> list[dict[str, Any]]:
    return [step for step in body["steps"] if not step["estimated"]]


def test_what_people_told_is_an_estimate_and_in_no_sum(client: Client) -> None:
    body = client.json(f"{_STREAM}/map?{_ALL}")
    (intake,) = [step for step in body["steps"] if step["estimated"]]
    assert body["steps"][0] is intake
    assert (intake["name"], intake["kind"], intake["explain"]) == ("Intake", "manual", None)
    assert intake["process"]["kind"] == "estimated"
    assert intake["ladder"]["waiting_d"] == 3
    assert body["ladder"]["estimated_d"] == pytest.approx(3 + 1 / 24)
    assert 0 < body["ladder"]["estimated_share"] < 1
    assert body["boundaries"]["trigger"]["configured"] is True
    missing = {line for part in body["completeness"]["parts"] for line in part["missing"]}
    assert 'map = { done = "..." }' in missing
    assert 'map = { trigger = "..." }' not in missing


def test_the_time_with_each_step_is_the_truth(client: Client, company: Company) -> None:
    body = client.json(f"{_STREAM}/map?{_ALL}&clock=flow_time")
    mapped = {name: step["name"] for step in body["steps"] for name in step["stages"]}
    counted = {row["key"] for row in client.json(body["explain"])["included"]}
    truth = Counter[str]()
    for item in company.truth.items.values():
        if item.stream != "checkout" or item.key not in counted:
            continue
        for episode in item.episodes:
            if episode.flow_time_s is not None:
                for stage, seconds in episode.stage_s.items():
                    truth[mapped.get(stage, stage)] += seconds
    measured = {
        step["name"]: sum(step["ladder_s"].values())
        for step in _measured(body)
        if step["kind"] != "tool"
    }
    assert {name: seconds for name, seconds in measured.items() if seconds} == +truth
    waiting = sum(
        episode.waiting_s
        for item in company.truth.items.values()
        if item.stream == "checkout" and item.key in counted
        for episode in item.episodes
        if episode.flow_time_s is not None
    )
    assert sum(step["ladder_s"]["waiting"] for step in _measured(body)) == waiting


def test_each_work_log_is_told_by_the_step_in_which_its_work_began(
    client: Client, company: Company
) -> None:
    body = client.json(f"{_STREAM}/map?{_ALL}&clock=idea_to_done")
    counted = {row["key"] for row in client.json(body["explain"])["included"]}
    catalogue = Catalogue(company.world, "cloud")
    booked = {log["issueId"] for log in Extras(catalogue, Issues(catalogue, ())).worklogs.values()}
    keys = {item.key for item in company.world.items if item.id in booked}
    told = [step["process"]["logged"] for step in _measured(body)]
    assert sum(one["n"] for one in told) == len(keys & counted) > 0
    hours = {round(value * 24, 6) for one in told for value in one["observed"].values()}
    assert hours == {2}


def test_an_edge_a_loop_and_a_handoff_open_to_as_many_items_as_they_count(client: Client) -> None:
    body = client.json(f"{_STREAM}/map?{_ALL}")
    for edge in body["edges"]:
        assert client.json(edge["explain"])["n"] == edge["items"]
    assert body["rework"]
    for loop in body["rework"]:
        behind = client.json(loop["explain"])
        assert behind["n"] == loop["deliveries"]["numerator"]
        seconds = sum(row["seconds"] for row in behind["included"])
        assert seconds / 86_400 == pytest.approx(loop["lost_d"])
        assert (loop["cost_cents"] is None) == (loop["valued"] == 0)
    assert body["handoffs"]["between"]
    for pair in body["handoffs"]["between"]:
        assert client.json(pair["explain"])["n"] == pair["items"]


def test_the_slider_changes_what_is_drawn_and_no_number(client: Client) -> None:
    whole = client.json(f"{_STREAM}/map?{_ALL}&paths=1")
    one = client.json(f"{_STREAM}/map?{_ALL}&paths=0")
    most = client.json(f"{_STREAM}/map?{_ALL}&paths=0.6")
    assert whole["paths"]["shown"] == whole["paths"]["count"] > most["paths"]["shown"] > 1
    assert one["paths"]["shown"] == 1
    assert most["paths"]["covered"] >= 0.6
    assert sum(path["deliveries"] for path in whole["paths"]["paths"]) == whole["n"]

    def bare(body: Answer) -> Answer:
        told = {name: body[name] for name in ("value", "ladder", "steps", "tools", "handoffs")}
        told["edges"] = [{**row, "shown": None} for row in body["edges"]]
        told["rework"] = [{**row, "shown": None} for row in body["rework"]]
        return told

    assert bare(whole) == bare(one) == bare(most)


def test_a_stage_opens_into_what_went_on_in_it(client: Client) -> None:
    body = client.json(f"{_STREAM}/map/steps/Test?{_ALL}")
    kinds = {(row["kind"], row["name"]) for row in body["nodes"]}
    assert {("status", "Ready for Test"), ("status", "Testing")} <= kinds
    assert any(kind == "build" for kind, _ in kinds)
    visits = {row["name"]: row["visits"] for row in body["nodes"]}
    for name in ("Ready for Test", "Testing"):
        out = sum(row["count"] for row in body["edges"] if row["from"] == name)
        came = sum(row["count"] for row in body["edges"] if row["to"] == name)
        assert out + came > 0
        assert max(out, came) <= visits[name]
    told = client.problem(f"{_STREAM}/map/steps/Nowhere", 404)["detail"]
    assert "Nowhere" in told
    assert "Build" in told


def test_the_longest_wait_is_first_and_upstream_is_before_commitment(client: Client) -> None:
    rows = client.json(f"{_STREAM}/stages?rank=wait&{_ALL}")["items"]
    waits = [row["idea_wait_d"] for row in rows]
    assert waits == sorted(waits, reverse=True)
    assert waits[0] > 0
    upstream = client.json(f"{_STREAM}/stages?phase=upstream&{_ALL}")["items"]
    assert [row["name"] for row in upstream] == ["Ideas"]
    plain = client.json(f"{_STREAM}/stages?{_ALL}")["items"]
    assert "phase" not in plain[0]
    assert {row["name"] for row in rows} == {row["name"] for row in plain}


def test_a_stream_without_stages_or_items_says_what_is_not_known(thin: Client) -> None:
    bare = thin.json(f"/v1/streams/bare/map?{_ALL}")
    ValueStreamMap.model_validate(bare, strict=True)
    assert bare["n"] > 0
    assert bare["handoffs"]["total"] is None
    assert bare["value"]["cycle_efficiency"] is None
    empty = thin.json("/v1/streams/empty/map")
    ValueStreamMap.model_validate(empty, strict=True)
    assert empty["ladder"]["total_d"] is None
    assert empty["ladder"]["reason"]
    assert empty["value"]["rolled_complete_accurate"] is None
    for step in empty["steps"]:
        assert step["lead"]["p50_d"] is None
        assert step["process"]["reasons"]
    for name in ("bare", "empty"):
        assert thin.get(f"/v1/streams/{name}/map.svg").text.startswith("<svg")


def test_few_deliveries_show_what_was_observed(client: Client) -> None:
    body = client.json(f"{_STREAM}/map?from=2026-11-12&to=2026-11-20&clock=idea_to_done")
    assert 0 < body["n"] < 19
    assert body["value"]["p85"] is None
    assert body["observed"]["p85"] > 0
    told = [step["lead"] for step in body["steps"] if 0 < step["lead"]["n"] < 19]
    assert told
    assert all(one["p85_d"] is None and one["observed"]["p85_d"] >= 0 for one in told)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("map?clock=lead_time", "clock"),
        ("map?paths=2", "paths"),
        ("map?paths=nan", "paths"),
        ("map.svg?theme=pink", "theme"),
        ("map.svg?team=nobody", "team: one of"),
        ("map/explain?from_step=Build", "give both"),
        ("map/explain?step=Build&from_step=Test&to_step=Build", "not for two"),
        ("map/explain?calendar=working", "calendar"),
        ("stages?rank=speed", "rank"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(client: Client, address: str, told: str) -> None:
    assert told in client.problem(f"{_STREAM}/{address}", 422)["detail"]


def test_a_part_that_is_not_there_is_404(client: Client) -> None:
    client.problem(f"{_STREAM}/map/explain?step=Nowhere", 404)
    client.problem("/v1/streams/shop/map", 404)
    client.problem("/v1/streams/shop/map.svg", 404)


def test_the_drawing_may_style_itself_and_nothing_else(client: Client) -> None:
    answer = client.get(f"{_STREAM}/map.svg?theme=light")
    assert answer.headers["content-type"] == "image/svg+xml"
    policy = answer.headers.get_list("content-security-policy")
    assert policy == [
        "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
    ]
    assert answer.headers["etag"]
    again = client.get(f"{_STREAM}/map.svg?theme=light", {"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    page = client.get(f"{_STREAM}/map").headers.get_list("content-security-policy")
    assert len(page) == 1
    assert "script-src 'self'" in page[0]


def test_the_examples_have_the_shapes() -> None:
    ValueStreamMap.model_validate(MAP, strict=True)
    MapEdges.model_validate(EDGES, strict=True)
    MapLoops.model_validate(REWORK, strict=True)
    MapHandoffs.model_validate(HANDOFFS, strict=True)


def _named(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(row for row in rows if row["name"] == name)


def test_a_step_tells_how_its_process_time_is_known(client: Client) -> None:
    steps = client.json(f"{_STREAM}/map?{_ALL}")["steps"]
    build, builds = _named(steps, "Build"), _named(steps, "Builds")
    assert build["process"]["kind"] == "upper_bound"
    assert builds["process"]["kind"] == "measured"
    assert _named(steps, "Merge request")["process"]["kind"] == "unknown"
    assert build["team"] == "checkout"
    assert build["value"] == "added"
    assert build["queues"] == ["Ready"]
    assert {one["tool"] for one in build["systems"]} >= {"tracker", "commit", "review", "ci"}
    assert _named(steps, "Release")["wip"]["now"] is not None
