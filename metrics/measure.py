"""What a metric answers before it is graded and dressed as an envelope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from metrics.stats import PERCENTILES, Bounds, Floats, percentiles

Sort = Literal["percentile", "ratio", "count", "sum", "forecast"]


@dataclass(frozen=True)
class Measure:
    """A computed metric: named values and what they rest on.

    value: numbers by name, None with an entry in `reasons` where there is nothing to say. `n`: size
    of the sample (of the denominator for a ratio). `excluded`: left out, by reason. `parts`:
    numerators, denominators and other counts printed beside the value. `sort` decides whether n
    limits the grade, and whether single percentiles are withheld: those of a forecast are not, for
    they are no values of the sample. `withheld`: values that the measure itself says rest on too
    little, each with a reason, or "" where another's says it.
    """

    sort: Sort
    unit: str
    value: Mapping[str, float | None]
    n: int
    interval: Mapping[str, Bounds] = field(default_factory=dict)
    method: str = ""
    excluded: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, float] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    withheld: Mapping[str, str] = field(default_factory=dict)


def of_durations(
    seconds: Floats,
    *,
    unit: Literal["d", "h"],
    excluded: Mapping[str, int],
    parts: Mapping[str, float] | None = None,
    levels: Mapping[str, float] = PERCENTILES,
) -> Measure:
    """Percentiles of durations; those below zero are clamped to 0 and counted in `parts`."""
    scale = 86_400 if unit == "d" else 3_600
    negative = int((seconds < 0).sum())
    found = percentiles(np.maximum(seconds, 0) / scale, levels)
    clamped = {"clock_violations": float(negative)} if negative else {}
    return Measure(
        sort="percentile",
        unit=unit,
        value=found.value,
        n=found.n,
        interval=found.interval,
        method="order-statistic",
        excluded={reason: count for reason, count in excluded.items() if count},
        parts={**(parts or {}), **clamped},
        reasons=() if found.n else ("no_data",),
    )


def lasted(start: pd.Series, end: pd.Series) -> Floats:
    """Seconds from each start to its end."""
    seconds: Floats = (end.to_numpy(np.int64) - start.to_numpy(np.int64)).astype(np.float64)
    return seconds
