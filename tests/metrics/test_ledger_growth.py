"""How the cost of one delivery grew over its waits: figures by hand, and the ledger's own total."""

from __future__ import annotations

import numpy as np

from metrics.ledger import Book, accrued
from metrics.ledger_growth import Growth, growth
from metrics.periods import WEEK, Window
from tests.metrics.test_ledger import A11, ACTIVE, ALWAYS, DONE, NEW, WAITING, Life, Worth, book


def _grown(made: Book, item: int = 1, as_of: int = 100) -> Growth:
    row = int(np.flatnonzero(made.items["item_id"] == item)[0])
    found = growth(made, row, as_of=as_of * WEEK)
    assert found is not None
    return found


def test_what_loses_the_same_each_week_grows_evenly_in_waits_and_not_between() -> None:
    found = _grown(book([Life(1, None, A11)], {1: Worth(1, 1_000)}))
    assert (found.waits // WEEK).to_numpy().tolist() == [[0, 4], [6, 15]]
    assert found.so_far.tolist() == [
        [0, 500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000],
        [4_000, 5_125, 6_250, 7_375, 8_500, 9_625, 10_750, 11_875, 13_000],
    ]
    assert found.cost_cents.tolist() == [4_000, 9_000]
    assert found.total_cents == 13_000


def test_a_deadline_costs_at_once_within_the_wait_that_misses_it() -> None:
    """Slack is 10 - 4 weeks of work = 6 of delay; the second wait begins at 4 and ends at 13."""
    found = _grown(book([Life(1, None, A11)], {1: Worth(4, 2_000, more=500, deadline=10)}))
    assert found.cost_cents.tolist() == [0, 5_500]
    assert found.so_far[1].tolist() == [0, 0, 2_125, 2_688, 3_250, 3_813, 4_375, 4_938, 5_500]


def test_a_wait_that_lasts_is_counted_up_to_now_and_one_to_come_is_not() -> None:
    made = book([Life(1, None, A11)], {1: Worth(1, 1_000)})
    assert _grown(made, as_of=8).cost_cents.tolist() == [4_000, 2_000]
    assert _grown(made, as_of=6).cost_cents.tolist() == [4_000]


def test_children_share_the_clock_of_their_parent_and_each_begins_at_nothing() -> None:
    one = Life(1, 9, ((0, WAITING), (3, ACTIVE), (8, DONE)))
    other = Life(2, 9, ((0, NEW), (2, WAITING), (6, ACTIVE), (12, DONE)))
    made = book([one, other], {9: Worth(2, 1_000, life=26)})
    cells = accrued(made, window=Window(0, ALWAYS.to_ts), as_of=100 * WEEK).cells
    whole = cells.groupby("item_id")["cost_cents"].sum().to_dict()
    for item in (1, 2):
        found = _grown(made, item)
        assert found.so_far[0, 0] == 0
        assert found.total_cents == whole[item] > 0


def test_what_nothing_values_has_no_growth_which_is_not_the_same_as_none_lost() -> None:
    quick = Life(1, None, ((0, ACTIVE), (3, DONE)))
    assert growth(book([quick], {}), 0, as_of=9 * WEEK) is None
    found = _grown(book([quick], {1: Worth(1, 1_000)}))
    assert (found.total_cents, found.so_far.shape, len(found.waits)) == (0, (0, 9), 0)
