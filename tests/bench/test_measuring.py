"""How ratios are measured; no time is asserted."""

from __future__ import annotations

import json

from bench.measuring import Outcome, in_turn


def _outcome(target: float | None, most: float | None = None) -> Outcome:
    return Outcome("P5", "rows", "10 rows", "driver", 1.0, 4.0, target, 12, most)


def test_the_ratio_is_how_fast_the_product_is_beside_the_baseline() -> None:
    assert _outcome(0.25).ratio == 0.25
    assert [_outcome(target).met for target in (0.25, 0.3, None)] == [True, False, None]
    assert json.loads(_outcome(0.3).line())["met"] is False


def test_a_time_may_be_bounded_as_a_multiple_of_the_baselines_instead() -> None:
    assert _outcome(None, most=4.0).multiple == 4.0
    assert [_outcome(None, most=most).met for most in (4.0, 3.9)] == [True, False]


def test_baseline_and_product_take_turns_and_the_first_turn_is_not_counted() -> None:
    told: list[str] = []
    taken = in_turn(lambda: told.append("a"), lambda: told.append("b"), rounds=3)
    assert told == ["a", "b"] * 4
    assert len(taken) == 2
