"""How dates of the past came, as multiples of what was told, and dates that are corrected by it
(K7, K8).

A forecast from the pace alone does not know that work is taken up in another order, or that items
lie. What came of such dates does: half of them took so many times as long as their p50 told, 85 %
at most so many times. That is the forecast by a reference class of Kahneman and Tversky, in the
form in which Flyvbjerg uses it; dates that are not met yet say that they take at least so long.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from metrics.calibration import Tried, held_within
from metrics.stats import PERCENTILES
from metrics.survival import Survival, kaplan_meier

FEWEST_CAME: Final = 19
FEWEST_DAYS: Final = 5
"""So many dates must have come, of so many past days: those of one day share their future."""
_MIDDLE = "p50"
_EXACT = 9


@dataclass(frozen=True)
class Lateness:
    """What came of past dates, in multiples of their p50. came: how many came of `told`, on `days`
    past days. missing: why nothing can be corrected by them, "" where it can.
    """

    ratios: Survival
    told: int
    came: int
    days: int
    missing: str

    def factors(self) -> dict[str, float | None]:
        """By percentile the multiple within which such a share came; None where fewer have."""
        if self.missing:
            return dict.fromkeys(PERCENTILES)
        return {name: self.ratios.percentile(p) for name, p in PERCENTILES.items()}

    def corrected(self, p50: int | None) -> dict[str, int | None]:
        """Days by percentile for what has this p50, in days."""
        return {name: _days(p50, factor) for name, factor in self.factors().items()}

    def chance(self, p50: int | None, within: int) -> float | None:
        """How likely that comes within so many days; None where the past does not reach."""
        if self.missing or p50 is None:
            return None
        later = self.ratios.at(within / max(p50, 1)) if within > 0 else 1.0
        return None if later is None else 1 - later


def lateness(tried: Sequence[Tried], day: int) -> Lateness:
    """What was known of them at the beginning of a day, by its position: of those of earlier days,
    whether they had come by then.
    """
    known = [one for one in tried if one.made < day and one.forecast[_MIDDLE] is not None]
    came = np.array([_came(one, day) for one in known], np.bool_)
    took = [
        (one.actual or 0) if by_then else day - one.made
        for one, by_then in zip(known, came, strict=True)
    ]
    told = [max(one.forecast[_MIDDLE] or 0, 1) for one in known]
    ratios = np.round(np.array(took, np.float64) / np.array(told, np.float64), _EXACT)
    days = len({one.made for one, by_then in zip(known, came, strict=True) if by_then})
    return Lateness(
        kaplan_meier(ratios, came, np.zeros(len(known))),
        len(known),
        int(came.sum()),
        days,
        _missing(int(came.sum()), days),
    )


def corrected(tried: Sequence[Tried], last: int) -> list[Tried]:
    """The same forecasts with the days that would have been told after correction, each by what
    had come of earlier ones when it was made; those where too little had are left out. last: the
    position after the last day.
    """
    known = {day: lateness(tried, day) for day in {one.made for one in tried}}
    return [
        _with(one, known[one.made].corrected(one.forecast[_MIDDLE]), last)
        for one in tried
        if not known[one.made].missing
    ]


def _with(one: Tried, days: Mapping[str, int | None], last: int) -> Tried:
    passed = last - one.made
    held = {name: held_within(most, one.actual, passed) for name, most in days.items()}
    return Tried(one.kind, one.made, one.asked, days, one.actual, held)


def _came(one: Tried, day: int) -> bool:
    return one.actual is not None and one.made + one.actual <= day


def _days(p50: int | None, factor: float | None) -> int | None:
    if p50 is None or factor is None:
        return None
    return math.ceil(round(max(p50, 1) * factor, 6))


def _missing(came: int, days: int) -> str:
    if came < FEWEST_CAME:
        return f"{came} of {FEWEST_CAME} past dates have come"
    if days < FEWEST_DAYS:
        return f"past dates that have come are of {days} of {FEWEST_DAYS} days"
    return ""
