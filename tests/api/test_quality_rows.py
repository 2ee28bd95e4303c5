"""C1 to C15 as rows of data quality, the clocks, and the audit of links."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from api.examples_quality import AUDIT, CLOCK_SKEW
from api.schemas_lists import Listed, QualityRow
from api.schemas_quality import AuditBody, ClockSkew
from connectors.servicenow_history import FROM_POLLS
from tests.api.client import Answer, Client
from tests.api.test_verdicts import Office, office

__all__ = ["office"]

WIDE = "from=2026-01-01&to=2026-11-20"


def _rows(client: Client, query: str = WIDE) -> list[Answer]:
    body = client.json(f"/v1/quality?{query}")
    Listed[QualityRow].model_validate(body, strict=False)
    items: list[Answer] = body["items"]
    return items


def _one(client: Client, name: str, query: str = WIDE) -> Answer:
    (row,) = [row for row in _rows(client, query) if row["id"] == name]
    return row


def test_every_coverage_has_a_row_and_a_list_of_what_is_missing(client: Client) -> None:
    rows = _rows(client)
    assert {row["id"] for row in rows} == {f"C{n}" for n in range(1, 16)}
    for row in rows:
        assert (row["value"] is None) == (row["denominator"] == 0), row
        assert (row["reason"] is None) == (row["value"] is not None), row
        assert row["list"] is None if row["id"] == "C13" else client.json(row["list"]), row["id"]


def test_nothing_estimated_is_null_with_a_reason_not_a_hundred_per_cent(client: Client) -> None:
    row = _one(client, "C13")
    assert (row["value"], row["numerator"], row["denominator"]) == (None, 0, 0)
    assert row["reason"].startswith("nothing is estimated")


def test_deployments_without_a_build_are_named(client: Client) -> None:
    rows = [row for row in _rows(client) if row["id"] == "C4"]
    assert {row["scope"]["service"] for row in rows} >= {"web", "engine"}
    for row in rows:
        detail = row["detail"]
        several, bare = detail["several_builds"], detail["without_build"]
        assert row["numerator"] == row["denominator"] - several - bare
        listed = client.json(row["list"])["included"]
        assert row["denominator"] == len(listed) > 0
        assert set(detail["deployments"]) <= {one["deployment"] for one in listed}


def test_the_sample_adds_up_with_its_exclusions(client: Client) -> None:
    rows = [row for row in _rows(client) if row["id"] == "C12" and "stream" in row["scope"]]
    assert len(rows) == 3
    for row in rows:
        body = client.json(row["list"])
        assert row["detail"]["n"] == body["n"] == row["numerator"]
        assert sum(row["detail"]["excluded"].values()) == len(body["excluded"])
        smallest = row["detail"]["smallest_group"]
        assert 0 < smallest["n"] <= body["n"] + len(body["excluded"])


def test_sources_tell_how_fresh_they_are_and_what_is_coarse(
    copied: tuple[Client, Path],
) -> None:
    client, path = copied
    row = _one(client, "C10")
    assert row["denominator"] == len(row["detail"]["sources"]) == 4
    assert all(one["outages"] == [] for one in row["detail"]["sources"])
    gap = [_ts("2026-11-02T10:00"), _ts("2026-11-03T16:00")]
    with sqlite3.connect(path) as base:
        (number,) = base.execute("SELECT id FROM source WHERE name = 'snow'").fetchone()
        base.execute(f"DELETE FROM source_reading WHERE source_id = {number}")
        for begin, mark in ((gap[0] - 90_000, gap[0]), (gap[1], gap[1] + 86_400)):
            base.execute(
                "INSERT INTO source_reading (source_id, from_ts, watermark_ts) VALUES (?, ?, ?)",
                (number, begin, mark),
            )
        base.execute("UPDATE value_stream SET facts_version = facts_version + 1")
    client.app.state.served.forget_version()
    assert _snow(client)["outages"] == [
        {"from": "2026-11-02T10:00:00Z", "to": "2026-11-03T16:00:00Z", "coarse": False}
    ]
    assert _snow(client)["coarse"] is None
    with sqlite3.connect(path) as base:
        base.execute(
            "UPDATE stream_state SET note = ? WHERE stream = 'audit' AND source_id = ?",
            (FROM_POLLS, number),
        )
        base.execute("UPDATE value_stream SET facts_version = facts_version + 1")
    client.app.state.served.forget_version()
    told = _snow(client)
    assert told["coarse"] == FROM_POLLS
    assert [one["coarse"] for one in told["outages"]] == [True]


def _ts(text: str) -> int:
    return int(datetime.fromisoformat(f"{text}+00:00").timestamp())


def _snow(client: Client) -> Answer:
    row = _one(client, "C10")
    return next(one for one in row["detail"]["sources"] if one["source"] == "snow")


def test_clocks_are_told_by_tools_and_by_sources(client: Client) -> None:
    body = client.json(f"/v1/quality/clock-skew?{WIDE}")
    ClockSkew.model_validate(body, strict=False)
    ClockSkew.model_validate(CLOCK_SKEW)
    checks = {row["check"] for row in body["items"]}
    assert checks == {"commit_before_build", "build_before_deployment", "creation_before_merge"}
    row = _one(client, "C9")
    assert row["denominator"] == sum(one["pairs"] for one in body["items"]) > 100
    late = sum(one["out_of_order"] for one in body["items"])
    assert row["detail"]["out_of_order"] == late == row["denominator"] - row["numerator"]
    assert {one["source"] for one in body["sources"]} == {"jira", "gitlab", "jenkins", "snow"}
    assert all(abs(one["clock_offset_s"]) < 60 for one in body["sources"])


def test_a_clock_that_is_slow_is_seen_in_its_builds(copied: tuple[Client, Path]) -> None:
    client, path = copied
    with sqlite3.connect(path) as base:
        base.execute(
            "UPDATE build SET started_ts = started_ts - 86400 WHERE source_id ="
            " (SELECT id FROM source WHERE name = 'jenkins')"
        )
        base.execute("UPDATE value_stream SET facts_version = facts_version + 1")
    body = client.json(f"/v1/quality/clock-skew?{WIDE}")
    first = body["items"][0]
    assert (first["check"], first["cause_source"]) == ("commit_before_build", "gitlab")
    assert first["effect_source"] == "jenkins"
    assert first["share"] > 0.5
    assert -86_400 <= first["median_lag_s"] < -3_600
    assert len(first["worst"]) == 20
    assert all(one["cause"] and one["effect"] and one["lag_s"] < 0 for one in first["worst"])


def test_the_audit_is_the_same_for_everybody(client: Client) -> None:
    body = client.json("/v1/quality/audit?month=2026-09")
    AuditBody.model_validate(body, strict=False)
    AuditBody.model_validate(AUDIT)
    assert len(body["items"]) == min(30, body["population"]) > 10
    assert client.json("/v1/quality/audit?month=2026-09") == body
    other = client.json("/v1/quality/audit")
    assert other["month"] == "2026-10"
    assert other["items"] != body["items"]
    assert body["precision"]["share"] is None
    assert "nobody judged" in body["precision"]["reason"]
    assert [one["id"] for one in body["recall"]] == ["C1", "C2"]


@pytest.mark.parametrize("month", ["2026-13", "soon", "2027-01", "2026-9", "1066-10", "9999-01"])
def test_what_is_no_month_is_refused(client: Client, month: str) -> None:
    assert client.problem(f"/v1/quality/audit?month={month}", 422)["detail"].startswith("month:")


def test_judged_links_stay_in_the_sample_and_give_the_precision(office: Office) -> None:
    before = office.client.json("/v1/quality/audit?month=2026-10")
    for place, answer in ((0, "confirmed"), (1, "confirmed"), (2, "rejected")):
        row = before["items"][place]
        said = _said(row, answer)
        assert office.client.post("/v1/verdicts", said, _JSON).status_code == 202
    office.compute()
    after = office.client.json("/v1/quality/audit?month=2026-10")
    told = [(row["ticket"], row["sha"]) for row in after["items"]]
    assert told == [(row["ticket"], row["sha"]) for row in before["items"]]
    judged = [row["judged"] for row in after["items"]]
    assert judged[:3] == ["confirmed", "confirmed", "rejected"]
    assert set(judged[3:]) == {None}
    precision = after["precision"]
    assert (precision["confirmed"], precision["judged"]) == (2, 3)
    assert precision["interval"][0] == pytest.approx(0.2077, abs=1e-4)
    row = _one(office.client, "C15")
    assert (row["numerator"], row["denominator"]) == (2, 3)
    overrides = _one(office.client, "C14")
    assert (overrides["numerator"], overrides["denominator"]) == (2, 3)
    assert "anna" not in json.dumps([row, overrides, after])


_JSON = {"content-type": "application/json"}


def _said(row: dict[str, Any], answer: str) -> bytes:
    ends = {
        "a": {"kind": "item", "key": row["ticket"]},
        "b": {"kind": "commit", "key": f"{row['repository']}@{row['sha']}"},
    }
    return json.dumps({**ends, "answer": answer, "who": "anna", "why": "read it"}).encode()


def test_the_rows_of_one_stream_are_about_it(client: Client) -> None:
    rows = _rows(client, f"{WIDE}&stream=checkout")
    assert {row["id"] for row in rows} >= {"C1", "C6", "C12"}
    assert all(row["scope"] == {"stream": "checkout"} for row in rows)
    (first,) = [row for row in rows if row["id"] == "C1"]
    compared = first["detail"]["linked_and_unlinked"]
    assert [(one["by"], one["test"]) for one in compared] == [
        ("type", "chi-squared"),
        ("age", "Mann-Whitney"),
        ("project", "chi-squared"),
    ]
