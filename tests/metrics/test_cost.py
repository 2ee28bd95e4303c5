"""Delay cost, profile P1: the ledger, and that its parts add up to the cent."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics.cost import accrued_cents, burn_rate, delay_cost
from metrics.facts import Facts, Rules, item_facts
from metrics.periods import WEEK, Window
from tests.metrics.history import inputs, item, path

NEW, WAITING, ACTIVE, DONE, CANCELLED = 1, 2, 3, 4, 5
LEDGER = (
    (0, WAITING),
    (4 * WEEK, ACTIVE),
    (6 * WEEK, WAITING),
    (15 * WEEK, ACTIVE),
    (17 * WEEK, DONE),
)
ALWAYS = Window(0, 1000 * WEEK)


def valued(*steps: tuple[int, int], cents: int) -> Facts:
    last = steps[-1][1]
    return item_facts(inputs([item(1, 0, last, value_cents=cents)], path(1, *steps)), Rules())


def test_golden_a11_profile_p1() -> None:
    facts = valued(*LEDGER, cents=1_000)
    found = delay_cost(facts.items, facts.visits, window=ALWAYS, as_of=20 * WEEK)
    assert found.cost_cents == 13_000
    assert found.by("stage_id")["cost_cents"].tolist() == [13_000]
    assert found.in_work_s == 4 * WEEK
    early = delay_cost(facts.items, facts.visits, window=Window(0, 6 * WEEK), as_of=20 * WEEK)
    late = delay_cost(
        facts.items, facts.visits, window=Window(6 * WEEK, 20 * WEEK), as_of=20 * WEEK
    )
    assert (early.cost_cents, late.cost_cents) == (4_000, 9_000)


@settings(max_examples=25, deadline=None)
@given(
    moves=st.lists(st.tuples(st.integers(1, 90_000), st.sampled_from([2, 3, 6])), max_size=6),
    cuts=st.lists(st.integers(0, 100_000), max_size=4),
    cents=st.integers(0, 10**9),
)
def test_adjoining_windows_add_up_to_the_cent(
    moves: list[tuple[int, int]], cuts: list[int], cents: int
) -> None:
    facts = valued((0, WAITING), *sorted(moves), cents=cents)
    edges = [0, *sorted(cuts), 100_000]
    costs = [
        delay_cost(facts.items, facts.visits, window=Window(low, high), as_of=100_000)
        for low, high in pairwise(edges)
    ]
    whole = delay_cost(facts.items, facts.visits, window=Window(0, 100_000), as_of=100_000)
    assert sum(cost.cost_cents for cost in costs) == whole.cost_cents
    waited = int(whole.cells["wait_s"].sum())
    assert whole.cost_cents == accrued_cents(np.array([cents]), np.array([waited]))[0]


def test_stages_and_items_add_up_to_the_total() -> None:
    given_inputs = inputs(
        [item(n, 0, WAITING, value_cents=cents) for n, cents in ((1, 777), (2, 333), (3, 1))],
        [(1, 100_001, 0, ACTIVE, WAITING), (2, 70_003, 0, NEW, WAITING)],
        blocks=[(1, 5, 50_002)],
    )
    facts = item_facts(given_inputs, Rules())
    found = delay_cost(facts.items, facts.visits, window=ALWAYS, as_of=300_000)
    assert found.by("stage_id")["cost_cents"].sum() == found.cost_cents
    assert found.by("item_id")["cost_cents"].sum() == found.cost_cents
    assert len(found.by("stage_id")) == 2


def test_a_cancelled_delivery_keeps_its_cost_as_sunk() -> None:
    facts = valued((0, WAITING), (2 * WEEK, CANCELLED), cents=1_000)
    found = delay_cost(facts.items, facts.visits, window=ALWAYS, as_of=3 * WEEK)
    assert (found.cost_cents, found.sunk_cents) == (0, 2_000)
    before = delay_cost(facts.items, facts.visits, window=ALWAYS, as_of=WEEK)
    assert (before.cost_cents, before.sunk_cents) == (1_000, 0)


def test_an_unvalued_delivery_is_counted_and_never_priced() -> None:
    facts = valued((0, WAITING), cents=NONE)
    found = delay_cost(facts.items, facts.visits, window=ALWAYS, as_of=WEEK)
    assert (found.unvalued, found.cost_cents, len(found.cells)) == (1, 0, 0)
    burning = burn_rate(facts.items, facts.visits, as_of=WEEK)
    assert burning.to_numpy().tolist() == [[20, 1, 1, 0]]


def test_burn_rate_is_the_price_of_the_queue_now() -> None:
    given_inputs = inputs(
        [item(1, 0, WAITING, value_cents=500), item(2, 0, WAITING, value_cents=700)],
        [(2, 50, 0, ACTIVE, WAITING)],
        blocks=[(2, 10, 20)],
    )
    facts = item_facts(given_inputs, Rules())
    rates = [
        burn_rate(facts.items, facts.visits, as_of=ts)["cents_per_week"].tolist()
        for ts in (5, 15, 60)
    ]
    assert rates == [[500], [500, 700], [1200]]


def test_large_values_over_years_do_not_overflow() -> None:
    century = 5_200 * WEEK + 1
    assert accrued_cents(np.array([10**12]), np.array([century]))[0] == 5_200 * 10**12 + 1_653_439
