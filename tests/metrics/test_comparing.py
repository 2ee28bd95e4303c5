"""Tests of two groups: textbook values, a slow reference, and when nothing is said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.comparing import binomial_tail, chi_squared_tail, ranks_differ, shares_differ
from tests.reference import comparing as reference

_VALUES = st.lists(st.integers(0, 12), min_size=5, max_size=25)


@given(_VALUES, _VALUES)
def test_the_rank_sum_test_is_that_of_the_book(first: list[int], second: list[int]) -> None:
    found = ranks_differ(np.array(first, np.float64), np.array(second, np.float64))
    if len({*first, *second}) == 1:
        assert found.p is None
        return
    effect, p = reference.rank_sum(first, second)
    assert found.effect == pytest.approx(effect)
    assert found.p == pytest.approx(p, abs=1e-9)
    assert found.differs == (p < 0.01 and abs(effect - 0.5) > 0.1)


def test_the_rank_sum_test_of_two_groups_apart() -> None:
    found = ranks_differ(np.arange(6.0, 11.0), np.arange(1.0, 6.0))
    # U = 25 of 25, z = (12.5 - 0.5) / sqrt(25 * 11 / 12)
    assert found.p == pytest.approx(0.012186, abs=1e-5)
    assert found.effect == 1.0
    assert not found.differs
    more = ranks_differ(np.arange(20.0, 40.0), np.arange(0.0, 20.0))
    assert more.differs


def test_a_small_difference_of_many_is_no_difference() -> None:
    first = np.tile(np.arange(100.0), 200)
    found = ranks_differ(first + 2, first)
    assert found.p is not None
    assert found.p < 0.01
    assert not found.differs


def test_the_chi_squared_test_of_four_cells() -> None:
    first, second = ["a"] * 10 + ["b"] * 20, ["a"] * 20 + ["b"] * 10
    found = shares_differ(first, second)
    assert found.p == pytest.approx(0.009823, abs=1e-6)  # 20/3 with one degree of freedom
    assert found.effect == pytest.approx(1 / 3)
    assert found.differs


def test_rare_words_are_put_together() -> None:
    first, second = ["a"] * 50 + list("bcdefghij"), ["a"] * 50 + list("klmnopqrs")
    found = shares_differ(first, second)
    assert found.p == pytest.approx(1.0)
    assert not found.differs


@pytest.mark.parametrize(
    ("first", "second"), [("aaaa", "bbbbbbbb"), ("aaaaaa", "aaaaaaaa"), ("", "")]
)
def test_too_few_or_all_alike_are_not_tested(first: str, second: str) -> None:
    assert shares_differ(list(first), list(second)).p is None


@pytest.mark.parametrize(
    ("statistic", "degrees"),
    [(3.841459, 1), (5.991465, 2), (7.814728, 3), (9.487729, 4), (11.070498, 5), (31.410433, 20)],
)
def test_the_tail_of_chi_squared_at_its_five_per_cent_points(
    statistic: float, degrees: int
) -> None:
    assert chi_squared_tail(statistic, degrees) == pytest.approx(0.05, abs=1e-6)


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.01, 0.99))
def test_the_binomial_tail_is_the_sum_of_its_terms(a: int, b: int, share: float) -> None:
    successes, n = min(a, b), max(a, b)
    expected = reference.binomial(successes, n, share)
    assert binomial_tail(successes, n, share) == pytest.approx(expected, abs=1e-9)
