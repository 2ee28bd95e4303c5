"""Percentiles and intervals against their definitions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.stats import order_ranks, percentile, percentiles, wilson
from tests.examples import examples
from tests.reference import statistics as slow

SAMPLES = st.lists(st.integers(0, 12).map(float), max_size=120)
HUNDREDTHS = st.integers(1, 99)


@settings(max_examples=examples(200), deadline=None)
@given(values=SAMPLES, hundredth=HUNDREDTHS)
def test_a_percentile_is_the_smallest_value_that_covers_the_share(
    values: list[float], hundredth: int
) -> None:
    found = percentile(np.array(values, np.float64), hundredth / 100)
    assert found == slow.percentile(values, Fraction(hundredth, 100))


@settings(max_examples=examples(60), deadline=None)
@given(n=st.integers(0, 150), hundredth=HUNDREDTHS)
def test_the_ranks_of_the_interval_are_those_of_exact_fractions(n: int, hundredth: int) -> None:
    assert order_ranks(n, hundredth / 100) == slow.order_ranks(n, Fraction(hundredth, 100))


@settings(max_examples=examples(60), deadline=None)
@given(values=SAMPLES)
def test_the_bounds_of_a_sample_are_its_values_at_those_ranks(values: list[float]) -> None:
    found = percentiles(np.array(values, np.float64))
    ordered = sorted(values)
    for name, p in (
        ("p50", Fraction(1, 2)),
        ("p85", Fraction(85, 100)),
        ("p95", Fraction(95, 100)),
    ):
        ranks = slow.order_ranks(len(values), p) if values else (None, None)
        assert found.interval[name] == tuple(r and ordered[r - 1] for r in ranks)
        assert found.value[name] == slow.percentile(values, p)


@settings(max_examples=examples(200), deadline=None)
@given(pair=st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_wilson_interval_is_every_share_that_fits_what_was_seen(pair: tuple[int, int]) -> None:
    low, high = wilson(*pair)
    expected = slow.wilson(*pair)
    assert low == (None if expected[0] is None else pytest.approx(expected[0], abs=1e-9))
    assert high == (None if expected[1] is None else pytest.approx(expected[1], abs=1e-9))
