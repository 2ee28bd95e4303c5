"""Back-tests of forecasts: what each may see, what it is judged by, and that the share is right."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.calibration import Score, backtest, scores
from metrics.forecast import forecast_how_many, forecast_when


def test_a_forecast_sees_only_the_days_before_it() -> None:
    counts = np.array([1] * 90 + [50] * 14)
    many, when = backtest(counts, pool_days=90, horizon=14, first=90)
    assert (many.kind, many.made, many.asked) == ("how_many", 90, 14)
    assert many.forecast == {"p50": 14, "p85": 14, "p95": 14}
    assert (many.actual, many.held["p85"]) == (700, True)
    assert (when.kind, when.asked, when.actual) == ("when", 14, 1)
    assert when.forecast["p85"] == 14


def test_the_worked_example() -> None:
    """35 days with one completion each; then seven in the next fourteen, one every second day."""
    counts = np.array([1] * 35 + [0, 1] * 7)
    many, when = backtest(counts, pool_days=90, horizon=14)
    assert many.forecast["p85"] == 14
    assert (many.actual, many.held["p85"]) == (7, False)
    assert (when.asked, when.forecast["p85"], when.actual) == (14, 14, None)
    assert when.held["p85"] is False
    assert scores([many, when], "how_many")["p85"] == Score(1, 0)


def test_each_is_judged_by_days_of_its_own_and_the_last_one_ends_with_the_days() -> None:
    counts = np.array([1] * 100)
    made = [one.made for one in backtest(counts, pool_days=90, horizon=14) if one.kind == "when"]
    assert made == [44, 58, 72, 86]


def test_none_is_made_before_the_first_day_or_from_too_little() -> None:
    counts = np.array([1] * 100)
    assert [one.made for one in backtest(counts, pool_days=90, horizon=14, first=72)] == [
        *(72, 72, 86, 86)
    ]
    assert backtest(np.array([1] * 48), pool_days=90, horizon=14) == []
    assert len(backtest(np.array([1] * 49), pool_days=90, horizon=14)) == 2
    assert backtest(np.zeros(400, np.int64), pool_days=90, horizon=14) == []


def test_what_is_not_over_is_not_judged() -> None:
    """One in two days: the p95 of "when" lies beyond the days that have passed."""
    pool = np.array([0, 1] * 45)
    counts = np.concatenate([pool, np.zeros(14, np.int64)])
    _, when = backtest(counts, pool_days=90, horizon=14, first=90)
    assert when.actual is None
    days = forecast_when(pool, when.asked)
    assert days["p50"] is not None
    assert days["p50"] <= 14 < (days["p95"] or 0)
    assert (when.held["p50"], when.held["p95"]) == (False, None)
    assert scores([when], "when")["p95"].share is None


def test_a_forecast_of_the_past_is_that_of_its_pool() -> None:
    counts = np.random.default_rng(5).poisson(1.0, 300)
    for one in backtest(counts, pool_days=60, horizon=10):
        pool = counts[max(0, one.made - 60) : one.made]
        again = (
            forecast_how_many(pool, 10)
            if one.kind == "how_many"
            else forecast_when(pool, one.asked)
        )
        assert one.forecast == again


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_of_a_stationary_stream_eight_to_nine_in_ten_hold(seed: int) -> None:
    """About 300 forecasts at 85 %; the pool is itself a sample, and counts are whole numbers."""
    counts = np.random.default_rng(seed).poisson(4.0, 14 * 300 + 90)
    tried = backtest(counts, pool_days=90, horizon=14)
    for kind in ("how_many", "when"):
        found = scores(tried, kind)["p85"]
        assert found.judged > 290
        assert found.share is not None
        assert 0.80 <= found.share <= 0.90, kind
        low, high = found.interval
        assert low is not None
        assert high is not None
        assert low < found.share < high


def test_a_stream_that_slows_down_is_found_out() -> None:
    dice = np.random.default_rng(4)
    counts = np.concatenate([dice.poisson(rate, 28) for rate in np.linspace(6, 1, 20)])
    found = scores(backtest(counts, pool_days=90, horizon=14), "how_many")["p85"]
    assert found.share is not None
    assert found.share < 0.5
