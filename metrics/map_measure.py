"""The value stream map as one measure: lead time between its boundaries and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from metrics.map_rows import PARTS
from metrics.map_times import StepTimes
from metrics.measure import Measure
from metrics.periods import DAY
from metrics.stats import percentiles, ratio

LADDER: Final = tuple(f"{part}_d" for part in PARTS)


def value_stream_map(
    lives: pd.DataFrame,
    times: Sequence[StepTimes],
    *,
    added: Sequence[int],
    rolled: Mapping[str, float | None],
    excluded: Mapping[str, int],
) -> Measure:
    """Lead time of the deliveries (p50, p85, p95) and its mean, which is the sum of the ladder.

    lives: begin_ts, finish_ts. times: by number of the step. added: numbers of the steps that add
    value; None of `cycle_efficiency` where no step is said to. rolled: what multiplies along the
    main path. `activity_ratio` (V6) and `cycle_efficiency` (V7) are upper bounds: active time in a
    status is at most work.
    """
    lead = (lives["finish_ts"] - lives["begin_ts"]).to_numpy(np.float64)
    found = percentiles(lead / DAY)
    count = len(lives)
    whole = sum(one.lead_s for one in times)
    sums = {part: sum(one.seconds[part] for one in times) for part in PARTS}
    valued = sum(times[number].seconds["active"] for number in added)
    value: dict[str, float | None] = {
        **found.value,
        "mean_d": whole / DAY / count if count else None,
        **{f"{part}_d": sums[part] / DAY / count if count else None for part in PARTS},
        "activity_ratio": ratio(sums["active"], whole),
        "cycle_efficiency": ratio(valued, whole) if added else None,
        **rolled,
    }
    reasons = [] if count else ["no_data"]
    if count and not added:
        reasons.append("cycle_efficiency: no stage is said to add value")
    if count:
        missing = (name for name, own in rolled.items() if own is None)
        reasons += [f"{name}: a part of the most common way is not known" for name in missing]
    return Measure(
        sort="percentile",
        unit="d",
        value=value,
        n=count,
        interval=found.interval,
        method="order-statistic",
        excluded=dict(excluded),
        reasons=tuple(reasons),
    )
