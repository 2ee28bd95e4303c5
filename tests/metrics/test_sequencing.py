"""The order of work in which delay costs least, against every order by hand."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics.periods import WEEK
from metrics.profiles import accrued_cents, terms_of
from metrics.sequencing import EXACT, Jobs, best_order, cd3, order_cents, stability, wsjf

Row = tuple[dict[str, Any], int, bool]


def jobs(*rows: Row) -> Jobs:
    return Jobs(
        terms_of([row[0] for row in rows]),
        np.zeros(len(rows), np.int64),
        np.array([row[1] * WEEK for row in rows], np.int64),
        np.array([row[2] for row in rows], np.bool_),
    )


def steady(cents: int, weeks: int) -> Row:
    return {"profile": 1, "cents": cents}, weeks, False


A3 = jobs(steady(10, 4), steady(6, 2), steady(8, 1))


def test_golden_a3() -> None:
    told = {order: int(order_cents(A3, order).sum()) for order in permutations(range(3))}
    assert list(told.values()) == [132, 122, 128, 106, 100, 96]
    assert best_order(A3) == ([2, 1, 0], True)
    assert cd3(A3).tolist() == [2.5, 3, 8]


@st.composite
def _row(draw: st.DrawFn) -> Row:
    profile = draw(st.sampled_from([1, 2, 4, 5, 6]))
    row = {
        "profile": profile,
        "cents": draw(st.integers(0, 10_000)),
        "more": draw(st.integers(0, 1_000)) if profile in (4, 5) else 0,
        "life_s": draw(st.integers(1, 20)) * WEEK if profile == 2 else NONE,
        "free_s": draw(st.integers(0, 12)) * WEEK if profile in (4, 6) else 0,
    }
    return row, draw(st.integers(1, 6)), draw(st.integers(0, 4)) == 0


def _cost(rows: list[Row], order: list[int]) -> int:
    """By hand: each week by itself."""
    total, now = 0, 0
    for place in order:
        row, weeks, fixed = rows[place]
        now += weeks
        cents, more = row["cents"], row["more"]
        free = row["free_s"] // WEEK
        if fixed:
            continue
        if row["profile"] == 1:
            total += cents * now
        elif row["profile"] == 2:
            life = row["life_s"] // WEEK
            left = max(life - now, 0)
            total += int(np.floor(cents * life / 2 - cents * left**2 / (2 * life) + 0.5))
        elif row["profile"] == 4:
            total += cents + more * (now - free) if now > free else 0
        elif row["profile"] == 5:
            total += int(np.floor(cents * now + more * now**2 / 2 + 0.5))
        else:
            total += cents * max(now - free, 0)
    return total


@settings(max_examples=60, deadline=None)
@given(st.lists(_row(), min_size=1, max_size=6))
def test_no_other_order_costs_less(rows: list[Row]) -> None:
    made = jobs(*rows)
    order, exact = best_order(made)
    free = [place for place, row in enumerate(rows) if not row[2]]
    least = None
    for moved in permutations(free):
        tried = list(range(len(rows)))
        for place, one in zip(free, moved, strict=True):
            tried[place] = one
        least = min(_cost(rows, tried), _cost(rows, tried) if least is None else least)
    assert exact
    assert all(order[place] == place for place, row in enumerate(rows) if row[2])
    assert _cost(rows, order) == least == int(order_cents(made, order).sum())


def test_of_many_with_a_deadline_the_order_is_better_than_by_cd3_alone() -> None:
    rows = [steady(100 + 37 * n % 90, 1 + n % 5) for n in range(EXACT + 4)]
    rows.append(({"profile": 4, "cents": 50_000, "free_s": 9 * WEEK}, 3, False))
    made = jobs(*rows)
    order, exact = best_order(made)
    by_cd3 = np.argsort(-cd3(made), kind="stable")
    assert not exact
    assert sorted(order) == list(range(len(rows)))
    assert order_cents(made, order).sum() < order_cents(made, by_cd3).sum()
    finish = sum(made.duration_s[order[: order.index(len(rows) - 1) + 1]])
    assert finish <= 9 * WEEK


def test_of_many_steady_ones_cd3_is_the_best_order() -> None:
    rows = [steady(100 + 37 * n % 90, 1 + n % 5) for n in range(EXACT + 4)]
    made = jobs(*rows)
    order, exact = best_order(made)
    assert exact
    ranks = cd3(made)[order]
    assert (np.diff(ranks) <= 0).all()


@pytest.mark.parametrize(("spread", "close"), [(0.01, False), (0.9, True)])
def test_neighbours_that_swap_in_many_draws_are_too_close_to_call(
    spread: float, close: bool
) -> None:
    made = jobs(steady(1_000, 2), steady(900, 2))
    random = np.random.default_rng(7)
    factor = np.exp(spread * random.standard_normal((2, 4_000)))
    (pair,) = stability(made, [0, 1], factor, np.ones((2, 4_000)))
    assert (pair.first, pair.second) == (0, 1)
    assert pair.too_close is close
    # The second goes first where its amount is more: ratio of two log-normal amounts.
    swapped = (900 * factor[1] > 1_000 * factor[0]).mean()
    assert pair.flips == pytest.approx(swapped, abs=0.002)


def test_neighbours_are_compared_as_if_the_whole_order_were_weighed() -> None:
    """Draw by draw, in plain numbers; what keeps its place stands between two that may change."""
    rows = [steady(1_000, 2), steady(900, 2), (*steady(500, 3)[:2], True), steady(400, 1)]
    rows += [({"profile": 4, "cents": 9_000, "more": 10, "free_s": 5 * WEEK}, 1, False)]
    made, order = jobs(*rows), [1, 0, 2, 4, 3]
    random = np.random.default_rng(3)
    factor, stretch = np.exp(0.5 * random.standard_normal((2, len(rows), 300)))

    def cost(places: list[int], draw: int) -> float:
        finish, total = 0.0, 0.0
        for item in places:
            finish += made.duration_s[item] * stretch[item, draw]
            if not made.fixed[item]:
                alone = jobs(rows[item])
                late = np.array([round(finish)])
                total += factor[item, draw] * int(accrued_cents(alone.terms, late)[0])
        return total

    pairs = {(1, 0): [0, 1, 2, 4, 3], (0, 4): [1, 4, 2, 0, 3], (4, 3): [1, 0, 2, 3, 4]}
    told = {(one.first, one.second): one.flips for one in stability(made, order, factor, stretch)}
    assert told == {
        pair: np.mean([cost(swapped, draw) < cost(order, draw) for draw in range(300)])
        for pair, swapped in pairs.items()
    }
    assert min(told.values()) > 0


def test_wsjf_is_a_score_by_itself() -> None:
    assert wsjf(8, 5, 1, 2) == 7
    with pytest.raises(ValueError, match="size"):
        wsjf(1, 1, 1, 0)
