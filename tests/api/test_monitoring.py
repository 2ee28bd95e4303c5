"""What Prometheus is told is what the API answers, and what is not known is not there."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from api import telemetry
from pipeline.database import over
from tests.api.client import Client, Clock
from tests.api.locked import bearer, locked, token
from tests.e2e.company import Company

PAGE = (Path(__file__).parents[2] / "docs" / "monitoring.md").read_text(encoding="utf-8")
Labels = frozenset[tuple[str, str]]
Samples = dict[str, dict[Labels, float]]

DAY, HOUR = 86_400, 3_600
STREAM, DORA = "metrics", "dora"
ASKED = {
    "flow_time_seconds": (STREAM, "flow_time", {"50": "p50", "85": "p85"}, DAY),
    "idea_to_release_seconds": (STREAM, "idea_to_release", {"50": "p50", "85": "p85"}, DAY),
    "flow_efficiency_ratio": (STREAM, "efficiency", {"": "ratio"}, 1),
    "throughput_items_per_week": (STREAM, "velocity", {"": "per_week"}, 1),
    "wip_items": (STREAM, "load", {"": "count"}, 1),
    "delay_cost_cents_per_week": (STREAM, "delay_cost", {"": "per_week_cents"}, 1),
    "delay_cost_burn_cents_per_week": (STREAM, "delay_cost", {"": "burn_rate_cents"}, 1),
    "deployments_per_week": (DORA, "deployment_frequency", {"": "per_week"}, 1),
    "change_lead_time_seconds": (DORA, "change_lead_time", {"50": "p50", "85": "p85"}, HOUR),
    "change_fail_ratio": (DORA, "change_fail_rate", {"": "ratio"}, 1),
    "recovery_time_seconds": (DORA, "recovery_time", {"50": "p50", "85": "p85"}, HOUR),
    "deployment_rework_ratio": (DORA, "deployment_rework_rate", {"": "ratio"}, 1),
}
"""Where the API tells each, by which name, and how many base units its unit is."""


def _scraped(client: Client) -> Samples:
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    found: Samples = {}
    for family in text_string_to_metric_families(answer.text):
        for one in family.samples:
            rows = found.setdefault(one.name, {})
            assert frozenset(one.labels.items()) not in rows
            rows[frozenset(one.labels.items())] = one.value
    return found


def _write(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def _one(samples: Samples, name: str, **labels: str) -> float | None:
    return samples.get(name, {}).get(frozenset(labels.items()))


def _answers(client: Client, stream: str) -> dict[tuple[str, str], Mapping[str, Any]]:
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    dora = client.get(f"/v1/streams/{stream}/dora")
    for where, slug, _, _ in ASKED.values():
        if where == STREAM:
            found[where, slug] = client.json(f"/v1/streams/{stream}/metrics/{slug}")
        elif dora.status_code == 200:
            found[where, slug] = dora.json()[slug]
    return found


def _compared(client: Client, stream: str) -> tuple[int, int]:
    """How many numbers of a stream are there, and how many are not because the API has none."""
    samples, answers = _scraped(client), _answers(client, stream)
    there = missing = 0
    for name, (where, slug, fields, factor) in ASKED.items():
        value = answers[where, slug]["value"] if (where, slug) in answers else {}
        for percentile, told in fields.items():
            labels = {"stream": stream} | ({"percentile": percentile} if percentile else {})
            labels |= {"currency": value["currency"]} if slug == "delay_cost" else {}
            found = _one(samples, f"headwater_stream_{name}", **labels)
            if value.get(told) is None:
                assert found is None, (name, labels)
                missing += 1
            else:
                assert found == pytest.approx(value[told] * factor, rel=1e-12), (name, labels)
                there += 1
    for (_, slug), body in answers.items():
        name = "headwater_stream_metric_grade"
        assert _one(samples, name, stream=stream, metric=slug, grade=body["grade"]) == 1.0
    graded = [key for key in samples["headwater_stream_metric_grade"] if ("stream", stream) in key]
    assert len(graded) == len(answers)
    return there, missing


@pytest.mark.parametrize("stream", ["checkout", "fulfilment", "search"])
def test_the_numbers_of_a_stream_are_those_that_the_api_answers(calm: Client, stream: str) -> None:
    there, _ = _compared(calm, stream)
    assert there > 10


@pytest.mark.parametrize("stream", ["bare", "empty"])
def test_what_the_api_does_not_know_is_absent_and_not_0(thin: Client, stream: str) -> None:
    there, missing = _compared(thin, stream)
    assert missing > 2
    assert there + missing == 16


def test_the_state_of_each_source_is_that_of_the_api(
    copied: tuple[Client, Path], clock: Clock
) -> None:
    client, path = copied
    _write(path, f"UPDATE stream_state SET watermark_ts = {clock.ts} - 60 * source_id,"
                 " last_error = CASE source_id WHEN 2 THEN 'gone' ELSE '' END"
                 " WHERE stream = ''")  # fmt: skip
    samples, rows = _scraped(client), client.json("/v1/sources")["items"]
    assert sorted(row["state"] for row in rows) == ["green", "green", "green", "red"]
    for row in rows:
        name = row["name"]
        states = {
            dict(key)["state"]: value
            for key, value in samples["headwater_source_state"].items()
            if ("source", name) in key
        }
        assert [word for word, value in states.items() if value == 1] == [row["state"]]
        assert set(states.values()) == {0.0, 1.0}
        assert len(states) == 5
        assert _one(samples, "headwater_source_info", source=name, kind=row["kind"]) == 1.0
        assert _one(samples, "headwater_source_interval_seconds", source=name) == row["every_s"]
        lag = clock.ts - datetime.fromisoformat(row["watermark_at"]).timestamp()
        assert _one(samples, "headwater_source_lag_seconds", source=name) == lag
        last = _one(samples, "headwater_source_last_success_timestamp_seconds", source=name)
        assert last == datetime.fromisoformat(row["last_success_at"]).timestamp()
    assert set(samples["headwater_source_lag_seconds"].values()) == {60.0, 120.0, 180.0, 240.0}


def test_passes_are_counted_as_their_reports_tell(calm: Client, company: Company) -> None:
    samples = _scraped(calm)
    for report in company.report.sources:
        name = report.source
        assert (report.problems, report.paused) == ([], "")
        passes = {
            dict(key)["result"]: value
            for key, value in samples["headwater_source_passes_total"].items()
            if ("source", name) in key
        }
        assert passes["well"] >= 1
        assert (passes["failed"], passes["paused"]) == (0, 0)
        assert report.seen > 0
        records = _one(samples, "headwater_source_records_read_total", source=name)
        assert records == report.seen
        assert _one(samples, "headwater_source_requests_total", source=name) == report.requests


def test_before_the_first_pass_there_is_no_lag_and_no_stream(unread: Client) -> None:
    samples = _scraped(unread)
    assert "headwater_source_lag_seconds" not in samples
    assert "headwater_source_last_success_timestamp_seconds" not in samples
    assert _one(samples, "headwater_source_state", source="jira", state="never") == 1.0
    assert _one(samples, "headwater_source_passes_total", source="jira", result="well") == 0.0
    assert not [name for name in samples if name.startswith("headwater_stream_")]


def test_answers_are_timed_by_the_template_of_their_address(calm: Client) -> None:
    def count(method: str, route: str, status: int) -> float:
        name = "headwater_http_request_duration_seconds_count"
        found = _one(_scraped(calm), name, method=method, route=route, status=str(status))
        return found or 0.0

    told = ("GET", "/v1/streams/{name}/metrics/{slug}", 200)
    before, missing = count(*told), count("GET", "/v1/streams/{name}", 404)
    cached = count("GET", "/v1/streams/{name}/metrics/{slug}", 304)
    asked = "/v1/streams/search/metrics/velocity"
    etag = calm.get(asked).headers["etag"]
    calm.get(asked, {"if-none-match": etag})
    calm.get("/v1/streams/nothing-like-it")
    calm.get("/v1/streams/" + "long" * 500)
    calm.get("/wp-login.php?x=1")
    calm.request("BREW", "/coffee/nothing-like-it")
    assert count(*told) == before + 1
    assert count("GET", "/v1/streams/{name}/metrics/{slug}", 304) == cached + 1
    assert count("GET", "/v1/streams/{name}", 404) == missing + 2
    assert count("GET", "none", 404) >= 1
    assert count("other", "none", 404) >= 1
    text = calm.get("/metrics").text
    for never in ("nothing-like-it", "velocity", "search/", "wp-login", "longlong", "BREW"):
        assert f'route="{never}' not in text
        assert never not in re.sub(r'metric="\w+"', "", text)


def test_a_scrape_computes_nothing_while_nothing_changes(
    copied: tuple[Client, Path], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.deps._VERSION_S", 0.0)
    client, path = copied
    _write(path, f"UPDATE stream_state SET watermark_ts = {clock.ts} - 600 WHERE stream = ''")
    computed: list[int] = []
    real = telemetry.headlines

    def counted(*asked: Any) -> Any:
        computed.append(1)
        return real(*asked)

    monkeypatch.setattr(telemetry, "headlines", counted)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: client.get("/metrics").status_code, range(8)))
    assert (told, len(computed)) == ([200] * 8, 1)
    clock.ts += 70
    later = _scraped(client)
    assert len(computed) == 1
    _write(path, "UPDATE stream_state SET watermark_ts = watermark_ts + 60,"
                 " last_success_ts = last_success_ts + 60 WHERE stream = ''")  # fmt: skip
    read = _scraped(client)
    assert len(computed) == 1
    name = "headwater_source_lag_seconds"
    before, after = (_one(one, name, source="jira") for one in (later, read))
    assert before is not None
    assert after == before - 60
    _write(path, "UPDATE value_stream SET facts_version = facts_version + 1")
    moved = _scraped(client)
    assert len(computed) == 2
    versions = [one["headwater_stream_facts_version"] for one in (read, moved)]
    assert versions[1] == {key: value + 1 for key, value in versions[0].items()}
    clock.ts += 3_600
    _scraped(client)
    assert len(computed) == 3


def test_passes_made_before_they_were_counted_are_not_0(copied: tuple[Client, Path]) -> None:
    client, path = copied
    _write(path, "UPDATE stream_state SET health = '{}' WHERE stream = ''")
    samples = _scraped(client)
    for name in ("passes", "records_read", "requests"):
        assert f"headwater_source_{name}_total" not in samples
    assert _one(samples, "headwater_source_state", source="jira", state="green") == 1.0


def test_openmetrics_is_told_to_who_asks_for_it(calm: Client) -> None:
    asked = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5"
    answer = calm.get("/metrics", {"accept": asked})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert "Accept" in answer.headers["vary"]
    families = {one.name: one for one in openmetrics.text_string_to_metric_families(answer.text)}
    assert families["headwater_source_passes"].type == "counter"
    plain = {one.name for one in text_string_to_metric_families(calm.get("/metrics").text)}
    assert plain == set(families) - {"headwater_build"} | {"headwater_build_info"}


def test_a_token_of_a_viewer_is_needed_where_one_is_needed_at_all(
    sqlite_engine: Engine,
) -> None:
    database = over(sqlite_engine)
    door = locked(database)
    assert door.get("/metrics").status_code == 401
    secret = token(database, "prometheus")
    assert door.get("/metrics", bearer(secret)).status_code == 200
    one = token(database, "of-one", "viewer", "checkout")
    assert door.get("/metrics", bearer(one)).status_code == 403
    assert door.problem("/metrics", 401)["status"] == 401


def test_a_parameter_is_refused_and_a_database_that_is_gone_a_problem(
    copied: tuple[Client, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.deps._VERSION_S", 0.0)
    client, path = copied
    assert (
        "stream: there is no such parameter" in client.problem("/metrics?stream=x", 422)["detail"]
    )
    client.app.state.served.database.engine.dispose()
    for file in path.parent.glob("headwater.db*"):
        file.unlink()
    assert client.problem("/metrics", 503)


def test_the_page_lists_exactly_what_is_exposed_with_its_labels(calm: Client) -> None:
    calm.get("/healthz")
    told: dict[str, tuple[str, set[str]]] = {}
    for family in text_string_to_metric_families(calm.get("/metrics").text):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for one in family.samples for label in one.labels} - {"le"}
        empty = not family.samples  # nothing recovered in this company
        told[name] = (family.type, {"stream", "percentile"} if empty else labels)
    rows = re.findall(r"^\| `(headwater_\w+)` \| (\w+) \| (.*?) ?\| \S", PAGE, re.MULTILINE)
    listed = {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}
    assert listed == told
    assert told["headwater_stream_recovery_time_seconds"] == ("gauge", {"stream", "percentile"})
    assert len(rows) == len(listed)
