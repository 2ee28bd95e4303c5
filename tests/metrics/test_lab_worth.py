"""What waiting in a run costs, by profile: the ledger's own vectors, and the plain rate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.frames import NONE
from metrics.lab.draws import Draws
from metrics.lab.engine import Play
from metrics.lab.network import line
from metrics.lab.runs import Plan, outcome
from metrics.lab.worth import Worth, rates, sample, steady, waiting_cost
from metrics.periods import WEEK
from metrics.profiles import Terms, terms_of
from tests.metrics.lab_lines import exponential

_TWO = line({"A": (np.ones(1), 1), "B": (np.ones(1), 1)}, np.ones(1))


def _weeks(*weeks: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(weeks) * 7.0


def _waits_four_then_nine() -> Play:
    """Of A11: waits 0 to 4, is worked on to 6, waits to 15, is worked on to 17."""
    return Play(
        arrived=_weeks(0), admitted=_weeks(0), ended=_weeks(17), dropped=np.zeros(1, np.bool_),
        item=np.zeros(2, np.int64), step=np.array([0, 1]), entered=_weeks(0, 6),
        ready=_weeks(0, 6), begun=_weeks(4, 15), worked=_weeks(6, 17), left=_weeks(6, 17),
    )  # fmt: skip


def _cost(terms: Terms, outside_weeks: float = 0.0) -> list[float]:
    """In cents by step and before the first, of one item in one week."""
    network = replace(_TWO, values=np.ones(1), terms=terms)
    draws = Draws(network, 1, 1, 0)
    cost = waiting_cost(draws, _waits_four_then_nine(), _weeks(outside_weeks), 0, 7.0)
    return [float(one) for one in cost]


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({"profile": 1, "cents": 1000, "discount": 0.0, "life_s": 99 * WEEK}, [4000, 9000]),
        ({"profile": 2, "cents": 1000, "life_s": 26 * WEEK}, [3692, 6058]),
        ({"profile": 4, "cents": 2000, "more": 500.0, "free_s": 6 * WEEK}, [0, 5500]),
        ({"profile": 5, "cents": 1000, "more": 100.0}, [4800, 16650]),
        ({"profile": 6, "cents": 1000, "free_s": 5 * WEEK}, [0, 8000]),
    ],
)
def test_a_wait_costs_what_the_delay_that_it_adds_costs(
    row: dict[str, float], wanted: list[float]
) -> None:
    assert _cost(terms_of([row])) == [*wanted, 0]


def test_waiting_before_the_first_step_comes_first() -> None:
    """Six weeks outside use the slack of the deadline up: then 20 once, and 5 a week."""
    terms = terms_of([{"profile": 4, "cents": 2000, "more": 500.0, "free_s": 6 * WEEK}])
    assert _cost(terms, outside_weeks=6) == [2000 + 4 * 500, 9 * 500, 0]
    assert _cost(terms, outside_weeks=7)[2] == 2000 + 500


def test_profiles_that_lose_the_same_each_week_need_no_terms() -> None:
    items = pd.DataFrame({"value_cents": [500, NONE, 700]})
    every = np.ones(3, np.bool_)
    values, terms = sample(steady(items), every)
    assert terms is None
    assert values.tolist() == pytest.approx([500, np.nan, 700], nan_ok=True)
    mixed = Worth(np.array([1, -1, 0]), terms_of([
        {"profile": 4, "cents": 900, "free_s": 2 * WEEK}, {"profile": 5, "cents": 40, "more": 3.0},
    ]))  # fmt: skip
    values, told = sample(mixed, every)
    assert values.tolist() == pytest.approx([40, np.nan, 900], nan_ok=True)
    assert told is not None
    assert told.profile.tolist() == [5, 1, 4]
    assert told.cents[1] == 0


def test_a_run_costs_the_same_by_terms_as_by_values_where_each_week_costs_the_same() -> None:
    network = line({"A": (exponential(1.0, 97), 1)}, exponential(1.2, 97))
    values = np.array([100_000.0, np.nan, 300_000.0])
    worth = steady(pd.DataFrame({"value_cents": [100_000, NONE, 300_000]}))
    _, none = sample(worth, np.ones(3, np.bool_))
    assert none is None
    endless = terms_of(
        [{"profile": 1, "cents": cents, "life_s": 10**6 * WEEK} for cents in (100_000, 0, 300_000)]
    )
    plan = Plan(counted=300, warm_up=30, runs=3)
    plain = outcome(replace(network, values=values), plan)
    told = outcome(replace(network, values=values, terms=endless), plan)
    assert told.cost == pytest.approx(plain.cost, rel=1e-5)
    assert plain.cost[:, 0].min() > 0


def test_what_lies_costs_what_its_next_week_costs() -> None:
    items = pd.DataFrame({"item_id": [1, 2, 3], "episode": 1})
    worth = Worth(np.array([-1, 0, 1]), terms_of([
        {"profile": 1, "cents": 70}, {"profile": 5, "cents": 10, "more": 2.0},
    ]))  # fmt: skip
    visits = pd.DataFrame({"item_id": [3, 1, 2], "episode": 1, "wait_s": [5 * WEEK, WEEK, WEEK]})
    assert rates(worth, items, visits).tolist() == [20, 0, 70]
