"""Flow metrics in working time: the parts of a delivery, and what each metric makes of them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics import flow
from metrics.ageing import ageing
from metrics.cohort import cohort
from metrics.facts import Facts, Rules
from metrics.flow_series import flow_time_series
from metrics.periods import DAY, Window, periods
from metrics.sle import sle
from metrics.stages import stage_time
from metrics.survival import lifetimes
from metrics.working_items import in_working_time
from metrics.working_time import WorkingCalendar
from tests.metrics.history import facts_of
from tests.metrics.test_facts_reference import changes, fast, histories, place
from tests.metrics.test_stages import STAGES
from tests.reference import item_history
from tests.reference.working_time import working_seconds

TZ = "Europe/Berlin"
WEEK = (0, 1, 2, 3, 4)
BERLIN = WorkingCalendar(WEEK, TZ, "DE-BE")
ALWAYS = WorkingCalendar((0, 1, 2, 3, 4, 5, 6), TZ)
CLOSED = [date(2026, 4, 3), date(2026, 4, 6)]
"""The holidays of Berlin between the first and the last moment of the histories."""
STEP = 6 * 3_600
NEW, WAITING, ACTIVE, DONE = 1, 2, 3, 4


def ts(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(TZ)).timestamp())


BASE = ts("2026-03-12T05:13:20")
"""Histories run over 35 days from here: weekends, Easter, and the night the clocks change."""


def stretched(frame: pd.DataFrame) -> pd.DataFrame:
    """Moments 0 to 140 as six hours each, from the base on; seconds likewise."""
    made = frame.copy()
    for name in made.columns:
        if name.endswith("_ts"):
            made[name] = made[name].where(made[name] == NONE, made[name] * STEP + BASE)
        elif name.endswith("_s"):
            made[name] = made[name] * STEP
    return made


def told(start: int, end: int) -> int:
    return working_seconds(
        start * STEP + BASE, end * STEP + BASE, tz=TZ, weekdays=WEEK, closed=CLOSED
    )


PARTS = ("active", "waiting", "blocked", "unknown", "ignored", "gap")


def parts_of(episode: item_history.Episode) -> dict[str, int]:
    """The working time of its rows in process that have ended, row after row."""
    parts = dict.fromkeys(PARTS, 0)
    end = episode.done if episode.done is not None else episode.cancelled
    for row in episode.rows:
        if episode.committed is None or row.end is None or row.start < episode.committed:
            continue
        if end is not None and row.end > end:
            continue
        name = "gap" if row.state in ("done", "cancelled") else row.state
        if name in parts:
            parts[name] += told(row.start, row.end)
        if row.reason == "blocked":
            parts["blocked"] += told(row.start, row.end)
    return parts


@settings(max_examples=60, deadline=None)
@given(
    items=st.lists(histories(), max_size=6),
    reopen=st.integers(0, 40),
    count_ignored=st.booleans(),
)
def test_parts_equal_the_slow_reference_and_add_up(
    items: list[item_history.History], reopen: int, count_ignored: bool
) -> None:
    facts = fast(items, Rules(reopen_window_s=reopen, count_ignored=count_ignored))
    rows, visits = stretched(facts.items), stretched(facts.visits)
    found = in_working_time(rows, visits, BERLIN)
    rules = item_history.Rules(place, changes, reopen, count_ignored)
    episodes = [one for item in items for one in item_history.episodes_of(item, rules)[0]]
    columns = [f"{name}_s" for name in PARTS]
    assert found[columns].to_dict("records") == [
        {f"{name}_s": seconds for name, seconds in parts_of(one).items()} for one in episodes
    ]
    end = np.where(found["done_ts"] != NONE, found["done_ts"], found["cancelled_ts"])
    ended = (end != NONE) & (found["committed_ts"] != NONE).to_numpy()
    summed = found[["active_s", "waiting_s", "unknown_s", "ignored_s", "gap_s"]].sum(axis=1)
    begun = found["committed_ts"].to_numpy(np.int64)
    whole = BERLIN.seconds(begun[ended], end[ended])
    assert summed[ended].tolist() == whole.tolist()
    assert in_working_time(rows, visits, ALWAYS)[columns].equals(rows[columns])
    assert list(found.columns) == list(rows.columns)
    assert (found.dtypes == rows.dtypes).all()


def weekend() -> Facts:
    """Begun and done on a Sunday."""
    return facts_of(
        (ts("2026-11-01T08:00"), NEW),
        (ts("2026-11-08T10:00"), WAITING),
        (ts("2026-11-08T12:00"), ACTIVE),
        (ts("2026-11-08T18:00"), DONE),
    )


def fortnight() -> Facts:
    """Waits from Friday 12:00 to Monday 12:00, is worked on to Tuesday of the next week."""
    return facts_of(
        (ts("2026-11-06T12:00"), WAITING),
        (ts("2026-11-09T12:00"), ACTIVE),
        (ts("2026-11-17T12:00"), DONE),
    )


NOVEMBER = Window(ts("2026-11-01T00:00"), ts("2026-12-01T00:00"))


def test_an_item_of_one_sunday_took_no_working_time_and_is_counted() -> None:
    facts = weekend()
    measure = flow.flow_time(facts.items, window=NOVEMBER, calendar=BERLIN)
    assert (measure.value["p50"], measure.n, measure.reasons) == (0.0, 1, ())
    assert flow.flow_time(facts.items, window=NOVEMBER).value["p50"] == pytest.approx(8 / 24)
    items = in_working_time(facts.items, facts.visits, BERLIN)
    ratio = flow.efficiency(items, window=NOVEMBER, staged=True)
    assert ratio.value["ratio"] is None
    assert ratio.reasons == ("no_data",)


def test_times_ratio_and_stages_leave_the_weekends_out() -> None:
    facts = fortnight()
    assert flow.flow_time(facts.items, window=NOVEMBER, calendar=BERLIN).value["p50"] == 7
    assert flow.flow_time(facts.items, window=NOVEMBER).value["p50"] == 11
    items = in_working_time(facts.items, facts.visits, BERLIN)
    assert flow.efficiency(items, window=NOVEMBER, staged=True).value["ratio"] == 6 / 7
    plain = flow.efficiency(facts.items, window=NOVEMBER, staged=True)
    assert plain.value["ratio"] == 8 / 11
    asked = {"window": NOVEMBER, "as_of": NOVEMBER.to_ts, "calendar": BERLIN}
    stages = stage_time(facts.items, facts.visits, STAGES, **asked).set_index("name")
    assert stages.loc["Waiting", ["p50_d", "waiting_d"]].tolist() == [1, 1]
    assert stages.loc["Active", ["p50_d", "active_d"]].tolist() == [6, 6]


def test_inclusive_percentiles_stand_beside() -> None:
    facts = fortnight()
    found = cohort(facts.items, window=NOVEMBER)
    for calendar, days in ((None, 12), (BERLIN, 8)):
        measure = flow.flow_time(facts.items, window=NOVEMBER, calendar=calendar)
        beside = flow.with_inclusive_days(
            measure, found, "flow_time", tz=TZ, calendar=calendar
        ).value
        assert beside["inclusive_p50"] == days
        assert {name: beside[name] for name in measure.value} == measure.value


def test_a_window_that_ends_on_a_holiday_holds_what_was_done_before_its_edge() -> None:
    """The window stays elapsed: only durations are of the calendar."""
    done = ts("2026-05-01T10:00")  # a holiday, and a Friday
    facts = facts_of((ts("2026-04-29T10:00"), ACTIVE), (done, DONE))
    for edge, n in ((done, 0), (done + 1, 1)):
        window = Window(ts("2026-04-01T00:00"), edge)
        measure = flow.flow_time(facts.items, window=window, calendar=BERLIN)
        assert measure.n == n
    assert measure.value["p50"] == pytest.approx((14 + 24) / 24)


def test_ages_pace_and_expectation_are_of_one_calendar() -> None:
    waits = facts_of((ts("2026-11-05T12:00"), WAITING))
    monday = Window(NOVEMBER.from_ts, ts("2026-11-09T12:00"))
    found = ageing(waits.items, waits.visits, window=monday, within_d=2, calendar=BERLIN)
    assert found.rows["age_s"].tolist() == [2 * DAY]
    assert found.measure.value["late"] == 0
    assert ageing(waits.items, waits.visits, window=monday, within_d=2).measure.value["late"] == 1
    lived = lifetimes(waits.items, window=Window(ts("2026-11-07T00:00"), monday.to_ts))
    worked = lifetimes(
        waits.items, window=Window(ts("2026-11-07T00:00"), monday.to_ts), calendar=BERLIN
    )
    assert (lived["entered_s"].item(), worked["entered_s"].item()) == (36 * 3_600, 36 * 3_600)
    assert (lived["left_s"].item(), worked["left_s"].item()) == (4 * DAY, 2 * DAY)


def test_an_expectation_in_working_days_is_kept_where_the_elapsed_one_is_not() -> None:
    items = fortnight().items
    asked = {"window": NOVEMBER, "within_d": 7}
    assert sle(items, **asked).value["adherence"] == 0
    assert sle(items, **asked, calendar=BERLIN).value["adherence"] == 1


def test_a_series_is_of_the_calendar_too() -> None:
    items = fortnight().items
    weeks = periods(NOVEMBER, interval="week", tz=TZ, as_of=NOVEMBER.to_ts)
    frame = flow_time_series(items, weeks, trailing_weeks=None, calendar=BERLIN)
    assert frame["p50_d"].dropna().tolist() == [7]


def test_nothing_is_no_error() -> None:
    facts = weekend()
    none = facts.items.iloc[:0]
    assert in_working_time(none, facts.visits, BERLIN).empty
    bare = in_working_time(facts.items, facts.visits.iloc[:0], BERLIN)
    assert bare["active_s"].tolist() == [0]
    measure = flow.flow_time(none, window=NOVEMBER, calendar=BERLIN)
    assert (measure.value["p50"], measure.reasons) == (None, ("no_data",))
    assert ageing(none, facts.visits, window=NOVEMBER, calendar=BERLIN).rows.empty
