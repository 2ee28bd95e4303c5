"""Two variants of a stream, run by run under the same chances."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from metrics.stats import Floats

_T: Final = 1.959964
_NOISE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """After minus before, on average, with its 95 % interval over the runs."""

    mean: float
    low: float
    high: float

    @property
    def is_less(self) -> bool:
        return self.high < -_NOISE

    @property
    def is_more(self) -> bool:
        return self.low > _NOISE


def difference(before: Floats, after: Floats) -> Difference:
    """Of values that belong together by run (at least two); those of no number are left out."""
    each = after - before
    each = each[each == each]
    if len(each) < 2:
        return Difference(math.nan, -math.inf, math.inf)
    mean = float(each.mean())
    reach = student(len(each) - 1) * float(each.std(ddof=1)) / math.sqrt(len(each))
    return Difference(mean, mean - reach, mean + reach)


def student(freedom: int) -> float:
    """The 97.5 % quantile of Student's t, to three digits from 5 degrees of freedom on (series of
    Fisher and Cornish); wide below.
    """
    z, v = _T, float(freedom)
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
    )
