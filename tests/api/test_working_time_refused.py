"""Where there is no working time, and what it tells of streams that know little."""

from __future__ import annotations

import pytest

from tests.api.client import Client

_STREAM = "/v1/streams/checkout"
TIMES = ("flow_time", "idea_to_done", "idea_to_release")

REFUSED = {
    "metrics/velocity": "velocity has none: it counts",
    "metrics/velocity/explain": "velocity has none: it counts",
    "metrics/load": "load has none",
    "metrics/distribution": "distribution has none",
    "metrics/reopen_rate": "reopen_rate has none",
    "metrics/discard_rate/explain": "discard_rate has none",
    "metrics/delay_cost": "costs money on every day",
    "metrics/velocity/xmr": "velocity has none",
    "littles-law": "littles_law has none",
    "littles-law/explain": "littles_law has none",
    "delay-cost": "delay_cost has none",
    "cfd": "cfd has none",
    "run-chart": "run_chart has none",
    "forecasts/calibration": "forecast_calibration has none",
    "dora": "DORA metrics run on elapsed time",
    "dora/change_fail_rate/explain": "DORA metrics run on elapsed time",
}


@pytest.mark.parametrize("path", REFUSED)
def test_what_has_no_working_time_says_why(client: Client, path: str) -> None:
    detail = client.problem(f"{_STREAM}/{path}?calendar=working", 422)["detail"]
    assert detail.startswith("calendar: ")
    assert REFUSED[path] in detail
    assert "working time is told of flow_time, " in detail


@pytest.mark.parametrize(
    "address", ["/v1/overview", "/v1/services/web/dora", "/v1/items", "/v1/quality"]
)
def test_what_is_no_time_of_a_stream_says_where_it_is_told(client: Client, address: str) -> None:
    detail = client.problem(f"{address}?calendar=working", 422)["detail"]
    assert "working time is told of flow_time, " in detail


def test_another_word_or_another_metric_is_refused(client: Client) -> None:
    address = f"{_STREAM}/metrics/flow_time"
    assert "'working'" in client.problem(f"{address}?calendar=business", 422)["detail"]
    told = client.problem(f"{_STREAM}/metrics/velocity?inclusive_days=true", 422)["detail"]
    assert told.startswith("inclusive_days: only of flow_time, ")
    assert "zone" in client.problem(f"{address}?calendar=working&zone=Mars", 422)["detail"]


@pytest.mark.parametrize("stream", ["bare", "empty"])
@pytest.mark.parametrize(
    "path",
    [
        *(f"metrics/{slug}?calendar=working&inclusive_days=true&interval=week" for slug in TIMES),
        "metrics/efficiency?calendar=working",
        "stages?calendar=working",
        "ageing?calendar=working",
        "sle?calendar=working",
        "metrics/flow_time/xmr?calendar=working",
        "forecasts/when?items=3&calendar=working",
    ],
)
def test_streams_that_know_little_answer_too(thin: Client, stream: str, path: str) -> None:
    body = thin.json(f"/v1/streams/{stream}/{path}")
    assert body["calendar"] == "working mon-fri, no holidays, Europe/Berlin"
    if stream == "empty" and "metrics" in path and "xmr" not in path:
        assert set(body["value"].values()) == {None}
        assert body["reasons"]
