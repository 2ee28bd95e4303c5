"""The money of findings is that of the delay-cost ledger, to the cent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics.findings.batches import waiting_batches
from metrics.findings.model import money_of
from metrics.findings.moves import rework_loops
from metrics.findings.waits import before_work, biggest_delays
from metrics.holders import Values
from metrics.ledger import accrued
from metrics.map_steps import map_steps
from metrics.map_waits import loop_waits
from metrics.periods import DAY, WEEK, Window
from metrics.prices import prices_of
from metrics.profiles import terms_of
from tests.metrics.findings_ground import (
    BUILD,
    DONE,
    READY,
    TEST,
    TEST_QUEUE,
    Way,
    ground_of,
    ledger_of,
    prices_of_ways,
    way_of,
)
from tests.metrics.test_findings import merged
from tests.metrics.test_value_stream_map import STAGES

LATER = 1000 * DAY
PROFILES = (
    {"profile": 1, "cents": 12_345.0},
    {"profile": 2, "cents": 70_001.0, "life_s": 26 * WEEK},
    {"profile": 3, "cents": 9_999.0, "life_s": 52 * WEEK, "decay": 0.01},
    {"profile": 5, "cents": 40_000.0, "more": 333.0},
)

days = st.integers(0, 30)
way = st.builds(way_of, days, days, days)


def worth(chosen: dict[int, int]) -> Values:
    rows = [PROFILES[one] for _, one in sorted(chosen.items())]
    none = np.full(len(rows), np.nan)
    ids = np.array(sorted(chosen), np.int64)
    return Values(ids, terms_of(rows), np.full(len(rows), NONE), none, none)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(way, min_size=2, max_size=6),
    st.dictionaries(st.integers(1, 6), st.integers(0, 3), min_size=1),
    st.sets(st.integers(1, 6)),
)
def test_a_delay_costs_what_the_ledger_has_for_its_stages(
    ways: list[Way], chosen: dict[int, int], children: set[int]
) -> None:
    """Whatever the profile, and where a parent (100) has the value."""
    own = {one: profile for one, profile in chosen.items() if one <= len(ways)}
    book = ledger_of(*ways, values=worth({**own, 100: 0}), parents=dict.fromkeys(children, 100))
    cells = accrued(book, window=Window(0, LATER), as_of=LATER).cells
    ground, prices = ground_of(*ways), prices_of(book, at=LATER, as_of=LATER)
    steps = map_steps(STAGES).steps
    for one in biggest_delays(ground).findings:
        (step,) = [step for step in steps if one.step and step.number == one.step.number]
        here = cells[cells["stage_id"].isin(step.stage_ids)]
        money = money_of(one, prices, WEEK)
        if len(here):
            assert (money.cost_cents, money.charged_s) == tuple(
                int(here[name].sum()) for name in ("cost_cents", "wait_s")
            )
        else:
            assert money.cost_cents is None


@settings(max_examples=40, deadline=None)
@given(way, st.integers(0, 3), st.lists(st.integers(0, 90), max_size=5))
def test_parts_of_a_stretch_add_up_to_it(one: Way, profile: int, cuts: list[int]) -> None:
    prices = prices_of(ledger_of(one, values=worth({1: profile})), at=LATER, as_of=LATER)
    ends = sorted({0, 100, *cuts})
    parts = pd.DataFrame({"item_id": 1, "start_ts": ends[:-1], "end_ts": ends[1:]})
    parts = parts.assign(start_ts=parts["start_ts"] * DAY, end_ts=parts["end_ts"] * DAY)
    whole = pd.DataFrame({"item_id": [1], "start_ts": [0], "end_ts": [100 * DAY]})
    assert prices.of(parts).sum().tolist() == prices.of(whole).sum().tolist()


def test_ten_days_of_two_weeks_at_seven_hundred_a_week() -> None:
    """By hand: 2 days before Build and 8 before Test, at 100.00 a day."""
    ways = [way_of(0, 2, 8), way_of(0, 2, 8)]
    prices = prices_of_ways(*ways, values=(700_00,))
    told = {
        one.title: money_of(one, prices, 2 * WEEK).cost_cents
        for one in biggest_delays(ground_of(*ways)).findings
    }
    assert told == {"Queue before Test": 800_00, "Queue before Build": 200_00}


def test_ideas_are_charged_by_the_clock_of_the_idea_alone() -> None:
    ways = [way_of(0, 2, 8), way_of(0, 2, 8)]
    (first,) = before_work(ground_of(*ways)).findings
    by_idea = prices_of_ways(*ways, values=(700_00,), clock="idea")
    assert money_of(first, by_idea, WEEK).cost_cents == 200_00
    begun = money_of(first, prices_of_ways(*ways, values=(700_00,)), WEEK)
    assert (begun.cost_cents, begun.valued, begun.charged_s) == (None, 1, 0)


def test_what_waits_after_done_is_not_charged() -> None:
    quick: Way = [(0, READY), (1, BUILD), (3, DONE)]
    spans = merged((1, 3, 10), (2, 3, 10))
    (first,) = waiting_batches(ground_of(quick, quick, finish=(10, 10), spans=spans)).findings
    money = money_of(first, prices_of_ways(quick, quick, values=(700_00, 700_00)), WEEK)
    assert (money.cost_cents, money.valued) == (None, 2)


@pytest.mark.parametrize(("queued", "cents"), [(3, 300_00), (0, 0)])
def test_a_loop_costs_what_was_waited_in_it(queued: int, cents: int) -> None:
    again = 8 + queued
    back: Way = [
        (0, BUILD), (1, TEST_QUEUE), (5, TEST), (8, READY), (again, BUILD), (again + 2, TEST),
        (again + 3, DONE),
    ]  # fmt: skip
    ground = ground_of(back, back)
    (loop,) = rework_loops(ground).findings
    prices = prices_of_ways(back, back, values=(700_00,))
    assert money_of(loop, prices, WEEK).cost_cents == cents
    whole = prices.of(loop_waits(ground.rows, ground.loops))
    assert int(whole["cost_cents"].sum()) == cents
    assert ("None of it was waiting." in loop.words) == (queued == 0)
