"""Flow metrics of a window, from rows of facts written by hand."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from core.frames import NONE
from metrics import flow
from metrics.cohort import Clock, cohort, spans, timed
from metrics.flow_series import flow_time_series, load_series, velocity_series
from metrics.periods import DAY, WEEK, Window, periods
from tests.metrics.history import at
from tests.metrics.tables import item_table
from tests.metrics.test_stats import A1

WINDOW = Window(100 * DAY, 200 * DAY)


def finished(days: float, done: int = 150 * DAY, **more: object) -> dict[str, object]:
    return {"committed_ts": int(done - days * DAY), "done_ts": done, **more}


def test_golden_a1_flow_time() -> None:
    items = item_table(*(finished(days) for days in A1))
    found = flow.flow_time(items, window=WINDOW)
    assert found.value == {"p50": 6, "p85": 15, "p95": 60}
    assert found.n == 15


def test_the_window_takes_its_first_second_and_not_its_end() -> None:
    edges = (WINDOW.from_ts - 1, WINDOW.from_ts, WINDOW.to_ts - 1, WINDOW.to_ts)
    items = item_table(*(finished(1, done=done) for done in edges))
    assert flow.flow_time(items, window=WINDOW).n == 2


def test_what_cannot_be_timed_is_excluded_by_reason() -> None:
    items = item_table(
        finished(3),
        {"done_ts": 150 * DAY, "start_reason": "no_start"},
        finished(3, start_reason="censored_start"),
        {"committed_ts": 0, "cancelled_ts": 150 * DAY},
        {"committed_ts": 0},
    )
    found = flow.flow_time(items, window=WINDOW)
    assert found.n == 1
    assert found.excluded == {"no_start": 1, "censored_start": 1, "cancelled": 1}
    left_out = cohort(items, window=WINDOW).left_out
    assert sorted(left_out["excluded_reason"]) == ["cancelled", "censored_start", "no_start"]


def test_the_idea_clocks_start_at_the_idea() -> None:
    items = item_table(
        finished(3, idea_ts=140 * DAY, released_ts=160 * DAY),
        finished(3, idea_ts=140 * DAY, release_reason="not_deployed"),
        finished(3, idea_ts=140 * DAY, episode=2, release_reason="not_deployed"),
    )
    to_done = flow.idea_to_done(items, window=WINDOW)
    assert (to_done.value["p50"], to_done.n) == (10, 2)
    assert to_done.excluded == {"later_episode": 1}
    to_release = flow.idea_to_release(items, window=WINDOW)
    assert (to_release.value["p50"], to_release.n) == (20, 1)
    assert to_release.excluded == {"not_deployed": 2}


def test_a_release_before_done_counts_in_the_window_of_the_release() -> None:
    items = item_table(finished(3, done=250 * DAY, released_ts=150 * DAY))
    assert flow.idea_to_release(items, window=WINDOW).value["p50"] == 150


def test_nothing_finished_is_no_data_not_zero() -> None:
    found = flow.flow_time(item_table(), window=WINDOW)
    assert found.value == {"p50": None, "p85": None, "p95": None}
    assert found.reasons == ("no_data",)
    assert flow.velocity(item_table(), window=WINDOW).value["count"] == 0


def test_velocity_and_distribution_count_by_kind() -> None:
    items = item_table(
        finished(3, kind="feature", active_s=DAY),
        finished(3, kind="feature", active_s=DAY),
        finished(3, kind="defect", active_s=6 * DAY),
        finished(3),
    )
    counted = flow.velocity(items, window=WINDOW).value
    assert (counted["count"], counted["feature"], counted["unmapped"]) == (4, 2, 1)
    assert flow.velocity(items, window=WINDOW, kinds=["defect"]).value["count"] == 1
    shares = flow.distribution(items, window=WINDOW).value
    assert (shares["feature"], shares["defect"], shares["unmapped"]) == (0.5, 0.25, 0.25)
    assert (shares["feature_active"], shares["defect_active"]) == (0.25, 0.75)
    assert shares["risk"] == 0


def test_efficiency_is_a_ratio_of_sums_not_a_mean_of_ratios() -> None:
    items = item_table(
        finished(2, active_s=DAY, waiting_s=DAY),
        finished(10, active_s=DAY, waiting_s=9 * DAY, gap_s=DAY),
    )
    found = flow.efficiency(items, window=WINDOW, staged=True)
    assert found.value["ratio"] == 2 / 12
    assert found.value["item_p50"] == 0.1
    assert found.reasons == ("upper_bound",)


def test_efficiency_of_no_time_is_unknown() -> None:
    items = item_table(finished(0))
    assert flow.efficiency(items, window=WINDOW, staged=True).value["ratio"] is None


def test_load_counts_from_commitment_until_done_or_cancelled() -> None:
    items = item_table(
        {"committed_ts": 10, "done_ts": 20},
        {"committed_ts": 10, "cancelled_ts": 30, "start_reason": "censored_start"},
        {"committed_ts": 10, "kind": "risk"},
        {"created_ts": 5},
    )
    counts = [flow.load(items, as_of=ts).value["count"] for ts in (9, 10, 19, 20, 29, 30)]
    assert counts == [0, 3, 3, 2, 2, 1]
    assert flow.load(items, as_of=10).parts == {"censored_start": 1}
    assert flow.load(items, as_of=10, kinds=["risk"]).value["count"] == 1


def test_reopen_rate_waits_for_the_window_to_close() -> None:
    items = item_table(
        finished(1, done=100 * DAY, reopened=2), finished(1, done=101 * DAY), finished(1)
    )
    found = flow.reopen_rate(items, window=WINDOW, as_of=151 * DAY, reopen_window_s=14 * DAY)
    assert found.value["ratio"] == 0.5
    assert found.parts["pending"] == 1


def test_discard_rate_ignores_what_was_never_committed() -> None:
    items = item_table(
        finished(1),
        {"committed_ts": 0, "cancelled_ts": 150 * DAY, "active_s": 60},
        {"cancelled_ts": 150 * DAY},
    )
    found = flow.discard_rate(items, window=WINDOW)
    assert found.value["ratio"] == 0.5
    assert found.parts["active_s"] == 60


def test_a_weekly_series_keeps_empty_weeks_and_marks_the_running_one() -> None:
    weeks = periods(
        Window(at("2026-01-05"), at("2026-01-26")),
        interval="week",
        tz="UTC",
        as_of=at("2026-01-20"),
    )
    items = item_table(
        finished(1, done=at("2026-01-05")),
        finished(3, done=at("2026-01-11T23:59:59")),
        finished(5, done=at("2026-01-19"), kind="debt"),
    )
    series = velocity_series(items, weeks)
    assert series["count"].tolist() == [2, 0, 1]
    assert series["debt"].tolist() == [0, 0, 1]
    assert series["complete"].tolist() == [True, True, False]
    own = flow_time_series(items, weeks, trailing_weeks=None)
    assert own["p50_d"].fillna(-1).tolist() == [1, -1, 5]
    trailing = flow_time_series(items, weeks)
    assert trailing["n"].tolist() == [2, 2, 3]
    assert trailing["finished"].tolist() == [2, 0, 1]
    assert trailing["p50_d"].tolist() == [1, 1, 3]


def test_the_trailing_window_reaches_thirteen_weeks_back_to_the_second() -> None:
    week = periods(Window(at("2026-06-01"), at("2026-06-02")), interval="week", tz="UTC", as_of=0)
    since = week[0].to_ts - 13 * WEEK
    items = item_table(finished(1, done=since - 1), finished(2, done=since))
    assert flow_time_series(items, week)["n"].tolist() == [1]


def test_no_periods_give_empty_series() -> None:
    assert len(flow_time_series(item_table(finished(1)), [])) == 0
    assert len(velocity_series(item_table(finished(1)), [])) == 0
    assert len(load_series(item_table(finished(1)), [], as_of=5)) == 0


def test_load_at_the_close_of_each_day() -> None:
    days = periods(Window(0, 4 * DAY), interval="day", tz="UTC", as_of=2 * DAY + 5)
    items = item_table(
        {"committed_ts": 0, "done_ts": DAY},
        {"committed_ts": DAY},
        {"committed_ts": 2 * DAY, "cancelled_ts": 2 * DAY + 5},
    )
    series = load_series(items, days, as_of=2 * DAY + 5)
    assert series["load"].tolist() == [1, 1, 1]


@pytest.mark.parametrize("clock", get_args(Clock))
@pytest.mark.parametrize("kinds", [None, ("feature", "")])
def test_the_times_of_a_cohort_are_those_of_its_rows(
    clock: Clock, kinds: tuple[str, ...] | None
) -> None:
    moments = (NONE, 2 * DAY, 5 * DAY, 9 * DAY)
    items = item_table(
        *(
            {"committed_ts": DAY, "done_ts": done, "cancelled_ts": gone, "released_ts": live,
             "start_reason": why, "release_reason": "" if live != NONE else later, "kind": kind,
             "episode": episode}
            for done, gone, live in product(moments, moments, moments)
            for why, later in (("", "no_commits"), ("no_start", "not_deployed"))
            for kind, episode in (("feature", 1), ("debt", 2), ("", 2))
        )
    )  # fmt: skip
    window = Window(3 * DAY, 8 * DAY)
    rows = cohort(items, window=window, clock=clock, kinds=kinds)
    times = timed(items, window=window, clock=clock, kinds=kinds)
    starts, ends = spans(rows, clock)
    assert len(ends)
    assert (times.starts.tolist(), times.ends.tolist()) == (starts.tolist(), ends.tolist())
    assert times.rows.tolist() == rows.included.index.tolist()
    assert times.excluded == rows.excluded
    assert sum(rows.excluded.values()) == len(rows.left_out) > 0
