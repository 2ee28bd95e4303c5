"""Which weeks a report tells of: whole weeks of the calendar, or the running one as the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from metrics.periods import WEEK, Period, Window, periods
from pipeline.question import Question

MOST_WEEKS: Final = 13
CHART_WEEKS: Final = 26
"""A chart reaches so far back: twenty values for its limits, and some to judge by them."""
_LOOK_BACK: Final = 90 * 86_400


@dataclass(frozen=True)
class Weeks:
    """What is asked about each part of a report.

    now: the weeks that it tells of; before: as many before them. chart: those that say what is
    usual, up to the end of `now`. lately: the 90 days up to the present, for what is in flight.
    weeks: how many; complete: False where the last of them still runs.
    """

    now: Question
    before: Question
    chart: Question
    lately: Question
    weeks: int
    complete: bool
    first_day: date
    last_day: date


def weeks_of(asked: Question, *, weeks: int, running: bool) -> Weeks:
    """The last whole weeks before `as_of`, in the zone and with the first weekday of the question.

    running: the week that `as_of` lies in is the last of them, up to `as_of`; at its very beginning
    there is nothing of it yet, and the whole weeks are told.
    """
    found = _found(asked, weeks)
    *whole, current = found
    running = running and current.from_ts < asked.as_of
    told: Sequence[Period] = found[-weeks:] if running else whole[-weeks:]
    earlier = found[: -weeks if running else -weeks - 1][-weeks:]
    end = min(told[-1].to_ts, asked.as_of)

    def over(from_ts: int, to_ts: int) -> Question:
        return replace(asked, window=Window(from_ts, to_ts), interval=None)

    last = date.fromisoformat(told[-1].label) + timedelta(days=6)
    return Weeks(
        now=over(told[0].from_ts, end),
        before=over(earlier[0].from_ts, earlier[-1].to_ts),
        chart=replace(asked, window=Window(_chart_from(found, end), end), interval="week"),
        lately=over(asked.as_of - _LOOK_BACK, asked.as_of),
        weeks=weeks,
        complete=not running,
        first_day=date.fromisoformat(told[0].label),
        last_day=asked.last_day if running else last,
    )


def _found(asked: Question, weeks: int) -> Sequence[Period]:
    """More whole weeks than any part needs, and the one that `as_of` lies in."""
    most = max(2 * weeks, CHART_WEEKS) + 2
    window = Window(asked.as_of - most * WEEK, asked.as_of + 1)
    return periods(
        window, interval="week", tz=asked.tz, as_of=asked.as_of, week_starts=asked.week_starts
    )


def _chart_from(found: Sequence[Period], end: int) -> int:
    whole = [one for one in found if one.to_ts <= end]
    return whole[-CHART_WEEKS:][0].from_ts
