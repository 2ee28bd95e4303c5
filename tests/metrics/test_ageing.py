"""Ageing work: age, pace and the chance to be late, as of any day."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.ageing import Ageing, ageing, left_after_d
from metrics.facts import Rules, item_facts
from metrics.periods import DAY, Window
from tests.metrics.history import inputs, item
from tests.metrics.test_little import ACTIVE, DONE, NEW, START, WAITING, made, stay

WINDOW = Window(START * DAY, (START + 50) * DAY)


def through(start: float, wait: float, work: float) -> list[tuple[float, int]]:
    """Waits so many days, then is worked on, then done."""
    return [(start, WAITING), (start + wait, ACTIVE), (start + wait + work, DONE)]


HISTORY = [through(0, 1, 1), through(0, 2, 2), through(0, 3, 3), through(0, 4, 4)]
"""Left waiting at 1, 2, 3, 4 days; took 2, 4, 6, 8."""


def at(*open_: list[tuple[float, int]], day: float = 50, within_d: float | None = None) -> Ageing:
    facts = made(*HISTORY, *open_)
    window = Window(START * DAY, int((START + day) * DAY))
    return ageing(facts.items, facts.visits, window=window, within_d=within_d)


def test_the_example_of_the_page() -> None:
    found = at([(47, WAITING)], within_d=6)
    row = found.rows.iloc[0]
    assert (row["age_s"], row["stage_id"]) == (3 * DAY, WAITING * 10)
    assert (row["pace"], row["pace_n"]) == (0.75, 4)
    # S(3) = 4/5: one of five ended at 2 days. S(6) = 4/5 * 2/3 * 1/2: this one is no longer seen.
    assert row["breach_p"] == pytest.approx((4 / 15) / (4 / 5))
    assert (found.measure.value["count"], found.measure.value["late"]) == (1, 0)


def test_pace_counts_the_age_not_the_time_in_the_stage() -> None:
    row = at([(43, WAITING), (49, ACTIVE)]).rows.iloc[0]
    assert row["stage_id"] == ACTIVE * 10
    assert row["pace"] == 0.75, "at 7 days three of four were out of this stage"


def test_ages_at_which_past_work_left_a_stage_are_observed_ones() -> None:
    told = left_after_d(at().left)
    assert told == {
        WAITING * 10: (4, {"p50": 2.0, "p70": 3.0, "p85": 4.0, "p95": 4.0}),
        ACTIVE * 10: (4, {"p50": 4.0, "p70": 6.0, "p85": 8.0, "p95": 8.0}),
    }
    assert left_after_d(at().left[:0]) == {}


def test_the_expectation_of_own_history_and_what_is_late() -> None:
    found = at([(41, ACTIVE)], [(45, ACTIVE)])
    assert found.limit_s == 8 * DAY
    assert found.few
    assert set(found.measure.withheld) == {"late", "likely_late", "sle_d"}
    assert found.measure.value["late"] == 1
    assert found.rows["breach_p"].iloc[0] == 1


def test_ages_are_those_of_the_day_that_is_asked_for() -> None:
    moved = [(10, WAITING), (20, ACTIVE), (30, DONE), (33, ACTIVE), (40, DONE)]
    places = {
        day: at(moved, day=day).rows[["age_s", "stage_id"]].to_numpy().tolist()
        for day in (10, 19, 20, 29, 31, 33, 39, 41)
    }
    waiting, active = WAITING * 10, ACTIVE * 10
    assert places == {
        10: [[0, waiting]],
        19: [[9 * DAY, waiting]],
        20: [[10 * DAY, active]],
        29: [[19 * DAY, active]],
        31: [],
        33: [[23 * DAY, active]],
        39: [[29 * DAY, active]],
        41: [],
    }


def test_a_stage_that_nothing_left_has_no_pace() -> None:
    facts = made([(40, ACTIVE)])
    row = ageing(facts.items, facts.visits, window=WINDOW).rows.iloc[0]
    assert np.isnan(row["pace"])
    assert row["pace_n"] == 0
    assert np.isnan(row["breach_p"])


def test_an_unknown_start_makes_the_age_a_lower_bound() -> None:
    early = int((START + 40) * DAY)
    given = inputs([item(1, 0, ACTIVE, updated_ts=early, changelog_complete=False)])
    facts = item_facts(given, Rules())
    found = ageing(facts.items, facts.visits, window=WINDOW)
    row = found.rows.iloc[0]
    assert (row["age_s"], row["at_least"]) == (10 * DAY, True)
    assert found.history.empty, "what has no start says nothing of how long things take"


def test_no_history_no_items_and_nothing_in_load_are_told_apart() -> None:
    alone = made([(40, ACTIVE)])
    found = ageing(alone.items, alone.visits, window=WINDOW).measure
    assert (found.value["count"], found.value["late"], found.value["sle_d"]) == (1, None, None)
    assert any(one.startswith("no_history") for one in found.reasons)
    empty = made()
    nothing = ageing(empty.items, empty.visits, window=WINDOW).measure
    assert set(nothing.value.values()) == {None}
    assert "no_data" in nothing.reasons
    idle = made([(1, NEW)], stay(1, 3))
    quiet = ageing(idle.items, idle.visits, window=WINDOW).measure
    assert (quiet.value["count"], quiet.n) == (0, 0)
    assert "nothing is in load" in quiet.reasons
