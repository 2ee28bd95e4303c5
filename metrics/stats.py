"""Statistics that more than one metric uses: percentiles, intervals, ratios, natural limits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEVEL: Final = 0.95
Z95: Final = 1.959964
PERCENTILES: Final = {"p50": 0.50, "p85": 0.85, "p95": 0.95}
MINIMUM_N: Final = {"p50": 5, "p70": 9, "p85": 19, "p95": 59}
"""The smallest n at which the maximum of the sample exceeds the percentile with 95 % confidence."""

Bounds = tuple[float | None, float | None]


def rank(n: int, p: float) -> int:
    """The nearest rank, 1 to n, of percentile `p` among `n` > 0 ordered values."""
    return min(n, max(1, math.ceil(round(p * n, 9))))


def percentile(values: Floats, p: float) -> float | None:
    """The nearest-rank percentile: a value that was observed. None where there are no values."""
    if len(values) == 0:
        return None
    position = rank(len(values), p) - 1
    return float(np.partition(values, position)[position])


def at_ranks(values: Floats, ranks: Sequence[int]) -> Floats:
    """The values with those of these ranks (from 1) where sorting would have them; the others lie
    anywhere between. A third of the time of sorting.
    """
    found: Floats = np.partition(values, sorted({one - 1 for one in ranks}))
    return found


@lru_cache(maxsize=4096)
def order_ranks(n: int, p: float, level: float = LEVEL) -> tuple[int | None, int | None]:
    """Ranks (from 1) of the two-sided interval of percentile `p`, from the binomial distribution.

    None is a bound that does not exist: the sample is too small to limit the percentile on that
    side.
    """
    if n == 0:
        return None, None
    tail = (1 - level) / 2
    low, below = _binomial_cdf(n, p)
    lower = low + int(np.searchsorted(below, tail, side="right"))
    upper = low + int(np.searchsorted(below, 1 - tail, side="left")) + 1
    return (lower if lower >= 1 else None), (upper if upper <= n else None)


def _binomial_cdf(n: int, p: float) -> tuple[int, Floats]:
    """P(X <= k) for k = low, low + 1, ..; outside this span of 12 deviations nothing is left."""
    width = int(12 * math.sqrt(n * p * (1 - p))) + 12
    low, high = max(0, int(n * p) - width), min(n, int(n * p) + width)
    k = np.arange(low, high, dtype=np.float64)
    steps = np.log((n - k) / (k + 1)) + math.log(p / (1 - p))
    log_first = (
        math.lgamma(n + 1)
        - math.lgamma(low + 1)
        - math.lgamma(n - low + 1)
        + low * math.log(p)
        + (n - low) * math.log1p(-p)
    )
    logs = log_first + np.concatenate([[0.0], np.cumsum(steps)])
    return low, np.cumsum(np.exp(logs))


@dataclass(frozen=True)
class Percentiles:
    """Nearest-rank percentiles and their order-statistic intervals, by name (p50, p85, p95)."""

    n: int
    value: dict[str, float | None]
    interval: dict[str, Bounds]


def percentiles(values: Floats, levels: Mapping[str, float] = PERCENTILES) -> Percentiles:
    """The percentiles of any number of values; withholding is the envelope's business."""
    n = len(values)
    wanted = [one for p in levels.values() for one in (rank(n, p), *order_ranks(n, p)) if one]
    ordered = at_ranks(values, wanted) if n else values
    value = {name: float(ordered[rank(n, p) - 1]) if n else None for name, p in levels.items()}
    interval = {name: _bounds(ordered, p) for name, p in levels.items()}
    return Percentiles(n, value, interval)


def _bounds(ordered: Floats, p: float) -> Bounds:
    lower, upper = order_ranks(len(ordered), p)
    return (
        None if lower is None else float(ordered[lower - 1]),
        None if upper is None else float(ordered[upper - 1]),
    )


def ratio(numerator: float, denominator: float) -> float | None:
    """A ratio of sums; None where the denominator is 0."""
    return numerator / denominator if denominator else None


def wilson(successes: int, n: int) -> Bounds:
    """The Wilson score interval at 95 % of `successes` out of `n`; no bounds where n is 0."""
    if n == 0:
        return None, None
    share, square = successes / n, Z95 * Z95
    centre = share + square / (2 * n)
    spread = Z95 * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    scale = 1 + square / n
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == n else (centre + spread) / scale
    return low, high


@dataclass(frozen=True)
class NaturalLimits:
    """Natural process limits of individual values; `range_limit` bounds the moving ranges."""

    centre: float
    mean_range: float
    lower: float
    upper: float
    range_limit: float


def natural_limits(values: Floats, *, floor: float | None = 0.0) -> NaturalLimits | None:
    """XmR limits: mean -+ 2.66 mean moving range, range limit 3.268 of it; None under two values.

    `floor` is the least possible value (0 for counts and durations), None where there is none.
    """
    if len(values) < 2:
        return None
    centre = float(values.mean())
    spread = float(np.abs(np.diff(values)).mean())
    lower = centre - 2.66 * spread
    return NaturalLimits(
        centre=centre,
        mean_range=spread,
        lower=lower if floor is None else max(floor, lower),
        upper=centre + 2.66 * spread,
        range_limit=3.268 * spread,
    )
