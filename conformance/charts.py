"""Vectors of charts and forecasts: limits and signals of single values, sums of past days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from conformance.given import Given
from conformance.samples import Finite
from metrics.forecast import MOST_DAYS, MOST_ITEMS, forecast_how_many, forecast_when
from metrics.xmr import Variant, xmr

Count = Annotated[int, Field(ge=0, le=100_000)]


class _Values(Given):
    values: tuple[Finite, ...]
    variant: Variant = "mean"
    floor: Finite | None = 0.0


class _Pool(Given):
    counts: tuple[Count, ...] = Field(max_length=4_000)
    items: int | None = Field(default=None, gt=0, le=MOST_ITEMS)
    days: int | None = Field(default=None, gt=0, le=MOST_DAYS)


def process_behaviour(given: Mapping[str, Any]) -> dict[str, Any]:
    """values, variant, floor -> centre, mean_range, lower, upper, range_limit; signals, each with
    rule, first and last (positions from 0).
    """
    asked = _Values.model_validate(given)
    found = xmr(np.array(asked.values, np.float64), variant=asked.variant, floor=asked.floor)
    names = ("centre", "mean_range", "lower", "upper", "range_limit")
    limits = {name: getattr(found.limits, name, None) for name in names}
    rows = [{"rule": one.rule, "first": one.first, "last": one.last} for one in found.signals]
    return {**limits, "signals": rows}


def throughput_forecast(given: Mapping[str, Any]) -> dict[str, Any]:
    """counts (completions of past days), items, days -> when (days until so many are done) and
    how_many (done within so many days), each with p50, p85, p95.
    """
    asked = _Pool.model_validate(given)
    pool = np.array(asked.counts, np.int64)
    return {
        "when": None if asked.items is None else dict(forecast_when(pool, asked.items)),
        "how_many": None if asked.days is None else dict(forecast_how_many(pool, asked.days)),
    }
