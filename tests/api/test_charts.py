"""Charts and forecasts over HTTP: their shapes, what explains them, and what they refuse."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from pydantic import BaseModel

from api.examples_charts import CALIBRATION, CFD, HOW_MANY, RUN_CHART, WHEN, XMR
from api.schemas_charts import (
    Calibration,
    CumulativeFlow,
    ForecastHowMany,
    ForecastWhen,
    ProcessChart,
    RunChart,
)
from api.schemas_journey import Explained
from metrics.forecast import forecast_how_many, forecast_when
from pipeline.xmr_answers import XMR_SLUGS
from tests.api.client import Client

_STREAM = "/v1/streams/checkout"
_YEAR = "from=2025-12-01"
ROUTES: list[tuple[str, type[BaseModel]]] = [
    ("cfd", CumulativeFlow),
    ("cfd?interval=month&from=2026-01-01&type=defect", CumulativeFlow),
    ("cfd/explain", Explained),
    ("run-chart", RunChart),
    ("run-chart?interval=day&zone=America/New_York", RunChart),
    *[(f"metrics/{slug}/xmr", ProcessChart) for slug in XMR_SLUGS],
    ("metrics/velocity/xmr?variant=median&baseline=2026-04-01", ProcessChart),
    (f"forecasts/when?items=20&{_YEAR}", ForecastWhen),
    ("forecasts/how-many?date=2026-12-24", ForecastHowMany),
    ("forecasts/calibration", Calibration),
]
UNANSWERABLE = {
    "cfd?from=2025-01-01": "more than 400 periods",
    "cfd?interval=hour": "interval: one of",
    "run-chart?zone=Mars/Phobos": "zone: a time zone",
    "run-chart?zone=../../etc/passwd": "zone: a time zone",
    "run-chart?zone=%00": "zone: a time zone",
    "metrics/velocity/xmr?variant=mode": "variant",
    "metrics/velocity/xmr?baseline=2027-01-01": "baseline: a day before the end",
    "metrics/velocity/xmr?baseline=soon": "baseline: write a date",
    "forecasts/when": "items",
    "forecasts/when?items=0": "items: 1 to 10000",
    "forecasts/when?items=-5": "items: 1 to 10000",
    "forecasts/when?items=10001": "items: 1 to 10000",
    "forecasts/when?items=99999999999999999999": "items",
    "forecasts/when?items=many": "items",
    "forecasts/when?items=5&from=2024-01-01": "at most 400 days",
    "forecasts/how-many": "date",
    "forecasts/how-many?date=2026-11-20": "a day after today, which is 2026-11-20",
    "forecasts/how-many?date=2020-01-01": "a day after today",
    "forecasts/how-many?date=9999-12-31": "at most 366 days",
    "forecasts/how-many?date=tomorrow": "write a date",
    "forecasts/how-many?date=2026-12-24T10:00": "write a date",
    "forecasts/calibration?horizon=0": "horizon",
    "forecasts/calibration?pool=34": "pool",
    "forecasts/calibration?horizon=1&from=2024-01-01": "more than 400 forecasts",
    "forecasts/calibration?from=2001-01-01": "at most 1830 days",
    "forecasts/when?items=5&interval=day": "interval",
}


@pytest.mark.parametrize(("address", "shape"), ROUTES, ids=[address for address, _ in ROUTES])
def test_a_route_answers_with_its_documented_shape(
    client: Client, thin: Client, address: str, shape: type[BaseModel]
) -> None:
    for one, stream in ((client, "checkout"), (thin, "bare"), (thin, "empty")):
        shape.model_validate(one.json(f"/v1/streams/{stream}/{address}"), strict=True)


@pytest.mark.parametrize("address", UNANSWERABLE)
def test_what_makes_no_sense_is_422_and_says_what_would(client: Client, address: str) -> None:
    body = client.problem(f"{_STREAM}/{address}", 422)
    assert UNANSWERABLE[address] in body["detail"]


def test_what_is_not_there_is_404(client: Client) -> None:
    for address in ("cfd", "run-chart", "forecasts/calibration", "forecasts/when?items=1"):
        body = client.problem(f"/v1/streams/shop/{address}", 404)
        assert "known: checkout" in body["detail"]
    body = client.problem(f"{_STREAM}/metrics/load/xmr", 404)
    assert "it has: velocity, flow_time" in body["detail"]


def test_the_lines_of_the_company_only_rise_and_never_cross(client: Client) -> None:
    body = client.json(f"{_STREAM}/cfd?from=2026-03-01")
    names = [one["name"] for one in body["boundaries"]]
    before = dict.fromkeys(names, 0)
    for point in body["points"]:
        reached = [point["reached"][name] for name in names]
        assert all(upper >= lower for upper, lower in pairwise(reached))
        assert all(point["reached"][name] >= before[name] for name in names)
        assert point["cancelled"] <= reached[-1]
        before = point["reached"]
    value = body["value"]
    first, last = body["points"][0], body["points"][-1]
    assert body["n"] == last["reached"][names[0]]
    assert value["net"] == value["arrived"] - value["first_completions"] - value["cancelled"]
    risen = last["reached"][names[-1]] - first["reached"][names[-1]]
    assert risen <= value["first_completions"] + value["cancelled"]


def test_the_stages_of_the_last_point_hold_what_is_in_load_now(client: Client) -> None:
    inside = client.json(f"{_STREAM}/cfd")["points"][-1]["occupancy"]
    assert sum(inside.values()) == client.json(f"{_STREAM}/metrics/load")["value"]["now"]
    stages = {row["name"]: row["items_now"] for row in client.json(f"{_STREAM}/stages")["items"]}
    assert {name: count for name, count in inside.items() if count} == {
        name: count for name, count in stages.items() if count
    }


@pytest.mark.parametrize("asked", ["", "?interval=month&zone=Asia/Tokyo&to=2026-10-15"])
def test_cumulative_flow_is_explained_item_by_item(client: Client, asked: str) -> None:
    body = client.json(f"{_STREAM}/cfd{asked}")
    told = client.json(body["explain"])
    assert (told["n"], told["window"]) == (body["n"], body["window"])
    last = body["points"][-1]
    for name, count in last["reached"].items():
        assert sum(name in row["crossed_at"] for row in told["included"]) == count
    assert sum(row["cancelled"] for row in told["included"]) == last["cancelled"]


@pytest.mark.parametrize(
    "address",
    ["run-chart", "run-chart?interval=day&type=feature", f"forecasts/when?items=9&{_YEAR}"],
)
def test_a_number_of_completions_is_explained_by_as_many(client: Client, address: str) -> None:
    body = client.json(f"{_STREAM}/{address}")
    told = client.json(body["explain"])
    assert body["n"] == told["n"] > 0
    points = body.get("points")
    counted = sum(one["count"] or 0 for one in points) if points else body["pool"]["completions"]
    assert counted == told["n"]


def test_the_times_of_a_process_chart_are_those_of_the_metric(client: Client) -> None:
    body = client.json(f"{_STREAM}/metrics/flow_time/xmr?{_YEAR}")
    told = {row["key"]: row["seconds"] for row in client.json(body["explain"])["included"]}
    assert body["n"] == len(body["points"]) == len(told) > 20
    assert all(abs(told[point["key"]] - point["value"] * 86_400) < 1 for point in body["points"])
    assert [one["end"] for one in body["points"]] == sorted(one["end"] for one in body["points"])
    assert sum(one["in_baseline"] for one in body["points"]) == body["baseline"]["n"] == 20


def test_declared_limits_stay_when_the_window_moves(client: Client) -> None:
    asked = f"{_STREAM}/metrics/velocity/xmr?baseline=2026-02-02"
    bodies = [client.json(f"{asked}&from={start}") for start in ("2026-07-01", "2026-10-01")]
    names = ("centre", "lower", "upper", "range_limit")
    assert len({tuple(body["value"][name] for name in names) for body in bodies}) == 1
    assert {body["baseline"]["from"] for body in bodies} == {"2026-02-02"}
    assert all(body["baseline"]["declared"] for body in bodies)


def test_the_running_period_is_shown_and_not_judged(client: Client) -> None:
    body = client.json(f"{_STREAM}/metrics/velocity/xmr")
    last = body["points"][-1]
    assert (last["complete"], last["in_baseline"], last["range"]) == (False, False, None)
    assert body["n"] == len(body["points"]) - 1
    assert body["baseline"]["from"] == body["points"][0]["start"]
    assert [one["in_baseline"] for one in body["points"]] == [True] * body["n"] + [False]


def test_a_forecast_can_be_made_again_from_its_pool(client: Client) -> None:
    body = client.json(f"{_STREAM}/forecasts/when?items=20&{_YEAR}")
    pool = body["pool"]
    assert body["value"] == forecast_when(np.array(pool["counts"]), 20)
    assert sum(pool["counts"]) == pool["completions"] == body["n"]
    assert date.fromisoformat(pool["to"]) == date(2026, 11, 19)
    days = (date.fromisoformat(pool["to"]) - date.fromisoformat(pool["from"])).days + 1
    assert (len(pool["counts"]), pool["days"], pool["weeks"]) == (days, days, days // 7)
    for name, within in body["value"].items():
        assert body["dates"][name] == (date(2026, 11, 20) + timedelta(days=within)).isoformat()
    many = client.json(f"{_STREAM}/forecasts/how-many?date={body['dates']['p85']}&{_YEAR}")
    assert many["days"] == body["value"]["p85"]
    assert many["value"] == forecast_how_many(np.array(pool["counts"]), many["days"])
    assert many["value"]["p85"] >= 20


def test_too_short_a_history_is_refused_with_what_is_missing(client: Client) -> None:
    for address in ("forecasts/when?items=5", "forecasts/how-many?date=2026-12-24"):
        body = client.json(f"{_STREAM}/{address}&from=2026-10-30")
        completions = body["pool"]["completions"]
        assert completions < 30
        assert set(body["value"].values()) == {None}
        assert body["observed"] == {}
        assert f"{completions} of 30 completions, 3 of 5 weeks" in body["reasons"][0]


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("cfd", ["arrived", "first_completions", "cancelled", "velocity", "net"]),
        ("run-chart", ["mean", "median"]),
        ("metrics/velocity/xmr", ["centre", "upper", "signals"]),
        ("metrics/flow_time/xmr", ["centre", "upper", "signals"]),
        ("forecasts/when?items=5", ["p50", "p85", "p95"]),
        ("forecasts/how-many?date=2026-12-24", ["p50", "p85", "p95"]),
        ("forecasts/calibration", ["how_many_p85", "when_p85"]),
    ],
)
def test_a_stream_without_items_has_no_number_and_says_why(
    thin: Client, address: str, names: list[str]
) -> None:
    body = thin.json(f"/v1/streams/empty/{address}")
    assert [body["value"][name] for name in names] == [None] * len(names)
    assert body["n"] == 0
    assert body["reasons"]
    if "forecasts" in address:
        assert "0 of 30 completions, 0 of 5 weeks" in body["reasons"][0]


def test_a_stream_without_stages_has_lines_by_state(thin: Client) -> None:
    body = thin.json("/v1/streams/bare/cfd")
    assert [one["name"] for one in body["boundaries"]] == ["New", "In progress", "Done"]
    assert any("no stages are configured" in reason for reason in body["reasons"])
    last = body["points"][-1]
    assert 0 < last["reached"]["Done"] <= last["reached"]["In progress"] <= last["reached"]["New"]
    assert list(last["occupancy"]) == ["In progress"]


def test_the_scorecard_adds_up(client: Client) -> None:
    body = client.json(f"{_STREAM}/forecasts/calibration?horizon=7&pool=400&{_YEAR}")
    rows = [row for row in body["forecasts"] if row["kind"] == "how_many"]
    assert rows
    held = [row["held"]["p85"] for row in rows]
    assert body["value"]["how_many_p85_held"] == held.count(True)
    assert body["value"]["how_many_p85_judged"] == body["n"] == len(held)
    assert all(row["held"]["p85"] == (row["actual"] >= row["forecast"]["p85"]) for row in rows)
    made = [row["made_on"] for row in rows]
    assert made == sorted(set(made))


def test_every_new_definition_is_listed(client: Client) -> None:
    listed = {row["slug"] for row in client.json("/v1/definitions")["items"]}
    for address, _ in ROUTES:
        body = client.json(f"{_STREAM}/{address}")
        assert body["metric"] in listed


@pytest.mark.parametrize(
    ("example", "shape"),
    [
        (CFD, CumulativeFlow),
        (RUN_CHART, RunChart),
        (XMR, ProcessChart),
        (WHEN, ForecastWhen),
        (HOW_MANY, ForecastHowMany),
        (CALIBRATION, Calibration),
    ],
)
def test_an_example_has_the_documented_shape(
    example: dict[str, object], shape: type[BaseModel]
) -> None:
    shape.model_validate(example, strict=True)


@pytest.mark.parametrize("window", ["from=2026-01-01&to=2026-06-01", "from=2026-08-01", _YEAR])
def test_a_forecast_warns_where_load_throughput_and_time_of_its_pool_do_not_fit(
    client: Client, window: str
) -> None:
    forecast = client.json(f"{_STREAM}/forecasts/when?items=20&{window}")
    pool = forecast["window"]
    law = client.json(f"{_STREAM}/littles-law?from={pool[0]}&to={pool[1]}")
    told = [text for text in forecast["warnings"] if "do not fit" in text]
    assert [f"r is {law['value']['r']:.2f}" in text for text in told] == [True] * bool(
        law["banner"]
    )
