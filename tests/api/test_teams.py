"""Time by team, and the filter by team, on every address that takes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.schemas import Envelope
from api.schemas_journey import Explained
from api.schemas_teams import TeamTimes
from pipeline.stream_measures import FLOW_SLUGS
from tests.api.client import Client

_STREAM = "/v1/streams/checkout"
_WIDE = "from=2026-01-01"
_DAY = 86_400
TEAMS = ("product", "checkout")
ENOUGH = {"items": "20", "date": "2026-12-24"}


def _addresses(client: Client) -> Iterator[str]:
    """Every address with the filter, open for more parameters."""
    for path, methods in client.app.openapi()["paths"].items():
        told: list[dict[str, Any]] = methods.get("get", {}).get("parameters", [])
        if not any(one["name"] == "team" and one["in"] == "query" for one in told):
            continue
        if path.endswith(".svg"):  # a drawing of what another address answers
            continue
        if path == "/v1/alerts":  # of all streams, and of no window
            continue
        given = "".join(
            f"{one['name']}={ENOUGH[one['name']]}&"
            for one in told
            if one.get("required") and one["in"] == "query"
        )
        for slug in FLOW_SLUGS if "{slug}" in path else ("",):
            if not path.endswith("/xmr") or slug in ("velocity", "flow_time"):
                yield f"{path.format(name='checkout', slug=slug, step='Build')}?{given}"


def test_every_address_about_the_items_of_a_stream_takes_a_team(client: Client) -> None:
    taking = {path.partition("?")[0].removeprefix(f"{_STREAM}/") for path in _addresses(client)}
    both = {"ageing", "littles-law", "sle", "cfd", "teams", "blocked"}
    assert both | {f"{one}/explain" for one in both} <= taking
    assert {"stages", "delay-cost", "run-chart", "forecasts/when"} <= taking
    assert {f"metrics/{slug}" for slug in FLOW_SLUGS} <= taking


def test_an_unknown_team_is_a_problem_that_names_those_that_exist(client: Client) -> None:
    for path in _addresses(client):
        told = client.problem(f"{path}team=nobody", 422)["detail"]
        assert told == "team: one of product, checkout", path


@pytest.mark.parametrize("team", TEAMS)
def test_scope_and_explanation_of_every_answer_carry_the_team(client: Client, team: str) -> None:
    for path in _addresses(client):
        body = client.json(f"{path}{_WIDE}&team={team}")
        if "metric" not in body or "included" in body or "/teams?" in path:
            continue
        assert body["scope"]["team"] == team, path
        assert body["scope"]["team_items"], path
        assert f"team={team}" in body["explain"], path
        assert body["coverage"]["team"] is not None
        if "/forecasts/" not in path and "/xmr" not in path:
            assert client.json(body["explain"])["n"] == body["n"], path


def _keys(client: Client, slug: str, team: str = "") -> list[tuple[str, int]]:
    path = f"{_STREAM}/metrics/{slug}/explain?{_WIDE}{f'&team={team}' if team else ''}"
    return [(one["key"], one["episode"]) for one in client.json(path)["included"]]


@pytest.mark.parametrize("slug", ["velocity", "load", "flow_time", "discard_rate"])
def test_a_delivery_is_of_one_team_at_most(client: Client, slug: str) -> None:
    whole = _keys(client, slug)
    parts = [one for team in TEAMS for one in _keys(client, slug, team)]
    assert len(parts) == len(set(parts)) > 0
    assert set(parts) <= set(whole)


def test_the_items_of_a_team_are_those_that_it_had_longest(client: Client) -> None:
    """By the time that the explanation of the time by team tells."""
    body = client.json(f"{_STREAM}/teams/explain?{_WIDE}")
    Explained.model_validate(body)
    found: dict[str, set[tuple[str, int]]] = {team: set() for team in TEAMS}
    for one in body["included"]:
        spent = {row["team"]: row["seconds"] for row in one["teams"] if row["team"]}
        if spent:
            found[max(spent, key=lambda team: spent[team])].add((one["key"], one["episode"]))
    for team in TEAMS:
        assert set(_keys(client, "flow_time", team)) == found[team]
    assert all(found.values())


def test_the_load_of_a_team_is_what_stands_in_its_stages(client: Client) -> None:
    """The simulated company names no people of teams: only its stages tell."""
    rows = client.json(f"{_STREAM}/ageing?limit=500")["items"]
    stages = client.json(_STREAM)["stages"]
    for team in TEAMS:
        own = {stage["name"] for stage in stages if stage["team"] == team}
        count = client.json(f"{_STREAM}/metrics/load?team={team}")["value"]["count"]
        assert count == sum(row["stage"] in own for row in rows)
        told = client.json(f"{_STREAM}/ageing?team={team}")
        assert {row["team"] for row in told["items"]} <= {team}
        assert told["value"]["count"] == told["total"] == count


def test_a_series_of_the_load_of_a_team_is_its_load_on_each_day(client: Client) -> None:
    path = f"{_STREAM}/metrics/load?team=checkout&from=2026-10-01"
    series = client.json(f"{path}&interval=week")["series"]
    whole = [row for row in series if row["complete"]][-6:]
    for row in whole:
        at = row["end"].replace("00:00Z", "59:59Z")
        hour = int(at[11:13]) - 1
        at = f"{at[:11]}{hour:02d}{at[13:]}"  # the last second of the week
        assert client.json(f"{path}&to={at}")["value"]["count"] == row["now"]
    assert any(row["now"] for row in whole)


def test_efficiency_of_a_team_is_not_told(client: Client) -> None:
    body = client.json(f"{_STREAM}/metrics/efficiency?team=checkout")
    assert set(body["value"].values()) == {None}
    assert "not told for a single team" in body["reasons"][0]
    Envelope.model_validate(body)
    assert client.json(f"{_STREAM}/metrics/efficiency")["value"]["ratio"] is not None


def test_the_lines_add_up_to_the_time_of_the_items(client: Client) -> None:
    body = client.json(f"{_STREAM}/teams?{_WIDE}")
    TeamTimes.model_validate(body)
    teams = body["teams"]
    assert [one["team"] for one in teams] == [*TEAMS, None]
    assert teams[-1]["reason"]
    for part in ("total", "active", "waiting", "blocked", "unknown", "ignored"):
        assert sum(one[f"{part}_d"] for one in teams) == pytest.approx(body["value"][f"{part}_d"])
    for one in teams:
        parts = ("active", "waiting", "unknown", "ignored")
        assert sum(one[f"{part}_d"] for part in parts) == pytest.approx(one["total_d"])
        assert one["blocked_d"] <= one["waiting_d"]
    flow = client.json(f"{_STREAM}/metrics/flow_time/explain?{_WIDE}")
    assert body["n"] == flow["n"]
    days = sum(one["seconds"] for one in flow["included"]) / _DAY
    assert body["value"]["total_d"] + body["value"]["gap_d"] == pytest.approx(days)
    load = client.json(f"{_STREAM}/metrics/load?{_WIDE}")["value"]["count"]
    assert sum(one["items_now"] for one in teams) == load
    known = sum(one["total_d"] for one in teams if one["team"])
    assert body["value"]["known_share"] == pytest.approx(known / body["value"]["total_d"])


def test_each_line_opens_to_the_items_behind_it(client: Client) -> None:
    body = client.json(f"{_STREAM}/teams?{_WIDE}")
    for line in body["teams"][:-1]:
        told = client.json(line["explain"])
        assert told["n"] == line["n"]
        spent = sum(one["seconds"] for one in told["included"])
        assert spent / _DAY == pytest.approx(line["total_d"])
    whole = client.json(body["explain"])
    assert whole["n"] == body["n"]
    for one in whole["included"]:
        assert sum(row["seconds"] for row in one["teams"]) == one["seconds"]
        assert sum(row["waiting_s"] for row in one["teams"]) == one["waiting_s"]
    assert len(whole["excluded"]) == sum(body["excluded"].values())


def test_too_few_items_are_observed_only(client: Client) -> None:
    for line in client.json(f"{_STREAM}/teams?from=2026-11-10")["teams"]:
        assert line["n"] < 19
        assert line["p85_d"] is None
        assert ("p85_d" in line["observed"]) == (line["n"] > 0)
        assert line["reasons"]
    one = client.json(f"{_STREAM}/teams?{_WIDE}&team=product")["teams"]
    assert [line["team"] for line in one] == ["product"]


def test_what_is_blocked_now_is_what_the_lists_call_blocked(client: Client) -> None:
    blocked = client.json(f"{_STREAM}/blocked?{_WIDE}")
    rows = client.json("/v1/items?stream=checkout&blocked=true")["items"]
    assert {row["key"] for row in blocked["items"]} == {row["key"] for row in rows}
    assert {row["key"]: row["reasons"] for row in blocked["items"]} == {
        row["key"]: row["blocked_by"] for row in rows
    }
    assert blocked["value"]["now"] == len(rows) > 0
    told = client.json(blocked["explain"])
    spent = sum(one["seconds"] for one in told["included"]) / _DAY
    assert spent == pytest.approx(sum(one["blocked_d"] for one in blocked["by_reason"]))
    assert spent == pytest.approx(blocked["value"]["blocked_d"])
    assert told["n"] == blocked["n"]


@pytest.mark.parametrize("stream", ["bare", "empty"])
def test_where_nothing_tells_a_team_that_is_said(thin: Client, stream: str) -> None:
    """`bare` has no stages and `empty` no items."""
    body = thin.json(f"/v1/streams/{stream}/teams?{_WIDE}")
    TeamTimes.model_validate(body)
    *named, nobody = body["teams"]
    assert nobody["team"] is None
    assert nobody["reason"]
    assert all(one["n"] == 0 and one["reasons"] == ["no_data"] for one in named)
    assert (body["value"]["known_share"], nobody["n"] > 0) == (
        (0, True) if stream == "bare" else (None, False)
    )
    blocked = thin.json(f"/v1/streams/{stream}/blocked?{_WIDE}")
    assert (blocked["value"]["blocked_d"] is None) == (stream == "empty")
    told = thin.problem("/v1/streams/bare/teams?team=web", 422)["detail"]
    assert told == "team: no stage of this stream names a team"


def test_the_time_of_a_team_is_told_in_working_time_too(client: Client) -> None:
    asked = f"{_STREAM}/metrics/flow_time?{_WIDE}&team={TEAMS[1]}"
    elapsed, working = (client.json(f"{asked}{more}") for more in ("", "&calendar=working"))
    assert elapsed["n"] == working["n"] > 0
    assert elapsed["scope"] == working["scope"]
    assert working["calendar"].startswith("working")
    shown = [{**one["value"], **one["observed"]}["p50"] for one in (elapsed, working)]
    assert shown[1] < shown[0]
    assert "team=" in working["explain"]
    assert "calendar=working" in working["explain"]
    items = client.json(working["explain"])["included"]
    assert len(items) == working["n"]
