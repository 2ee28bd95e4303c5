"""What other tools get wrong about deployments and failures, each once."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from metrics import delivery
from metrics.measure import Measure
from metrics.periods import DAY, WEEK, Window
from metrics.stats import wilson
from tests.metrics.history import at
from tests.metrics.tables import deployment_table, incident_table

HOUR = 3_600
WINDOW = Window(0, 100 * DAY)


def rate(deployments: pd.DataFrame, *incidents: dict[str, object]) -> Measure:
    return delivery.change_fail_rate(
        deployments,
        incident_table(*incidents),
        window=WINDOW,
        as_of=200 * DAY,
        observation_window_s=72 * HOUR,
        incident_window_s=24 * HOUR,
    )


def test_one_pipeline_that_deploys_two_services_is_a_deployment_of_each() -> None:
    """Five pipelines, two services each: ten deployments, though their times are the same five."""
    rows = [
        {"deployment_id": n, "service_id": service, "finished_ts": n * WEEK}
        for n in range(5)
        for service in (1, 2)
    ]
    table = deployment_table(*rows)
    found = delivery.deployment_frequency(table, window=Window(0, 5 * WEEK), as_of=5 * WEEK)
    assert (found.value["count"], found.n) == (10, 10)
    assert found.value["median_gap_h"] == 7 * 24


def test_more_incidents_than_deployments_are_no_rate_above_one() -> None:
    table = deployment_table(
        {"deployment_id": 1, "failed": 1, "finished_ts": 0},
        {"deployment_id": 2, "finished_ts": 10 * DAY},
    )
    named = [
        {"incident_id": n, "deployment_id": 1, "method": "explicit", "opened_ts": n * HOUR}
        for n in range(3)
    ]
    found = rate(table, *named)
    assert found.value["ratio"] == found.value["lenient"] == 0.5
    assert found.interval["ratio"] == wilson(1, 2)


def test_no_deployment_is_no_rate_and_no_rate_of_zero() -> None:
    none = deployment_table()
    for found in (rate(none), delivery.deployment_rework_rate(none, window=WINDOW)):
        assert set(found.value.values()) == {None}
        assert (found.n, found.reasons) == (0, ("no_data",))
        assert found.interval["ratio"] == (None, None)


def test_no_failure_seen_is_a_range_and_not_nothing() -> None:
    found = rate(deployment_table(*({"deployment_id": n} for n in range(12))))
    assert found.value["ratio"] == 0
    low, high = found.interval["ratio"]
    assert (low, high) == (0, pytest.approx(0.242, abs=0.001))


def test_both_ends_of_the_band_have_their_range() -> None:
    table = deployment_table(
        {"deployment_id": 1, "failed": 1},
        *({"deployment_id": n, "finished_ts": n * 10 * DAY} for n in range(2, 6)),
    )
    found = rate(table, {"incident_id": 1, "opened_ts": 20 * DAY + HOUR})
    assert (found.value["strict"], found.value["lenient"]) == (0.2, 0.4)
    assert found.interval == {"ratio": wilson(1, 5), "lenient": wilson(2, 5)}


def test_the_share_of_unknown_kind_is_told_beside_the_kinds() -> None:
    kinds = ["planned", "planned", "hotfix", "unknown"]
    table = deployment_table(*({"deployment_id": n, "kind": k} for n, k in enumerate(kinds)))
    found = delivery.deployment_frequency(table, window=WINDOW, as_of=100 * DAY)
    split = {name: found.value[name] for name in delivery.KINDS}
    assert split == {"planned": 2, "hotfix": 1, "rollback": 0, "unknown": 1}
    assert found.value["kind_unknown_share"] == 0.25
    rework = delivery.deployment_rework_rate(table, window=WINDOW)
    assert rework.value["kind_unknown_share"] == 0.25


@pytest.mark.parametrize(("starts", "days", "word"), [(0, None, None), (6, 2, "weekly")])
def test_weeks_begin_on_the_day_that_the_calendar_says(
    starts: int, days: int | None, word: str | None
) -> None:
    """From Sunday 4 January on a week; from Monday on the window holds no whole one."""
    window = Window(at("2026-01-04"), at("2026-01-11"))
    table = deployment_table(
        {"deployment_id": 1, "finished_ts": at("2026-01-04") + 9 * HOUR},
        {"deployment_id": 2, "finished_ts": at("2026-01-05") + 9 * HOUR},
    )
    asked: dict[str, Any] = {"window": window, "as_of": window.to_ts, "week_starts": starts}
    found = delivery.deployment_frequency(table, **asked)
    assert found.value["deploy_days_per_week"] == days
    assert delivery.bucket(table, **asked) == word


def test_detection_starts_when_the_incident_was_opened() -> None:
    table = deployment_table(
        {"deployment_id": 1, "failed": 1, "incident_id": 7, "restored_ts": 5 * HOUR},
        {"deployment_id": 2, "failed": 1, "restored_ts": 5 * HOUR},
        {"deployment_id": 3, "failed": 1, "incident_id": 7},
    )
    incidents = incident_table({"incident_id": 7, "opened_ts": 2 * HOUR})
    found = delivery.detect_to_restore(table, incidents, window=WINDOW, as_of=DAY)
    assert (found.value["p50"], found.n) == (3, 1)
    assert found.excluded == {"open": 1, "no_incident": 1}
