"""Working seconds and days against a loop over the days, and against dates worked out by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.working_time import WorkingCalendar, inclusive_days, seconds_between
from tests.examples import examples
from tests.reference import working_time as slow

HOUR = 3_600
DAY = 24 * HOUR
WEEK = (0, 1, 2, 3, 4)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "America/Sao_Paulo",  # its clocks changed at midnight
    "Asia/Kathmandu",
    "Pacific/Apia",
)
BERLIN_2026 = [
    date(2026, month, day)
    for month, day in (
        *((1, 1), (3, 8), (4, 3), (4, 6), (5, 1), (5, 14), (5, 25)),
        *((10, 3), (12, 25), (12, 26)),
    )
]
"""The public holidays of Berlin, from its law and the date of Easter, 5 April."""

BERLIN = WorkingCalendar(WEEK, "Europe/Berlin", "DE-BE")
INSTANTS = st.integers(-3 * 365 * DAY, 60 * 365 * DAY)
SPANS = st.integers(0, 60 * DAY)


def ts(text: str, tz: str = "Europe/Berlin") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz)).timestamp())


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, np.int64)


def worked(calendar: WorkingCalendar, start: int, end: int) -> int:
    return int(calendar.seconds(ints(start), ints(end))[0])


def between(start: str, end: str, calendar: WorkingCalendar = BERLIN) -> float:
    """Hours."""
    return worked(calendar, ts(start, calendar.tz), ts(end, calendar.tz)) / HOUR


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-02T09:00", "2026-11-02T17:00", 8),
        ("2026-11-06T18:00", "2026-11-09T09:00", 15),  # Friday to Monday: six hours and nine
        ("2026-11-08T10:00", "2026-11-08T23:00", 0),  # a Sunday
        ("2026-11-07T00:00", "2026-11-09T00:00", 0),
        ("2026-12-24T12:00", "2026-12-28T12:00", 24),  # Christmas on a Friday
        ("2026-04-02T00:00", "2026-04-08T00:00", 48),  # Good Friday to Easter Monday are closed
        ("2026-03-27T12:00", "2026-03-30T12:00", 24),  # the hour is lost on a Sunday: no matter
        ("2024-02-28T00:00", "2024-03-01T00:00", 48),  # with a leap day
        ("2025-02-28T00:00", "2025-03-01T00:00", 24),
        ("2026-01-01T08:00", "2026-01-02T01:00", 1),
    ],
)
def test_hours_worked_out_by_hand(start: str, end: str, hours: float) -> None:
    assert between(start, end) == hours


def test_a_working_day_on_which_the_clocks_change_has_23_or_25_hours() -> None:
    sundays = WorkingCalendar((6,), "Europe/Berlin")
    assert between("2026-03-29T00:00", "2026-03-30T00:00", sundays) == 23
    assert between("2026-10-25T00:00", "2026-10-26T00:00", sundays) == 25
    assert between("2026-03-29T01:30", "2026-03-29T03:30", sundays) == 1


def test_days_begin_in_the_zone() -> None:
    monday = "2026-11-09T03:00"  # still Sunday in New York
    assert between("2026-11-08T00:00", monday, WorkingCalendar(WEEK, "UTC")) == 3
    start, end = ts("2026-11-08T00:00", "UTC"), ts(monday, "UTC")
    assert worked(WorkingCalendar(WEEK, "America/New_York"), start, end) == 0


def test_a_holiday_of_one_place_is_a_day_of_work_in_another() -> None:
    day = ("2026-06-04T00:00", "2026-06-05T00:00")  # Corpus Christi
    assert between(*day, WorkingCalendar(WEEK, "Europe/Berlin", "DE-BY")) == 0
    assert between(*day, BERLIN) == 24


def test_days_of_ones_own_are_closed_too() -> None:
    own = WorkingCalendar(WEEK, "Europe/Berlin", "DE-BE", frozenset({date(2026, 12, 24)}))
    assert between("2026-12-23T12:00", "2026-12-28T12:00", own) == 24
    assert between("2026-12-23T12:00", "2026-12-28T12:00") == 48


@settings(max_examples=examples(150), deadline=None)
@given(
    start=INSTANTS,
    span=SPANS,
    tz=st.sampled_from(ZONES),
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    closed=st.sets(st.integers(-40, 40), max_size=8),
)
def test_seconds_and_days_equal_a_loop_over_the_days(
    start: int, span: int, tz: str, weekdays: set[int], closed: set[int]
) -> None:
    start = max(start, slow.begins(date(1970, 1, 1), tz))
    middle = datetime.fromtimestamp(start, ZoneInfo(tz)).date()
    days = {middle + timedelta(days=n) for n in closed}
    calendar = WorkingCalendar(tuple(sorted(weekdays)), tz, closed=frozenset(days))
    told = {"tz": tz, "weekdays": weekdays, "closed": days}
    assert worked(calendar, start, start + span) == slow.working_seconds(
        start, start + span, **told
    )
    assert worked(calendar, start + span, start) == -worked(calendar, start, start + span)


@settings(max_examples=examples(100), deadline=None)
@given(
    start=st.integers(ts("2025-12-20T00:00"), ts("2027-01-10T00:00")),
    span=SPANS,
    tz=st.sampled_from(("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/New_York")),
)
def test_the_holidays_of_berlin_are_closed_wherever_one_looks_from(
    start: int, span: int, tz: str
) -> None:
    """The list by hand is that of 2026; what is asked is cut to that year."""
    first, last = slow.begins(date(2026, 1, 1), tz), slow.begins(date(2027, 1, 1), tz) - 1
    since, until = max(start, first), min(max(start + span, first), last)
    since = min(since, until)
    told = {"tz": tz, "weekdays": WEEK, "closed": BERLIN_2026}
    calendar = WorkingCalendar(WEEK, tz, "DE-BE")
    assert worked(calendar, since, until) == slow.working_seconds(since, until, **told)
    found = int(inclusive_days(ints(since), ints(until), tz, calendar)[0])
    assert found == slow.inclusive_days(since, until, **told)


@settings(max_examples=examples(60), deadline=None)
@given(start=INSTANTS, one=SPANS, two=SPANS, tz=st.sampled_from(ZONES))
def test_parts_add_up_and_none_is_longer_than_elapsed(
    start: int, one: int, two: int, tz: str
) -> None:
    calendar = WorkingCalendar((0, 2, 3), tz, "US")
    middle, end = start + one, start + one + two
    first, second = worked(calendar, start, middle), worked(calendar, middle, end)
    assert first + second == worked(calendar, start, end)
    assert 0 <= first <= one
    assert 0 <= second <= two


def test_beyond_the_years_that_are_known_every_day_counts() -> None:
    """Nothing is known of them; an answer must stay finite and additive all the same."""
    calendar = WorkingCalendar((0,), "UTC")
    week = 7 * DAY
    assert worked(calendar, -10 * week, -9 * week) == week
    far = ts("2600-01-01T00:00", "UTC")
    assert worked(calendar, far, far + week) == week
    inside = ts("2050-01-03T00:00", "UTC")
    assert worked(calendar, inside, inside + week) == DAY
    whole = worked(calendar, inside, far)
    assert whole == worked(calendar, inside, far - week) + week
    assert calendar.later(date(2100, 12, 31), 3) == date(2101, 1, 3)


def test_arrays_keep_their_order_and_none_at_all_is_no_error() -> None:
    starts = ints(ts("2026-11-08T10:00"), ts("2026-11-06T18:00"))
    ends = ints(ts("2026-11-08T23:00"), ts("2026-11-09T09:00"))
    assert BERLIN.seconds(starts, ends).tolist() == [0, 15 * HOUR]
    assert seconds_between(starts, ends, None).tolist() == [13 * HOUR, 63 * HOUR]
    assert BERLIN.seconds(ints(), ints()).tolist() == []
    assert inclusive_days(ints(), ints(), "UTC", BERLIN).tolist() == []


@pytest.mark.parametrize(
    ("start", "end", "elapsed", "working"),
    [
        ("2026-11-02T09:00", "2026-11-02T09:00", 1, 1),
        ("2026-11-02T23:59", "2026-11-03T00:01", 2, 2),
        ("2026-11-06T09:00", "2026-11-09T09:00", 4, 2),
        ("2026-11-08T09:00", "2026-11-08T10:00", 1, 0),
        ("2026-03-28T12:00", "2026-03-30T12:00", 3, 1),
    ],
)
def test_inclusive_days_count_both_ends(start: str, end: str, elapsed: int, working: int) -> None:
    pair = ints(ts(start)), ints(ts(end))
    assert inclusive_days(*pair, "Europe/Berlin", None).tolist() == [elapsed]
    assert inclusive_days(*pair, "Europe/Berlin", BERLIN).tolist() == [working]


@settings(max_examples=examples(60), deadline=None)
@given(start=st.integers(0, 20_000), count=st.integers(1, 400), weekdays=st.sets(st.integers(0, 6)))
def test_the_nth_working_day_is_open_and_has_n_up_to_it(
    start: int, count: int, weekdays: set[int]
) -> None:
    calendar = WorkingCalendar(tuple(sorted(weekdays)) or (3,), "Europe/Berlin", "DE-BE")
    day = date(1971, 1, 1) + timedelta(days=start)
    found = calendar.later(day, count)
    assert found.weekday() in calendar.weekdays
    assert bool(calendar.is_open(ints(slow.begins(found, calendar.tz)))[0])
    assert calendar.count(day, found) == count
    assert calendar.count(day, found - timedelta(days=1)) == count - 1


@pytest.mark.parametrize(
    ("calendar", "name"),
    [
        (BERLIN, "working mon-fri, holidays DE-BE, Europe/Berlin"),
        (WorkingCalendar((0, 5), "UTC"), "working mon,sat, no holidays, UTC"),
        (
            WorkingCalendar((6,), "UTC", "US", frozenset({date(2026, 12, 31), date(2026, 12, 24)})),
            "working sun, holidays US, closed 2026-12-24 2026-12-31, UTC",
        ),
    ],
)
def test_a_calendar_is_named_exactly(calendar: WorkingCalendar, name: str) -> None:
    assert calendar.name == name
