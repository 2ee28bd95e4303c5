"""Calendar periods: time zones, daylight saving, leap days, edges."""

from __future__ import annotations

import numpy as np

from core.frames import NONE
from metrics.periods import DAY, WEEK, Interval, Window, periods
from tests.metrics.history import at


def labels(start: str, end: str, interval: Interval, tz: str = "UTC") -> list[str]:
    window = Window(at(start), at(end))
    return [p.label for p in periods(window, interval=interval, tz=tz, as_of=at(end))]


def test_a_window_holds_its_first_second_and_not_its_last() -> None:
    window = Window(10, 20)
    held = window.holds(np.array([9, 10, 19, 20, NONE]))
    assert held.tolist() == [False, True, True, False, False]


def test_the_week_of_the_spring_change_has_167_hours() -> None:
    window = Window(at("2026-03-25"), at("2026-04-02"))
    found = periods(window, interval="week", tz="Europe/Berlin", as_of=at("2026-04-02"))
    assert [p.label for p in found] == ["2026-03-23", "2026-03-30"]
    assert found[0].to_ts - found[0].from_ts == WEEK - 3600
    assert found[0].to_ts == at("2026-03-29T22:00")


def test_the_day_of_the_autumn_change_has_25_hours() -> None:
    window = Window(at("2026-10-25"), at("2026-10-25T12:00"))
    (day,) = periods(window, interval="day", tz="Europe/Berlin", as_of=window.to_ts)
    assert day.to_ts - day.from_ts == 25 * 3600
    assert not day.complete


def test_a_leap_day_is_a_day_of_february() -> None:
    assert labels("2028-02-28", "2028-03-02", "day") == [
        *("2028-02-28", "2028-02-29", "2028-03-01")
    ]
    assert labels("2028-01-31", "2028-03-01", "month") == ["2028-01-01", "2028-02-01"]


def test_quarters_begin_in_january_april_july_and_october() -> None:
    quarters = labels("2025-12-31", "2026-12-31", "quarter")
    assert quarters == ["2025-10-01", "2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01"]


def test_a_period_is_complete_at_its_last_second_plus_one() -> None:
    window = Window(0, DAY)
    ends = [
        periods(window, interval="day", tz="UTC", as_of=as_of)[0].complete
        for as_of in (DAY - 1, DAY)
    ]
    assert ends == [False, True]


def test_weeks_may_begin_on_sunday() -> None:
    window = Window(at("2026-01-07"), at("2026-01-08"))
    (week,) = periods(window, interval="week", tz="UTC", as_of=0, week_starts=6)
    assert week.label == "2026-01-04"


def test_an_empty_window_has_no_periods() -> None:
    assert periods(Window(5, 5), interval="day", tz="UTC", as_of=9) == []
