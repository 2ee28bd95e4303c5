"""Periods against the calendar, told day by day: they tile the window, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.periods import DAY, Interval, Window, edges, periods
from tests.metrics.history import at

ZONES = [
    *("UTC", "Europe/Vienna", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"),
    *("America/St_Johns", "Pacific/Apia", "America/Sao_Paulo", "Africa/Cairo"),
]
INTERVALS: list[Interval] = ["day", "week", "month", "quarter"]
EDGES = [
    at(text)
    for text in (
        *("2026-03-28T23:00", "2026-03-29T01:00", "2026-03-29T22:00", "2026-10-24T22:00"),
        *("2026-10-25T01:00", "2026-10-25T23:00", "2028-02-29T00:00", "2028-03-01T00:00"),
        *("2026-01-01T00:00", "2025-12-31T23:00", "2011-12-30T10:00", "2017-10-15T03:00"),
        *("2026-04-04T15:30", "2024-04-26T00:00", "2100-03-01T00:00"),
    )
]
NEAR = st.tuples(st.sampled_from(EDGES), st.sampled_from([-DAY, -3600, -1, 0, 1, 3600, DAY])).map(
    sum
)
MOMENT = st.one_of(NEAR, st.integers(at("2000-01-01"), at("2110-01-01")))
LENGTH = st.one_of(st.sampled_from([1, 3599, DAY - 1, DAY, DAY + 1]), st.integers(1, 800 * DAY))


def begins(day: date, interval: Interval, week_starts: int) -> bool:
    """Whether a period begins on this day."""
    if interval == "week":
        return day.weekday() == week_starts
    if interval == "month":
        return day.day == 1
    if interval == "quarter":
        return (day.month, day.day) in {(1, 1), (4, 1), (7, 1), (10, 1)}
    return True


def calendar(window: Window, interval: Interval, tz: str, week_starts: int) -> list[str]:
    """The first days of the periods that hold a moment of the window."""
    zone = ZoneInfo(tz)
    day = datetime.fromtimestamp(window.from_ts, zone).date()
    last = datetime.fromtimestamp(window.to_ts - 1, zone).date()
    while not begins(day, interval, week_starts):
        day -= timedelta(days=1)
    found = []
    while day <= last:
        if begins(day, interval, week_starts):
            found.append(day.isoformat())
        day += timedelta(days=1)
    return found


def read(label: str, tz: str) -> int:
    """The first second of a day on the clocks of the zone."""
    local = datetime.fromisoformat(label).replace(tzinfo=ZoneInfo(tz))
    return int(local.astimezone(UTC).timestamp())


@settings(max_examples=250, deadline=None)
@given(
    start=MOMENT,
    length=LENGTH,
    interval=st.sampled_from(INTERVALS),
    tz=st.sampled_from(ZONES),
    week_starts=st.integers(0, 6),
    known=st.integers(-10, 10).map(lambda days: days * 40_000),
)
def test_periods_tile_the_window(
    start: int, length: int, interval: Interval, tz: str, week_starts: int, known: int
) -> None:
    window, as_of = Window(start, start + length), start + length + known
    found = periods(window, interval=interval, tz=tz, as_of=as_of, week_starts=week_starts)
    assert found[0].from_ts <= window.from_ts < found[0].to_ts
    assert found[-1].from_ts < window.to_ts <= found[-1].to_ts
    assert all(one.to_ts == other.from_ts for one, other in pairwise(found))
    assert all(one.from_ts < one.to_ts for one in found)
    assert [one.complete for one in found] == [one.to_ts <= as_of for one in found]


@settings(max_examples=200, deadline=None)
@given(
    start=MOMENT,
    length=LENGTH,
    interval=st.sampled_from(INTERVALS),
    tz=st.sampled_from([zone for zone in ZONES if zone != "Pacific/Apia"]),
    week_starts=st.integers(0, 6),
)
def test_periods_are_those_of_the_calendar(
    start: int, length: int, interval: Interval, tz: str, week_starts: int
) -> None:
    window = Window(start, start + length)
    found = periods(window, interval=interval, tz=tz, as_of=0, week_starts=week_starts)
    assert [one.label for one in found] == calendar(window, interval, tz, week_starts)
    assert [one.from_ts for one in found] == [read(one.label, tz) for one in found]


@settings(max_examples=60, deadline=None)
@given(
    moments=st.lists(MOMENT, max_size=30),
    start=MOMENT,
    length=LENGTH,
    interval=st.sampled_from(INTERVALS),
    tz=st.sampled_from(ZONES),
)
def test_every_moment_of_a_window_is_in_one_period(
    moments: list[int], start: int, length: int, interval: Interval, tz: str
) -> None:
    window = Window(start, start + length)
    found = periods(window, interval=interval, tz=tz, as_of=0)
    times = np.array([start, start + length - 1, *moments], np.int64)
    inside = np.sort(times[window.holds(times)])
    counts = np.diff(np.searchsorted(inside, edges(found)))
    assert counts.sum() == len(inside)
    own = [Window(one.from_ts, one.to_ts).holds(inside).sum() for one in found]
    assert counts.tolist() == own


def test_a_day_that_a_zone_never_had_is_left_out() -> None:
    window = Window(at("2011-12-29T12:00"), at("2012-01-01T12:00"))
    found = periods(window, interval="day", tz="Pacific/Apia", as_of=window.to_ts)
    assert [one.label for one in found] == [
        *("2011-12-29", "2011-12-31", "2012-01-01", "2012-01-02")
    ]
    assert all(one.to_ts - one.from_ts == DAY for one in found)
