"""Dates corrected by what came of past ones: worked out by hand, and tried on dates that slip."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from metrics.calibration import Score, Tried, held_within, scores
from metrics.lateness import corrected, lateness


def _told(made: int, days: int | None, actual: int | None, *, last: int = 10_000) -> Tried:
    """A date that was told as so many days, at 50 % and at 85 %, and when it came."""
    forecast = {"p50": days, "p85": days, "p95": days}
    held = {name: held_within(days, actual, last - made) for name in forecast}
    return Tried("when", made, 3, forecast, actual, held)


def _all(*actual: int | None, days: int = 10) -> list[Tried]:
    """Such dates, five of them told on each past day."""
    return [_told(at // 5, days, took) for at, took in enumerate(actual)]


def test_a_date_is_as_many_times_later_as_past_dates_were() -> None:
    # Of 40 dates of 10 days 20 came after 10 days, 14 after 25, 6 after 60: times 1, 2.5 and 6.
    found = lateness(_all(*[10] * 20, *[25] * 14, *[60] * 6), 1_000)
    assert (found.missing, found.told, found.came, found.days) == ("", 40, 40, 8)
    assert found.factors() == {"p50": 1.0, "p85": 2.5, "p95": 6.0}
    assert found.corrected(4) == {"p50": 4, "p85": 10, "p95": 24}
    assert found.corrected(7) == {"p50": 7, "p85": 18, "p95": 42}  # 17.5 days are over on day 18
    assert found.corrected(None) == {"p50": None, "p85": None, "p95": None}


def test_the_chance_of_a_date_is_the_share_that_came_by_then() -> None:
    found = lateness(_all(*[10] * 20, *[25] * 14, *[60] * 6), 1_000)
    assert found.chance(4, 3) == pytest.approx(0)
    assert found.chance(4, 4) == pytest.approx(20 / 40)
    assert found.chance(4, 10) == pytest.approx(34 / 40)
    assert found.chance(4, 24) == pytest.approx(1)
    assert found.chance(4, 0) == 0
    assert found.chance(None, 3) is None


def test_dates_that_are_not_met_yet_make_later_ones_later() -> None:
    # 30 came after 10 days; 30 are open after 20, and 30 came after 30. By hand: of 90 2/3 are left
    # after 10; of the 30 that were watched to day 30 all came. So half take three times as long.
    open_ones = [_told(980, 10, None)] * 30
    known = [*_all(*[10] * 30), *_all(*[30] * 30), *open_ones]
    found = lateness(known, 1_000)
    assert found.factors() == {"p50": 3.0, "p85": 3.0, "p95": 3.0}
    assert lateness([one for one in known if one.actual], 1_000).factors()["p50"] == 1.0
    # Nothing was ever watched for longer than it takes to say when 85 % have come.
    never = lateness([*_all(*[10] * 30), *open_ones], 1_000)
    assert never.factors() == {"p50": 1.0, "p85": None, "p95": None}
    assert never.corrected(5) == {"p50": 5, "p85": None, "p95": None}
    assert never.chance(5, 20) is None


def test_only_what_had_come_by_a_day_is_known_on_it() -> None:
    known = _all(*[10] * 40)
    # Told on days 0 to 7, come on days 10 to 17: on day 13 those of the first four days have.
    found = lateness(known, 13)
    assert (found.told, found.came, found.days) == (40, 20, 4)
    assert found.missing == "past dates that have come are of 4 of 5 days"
    assert lateness(known, 5).came == 0
    assert lateness(known, 5).told == 25


def test_too_few_past_dates_correct_nothing() -> None:
    found = lateness(_all(*[10] * 18, None, None), 1_000)
    assert found.missing == "18 of 19 past dates have come"
    assert found.factors() == found.corrected(5) == {"p50": None, "p85": None, "p95": None}
    assert found.chance(5, 5) is None
    assert lateness([], 1_000).missing == "0 of 19 past dates have come"
    without = [_told(at, None, 3) for at in range(30)]
    assert lateness(without, 1_000).told == 0


def test_a_corrected_date_of_the_past_knows_nothing_of_its_future() -> None:
    # Dates come twice as late as told up to day 100, and four times as late from then on.
    known = [_told(day, 10, 20 if day < 100 else 40) for day in range(0, 160, 2)]
    found = {one.made: one for one in corrected(known, 400)}
    assert min(found) == 56  # 19 dates had come: those told on days 0 to 36, the last on day 55
    assert found[56].forecast == found[100].forecast == {"p50": 20, "p85": 20, "p95": 20}
    assert found[100].held == {"p50": False, "p85": False, "p95": False}
    assert found[98].held["p85"] is True
    assert found[158].forecast["p95"] == 40


def _shares(tried: Sequence[Tried]) -> dict[str, Score]:
    return scores(tried, "when")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_corrected_dates_hold_where_the_told_ones_slip(seed: int) -> None:
    dice = np.random.default_rng(seed)
    days = dice.integers(5, 40, 600)
    took = np.ceil(days * np.exp(dice.normal(0.6, 0.7, 600))).astype(int)
    last = 1_200
    known = [
        _told(2 * at, int(told), int(came) if 2 * at + came <= last else None, last=last)
        for at, (told, came) in enumerate(zip(days, took, strict=True))
    ]
    before, after = _shares(known), _shares(corrected(known, last))
    assert before["p85"].share is not None
    assert before["p85"].share < 0.3
    for name, level in (("p50", 0.5), ("p85", 0.85), ("p95", 0.95)):
        assert after[name].judged > 450
        assert after[name].share == pytest.approx(level, abs=0.06), name
