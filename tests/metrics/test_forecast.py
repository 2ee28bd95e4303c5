"""Forecasts by convolution: golden vectors, every possible future, and simulation."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.forecast import (
    HORIZON_DAYS,
    enough,
    forecast_how_many,
    forecast_when,
    sums_over,
)

A5 = np.array([0, 0, 1, 2, 0, 3, 1, 0, 2, 1, 0, 0, 1, 2])
LIKELY = {"p50": Fraction(1, 2), "p85": Fraction(17, 20), "p95": Fraction(19, 20)}
small_pools = st.lists(st.integers(0, 4), min_size=1, max_size=4)


def test_golden_a5_when() -> None:
    assert forecast_when(A5, 20) == {"p50": 22, "p85": 27, "p95": 31}


def test_golden_a5_how_many() -> None:
    assert forecast_how_many(A5, 14) == {"p50": 13, "p85": 9, "p95": 7}


@pytest.mark.parametrize("seed", [7, 8])
def test_golden_a5_by_simulation(seed: int) -> None:
    dice = random.Random(seed)
    days = []
    for _ in range(10_000):
        done = passed = 0
        while done < 20:
            done += dice.choice(A5.tolist())
            passed += 1
        days.append(passed)
    days.sort()
    drawn = {name: days[int(p * 10_000) - 1] for name, p in LIKELY.items()}
    assert forecast_when(A5, 20) == drawn


def test_golden_a5_without_empty_days_is_wrong() -> None:
    """Why zeros stay in: 20 items at the pace of the busy days take 12.3 days, not 21.5."""
    busy = A5[A5 > 0]
    assert round(20 / A5.mean(), 1) == 21.5
    assert round(20 / busy.mean(), 1) == 12.3
    assert forecast_when(busy, 20)["p50"] == 13


def every_sum(pool: list[int], days: int) -> list[int]:
    """The sums of all futures of so many days, each as likely as any other."""
    return [sum(future) for future in product(pool, repeat=days)]


@settings(deadline=None)
@given(pool=small_pools, days=st.integers(1, 6))
def test_how_many_is_what_all_possible_futures_say(pool: list[int], days: int) -> None:
    sums = every_sum(pool, days)
    for name, p in LIKELY.items():
        least = max(k for k in range(25) if Fraction(sum(s >= k for s in sums), len(sums)) >= p)
        assert forecast_how_many(np.array(pool), days)[name] == least


@settings(deadline=None, max_examples=50)
@given(pool=small_pools.filter(any), items=st.integers(1, 6))
def test_when_is_what_all_possible_futures_say(pool: list[int], items: int) -> None:
    found = forecast_when(np.array(pool), items)
    for name, p in LIKELY.items():
        days = found[name]
        assert days is not None
        for passed in range(1, 7):
            sums = every_sum(pool, passed)
            sure = Fraction(sum(s >= items for s in sums), len(sums)) >= p
            assert sure == (passed >= days)


@pytest.mark.parametrize("seed", [1, 2])
def test_thousands_of_items_agree_with_simulation(seed: int) -> None:
    dice = np.random.default_rng(seed)
    pool = dice.poisson(4.0, 90)
    drawn = np.cumsum(dice.choice(pool, (2_000, 1_000)), axis=1)
    reached = (drawn < 2_500).sum(axis=1) + 1
    found = forecast_when(pool, 2_500)
    for name, p in LIKELY.items():
        days = found[name]
        assert days is not None
        assert abs(float((reached <= days).mean()) - float(p)) < 0.04


@settings(deadline=None)
@given(pool=st.lists(st.integers(0, 30), min_size=1, max_size=60), days=st.integers(0, 200))
def test_probabilities_add_up_and_the_mean_is_that_of_the_days(pool: list[int], days: int) -> None:
    found = sums_over(np.array(pool), days)
    assert abs(found.weight.sum() - 1) < 1e-12
    counts = found.least + np.arange(len(found.weight))
    assert abs((found.weight * counts).sum() - days * np.mean(pool)) < 1e-6


@settings(deadline=None)
@given(
    pool=st.lists(st.integers(0, 5), min_size=7, max_size=40).filter(any),
    items=st.integers(1, 300),
)
def test_the_surer_the_later_and_the_fewer(pool: list[int], items: int) -> None:
    when = [days or HORIZON_DAYS for days in forecast_when(np.array(pool), items).values()]
    assert when == sorted(when)
    many = [count for count in forecast_how_many(np.array(pool), 30).values() if count is not None]
    assert many == sorted(many, reverse=True)


@settings(deadline=None)
@given(
    pool=st.lists(st.integers(0, 5), min_size=7, max_size=40).filter(any),
    items=st.integers(1, 60),
)
def test_the_two_forecasts_answer_one_another(pool: list[int], items: int) -> None:
    """As many as are asked for are done by the day that "when" tells, and not the day before."""
    days = forecast_when(np.array(pool), items)["p85"]
    assert days is not None
    by_then = forecast_how_many(np.array(pool), days)["p85"]
    assert by_then is not None
    assert by_then >= items
    if days > 1:
        before = forecast_how_many(np.array(pool), days - 1)["p85"]
        assert before is not None
        assert before < items


def test_a_certain_pool_has_one_future() -> None:
    assert forecast_when(np.array([2, 2, 2]), 7) == {"p50": 4, "p85": 4, "p95": 4}
    assert forecast_how_many(np.array([2]), 366) == {"p50": 732, "p85": 732, "p95": 732}


def test_without_any_completion_or_day_there_is_no_forecast() -> None:
    nothing = {"p50": None, "p85": None, "p95": None}
    assert forecast_when(np.zeros(40, np.int64), 1) == nothing
    assert forecast_when(np.zeros(0, np.int64), 1) == nothing
    assert forecast_how_many(np.zeros(0, np.int64), 10) == nothing


def test_beyond_ten_years_there_is_no_forecast() -> None:
    slow = np.array([1, *[0] * 99])
    found = forecast_when(slow, 36)
    assert found["p50"] is not None
    assert found["p95"] is None
    assert forecast_when(slow, 1_000) == {"p50": None, "p85": None, "p95": None}


def test_what_is_missing_of_a_pool_is_counted() -> None:
    assert enough(np.array([1] * 12 + [0] * 11)).missing == "12 of 30 completions, 3 of 5 weeks"
    assert enough(np.array([5] * 34)).missing == "4 of 5 weeks"
    assert enough(np.array([0] * 34 + [29])).missing == "29 of 30 completions"
    assert enough(np.array([0] * 34 + [30])).missing == ""
