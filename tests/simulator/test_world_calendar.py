"""Office hours and deployment rhythms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from simulator.calendar import Rhythm, moment, office, slots

FRIDAY = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hour", "day", "early", "late"),
    [
        pytest.param(10, 20, 10, 10, id="in office hours it stays"),
        pytest.param(3, 20, 7, 9, id="the night ends the same morning"),
        pytest.param(17, 23, 7, 9, id="friday evening lasts until monday"),
        pytest.param(24 + 12, 23, 7, 9, id="so does saturday noon"),
    ],
)
def test_office_moves_to_the_next_working_morning(
    hour: int, day: int, early: int, late: int
) -> None:
    found = office(FRIDAY + timedelta(hours=hour), Random(1))
    assert found.day == day
    assert early <= found.hour <= late
    assert found.weekday() < 5


def test_a_moment_lies_in_its_span_even_where_that_is_a_second() -> None:
    for seed in range(50):
        assert moment(Random(seed), FRIDAY, FRIDAY + timedelta(seconds=1)) == FRIDAY
        later = FRIDAY + timedelta(days=3)
        assert FRIDAY <= moment(Random(seed), FRIDAY, later) < later


def test_slots_keep_to_the_rhythm_and_end_before_now() -> None:
    weekly = Rhythm(weekdays=(4,), hours=(14,), chance=1.0)
    start, now = FRIDAY - timedelta(days=28), FRIDAY + timedelta(hours=14)
    found = slots(weekly, start=start, now=now, rng=Random(1))
    assert [at.date() for at in found] == [
        (FRIDAY - timedelta(days=7 * weeks)).date() for weeks in (3, 2, 1)
    ]
    assert {at.hour for at in found} == {14}
    assert slots(Rhythm((4,), (14,), 0.0), start=start, now=now, rng=Random(1)) == []
