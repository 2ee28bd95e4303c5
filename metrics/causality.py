"""Causes that come after their effects, and by how much: wrong clocks, rewritten dates (C9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from metrics.coverage import Coverage
from metrics.stats import Bounds, percentile, ratio, wilson

CHECKS: Final = {
    "commit_before_build": "a build begins after the commit that it builds",
    "build_before_deployment": "a deployment ends after the build that made it has begun",
    "creation_before_merge": "a merge request is merged after it was made",
}


@dataclass(frozen=True, slots=True)
class ToolPair:
    """Pairs of one check between two sources: cause_id and effect_id are those of the sources.

    median_lag_s: of the pairs out of order, negative; None where there is none.
    """

    check: str
    cause_id: int
    effect_id: int
    pairs: int
    out_of_order: int
    median_lag_s: float | None

    @property
    def share(self) -> float | None:
        return ratio(self.out_of_order, self.pairs)

    @property
    def interval(self) -> Bounds:
        return wilson(self.out_of_order, self.pairs)


def tool_pairs(pairs: pd.DataFrame) -> list[ToolPair]:
    """By check and sources, the worst share first.

    pairs: check, cause_id, effect_id, cause_ts, effect_ts. The same second is in order: that is as
    exact as times are kept.
    """
    lag = pairs["effect_ts"].to_numpy(np.int64) - pairs["cause_ts"].to_numpy(np.int64)
    found = []
    for (check, cause, effect), group in pairs.assign(lag=lag).groupby(
        ["check", "cause_id", "effect_id"]
    ):
        lags = group["lag"].to_numpy(np.float64)
        late = lags[lags < 0]
        middle = percentile(late, 0.5)
        found.append(
            ToolPair(str(check), int(str(cause)), int(str(effect)), len(lags), len(late), middle)
        )
    return sorted(found, key=lambda one: (-(one.share or 0.0), one.check, one.cause_id))


def in_order(found: list[ToolPair]) -> Coverage:
    """C9 as a coverage: pairs in order, of all."""
    pairs = sum(one.pairs for one in found)
    return Coverage("C9", pairs - sum(one.out_of_order for one in found), pairs)
