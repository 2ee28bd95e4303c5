"""Process behaviour charts: golden vectors, and each rule against its text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.xmr import Signal, Variant, Xmr, xmr
from tests.reference import xmr as reference

A2 = np.array([5, 7, 6, 9, 4, 8, 6, 7, 22, 6], np.float64)
numbers = st.lists(st.integers(0, 40), min_size=6, max_size=40)


def chart_of(values: list[float]) -> Xmr:
    """Of values after a calm baseline of ten with the limits 2.02 and 7.98 (centre 5)."""
    calm = [4.0, 5, 6, 5, 4, 5, 6, 5, 4, 6]
    basis = slice(0, len(calm))
    return xmr(np.array([*calm, *values]), baseline=basis)


def rules(chart: Xmr) -> list[tuple[str, int, int, str]]:
    return [(one.rule, one.first, one.last, one.side) for one in chart.signals]


def test_golden_a2_the_mean_is_blind_to_its_own_outlier() -> None:
    chart = xmr(A2)
    assert chart.limits is not None
    assert chart.limits.centre == 8
    assert round(chart.limits.mean_range, 4) == 5.4444
    assert round(chart.limits.upper, 3) == 22.482
    assert chart.limits.lower == 0
    assert round(chart.limits.range_limit, 2) == 17.79
    assert chart.signals == ()
    assert chart.provisional


def test_golden_a2_the_median_shows_it() -> None:
    chart = xmr(A2, variant="median")
    assert chart.limits is not None
    assert chart.limits.centre == 6.5
    assert chart.limits.mean_range == 3
    assert chart.limits.upper == 15.935
    assert Signal("outside", 8, 8, "above") in chart.signals
    assert {one.rule for one in chart.signals} == {"outside", "range"}


@pytest.mark.parametrize("variant", ["mean", "median"])
def test_under_six_values_there_are_no_limits(variant: Variant) -> None:
    assert xmr(A2[:5], variant=variant).limits is None
    assert xmr(A2[:6], variant=variant).limits is not None
    assert xmr(A2[:0], variant=variant).signals == ()


def test_twenty_values_make_the_limits_firm() -> None:
    values = np.tile(A2, 2)
    assert not xmr(values).provisional
    assert xmr(values[:19]).provisional


def test_limits_stay_those_of_the_baseline() -> None:
    calm = chart_of([]).limits
    changed = chart_of([30.0, 31, 29, 30]).limits
    assert calm is not None
    assert calm == changed
    assert round(calm.upper, 3) == round(5 + 2.66 * 10 / 9, 3)


def test_a_value_on_the_limit_is_inside() -> None:
    calm = chart_of([]).limits
    assert calm is not None
    assert chart_of([calm.upper]).signals == ()
    assert ("outside", 10, 10, "above") in rules(chart_of([calm.upper + 0.001]))
    assert ("outside", 10, 10, "below") in rules(chart_of([calm.lower - 0.001]))


def test_a_step_beyond_the_range_limit_is_a_signal_though_both_ends_are_inside() -> None:
    assert rules(chart_of([5.0, 2.9, 7.0])) == [("range", 11, 12, "above")]


def test_eight_on_one_side_are_a_signal_and_seven_are_not() -> None:
    assert rules(chart_of([4.9] * 7)) == []
    assert rules(chart_of([4.9] * 8)) == [("run", 10, 17, "below")]
    assert rules(chart_of([4.9] * 11)) == [("run", 10, 20, "below")]


def test_a_value_on_the_centre_ends_a_run() -> None:
    assert rules(chart_of([4.9, 4.9, 4.9, 4.9, 5.0, 4.9, 4.9, 4.9, 4.9])) == []


def test_three_of_four_near_a_limit_are_a_signal() -> None:
    assert rules(chart_of([6.9, 5.1, 6.9, 6.9])) == [("near_limit", 10, 13, "above")]
    assert rules(chart_of([6.9, 5.1, 5.1, 6.9, 6.9])) == []
    assert rules(chart_of([6.9, 6.9, 5.1, 3.9, 5.1])) == []


def test_where_the_lower_limit_is_cut_at_zero_small_values_are_not_near_it() -> None:
    values = np.array([3, 0, 4, 1, 6, 0, 5, 1, 0, 0, 1, 0], np.float64)
    assert [one for one in xmr(values).signals if one.side == "below"] == []


def test_equal_values_have_limits_without_width() -> None:
    assert xmr(np.full(12, 3.0)).signals == ()
    changed = xmr(np.array([*[3.0] * 12, 4.0]), baseline=slice(0, 12))
    assert ("outside", 12, 12, "above") in rules(changed)


@given(values=numbers, variant=st.sampled_from(["mean", "median"]))
def test_limits_and_signals_are_those_of_the_text(values: list[int], variant: Variant) -> None:
    chart = xmr(np.array(values, np.float64), variant=variant)
    centre, lower, upper, most = reference.limits(values, variant)
    assert chart.limits is not None
    told = [chart.limits.centre, chart.limits.lower, chart.limits.upper, chart.limits.range_limit]
    assert np.allclose(told, [centre, max(0.0, lower), upper, most])
    if any(abs(v - edge) < 1e-9 for v in values for edge in (lower, upper, centre)):
        return  # the order of an addition decides
    found: dict[str, set[int]] = {}
    for one in chart.signals:
        if one.rule in ("outside", "run"):
            positions = range(one.first, one.last + 1)
            found.setdefault(f"{one.rule} {one.side}", set()).update(positions)
    assert found == reference.touched(values, centre, lower, upper)
