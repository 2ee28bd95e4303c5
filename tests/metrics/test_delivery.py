"""The five DORA metrics, from rows of facts written by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from core.frames import NONE
from metrics import delivery, lead_time
from metrics.measure import Measure
from metrics.periods import DAY, WEEK, Window
from tests.metrics.history import at
from tests.metrics.tables import change_table, deployment_table, incident_table

HOUR = 3_600
WINDOW = Window(0, 100 * DAY)


def fail_rate(deployments: pd.DataFrame, incidents: pd.DataFrame, *, as_of: int) -> Measure:
    return delivery.change_fail_rate(
        deployments,
        incidents,
        window=WINDOW,
        as_of=as_of,
        observation_window_s=72 * HOUR,
        incident_window_s=24 * HOUR,
    )


def test_golden_a12_fail_rate() -> None:
    closed = [{"finished_ts": n * DAY, "failed": 1 if n < 2 else -1} for n in range(10)]
    rollback = {"finished_ts": 10 * DAY, "kind": "rollback"}
    pending = [{"finished_ts": 48 * DAY, "failed": 1 if n == 0 else -1} for n in range(3)]
    failed_job = {"finished_ts": 3 * DAY, "result": "failed"}
    deployments = deployment_table(*closed, rollback, *pending, failed_job)
    found = fail_rate(deployments, incident_table(), as_of=50 * DAY)
    assert found.value["ratio"] == 0.2
    low, high = found.interval["ratio"]
    assert low is not None
    assert high is not None
    assert (round(low, 3), round(high, 3)) == (0.057, 0.510)
    assert (found.parts["pending"], found.parts["pending_failed"]) == (3, 1)
    assert found.excluded == {"pending": 3, "rollback": 1}
    assert found.parts["failed_before_production"] == 1


def test_a_deployment_is_judged_when_its_observation_window_closes() -> None:
    deployments = deployment_table({"finished_ts": 0})
    judged = [
        fail_rate(deployments, incident_table(), as_of=as_of).n
        for as_of in (72 * HOUR - 1, 72 * HOUR)
    ]
    assert judged == [0, 1]


def test_the_lenient_band_holds_every_deployment_near_an_unexplained_incident() -> None:
    deployments = deployment_table(
        {"finished_ts": 0},
        {"finished_ts": 10 * HOUR, "deployment_id": 2},
        {"finished_ts": 10 * HOUR, "deployment_id": 3, "service_id": 2},
        {"finished_ts": 26 * HOUR, "deployment_id": 4},
    )
    incidents = incident_table(
        {"opened_ts": 25 * HOUR},
        {"opened_ts": 30 * HOUR, "method": "explicit"},
    )
    found = fail_rate(deployments, incidents, as_of=50 * DAY)
    assert (found.value["strict"], found.value["lenient"]) == (0, 0.25)


def test_no_deployments_have_no_fail_rate() -> None:
    found = fail_rate(deployment_table(), incident_table(), as_of=DAY)
    assert found.value["ratio"] is None
    assert found.interval["ratio"] == (None, None)


def test_change_lead_time_counts_commits_and_clamps_negative_ones() -> None:
    changes = change_table(
        {"committed_ts": 0, "deployed_ts": 2 * HOUR},
        {"committed_ts": 0, "deployed_ts": 4 * HOUR, "clock": "author_date"},
        {"committed_ts": 9 * HOUR, "deployed_ts": 8 * HOUR},
        {"excluded": "bot"},
        {"deployed_ts": WINDOW.to_ts},
    )
    found = lead_time.change_lead_time(changes, window=WINDOW)
    assert (found.value["p50"], found.value["p85"], found.n) == (2, 4, 3)
    assert found.excluded == {"bot": 1}
    assert found.parts == {"author_date": 1, "clock_violations": 1}


def test_a_merge_request_counts_once_from_its_first_commit() -> None:
    changes = change_table(
        {"merge_request_id": 5, "committed_ts": 0, "deployed_ts": 6 * HOUR},
        {"merge_request_id": 5, "committed_ts": 3 * HOUR, "deployed_ts": 8 * HOUR},
        {"committed_ts": 0, "deployed_ts": HOUR},
    )
    found = lead_time.change_lead_time_by_change(changes, window=WINDOW)
    assert (found.value["p50"], found.n) == (8, 1)
    assert found.excluded == {"no_merge_request": 1}


def test_deployment_frequency() -> None:
    monday = at("2026-01-05")
    finished = [monday, monday + HOUR, monday + DAY, monday + 3 * DAY, monday + 3 * WEEK]
    kinds = ["planned", "planned", "hotfix", "rollback", "planned"]
    deployments = deployment_table(
        *({"finished_ts": ts, "kind": k} for ts, k in zip(finished, kinds, strict=True)),
        {"finished_ts": monday, "result": "failed"},
    )
    window = Window(monday, monday + 8 * WEEK)
    found = delivery.deployment_frequency(deployments, window=window, as_of=monday + 4 * WEEK)
    assert (found.value["count"], found.value["per_week"]) == (5, 1.25)
    assert found.value["deploy_days_per_week"] == 0.5
    assert found.value["median_gap_h"] == 23
    assert (found.value["planned"], found.value["hotfix"], found.value["rollback"]) == (3, 1, 1)


@pytest.mark.parametrize(
    ("days", "word"),
    [((0, 1, 2), "daily"), ((0, 1), "weekly"), ((), "rarer")],
)
def test_the_bucket_is_the_median_week(days: tuple[int, ...], word: str) -> None:
    monday = at("2026-01-05")
    rows = [{"finished_ts": monday + w * WEEK + d * DAY} for w in range(9) for d in days]
    window = Window(monday, monday + 9 * WEEK)
    found = delivery.bucket(deployment_table(*rows), window=window, as_of=window.to_ts)
    assert found == word


def test_two_deployments_a_month_are_monthly() -> None:
    rows = [{"finished_ts": at(f"2026-{month:02}-10")} for month in range(1, 7)]
    window = Window(at("2026-01-01"), at("2026-07-01"))
    assert delivery.bucket(deployment_table(*rows), window=window, as_of=window.to_ts) == "monthly"


def test_recovery_lists_open_failures_and_starts_at_the_deployment() -> None:
    deployments = deployment_table(
        {"deployment_id": 1, "failed": 1, "restored_ts": 5 * HOUR, "incident_id": 7},
        {"deployment_id": 2, "failed": 1, "incident_id": 8},
        {"deployment_id": 3, "failed": 1, "restored_ts": 99 * DAY, "incident_id": 9},
        {"deployment_id": 4, "restored_ts": NONE},
    )
    incidents = incident_table({"incident_id": 7, "opened_ts": 2 * HOUR})
    found = delivery.recovery_time(deployments, incidents, window=WINDOW, as_of=50 * DAY)
    assert (found.recovery_time.value["p50"], found.recovery_time.n) == (5, 1)
    assert found.detect_to_restore.value["p50"] == 3
    assert found.open_deployments == (2, 3)
    assert found.recovery_time.excluded == {"open": 2}


def test_rework_counts_linked_hotfixes_and_widens_by_the_others() -> None:
    deployments = deployment_table(
        {"kind": "rollback", "rework": True},
        {"kind": "hotfix", "rework": True},
        {"kind": "hotfix"},
        {"kind": "unknown"},
    )
    found = delivery.deployment_rework_rate(deployments, window=WINDOW)
    assert (found.value["ratio"], found.value["lenient"]) == (0.5, 0.75)
    assert found.parts["kind_unknown"] == 1


def test_a_missing_or_false_verdict_is_no_failure() -> None:
    rows = deployment_table(*({"failed": value} for value in (True, False, None, 1, -1, NONE)))
    assert delivery.is_failed(rows).tolist() == [True, False, False, True, False, False]
