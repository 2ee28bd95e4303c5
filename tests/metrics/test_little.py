"""Little's law: the golden vector, and each assumption by hand."""

from __future__ import annotations

import pytest

from metrics.facts import Facts, Rules, item_facts
from metrics.little import LittlesLaw, littles_law
from metrics.periods import DAY, Window
from tests.metrics.history import inputs, item, path

NEW, WAITING, ACTIVE, DONE, CANCELLED = 1, 2, 3, 4, 5
START = 100
"""The day on which the window begins."""


def made(*histories: list[tuple[float, int]]) -> Facts:
    """Facts of items by (day, status); day 0 is the begin of the window."""
    moves = [[(int((START + day) * DAY), to) for day, to in one] for one in histories]
    given = inputs(
        [item(n, one[0][0], one[-1][1]) for n, one in enumerate(moves)],
        [move for n, one in enumerate(moves) for move in path(n, *one)],
    )
    return item_facts(given, Rules())


def law(*histories: list[tuple[float, int]], days: float = 10) -> LittlesLaw:
    facts = made(*histories)
    window = Window(START * DAY, int((START + days) * DAY))
    return littles_law(facts.items, facts.visits, window=window)


def stay(start: float, end: float, *, into: int = DONE) -> list[tuple[float, int]]:
    return [(start, ACTIVE), (end, into)]


A6 = [stay(0, 4), stay(1, 3), stay(2, 9), stay(5, 8), stay(6, 12), stay(-2, 2)]


def figures(found: LittlesLaw) -> dict[str, tuple[float | None, bool | None]]:
    return {one.name: (one.figure, one.holds) for one in found.assumptions}


def test_golden_a6_mean_load_is_the_sum_of_presence_exactly() -> None:
    found = law(*A6)
    assert found.measure.value == {
        "r": pytest.approx(1.1),
        "average_load": 2.2,
        "throughput_per_d": 0.5,
        "average_presence_d": 4.0,
    }
    assert found.measure.parts["presence_in_window_s"] == 22 * DAY
    assert sum(found.rows["inside_s"]) == 22 * DAY
    assert (found.banner, found.measure.withheld) == (None, {})


def test_an_item_that_is_still_open_counts_like_one_that_ends_after_the_window() -> None:
    still = law(*A6[:4], [(6, ACTIVE)], A6[5])
    assert still.measure.value == law(*A6).measure.value


def test_the_time_between_two_deliveries_of_one_is_no_presence() -> None:
    found = law([(1, ACTIVE), (3, DONE), (5, ACTIVE), (6, DONE)])
    assert found.measure.parts["presence_in_window_s"] == 3 * DAY
    assert found.measure.value["average_presence_d"] == 3
    assert found.measure.parts["departures"] == 1


def test_the_assumptions_of_the_golden_vector_hold() -> None:
    told = figures(law(*A6))
    assert told["arrivals_match_departures"] == (0, True)
    assert told["load_is_level"] == (0, True)
    assert told["started_work_finishes"] == (0, True)
    assert told["units_are_consistent"] == (0, True)


def test_the_failing_assumption_is_named_with_its_figure() -> None:
    piling = [stay(day, 20) for day in range(10)]
    found = law(*piling, *[stay(day, day + 0.5) for day in range(5)])
    told = figures(found)
    assert told["arrivals_match_departures"] == (10, False)
    assert told["load_is_level"] == (10, False)
    slope, holds = told["age_is_level"]
    assert (slope, holds) == (pytest.approx(0.5, abs=0.05), False)
    assert found.banner == "system not stable; trust forecasts less"


def test_work_that_is_thrown_away_fails_the_second_assumption() -> None:
    found = law(*[stay(day, day + 1) for day in range(5)], stay(1, 4, into=CANCELLED))
    assert figures(found)["started_work_finishes"] == (pytest.approx(1 / 6), False)
    assert (found.measure.parts["done"], found.measure.parts["cancelled"]) == (5, 1)


def test_the_age_of_one_old_item_rises_by_a_day_each_day() -> None:
    found = law([(-5, ACTIVE)])
    assert figures(found)["age_is_level"] == (pytest.approx(1.0), False)
    assert found.measure.value["r"] is None
    assert "no_departures" in found.measure.reasons
    assert found.banner is None


def test_a_short_window_has_no_slope_and_says_so() -> None:
    found = law(*A6, days=1)
    told = next(one for one in found.assumptions if one.name == "age_is_level")
    assert (told.figure, told.holds) == (None, None)
    assert told.reason


def test_few_departures_withhold_r() -> None:
    assert set(law(*A6[:4]).measure.withheld) == {"r", "average_presence_d"}


def test_nothing_in_load_is_null_with_its_reason() -> None:
    for found in (law(), law([(1, NEW), (2, DONE)]), law(stay(-5, -1))):
        assert set(found.measure.value.values()) == {None}
        assert (found.measure.reasons, found.assumptions) == (("no_data",), ())


def test_what_is_gone_the_moment_the_window_begins_left_in_it() -> None:
    found = law(stay(-2, 0), stay(1, 2))
    assert found.measure.parts["departures"] == 2
    assert found.measure.parts["presence_in_window_s"] == DAY
    assert found.measure.parts["load_at_begin"] == 1


def test_what_is_done_in_the_second_of_its_start_left_without_presence() -> None:
    found = law([(1, ACTIVE), (1, DONE)], stay(1, 5))
    assert (found.measure.parts["arrivals"], found.measure.parts["departures"]) == (2, 2)
    assert found.measure.value["average_presence_d"] == 2
