"""Findings on small histories worked out by hand: where each kind is the answer, and where not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics.findings.batches import waiting_batches
from metrics.findings.in_flight import ageing_work, waited_so_far, waits_so_far
from metrics.findings.model import NOTHING_DONE, Found, money_of
from metrics.findings.moves import handoffs_to_simplify, rework_loops
from metrics.findings.waits import before_work, biggest_delays
from metrics.map_steps import map_steps
from metrics.periods import DAY, WEEK
from tests.metrics.findings_ground import (
    BUILD,
    DONE,
    IDEAS,
    READY,
    TEST,
    TEST_QUEUE,
    Way,
    ground_of,
    prices_of_ways,
    way_of,
)
from tests.metrics.test_value_stream_map import STAGES, visits_of


def titles(found: Found) -> list[str]:
    return [one.title for one in found.findings]


def test_the_wait_that_moves_to_another_step_moves_the_finding() -> None:
    found = biggest_delays(ground_of(way_of(0, 1, 9), way_of(3, 1, 5)))
    assert titles(found) == ["Queue before Test", "Queue before Build"]
    first = found.findings[0]
    assert (first.items, first.waited_s, found.whole_s) == (2, 14 * DAY, 20 * DAY)
    assert first.words[0] == "2 of 2 deliveries waited before Test, 7 d each: 70 % of all waiting."
    assert first.part.few
    moved = biggest_delays(ground_of(way_of(0, 9, 1), way_of(3, 5, 1)))
    assert titles(moved) == ["Queue before Build", "Queue before Test"]


def test_what_nobody_began_is_a_finding_of_its_own() -> None:
    late = [[(0, IDEAS), (40, BUILD), (41, DONE)], [(0, IDEAS), (50, BUILD), (52, DONE)]]
    ground = ground_of(*late)
    assert titles(before_work(ground)) == ["Waiting in Ideas"]
    assert before_work(ground).findings[0].waited_s == 90 * DAY
    found = biggest_delays(ground)
    assert titles(found) == []
    assert found.reason == "nothing waited after somebody began"


def test_one_item_or_less_than_a_hundredth_of_the_waiting_is_no_finding() -> None:
    alone = biggest_delays(ground_of(way_of(0, 0, 9), [(0, IDEAS), (2, BUILD), (3, DONE)]))
    assert titles(alone) == []
    assert alone.reason == "nothing of it holds two items and 1 % of the waiting"
    small = biggest_delays(ground_of(way_of(0, 1, 199), way_of(0, 1, 199)))
    assert titles(small) == ["Queue before Test"]


def back(start: int, away: int) -> Way:
    """Once sent back from Test to Build, for so many days."""
    return [
        (start, READY), (start + 1, BUILD), (start + 2, TEST), (start + 3, BUILD),
        (start + 3 + away, TEST), (start + 4 + away, DONE),
    ]  # fmt: skip


def test_the_loop_by_which_most_comes_back_is_the_first_one() -> None:
    far = [(0, READY), (1, BUILD), (2, TEST), (3, IDEAS), (90, BUILD), (91, TEST), (92, DONE)]
    found = rework_loops(ground_of(back(0, 2), back(5, 4), back(7, 3), far, far))
    assert titles(found) == ["Test back to Build", "Test back to Ideas"]
    first = found.findings[0]
    assert (first.items, first.seconds, first.part.n) == (3, 9 * DAY, 5)
    assert first.words[0] == "3 of 5 deliveries came back, and each return lost 3 d."
    assert titles(rework_loops(ground_of(far, far, far, back(0, 2), back(5, 4))))[0] == (
        "Test back to Ideas"
    )


def test_a_loop_is_told_however_long_ideas_lay_before() -> None:
    early = [(0, IDEAS), *((day + 3000, status) for day, status in back(0, 2))]
    found = rework_loops(ground_of(early, early))
    assert titles(found) == ["Test back to Build"]
    assert found.findings[0].seconds * 100 < found.whole_s


def test_of_as_many_returns_the_loop_that_lost_more_time_is_first() -> None:
    far = [(0, READY), (1, BUILD), (2, TEST), (3, IDEAS), (90, BUILD), (91, TEST), (92, DONE)]
    found = rework_loops(ground_of(back(0, 2), back(5, 4), far, far))
    assert titles(found) == ["Test back to Ideas", "Test back to Build"]


def test_a_loop_that_many_take_is_told_however_little_it_loses() -> None:
    quick = [(0, READY), (1, BUILD), (2, TEST), (3, BUILD), (4, TEST), (5, DONE)]
    slow = [way_of(0, 1, 900) for _ in range(36)]
    often, seldom = (
        rework_loops(ground_of(quick, quick, *slow)),
        rework_loops(ground_of(quick, quick, *slow, *slow)),
    )
    assert titles(often) == ["Test back to Build"]  # 2 of 38, and a day of years
    assert often.findings[0].seconds * 100 < often.whole_s
    assert titles(seldom) == []  # 2 of 74
    assert seldom.reason == "nothing of it holds two items and 1 % of the waiting"


def test_work_that_never_comes_back_has_no_loop_and_says_so() -> None:
    found = rework_loops(ground_of(way_of(0, 1, 1), way_of(1, 1, 1)))
    assert found.reason == "no delivery came back to an earlier step"


def test_the_handoff_of_which_least_is_usable_wins_over_the_longer_queue() -> None:
    ways = [back(n, 2) for n in range(3)] + [way_of(n, 1, 20) for n in range(4)]
    found = handoffs_to_simplify(ground_of(*ways))
    assert titles(found) == ["Build to Test"]
    first = found.findings[0]
    assert (first.part.numerator, first.part.n, first.part.few) == (4, 7, False)
    assert first.words[0] == "At most 57 % usable as received, 4 of 7."
    assert first.words[1].startswith("web hands to qa: 7 deliveries")


def test_a_move_inside_a_team_is_no_handoff() -> None:
    same = STAGES.assign(team=["", "", "web", "", "web", ""])
    found = handoffs_to_simplify(ground_of(way_of(0, 1, 9), way_of(0, 1, 9), stages=same))
    assert titles(found) == []
    assert found.reason == "fewer than two teams are named by the stages of this stream"


FLIGHT = pd.DataFrame(
    [
        (1, 1, "A-1", 40, "waiting", 30 * DAY, 0.9, 20, 700_00),
        (2, 1, "A-2", 40, "waiting", 20 * DAY, 0.85, 20, NONE),
        (3, 1, "A-3", 40, "waiting", 2 * DAY, 0.1, 20, NONE),
        (4, 1, "A-4", 30, "active", 50 * DAY, 0.99, 20, NONE),
    ],
    columns=[
        "item_id",
        "episode",
        "key",
        "stage_id",
        "state",
        "age_s",
        "pace",
        "pace_n",
        "value_cents",
    ],
)


NO_WAITS = pd.DataFrame(columns=["item_id", "episode", "start_ts", "end_ts"], dtype="int64")


def test_work_piles_up_where_most_is_past_its_pace() -> None:
    rows = FLIGHT.assign(waited_s=[10 * DAY, 5 * DAY, DAY, 0])
    found = ageing_work(map_steps(STAGES), rows, NO_WAITS)
    assert titles(found) == ["Ageing in Test"]
    first = found.findings[0]
    assert first.evidence["item_id"].tolist() == [1, 2]
    assert first.words[0] == (
        "2 of the 3 here now are older than 85 % were when they left it, the oldest 30 d: A-1, A-2."
    )
    assert (first.lasts, found.whole_s) == (True, 16 * DAY)
    elsewhere = rows.assign(stage_id=[30, 30, 40, 40])
    assert titles(ageing_work(map_steps(STAGES), elsewhere, NO_WAITS)) == ["Ageing in Build"]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (FLIGHT.head(0), "nothing is in flight"),
        (FLIGHT.assign(pace=np.nan), "nothing was done in this window, so that no pace is known"),
        (
            FLIGHT.assign(pace=0.84),
            "nothing in flight is past the age by which 85 % had left its stage",
        ),
    ],
)
def test_no_ageing_work_says_why(rows: pd.DataFrame, why: str) -> None:
    assert ageing_work(map_steps(STAGES), rows.assign(waited_s=DAY), NO_WAITS).reason == why


def test_a_pace_of_few_is_only_observed() -> None:
    rows = FLIGHT.assign(waited_s=DAY, pace_n=18)
    assert ageing_work(map_steps(STAGES), rows, NO_WAITS).findings[0].part.few


def test_the_waiting_so_far_begins_with_the_commitment_and_ends_now() -> None:
    visits = visits_of([(0, READY), (4, BUILD), (6, TEST_QUEUE)])
    rows = pd.DataFrame({"item_id": [1, 2], "episode": 1, "committed_ts": [DAY, DAY]})
    waits = waits_so_far(rows, visits, 9 * DAY)
    assert waits[["start_ts", "end_ts"]].to_numpy().tolist() == [[DAY, 4 * DAY], [6 * DAY, 9 * DAY]]
    told = waited_so_far(rows, waits)
    assert told["waited_s"].tolist() == [6 * DAY, 0]


def merged(*days: tuple[int, int, int]) -> pd.DataFrame:
    """(item, last merge, release)."""
    rows = [(item, "release", "waiting for release", a * DAY, b * DAY) for item, a, b in days]
    return pd.DataFrame(rows, columns=["item_id", "tool", "name", "start_ts", "end_ts"])


QUICK: Way = [(0, READY), (1, BUILD), (3, DONE)]


def test_merged_work_waits_for_the_release_that_it_shares() -> None:
    ground = ground_of(
        QUICK, QUICK, QUICK, QUICK, finish=(10, 10, 24, 24),
        spans=merged((1, 3, 10), (2, 3, 10), (3, 3, 24), (4, 3, 24)),
    )  # fmt: skip
    (first,) = waiting_batches(ground).findings
    assert (first.items, first.waited_s) == (4, (7 + 7 + 21 + 21) * DAY)
    assert first.figures == {"releases": 2, "items_per_release": 2.0, "release_gap_s": 14 * DAY}
    assert first.words[1] == "A release carries 2 of them at the median, one every 14 d."


def test_who_rides_a_train_alone_waited_for_the_same_departure() -> None:
    ground = ground_of(
        QUICK, QUICK, QUICK, QUICK, QUICK, finish=(10, 10, 10, 24, 38),
        spans=merged((1, 3, 10), (2, 3, 10), (3, 3, 10), (4, 3, 24), (5, 3, 38)),
    )  # fmt: skip
    (first,) = waiting_batches(ground).findings
    assert (first.items, first.waited_s) == (5, (3 * 7 + 21 + 35) * DAY)


def test_what_waits_for_work_after_the_merge_is_no_batch() -> None:
    tested: Way = [(0, READY), (1, BUILD), (2, TEST_QUEUE), (9, TEST), (10, DONE)]
    ground = ground_of(tested, tested, finish=(12, 12), spans=merged((1, 2, 12), (2, 2, 12)))
    (first,) = waiting_batches(ground).findings
    assert first.waited_s == 2 * 2 * DAY
    assert biggest_delays(ground).findings[0].words[1] == "Most of it is the queue."


def test_a_release_of_ones_own_is_no_batch() -> None:
    spans = merged((1, 3, 10), (2, 3, 12))
    found = waiting_batches(ground_of(QUICK, QUICK, finish=(10, 12), spans=spans))
    assert titles(found) == []
    assert found.reason == "every item that waited for a release had it alone"


@pytest.mark.parametrize(
    "kind", [biggest_delays, before_work, rework_loops, handoffs_to_simplify, waiting_batches]
)
def test_a_stream_without_anything_says_so(kind: object) -> None:
    assert callable(kind)
    ground = ground_of(way_of(0, 1, 1))
    none = {
        name: getattr(ground, name).head(0)
        for name in ("lives", "rows", "visits", "moves", "loops", "edges", "spans")
    }
    empty = type(ground)(**none, steps=ground.steps, waiting_now=ground.waiting_now)
    found = kind(empty)
    assert found.findings == ()
    assert found.reason == NOTHING_DONE


@pytest.mark.parametrize("value", ["added", "necessary", ""])
def test_only_waste_may_be_left_out(value: str) -> None:
    stages = STAGES.assign(value=value)
    ground = ground_of(back(0, 2), back(0, 2), way_of(0, 3, 9), way_of(0, 3, 9), stages=stages)
    for kind in (biggest_delays, before_work, rework_loops, handoffs_to_simplify):
        for one in kind(ground).findings:
            told = one.advice.lower()
            assert "without it" not in told
            assert "remove" not in told
            assert ("keep it, and make it quicker or simpler" in told) == (value == "necessary")


def test_waste_may_be_tried_without() -> None:
    ground = ground_of(way_of(0, 3, 9), way_of(0, 3, 9), stages=STAGES.assign(value="waste"))
    assert "try some items without it" in biggest_delays(ground).findings[0].advice


def test_the_price_is_that_of_the_valued_ones_and_never_nothing() -> None:
    ways = [way_of(0, 0, 7), way_of(0, 0, 14)]
    first = biggest_delays(ground_of(*ways)).findings[0]
    priced = money_of(first, prices_of_ways(*ways, values=(10_000,)), 2 * WEEK)
    assert (priced.cost_cents, priced.per_week_cents) == (10_000, 5_000)
    assert (priced.valued, priced.unvalued, priced.charged_s) == (1, 1, WEEK)
    told = money_of(first, prices_of_ways(*ways), 2 * WEEK)
    assert (told.cost_cents, told.per_week_cents, told.unvalued) == (None, None, 2)


def test_names_are_told_as_they_are() -> None:
    name = "<b>{0} % \N{RIGHT-TO-LEFT OVERRIDE}"
    stages = STAGES.assign(name=["a", "b", "c", "d", name, "f"])
    found = biggest_delays(ground_of(way_of(0, 0, 7), way_of(0, 0, 9), stages=stages))
    assert titles(found) == [f"Queue before {name}"]


def slow_waits(ways: list[Way]) -> dict[str, tuple[int, int]]:
    """By queue, day by day: items that waited there, and days."""
    found: dict[str, tuple[int, int]] = {}
    for stage, title in ((READY, "Queue before Build"), (TEST_QUEUE, "Queue before Test")):
        days = [
            sum(
                1
                for day in range(way[0][0], way[-1][0])
                if [s for at, s in way if at <= day][-1] == stage
            )
            for way in ways
        ]
        found[title] = (sum(1 for one in days if one), sum(days))
    return found


WAYS = st.lists(
    st.builds(way_of, st.integers(0, 30), st.integers(0, 12), st.integers(0, 12)),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(WAYS)
def test_the_parts_are_those_of_a_count_day_by_day(ways: list[Way]) -> None:
    found = biggest_delays(ground_of(*ways))
    slow = slow_waits(ways)
    whole = 2 * len(ways) + sum(days for _, days in slow.values())
    assert found.whole_s == whole * DAY
    expected = {
        title: (items, days * DAY)
        for title, (items, days) in slow.items()
        if items >= 2 and days * 100 >= whole
    }
    assert {one.title: (one.items, one.waited_s) for one in found.findings} == expected
    spent = [one.waited_s for one in found.findings]
    assert spent == sorted(spent, reverse=True)
