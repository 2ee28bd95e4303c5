"""Values of single deliveries by the week in which these ended, so that one train is one point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metrics.mapping import Ints
from metrics.periods import Period, edges
from metrics.stats import Floats


@dataclass(frozen=True, slots=True)
class Week:
    """The average of the `n` values whose deliveries ended in the period."""

    period: Period
    mean: float
    n: int


def weekly(ended: Ints, values: Floats, found: Sequence[Period]) -> list[Week]:
    """One for each period in which any delivery ended; a week without one has no value.

    ended: when each of the values ended, epoch seconds, in any order. found: adjoining periods.
    """
    if not found:
        return []
    place = np.searchsorted(edges(found), ended, side="right") - 1
    inside = (place >= 0) & (place < len(found))
    counts = np.bincount(place[inside], minlength=len(found))
    sums = np.bincount(place[inside], weights=values[inside], minlength=len(found))
    return [
        Week(period, float(total / count), int(count))
        for period, total, count in zip(found, sums, counts, strict=True)
        if count
    ]
