"""Whether the dates of parents or releases held (K7): the queue of past days forecast again, and
what came.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.calibration import Score, Tried, held_within, scores
from metrics.forecast import enough
from metrics.lateness import corrected
from metrics.mapping import Ints
from metrics.periods import Period
from metrics.shared_queue import arrivals
from metrics.stats import PERCENTILES
from pipeline.calibration_answers import days_before, require_few, scorecard
from pipeline.chart_frame import dressed, over
from pipeline.group_forecasts import counted_items, line_of
from pipeline.grouped import Groups, Of, groups_of
from pipeline.question import Question
from pipeline.queue_groups import backlog_at, items_at, usual_order
from pipeline.snapshot import Snapshot, StreamFacts

Answer = dict[str, Any]


@dataclass(frozen=True)
class Past:
    """A forecast of one group on a past day: `asked` of `tried` is how many items it had.

    grown: the same judged by when all its items were done, those too that were added later.
    """

    key: str
    tried: Tried
    grown: Tried


@dataclass(frozen=True)
class Trial:
    """From which of the days on a queue is tried, every how many days, and from how many before."""

    first: int
    every: int
    pool_days: int


@dataclass(frozen=True)
class PastDates:
    """past: the earliest first. counts: completions of each of `days`; the dates of the window were
    told from the day `first` on.
    """

    past: Sequence[Past]
    days: Sequence[Period]
    counts: Ints
    first: int


def queue_calibration(
    snapshot: Snapshot,
    stream: StreamFacts,
    asked: Question,
    *,
    horizon: int,
    pool_days: int,
    of: Of = "parent",
) -> Answer:
    """The share of dates that held, by percentile, of the items that a group had when its date was
    told (`queue`), and of all that it came to have (`grown`); and of these dates as they would have
    been corrected by what had become of earlier ones (`queue_corrected`, `grown_corrected`).

    Every `horizon` days of the window the queue of that day is forecast from the `pool_days`
    before, in the usual order. What each item is planned for, or stands below, is that of now.
    """
    require_few(asked, horizon)
    found = past_dates(snapshot, stream, asked, horizon=horizon, pool_days=pool_days, of=of)
    body = dressed(
        snapshot,
        stream,
        "forecast_calibration",
        scorecard(_scores(found), "queue_p85", found.counts[-pool_days:]),
        over(asked, found.days[found.first :]),
        explain="metrics/velocity/explain",
    )
    return {
        **body,
        "of": of,
        "zone": asked.tz,
        "horizon_days": horizon,
        "pool_days": pool_days,
        "forecasts": [_row(one, found.days) for one in found.past],
    }


def past_dates(
    snapshot: Snapshot,
    stream: StreamFacts,
    asked: Question,
    *,
    horizon: int,
    pool_days: int,
    of: Of,
) -> PastDates:
    """The dates that would have been told in the window, and what came."""
    groups = groups_of(stream, of, asked.tz)
    items = counted_items(stream, groups, "goes_on")
    days, counts = days_before(snapshot, stream, asked, pool_days, items)
    first = sum(one.from_ts < asked.window.from_ts for one in days)
    trial = Trial(first, horizon, pool_days)
    past = stream.memo.of(
        ("past queues", of, trial, asked.tz, tuple(one.label for one in days[first:])),
        lambda: _past(stream, groups, asked, trial, days, counts),
    )
    return PastDates(past, days, counts, first)


def _past(
    stream: StreamFacts,
    groups: Groups,
    asked: Question,
    trial: Trial,
    days: Sequence[Period],
    counts: Ints,
) -> list[Past]:
    """The forecasts of every so many days, cut from the end, the earliest first."""
    known = _Known(groups, days, _by_row(groups, items_at(stream, asked.as_of)))
    begins = range(len(days) - trial.every, max(trial.first, 1) - 1, -trial.every)
    return [
        one
        for made in reversed(begins)
        for one in _made(stream, known, counts[max(0, made - trial.pool_days) : made], made)
    ]


def _scores(dates: PastDates) -> dict[str, Score]:
    found: dict[str, Score] = {}
    for name in ("queue", "grown"):
        tried = [one.tried if name == "queue" else one.grown for one in dates.past]
        mended = corrected(tried, len(dates.days))
        for kind, judged in ((name, tried), (f"{name}_corrected", mended)):
            found |= {f"{kind}_{level}": one for level, one in scores(judged, "when").items()}
    return found


@dataclass(frozen=True)
class _Known:
    """What all past queues are judged by. end: when each item of the groups, by its row there, was
    done or cancelled; `NONE`: not yet.
    """

    groups: Groups
    days: Sequence[Period]
    end: Ints


def _made(stream: StreamFacts, known: _Known, pool: Ints, made: int) -> Iterator[Past]:
    """The forecasts of all groups that were open at the beginning of a day."""
    order = usual_order(known.groups.of)
    backlog = backlog_at(stream, known.groups, known.days[made].from_ts, order=order)
    many = len(backlog.standing.item)
    if enough(pool).missing or not many:
        return
    line = line_of(backlog)
    nobody = np.zeros(len(known.groups), np.int64)
    told = arrivals(pool, line, within=nobody).days
    then = _by_row(known.groups, backlog.items)
    still = np.isin(known.groups.item, backlog.standing.item)
    for place in np.flatnonzero(line.member.any(axis=0)).tolist():
        days = {name: int(told[name][place]) for name in PERCENTILES}
        most = {name: None if one < 0 else one for name, one in days.items()}
        many = int(line.member[:, place].sum())
        mine = known.groups.place == place
        ends = (_last(then[mine & still]), _last(known.end[mine]))
        key = str(known.groups.table["key"].iloc[place])
        yield Past(key, *(_tried(known.days, made, many, most, end) for end in ends))


def _by_row(groups: Groups, items: pd.DataFrame) -> Ints:
    """When each item of the groups came to its end by these deliveries; `NONE`: not yet."""
    done, gone = (items[name].reindex(groups.item) for name in ("done_ts", "cancelled_ts"))
    found: Ints = done.where(done != NONE, gone).fillna(NONE).to_numpy(np.int64)
    return found


def _last(ends: Ints) -> int:
    """When the last of them came to its end; `NONE` while one is open."""
    return NONE if (ends == NONE).any() else int(ends.max())


def _tried(
    days: Sequence[Period], made: int, items: int, most: dict[str, int | None], end: int
) -> Tried:
    """What was told, judged by when it came."""
    begins = [one.from_ts for one in days[made:]]
    actual = None if end == NONE else int(np.searchsorted(begins, end, side="right"))
    passed = len(days) - made
    if actual is not None and end >= days[-1].to_ts:
        actual = None
    held = {name: held_within(one, actual, passed) for name, one in most.items()}
    return Tried("when", made, items, most, actual, held)


def _row(one: Past, days: Sequence[Period]) -> Answer:
    return {
        "key": one.key,
        "made_on": days[one.tried.made].label,
        "items": one.tried.asked,
        "forecast": dict(one.tried.forecast),
        "actual": one.tried.actual,
        "actual_grown": one.grown.actual,
        "held": dict(one.tried.held),
        "held_grown": dict(one.grown.held),
    }
