"""Throughput by period: zeros stay, nulls are no zeros, days have the length of their zone."""

from __future__ import annotations

import numpy as np
import pytest

from core.frames import NONE
from metrics.periods import DAY, Interval, Period, Window, periods
from metrics.run_chart import begun, run_chart, throughput
from tests.metrics.history import at
from tests.metrics.tables import item_table

A5 = [0, 0, 1, 2, 0, 3, 1, 0, 2, 1, 0, 0, 1, 2]


def cut(start: str, end: str, interval: Interval = "day", tz: str = "UTC") -> list[Period]:
    window = Window(at(start), at(end))
    return list(periods(window, interval=interval, tz=tz, as_of=window.to_ts))


def done_at(*texts: str) -> list[dict[str, object]]:
    return [{"item_id": n, "done_ts": at(text)} for n, text in enumerate(texts, start=1)]


def test_golden_a5_empty_days_are_counted() -> None:
    days = cut("2026-01-01", "2026-01-15")
    done = [day.from_ts + 60 for day, count in zip(days, A5, strict=True) for _ in range(count)]
    chart = run_chart(item_table(*({"done_ts": ts} for ts in done)), days)
    assert chart.count.tolist() == A5
    assert (chart.complete, chart.zeros) == (14, 6)
    assert chart.mean is not None
    assert round(20 / chart.mean, 1) == 21.5
    assert chart.median == 1


def test_a_period_holds_its_first_second_and_not_its_last() -> None:
    rows = done_at("2026-01-04T23:59:59", "2026-01-05", "2026-01-11T23:59:59", "2026-01-12")
    weeks = cut("2026-01-05", "2026-01-19", "week")
    assert run_chart(item_table(*rows), weeks).count.tolist() == [2, 1]


def test_the_hour_that_a_day_gains_belongs_to_it() -> None:
    """25 October 2026 in Berlin lasts from 22:00Z to 23:00Z, 25 hours; 29 March only 23."""
    autumn = cut("2026-10-24T22:00", "2026-10-26T23:00", tz="Europe/Berlin")
    rows = done_at("2026-10-24T21:59:59", "2026-10-24T22:00", "2026-10-25T22:59:59")
    later = done_at("2026-10-25T23:00")
    assert run_chart(item_table(*rows, *later), autumn).count.tolist() == [2, 1]
    spring = cut("2026-03-28T23:00", "2026-03-30T22:00", tz="Europe/Berlin")
    rows = done_at("2026-03-28T23:00", "2026-03-29T21:59:59", "2026-03-29T22:00")
    assert run_chart(item_table(*rows), spring).count.tolist() == [2, 1]


def test_a_leap_day_is_a_day() -> None:
    rows = done_at("2028-02-28T12:00", "2028-02-29T00:00", "2028-02-29T23:59:59", "2028-03-01")
    days = cut("2028-02-28", "2028-03-02")
    assert run_chart(item_table(*rows), days).count.tolist() == [1, 2, 1]
    months = cut("2028-02-01", "2028-04-01", "month")
    assert run_chart(item_table(*rows), months).count.tolist() == [3, 1]


def test_what_is_not_known_is_no_zero() -> None:
    days = cut("2026-01-01", "2026-01-05")
    rows = item_table(*done_at("2026-01-03T10:00", "2026-01-03T11:00"))
    chart = run_chart(rows, days, known_from=at("2026-01-02T09:00"))
    assert chart.known.tolist() == [False, False, True, True]
    assert (chart.complete, chart.zeros, chart.mean) == (2, 1, 1.0)


def test_the_running_period_is_in_no_mean() -> None:
    window = Window(at("2026-01-05"), at("2026-01-14"))
    weeks = periods(window, interval="week", tz="UTC", as_of=at("2026-01-14"))
    chart = run_chart(item_table(*done_at("2026-01-06", "2026-01-13", "2026-01-13")), weeks)
    assert chart.count.tolist() == [1, 2]
    assert (chart.complete, chart.mean) == (1, 1.0)


@pytest.mark.parametrize("found", [[], cut("2026-01-01", "2026-01-03")])
def test_nothing_done_is_zero_where_it_is_known_and_without_periods_nothing(
    found: list[Period],
) -> None:
    chart = run_chart(item_table(), found)
    assert chart.count.tolist() == [0] * len(found)
    assert chart.mean == (0.0 if found else None)


def test_nothing_lies_in_a_period_that_never_happened() -> None:
    days = cut("1971-01-01", "1971-01-02")
    assert throughput(np.array([NONE, days[0].from_ts]), days).tolist() == [1]


def test_a_stream_begins_with_its_first_commitment_or_done() -> None:
    assert begun(item_table()) is None
    assert begun(item_table({"created_ts": 5})) is None
    rows = [{"committed_ts": 9 * DAY}, {"done_ts": 7 * DAY}, {"committed_ts": 8 * DAY}]
    assert begun(item_table(*rows)) == 7 * DAY
