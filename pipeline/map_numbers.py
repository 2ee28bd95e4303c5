"""How numbers of a map are told: withheld where they rest on too little, null with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metrics.periods import DAY
from metrics.stats import MINIMUM_N, Percentiles, wilson

Answer = dict[str, Any]

NOTHING = "nothing was there in this window"


def days(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / DAY


def told_percentiles(found: Percentiles) -> Answer:
    """p50_d and p85_d, null under 5 and 19 values; `observed` has what was seen of them."""
    told: dict[str, float | None] = {}
    observed: dict[str, float] = {}
    reasons = [] if found.n else [NOTHING]
    for name, seconds in found.value.items():
        value = days(seconds)
        short = found.n < MINIMUM_N[name]
        told[f"{name}_d"] = None if short else value
        if short and value is not None:
            observed[f"{name}_d"] = value
            reasons.append(f"{name} withheld: n<{MINIMUM_N[name]}")
    return {**told, "observed": observed, "n": found.n, "reasons": reasons}


def share_of(part: int, whole: int, *, nothing: str = NOTHING) -> Answer:
    """A share with its numerator, denominator and interval; null, with the reason, of nothing."""
    low, high = wilson(part, whole)
    return {
        "share": part / whole if whole else None,
        "numerator": part,
        "n": whole,
        "interval": [low, high],
        "reason": None if whole else nothing,
    }


def summed_days(seconds: Mapping[str, int], count: int) -> dict[str, float | None]:
    """Average days per delivery by name; null where there is no delivery."""
    return {f"{name}_d": days(own / count) if count else None for name, own in seconds.items()}
