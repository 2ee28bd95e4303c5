"""Cumulative flow: a worked example, and its invariants on many made-up histories."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics.cfd import NEVER, boundaries, crossed, crossings, occupancy
from metrics.facts import Facts, Rules, item_facts
from metrics.flow import in_load
from tests.examples import examples
from tests.metrics.history import DAY, facts_of, frame, inputs, item, path
from tests.metrics.test_facts_reference import fast, histories
from tests.reference import cfd as reference
from tests.reference.item_history import History

STAGES = pd.DataFrame(
    [
        *[(10, 1, "Ideas", "new"), (20, 2, "Ready", "waiting"), (30, 3, "Build", "active")],
        *[(40, 4, "Done", "done"), (50, 5, "Dropped", "cancelled"), (60, 6, "Later", "ignored")],
    ],
    columns=["stage_id", "ordinal", "name", "state"],
)
STEPS = boundaries(STAGES)
CLOSES = np.arange(0, 160, 7)


def lines(facts: Facts, closes: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[list[int]]:
    found: list[list[int]] = crossed(crossings(facts.visits, STEPS), closes)[0].tolist()
    return found


def several(*steps: list[tuple[int, int]]) -> Facts:
    """Facts of items that took these (day, status) steps."""
    moved = [[(day * DAY, status) for day, status in one] for one in steps]
    items = [item(n, one[0][0], one[-1][1]) for n, one in enumerate(moved)]
    return item_facts(
        inputs(items, [move for n, one in enumerate(moved) for move in path(n, *one)]), Rules()
    )


def test_the_boundaries_are_the_steps_forward_and_one_for_all_that_is_done() -> None:
    told = [("Ideas", "new"), ("Ready", "waiting"), ("Build", "active"), ("Done", "done")]
    assert [(step.name, step.state) for step in STEPS] == told
    assert [step.stages for step in STEPS] == [(10,), (20,), (30,), ()]


def test_without_stages_the_boundaries_are_the_states_of_the_tracker() -> None:
    steps = boundaries(STAGES.iloc[:0])
    assert [step.name for step in steps] == ["New", "In progress", "Done"]
    facts = facts_of((0, 1), (5, 3), (9, 4))
    visits = facts.visits.assign(stage_id=NONE)
    assert crossings(visits, steps).moments.tolist() == [[0, 5, 9]]


def test_the_worked_example() -> None:
    """Four items over six days: one straight through, one skipping, one sent back, one dropped."""
    facts = several(
        [(0, 1), (1, 2), (2, 3), (4, 4)],
        [(1, 1), (3, 3)],
        [(0, 1), (1, 2), (2, 3), (3, 2)],
        [(2, 1), (5, 5)],
    )
    closes = np.arange(6) * DAY
    found = crossings(facts.visits, STEPS)
    rows, cancelled = crossed(found, closes)
    assert rows.tolist() == [
        [2, 0, 0, 0],
        [3, 2, 0, 0],
        [4, 2, 2, 0],
        [4, 3, 3, 0],
        [4, 3, 3, 1],
        [4, 4, 4, 2],
    ]
    assert cancelled.tolist() == [0, 0, 0, 0, 0, 1]
    inside = occupancy(facts.items, facts.visits, [10, 20, 30], closes)
    assert inside[:, :3].tolist() == [
        [0, 0, 0],
        [0, 2, 0],
        [0, 0, 2],
        [0, 1, 2],
        [0, 1, 1],
        [0, 1, 1],
    ]
    assert inside[:, 3].tolist() == [0] * 6


def test_a_skipped_boundary_is_crossed_with_the_next_one() -> None:
    found = crossings(facts_of((3, 1), (8, 4)).visits, STEPS)
    assert found.moments.tolist() == [[3, 8, 8, 8]]
    assert found.furthest(7).tolist() == [0]
    assert found.furthest(8).tolist() == [3]


def test_what_goes_back_has_crossed_only_once() -> None:
    facts = facts_of((0, 1), (2, 3), (4, 2), (6, 3), (9, 4), (10, 3), (12, 4))
    assert crossings(facts.visits, STEPS).moments.tolist() == [[0, 2, 2, 9]]


def test_cancelled_after_done_is_a_completion_and_done_after_cancelled_is_not() -> None:
    done_first = crossings(facts_of((0, 3), (4, 4), (6, 3), (8, 5)).visits, STEPS)
    assert (done_first.moments[0, -1], done_first.cancelled.tolist()) == (4, [False])
    dropped_first = crossings(facts_of((0, 1), (4, 5), (6, 3), (8, 4)).visits, STEPS)
    assert (dropped_first.moments[0].tolist(), dropped_first.cancelled.tolist()) == (
        [0, 4, 4, 4],
        [True],
    )


def test_what_no_boundary_knows_is_told_apart() -> None:
    found = crossings(facts_of((5, 9)).visits, STEPS)
    assert found.moments.tolist() == [[NEVER] * 4]
    assert found.there(99).tolist() == [False]
    assert (found.unknown(4).tolist(), found.unknown(5).tolist()) == ([False], [True])


def test_of_no_items_there_are_no_lines() -> None:
    empty = frame("item_id ordinal stage_id state start_ts end_ts episode")
    found = crossings(empty.assign(state=empty["state"].astype(object)), STEPS)
    rows, cancelled = crossed(found, CLOSES)
    assert not rows.any()
    assert rows.shape == (len(CLOSES), 4)
    assert not cancelled.any()


def test_each_second_belongs_to_the_close_that_it_lies_before() -> None:
    facts = facts_of((10, 1), (20, 3))
    assert lines(facts, np.array([9, 10, 19, 20])) == [
        *([0] * 4, [1, 0, 0, 0], [1, 0, 0, 0], [1, 1, 1, 0])
    ]


@settings(max_examples=examples(100), deadline=None)
@given(items=st.lists(histories(), min_size=1, max_size=6))
def test_the_invariants_hold_whatever_happens(items: list[History]) -> None:
    facts = fast(items, Rules(reopen_window_s=20))
    found = crossings(facts.visits, STEPS)
    rows, cancelled = crossed(found, CLOSES)
    assert (np.diff(rows, axis=0) >= 0).all()
    assert (np.diff(rows, axis=1) <= 0).all()
    assert (np.diff(cancelled) >= 0).all()
    assert (cancelled <= rows[:, -1]).all()
    stays = stays_of(facts)
    order = {10: 0, 20: 1, 30: 2}
    for close, row, gone in zip(CLOSES.tolist(), rows.tolist(), cancelled.tolist(), strict=True):
        reached = [reference.furthest(history, order, 3, close) for history in stays]
        for place in range(4):
            gap = row[place] - (row[place + 1] if place < 3 else 0)
            assert gap == sum(one == place for one in reached)
        dropped = sum(reference.is_cancelled(history, close) for history in stays)
        first = [end for end in map(reference.first_end, stays) if end and end.start <= close]
        assert gone == dropped
        assert row[-1] == sum(end.state == "done" for end in first) + dropped


@settings(max_examples=examples(60), deadline=None)
@given(items=st.lists(histories(), min_size=1, max_size=4))
def test_who_is_in_the_stages_adds_up_to_the_load(items: list[History]) -> None:
    """But for what was done and came back: while it was done, it was in no stage."""
    facts = fast(items, Rules(reopen_window_s=20))
    inside = occupancy(facts.items, facts.visits, [10, 20, 30, 60], CLOSES[::4])
    assert (inside >= 0).all()
    ended = facts.visits[facts.visits["state"].isin(["done", "cancelled"])]
    for close, row in zip(CLOSES[::4].tolist(), inside, strict=True):
        here = ended[(ended["start_ts"] <= close) & (ended["end_ts"] > close)]
        resting = set(zip(here["item_id"], here["episode"], strict=True))
        loaded = facts.items[in_load(facts.items, close)]
        there = set(zip(loaded["item_id"], loaded["episode"], strict=True))
        assert row.sum() == len(there - resting)


def test_ten_thousand_items_have_the_lines_that_counting_gives() -> None:
    count = 10_000
    starts = np.arange(count) * 60
    visits = pd.DataFrame(
        {
            "item_id": np.repeat(np.arange(count), 4),
            "ordinal": np.tile([1, 2, 3, 4], count),
            "stage_id": np.tile([10, 20, 30, 40], count),
            "state": np.tile(np.array(["new", "waiting", "active", "done"], object), count),
            "start_ts": np.repeat(starts, 4) + np.tile([0, 1, 2, 3], count) * DAY,
        }
    )
    closes = np.arange(400) * DAY // 24
    rows, _ = crossed(crossings(visits, STEPS), closes)
    expected = [(starts[:, None] + place * DAY <= closes).sum(axis=0) for place in range(4)]
    assert rows.T.tolist() == [one.tolist() for one in expected]


def stays_of(facts: Facts) -> list[list[reference.Stay]]:
    rows = facts.visits.sort_values(["item_id", "ordinal"])
    return [
        [
            reference.Stay(int(stage), str(state), int(start))
            for stage, state, start in zip(
                one["stage_id"], one["state"], one["start_ts"], strict=True
            )
        ]
        for _, one in rows.groupby("item_id")
    ]
