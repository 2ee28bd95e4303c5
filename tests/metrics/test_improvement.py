"""Verdicts on changes, on series made by hand: the limits of each are worked out beside it."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.improvement import needed, verdict, worsened
from metrics.stats import Floats, NaturalLimits
from metrics.xmr import Signal, limits

BEFORE = [10.0, 12, 8, 10, 12, 8, 10, 12, 8, 10]
"""Mean 10; moving ranges 2 4 2 2 4 2 2 4 2, mean 24/9 = 2.6667; limits 10 -+ 2.66 x 2.6667 =
2.9067 and 17.0933; nearer a limit than the mean is under 6.4533 and over 13.5467. No signal."""


def _array(*values: float) -> Floats:
    return np.array(values, np.float64)


def _found(values: list[float]) -> NaturalLimits:
    found = limits(_array(*values))
    assert found is not None
    return found


LIMITS = _found(BEFORE)
BASE = _array(*BEFORE)


def test_the_limits_are_those_worked_out_by_hand() -> None:
    assert LIMITS.centre == 10
    assert LIMITS.lower == pytest.approx(2.9067, abs=1e-4)
    assert LIMITS.upper == pytest.approx(17.0933, abs=1e-4)


def test_eight_in_a_row_on_the_better_side_hold() -> None:
    after = _array(9, 9, 8, 7, 9, 8, 9, 7)
    told = verdict(BASE, LIMITS, after, wanted="below", single=False, over=False)
    assert (told.outcome, told.decided_by) == ("held", Signal("run", 0, 7, "below"))
    assert verdict(BASE, LIMITS, after[:7], wanted="below", single=False, over=False).outcome == (
        "no_signal_yet"
    )


def test_the_same_points_are_the_wrong_way_where_more_is_wanted() -> None:
    after = _array(9, 9, 8, 7, 9, 8, 9, 7)
    told = verdict(BASE, LIMITS, after, wanted="above", single=True, over=False)
    assert told.outcome == "did_not_hold"


def test_three_of_four_near_a_limit_hold() -> None:
    after = _array(6, 11, 6, 5)
    told = verdict(BASE, LIMITS, after, wanted="below", single=False, over=False)
    assert (told.outcome, told.decided_by) == ("held", Signal("near_limit", 0, 3, "below"))


def test_one_point_outside_decides_of_weeks_and_not_of_deliveries() -> None:
    after = _array(10, 18, 10)
    weeks = verdict(BASE, LIMITS, after, wanted="above", single=True, over=False)
    assert (weeks.outcome, weeks.decided_by) == ("held", Signal("outside", 1, 1, "above"))
    single = verdict(BASE, LIMITS, after, wanted="below", single=False, over=False)
    assert single.outcome == "no_signal_yet"
    assert single.signals == (Signal("outside", 1, 1, "above"),)


def test_a_stretch_outweighs_a_single_point_and_the_last_stretch_the_first() -> None:
    run = [9.0] * 10
    told = verdict(BASE, LIMITS, _array(*run, 18), wanted="below", single=True, over=False)
    assert told.outcome == "held"
    back = verdict(
        BASE, LIMITS, _array(*run, *([11.0] * 9)), wanted="below", single=True, over=False
    )
    assert (back.outcome, back.decided_by) == ("did_not_hold", Signal("run", 10, 18, "above"))


def test_without_a_signal_the_horizon_makes_it_a_result() -> None:
    calm = _array(10, 11, 9, 10)
    told = verdict(BASE, LIMITS, calm, wanted="below", single=False, over=True)
    assert (told.outcome, told.decided_by, dict(told.needed)) == ("no_signal", None, {})
    nothing = verdict(BASE, LIMITS, _array(), wanted="below", single=False, over=True)
    assert nothing.outcome == "no_signal"


@pytest.mark.parametrize(
    ("after", "run", "near"),
    [
        ([], 8, 4),  # three of four: the fourth has to be there
        ([11.0], 8, 3),
        ([11.0, 9, 9], 6, 3),
        ([9.0, 9, 9, 9, 9, 9, 9], 1, 3),
        ([9.0, 9, 9, 10], 8, 3),  # a value on the centre ends the run
        ([9.0, 6, 11], 8, 2),
        ([11.0, 6, 6], 6, 1),
        ([6.0, 6, 11, 11], 8, 3),  # the two are too long ago
    ],
)
def test_how_many_points_are_still_needed(after: list[float], run: int, near: int) -> None:
    found = needed(LIMITS, _array(*after), wanted="below")
    assert found == {"run": run, "near_limit": near, "outside": 1}


def test_a_rule_that_no_value_can_fulfil_is_not_promised() -> None:
    """Mean 4.5, mean range 9: the lower limit lies under 0, and half the way to it is 11.97."""
    wide = [0.0, 9, 0, 9, 0, 9]
    assert needed(_found(wide), _array(), wanted="below") == {"run": 8}
    told = verdict(
        _array(*wide), _found(wide), _array(4.5), wanted="below", single=False, over=False
    )
    assert dict(told.needed) == {"run": 8}


def test_a_stretch_that_the_other_points_outweigh_or_that_has_faded_is_no_effect() -> None:
    run = [9.0] * 8
    outweighed = _array(*run, 10, 14, 15)  # 111 over 11 points
    told = verdict(BASE, LIMITS, outweighed, wanted="below", single=False, over=True)
    assert told.outcome == "no_signal"
    for later, outcome in ((13, "held"), (14, "no_signal")):
        calm = _array(*run, *[9.9, 10.1] * 6, *[9.9] * (later - 12))
        told = verdict(BASE, LIMITS, calm[: 8 + later], wanted="below", single=False, over=True)
        assert told.outcome == outcome


RESTLESS = [10.0, 12, 9, 9, 9, 9, 9, 9, 9, 9, 9, 14, 12, 11]
"""It has a run of nine under its own mean, 140/14 = 10: 9 nine times."""


def test_what_the_baseline_showed_itself_is_no_effect() -> None:
    found = _found(RESTLESS)
    assert found.centre == 10
    same = verdict(
        _array(*RESTLESS), found, _array(*[9.0] * 9), wanted="below", single=False, over=False
    )
    assert same.outcome == "no_signal_yet"
    assert same.usual == (Signal("run", 0, 8, "below"),)
    longer = verdict(
        _array(*RESTLESS), found, _array(*[9.0] * 10), wanted="below", single=False, over=False
    )
    assert longer.outcome == "held"
    assert needed(found, _array(9, 9), wanted="below", longest=9)["run"] == 8


def test_a_guard_is_worse_by_a_stretch_alone() -> None:
    assert worsened(BASE, LIMITS, _array(10, 30, 10), bad="above") is None
    assert worsened(BASE, LIMITS, _array(*[11.0] * 8), bad="above") == Signal("run", 0, 7, "above")
    assert worsened(BASE, LIMITS, _array(*[9.0] * 8), bad="above") is None
    assert worsened(BASE, LIMITS, _array(), bad="above") is None


def test_a_step_in_which_nothing_waited_gets_worse_when_work_begins_to_wait() -> None:
    never = np.zeros(12)
    found = limits(never)
    assert found is not None
    assert worsened(never, found, _array(*[2.0] * 7), bad="above") is None
    assert worsened(never, found, _array(*[2.0] * 8), bad="above") == Signal("run", 0, 7, "above")


@pytest.mark.parametrize("shape", ["even", "skewed"])
def test_a_change_that_does_nothing_seldom_gets_a_verdict(shape: str) -> None:
    """Forty points before and thirty after from one process, 300 times: as docs/improvements.md
    tells, at most one in three gets any verdict, and one in four "held".
    """
    draw = np.random.default_rng(5)
    told = []
    for _ in range(300):
        both = draw.normal(20, 4, 70) if shape == "even" else draw.lognormal(2, 0.6, 70)
        before, after = both[:40], both[40:]
        found = _found(before.tolist())
        told.append(verdict(before, found, after, wanted="below", single=False, over=True).outcome)
    assert told.count("held") <= 300 / 4
    assert told.count("no_signal") >= 300 * 2 / 3


def test_a_process_that_is_twice_as_quick_is_mostly_seen() -> None:
    draw = np.random.default_rng(6)
    seen = 0
    for _ in range(200):
        before, after = draw.lognormal(2, 0.6, 40), draw.lognormal(2, 0.6, 30) / 2
        found = _found(before.tolist())
        told = verdict(before, found, after, wanted="below", single=False, over=True)
        seen += told.outcome == "held"
    assert seen >= 165
