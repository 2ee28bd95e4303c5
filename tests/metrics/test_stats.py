"""Percentiles, intervals and limits against golden vectors."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.stats import (
    Z95,
    natural_limits,
    order_ranks,
    percentile,
    percentiles,
    ratio,
    wilson,
)

A1 = np.array([1, 2, 2, 3, 3, 4, 5, 6, 8, 9, 11, 14, 15, 21, 60], np.float64)


def test_golden_a1_percentiles_are_observed_values() -> None:
    found = percentiles(A1)
    assert found.value == {"p50": 6, "p85": 15, "p95": 60}
    assert found.interval["p85"][1] is None
    assert round(float(A1.mean()), 3) == 10.933


@pytest.mark.parametrize(
    ("n", "p", "ranks"),
    [
        (30, 0.50, (10, 21)),
        (30, 0.85, (21, 30)),
        (100, 0.85, (78, 93)),
        (5, 0.50, (None, None)),
        (6, 0.50, (1, 6)),
        (0, 0.50, (None, None)),
    ],
)
def test_golden_a1_ranks_of_the_interval(
    n: int, p: float, ranks: tuple[int | None, int | None]
) -> None:
    assert order_ranks(n, p) == ranks


@pytest.mark.parametrize(("n", "p"), [(22, 0.85), (71, 0.95)])
def test_the_upper_bound_exists_from_the_least_n_on(n: int, p: float) -> None:
    assert order_ranks(n, p)[1] is None
    assert order_ranks(n + 1, p)[1] == n + 1


def test_ranks_of_a_million_values_agree_with_the_normal_limit() -> None:
    low, high = order_ranks(1_000_000, 0.5)
    assert low is not None
    assert high is not None
    assert abs(low - (500_000 - Z95 * 500)) < 2
    assert abs(high - (500_001 + Z95 * 500)) < 2


def test_the_rank_is_not_lifted_by_rounding_errors() -> None:
    values = np.arange(1, 21, dtype=np.float64)
    assert percentile(values, 0.85) == 17
    assert percentile(values, 0.95) == 19


def test_no_values_and_one_value() -> None:
    assert percentile(np.empty(0), 0.5) is None
    assert percentiles(np.empty(0)).value == {"p50": None, "p85": None, "p95": None}
    assert percentiles(np.array([7.0])).value == {"p50": 7, "p85": 7, "p95": 7}


def test_golden_a2_natural_limits_are_masked_by_their_own_outlier() -> None:
    values = np.array([5, 7, 6, 9, 4, 8, 6, 7, 22, 6], np.float64)
    limits = natural_limits(values)
    assert limits is not None
    assert limits.centre == 8
    assert round(limits.mean_range, 4) == 5.4444
    assert round(limits.upper, 3) == 22.482
    assert limits.lower == 0
    assert round(limits.range_limit, 2) == 17.79
    assert values.max() < limits.upper


def test_one_value_has_no_limits() -> None:
    assert natural_limits(np.array([3.0])) is None


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [(1, 8, 2.2, 47.1), (0, 12, 0.0, 24.2), (3, 60, 1.7, 13.7), (2, 10, 5.7, 51.0)],
)
def test_golden_a8_wilson(count: int, n: int, low: float, high: float) -> None:
    bounds = wilson(count, n)
    assert [round(100 * bound, 1) for bound in bounds if bound is not None] == [low, high]


def test_nothing_out_of_nothing_is_unknown() -> None:
    assert wilson(0, 0) == (None, None)
    assert ratio(0, 0) is None
