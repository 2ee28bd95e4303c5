"""Delay-cost profiles: what holds of all of them, and the draws of ranges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics.draws import drawn_sums, factors, standard
from metrics.periods import DAY, WEEK
from metrics.profiles import Terms, accrued_cents, present_weeks, terms_of, urgency, weekly_rate
from metrics.queue_forecast import queue_forecast


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    profile = draw(st.integers(1, 6))
    return {
        "profile": profile,
        "cents": draw(st.integers(0, 10**9)),
        "more": draw(st.integers(0, 10**8)) if profile in (4, 5) else 0,
        "life_s": draw(st.integers(1, 300)) * DAY if profile in (2, 3) else NONE,
        "decay": draw(st.floats(0, 1)) if profile == 3 else 0.0,
        "discount": draw(st.sampled_from([0.0, 0.1])) if profile in (1, 3) else 0.0,
        "moved": draw(st.booleans()) if profile == 3 else False,
        "free_s": draw(st.integers(-200, 200)) * DAY if profile in (4, 6) else 0,
    }


def many(row: dict[str, Any], size: int) -> Terms:
    return terms_of([row]).take(np.zeros(size, np.int64))


@settings(max_examples=150, deadline=None)
@given(rows(), st.lists(st.integers(-DAY, 400 * DAY), min_size=2, max_size=30))
def test_more_delay_never_costs_less_and_none_costs_nothing(
    row: dict[str, Any], delays: list[int]
) -> None:
    delay = np.sort(np.array([*delays, -5, 0]))
    cost = accrued_cents(many(row, len(delay)), delay)
    assert (np.diff(cost) >= 0).all()
    assert (cost[delay <= 0] == 0).all()


@settings(max_examples=100, deadline=None)
@given(rows(), st.integers(DAY, 300 * DAY))
def test_urgency_is_the_slope(row: dict[str, Any], delay: int) -> None:
    step = 600
    edges = {row["life_s"], row["free_s"], 0}
    if any(abs(delay - one) <= 2 * step for one in edges):
        return
    row = {**row, "cents": row["cents"] * 1e6, "more": row["more"] * 1e6}  # cents are whole
    pair = accrued_cents(many(row, 2), np.array([delay - step, delay + step]))
    slope = (pair[1] - pair[0]) / (2 * step) * WEEK
    told = urgency(many(row, 1), np.array([delay]))[0]
    assert told == pytest.approx(slope, rel=1e-3, abs=WEEK)


def test_weeks_at_their_present_value() -> None:
    rate = weekly_rate(np.array([0.1]))[0]
    assert rate == pytest.approx(0.001835, abs=1e-6)
    by_hand = sum(10 / (1 + rate) ** week for week in range(1, 5))
    assert 10 * present_weeks(np.array([4.0]), np.array([0.1]))[0] == pytest.approx(by_hand)
    assert present_weeks(np.array([4.0]), np.array([0.0]))[0] == 4


def test_ninety_percent_of_draws_lie_in_the_range_and_half_below_the_likely() -> None:
    normal = standard(["SHOP-1", "SHOP-2", "SHOP-3"], 40_000)
    low, likely = np.array([50.0, 0.0, np.nan]), np.array([100.0, 100.0, 100.0])
    found = 100 * factors(low, likely, np.array([400.0, 300.0, np.nan]), normal)
    assert (found[0] < 50).mean() == pytest.approx(0.05, abs=0.005)
    assert (found[0] > 400).mean() == pytest.approx(0.05, abs=0.005)
    assert np.median(found[0]) == pytest.approx(100, rel=0.02)
    assert (found[1] == 0).mean() == pytest.approx(0.05, abs=0.005)
    assert (found[2] == 100).all()


def test_draws_are_the_same_in_every_answer() -> None:
    assert (standard(["A", "B"])[1] == standard(["B"])[0]).all()
    assert not (standard(["A"]) == standard(["B"])).all()


def test_sums_are_drawn_together() -> None:
    factor = np.array([[1.0, 2.0], [3.0, 0.5]])
    found = drawn_sums(["x", "y", "x"], np.array([0, 1, -1]), np.array([10.0, 100.0, 5.0]), factor)
    assert found.groups == ("x", "y")
    assert found.cents.tolist() == [[15, 25], [300, 50]]
    assert found.first_share() == {"x": 0, "y": 1}


def test_a_queue_is_done_item_by_item_as_often_as_past_days_say() -> None:
    pool = np.array([0, 2, 1, 0])
    found = queue_forecast(pool, 3, place=np.array([1, 3]), within=np.array([2, 2]))
    # By hand: a day brings 0, 1, 2 with 1/2, 1/4, 1/4; none in two days: 1/4.
    assert found.late[0] == pytest.approx(1 / 4)
    # Three or more in two days: 1 and 2, 2 and 1, 2 and 2: 3/16.
    assert found.late[1] == pytest.approx(13 / 16)
    assert found.days["p50"].tolist()[0] == 1
    assert (np.diff(found.days["p85"]) >= 0).all()
    never = queue_forecast(np.zeros(5, np.int64), 2, place=np.array([1]), within=np.array([9]))
    assert never.days["p50"].tolist() == [-1, -1]
    assert never.late.tolist() == [1]
