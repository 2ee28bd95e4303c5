"""Groups of one queue: when each is done, against futures counted by hand and one by one."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.forecast import forecast_when
from metrics.queue_places import TO_COME, Standing, growing, owners_of, standing
from metrics.shared_queue import Line, all_in_time, arrivals, done_after, group_steps
from tests.examples import examples
from tests.reference.shared_queue import done_within

NONE = -(2**63)


def line(begun: int, *groups: set[int]) -> Line:
    many = max((max(one, default=-1) for one in groups), default=-1) + 1
    return Line(begun, np.array([[g in one for g in range(many)] for one in groups], np.bool_))


def nobody(queue: Line) -> np.ndarray:
    return np.zeros(queue.member.shape[1], np.int64)


def test_two_epics_by_hand() -> None:
    # Two items of the first epic are in flight, one of the second waits. The first completion is
    # one of the first epic's, and the second epic's item is begun; the next is either of the two.
    queue = line(2, {0}, {0}, {1})
    assert done_after(queue).tolist() == [[0, 0], [0, 0], [0.5, 0.5], [1, 1]]
    # One completion a day: half by day 2, all by day 3.
    found = arrivals(np.array([1]), queue, within=np.array([2, 3]))
    assert found.days["p50"].tolist() == [2, 2, 3]
    assert found.days["p85"].tolist() == [3, 3, 3]
    assert found.met.tolist() == [0.5, 1.0]


def test_the_golden_pool_with_one_epic_is_the_plain_forecast() -> None:
    pool = np.array([0, 0, 1, 2, 0, 3, 1, 0, 2, 1, 0, 0, 1, 2])
    queue = line(4, *[{0}] * 20)
    days = arrivals(pool, queue, within=nobody(queue)).days
    assert {name: one.tolist() for name, one in days.items()} == {
        "p50": [22, 22],
        "p85": [27, 27],
        "p95": [31, 31],
    }


queues = st.lists(st.sets(st.integers(0, 2), max_size=2), min_size=1, max_size=5)
pools = st.lists(st.integers(0, 3), min_size=1, max_size=3)


@settings(max_examples=examples(60), deadline=None)
@given(queues, pools, st.integers(0, 5), st.integers(1, 4))
def test_every_chance_is_that_of_all_futures_one_by_one(
    groups: list[set[int]], pool: list[int], begun: int, days: int
) -> None:
    queue = line(min(begun, len(groups)), *groups)
    if not queue.member.any() or not sum(pool):
        return
    told = done_within(
        pool, [frozenset(one) for one in groups], begun=min(begun, len(groups)), days=days
    )
    within = np.full(queue.member.shape[1], days)
    found = arrivals(np.array(pool), queue, within=within)
    known = [float(one) for one in told[:-1]]
    for place, chance in enumerate(known):
        if queue.member[:, place].any():
            assert found.met[place] == pytest.approx(chance, abs=1e-9)
    for name, level in (("p50", Fraction(1, 2)), ("p85", Fraction(17, 20))):
        by_then = 0 < found.days[name][-1] <= days
        assert by_then == (told[-1] >= level)


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=40),
    st.lists(st.integers(0, 4), min_size=7, max_size=40),
    st.integers(0, 12),
)
def test_the_last_epic_is_done_when_the_whole_backlog_is(
    groups: list[int], pool: list[int], begun: int
) -> None:
    queue = line(min(begun, len(groups)), *[{one} for one in groups])
    steps = group_steps(queue, np.random.default_rng(1), 200)
    assert (steps.max(axis=1) == len(groups)).all()  # in every single future
    days = arrivals(np.array(pool), queue, within=nobody(queue)).days
    whole = forecast_when(np.array(pool), len(groups))
    for name, most in whole.items():
        assert days[name][-1] == (most or -1)
        if most:
            assert (days[name] <= most).all()


def test_simulated_futures_agree_with_the_exact_chances() -> None:
    chance = np.random.default_rng(3)
    queue = line(12, *[{int(one)} for one in chance.integers(0, 6, 40)])
    steps = group_steps(queue, np.random.default_rng(4), 20_000)
    exact = done_after(queue)
    for step in (5, 15, 25, 35, 40):
        assert np.abs((steps <= step).mean(axis=0) - exact[step]).max() < 0.015


def test_dates_that_are_met_together_are_met_in_the_same_future() -> None:
    # The second epic ends with the whole queue: where it is in time for its day, so is the first
    # for the same day, and the chance of both is that of the second, not the product.
    pool = np.array([0, 1, 2])
    queue = line(1, {0}, {1})
    alone = arrivals(pool, queue, within=np.array([2, 2])).met
    both = all_in_time(pool, queue, within=np.array([2, 2]), draws=40_000)
    # By hand: two or more in two days: 9 pairs less 0+0, 0+1, 1+0: 6/9.
    assert alone.tolist() == pytest.approx([8 / 9, 6 / 9])
    assert both == pytest.approx(6 / 9, abs=0.01)
    assert both > alone[0] * alone[1] + 0.05


def test_of_dates_that_are_over_not_all_are_met_and_without_any_there_is_nothing_to_say() -> None:
    queue = line(1, {0}, {1})
    assert all_in_time(np.array([1]), queue, within=np.array([-1, 5])) == 0
    assert all_in_time(np.array([1]), queue, within=np.array([0, 0])) is None


def test_nothing_done_in_the_pool_foretells_nothing() -> None:
    queue = line(1, {0}, {1})
    found = arrivals(np.zeros(40, np.int64), queue, within=np.array([9, 9]))
    assert all((one == -1).all() for one in found.days.values())
    assert found.met.tolist() == [0, 0]


def stood(rank: list[int], *, to_come: list[int] | None = None) -> Standing:
    """Items 1 to 5 of three epics: 1 and 2 in flight, of the third and the first; 5 in two."""
    return standing(
        np.array([1, 2, 3, 4, 5, 5]),
        np.array([2, 0, 0, 1, 1, 2]),
        begun=np.array([True, True, False, False, False, False]),
        since=np.array([10, 20, 1, 2, 3, 3]),
        rank=np.array(rank),
        to_come=np.array(to_come or [0, 0, 0]),
    )


def test_what_is_begun_stands_first_and_the_order_decides_the_rest() -> None:
    found = stood([0, 1, 2])
    assert (found.item.tolist(), found.begun) == ([2, 1, 3, 4, 5], 2)
    assert found.last().tolist() == [3, 5, 5]
    assert found.before(0).tolist() == [1]
    assert found.before(1).tolist() == [0, 1, 2]
    # The second epic leads: its items pass, an item of two epics with the first of these.
    found = stood([1, 0, 2])
    assert found.item.tolist() == [2, 1, 4, 5, 3]
    assert found.member[3].tolist() == [False, True, True]


def test_what_is_still_to_come_stands_at_the_end_of_its_epic() -> None:
    found = stood([0, 1, 2], to_come=[2, 0, 1])
    assert found.item.tolist() == [2, 1, 3, TO_COME, TO_COME, 4, 5, TO_COME]
    assert found.last().tolist() == [5, 7, 8]


def test_growth_is_rounded_up_to_whole_items() -> None:
    assert growing(np.array([0, 1, 10, 5]), 0.2).tolist() == [0, 1, 2, 1]
    assert growing(np.array([3, 10]), 0.0).tolist() == [0, 0]


def test_the_nearest_owner_counts_and_a_circle_of_parents_ends() -> None:
    # 1 < 10 < 20; 2 < 30 (no owner) < 20; 3 has none; 4 and 5 are parents of one another.
    parents = pd.DataFrame(
        {
            "item_id": [1, 10, 2, 30, 3, 4, 5],
            "parent_id": [10, 20, 30, 20, NONE, 5, 4],
        }
    )
    found = owners_of(np.array([1, 2, 3, 4]), parents, np.array([10, 20]))
    assert found.tolist() == [10, 20, NONE, NONE]
