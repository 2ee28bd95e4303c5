"""The scorecard of forecasts (K8): what would have been foretold in the past, and what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from core.errors import BadRequestError
from metrics.calibration import Kind, Score, Tried, backtest, scores
from metrics.forecast import enough
from metrics.mapping import Ints
from metrics.measure import Measure
from metrics.periods import DAY, Period, Window
from metrics.run_chart import throughput
from pipeline.chart_frame import dressed, known_from, over, whole_days
from pipeline.forecast_answers import history_reason
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_measures import asked_items

Answer = dict[str, Any]
_KINDS: tuple[Kind, ...] = ("how_many", "when")
_MOST_DAYS = 1_830
_MOST_FORECASTS = 400


def calibration_answer(
    snapshot: Snapshot, stream: StreamFacts, asked: Question, *, horizon: int, pool_days: int
) -> Answer:
    """The share of forecasts of the window that held, by percentile, and each of them.

    One is made every `horizon` days from the `pool_days` before it; the days before the window
    serve as the pool of its first ones.
    """
    require_few(asked, horizon)
    items = asked_items(stream, asked)
    days, counts = days_before(snapshot, stream, asked, pool_days, items)
    first = next(
        (i for i, day in enumerate(days) if day.from_ts >= asked.window.from_ts), len(days)
    )
    tried = backtest(counts, pool_days=pool_days, horizon=horizon, first=first)
    body = dressed(
        snapshot,
        stream,
        "forecast_calibration",
        _measure(tried, counts[-pool_days:]),
        over(asked, days[first:]),
        explain="metrics/velocity/explain",
    )
    return {
        **body,
        "zone": asked.tz,
        "horizon_days": horizon,
        "pool_days": pool_days,
        "forecasts": [_row(one, days) for one in tried],
    }


def require_few(asked: Question, horizon: int) -> None:
    """`BadRequestError` where a scorecard would have too many forecasts."""
    if asked.window.seconds > _MOST_DAYS * DAY:
        raise BadRequestError(f"from: a scorecard covers at most {_MOST_DAYS} days")
    if asked.window.seconds > _MOST_FORECASTS * horizon * DAY:
        raise BadRequestError(
            f"horizon: {horizon} days make more than {_MOST_FORECASTS} forecasts of this window;"
            " choose a longer horizon or a shorter window"
        )


def days_before(
    snapshot: Snapshot, stream: StreamFacts, asked: Question, before: int, items: pd.DataFrame
) -> tuple[list[Period], Ints]:
    """The days of the window and so many before it, as far as they are known, and how many of these
    items were done on each.
    """
    window = Window(asked.window.from_ts - (before + 1) * DAY, asked.window.to_ts)
    begin = known_from(snapshot, stream)
    days = [
        day
        for day in whole_days(replace(asked, window=window))
        if begin is not None and day.from_ts >= begin
    ]
    return days, throughput(items["done_ts"].to_numpy(np.int64), days)


def _measure(tried: Sequence[Tried], pool: Ints) -> Measure:
    found: dict[str, Score] = {}
    for kind in _KINDS:
        found |= {f"{kind}_{name}": one for name, one in scores(tried, kind).items()}
    return scorecard(found, "how_many_p85", pool)


def scorecard(found: Mapping[str, Score], n_of: str, pool: Ints) -> Measure:
    """The shares that held, by name; `n_of` names the score whose number of forecasts is n. pool:
    the latest, which says why nothing can be judged.
    """
    judged = found[n_of].judged
    parts: dict[str, float] = {}
    for name, one in found.items():
        parts |= {f"{name}_held": float(one.held), f"{name}_judged": float(one.judged)}
    return Measure(
        sort="ratio",
        unit="ratio",
        value={name: one.share for name, one in found.items()},
        n=judged,
        interval={name: one.interval for name, one in found.items() if one.judged},
        method="wilson",
        parts=parts,
        reasons=() if judged else (_nothing(pool),),
    )


def _nothing(pool: Ints) -> str:
    missing = enough(pool).missing
    return history_reason(missing) if missing else "no forecast of this window can be judged yet"


def _row(one: Tried, days: Sequence[Period]) -> Answer:
    return {
        "kind": one.kind,
        "made_on": days[one.made].label,
        "items": one.asked if one.kind == "when" else None,
        "days": one.asked if one.kind == "how_many" else None,
        "forecast": dict(one.forecast),
        "actual": one.actual,
        "held": dict(one.held),
    }
