"""Process behaviour charts by the text of the rules, point by point."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, median


def moving_ranges(values: Sequence[float]) -> list[float]:
    return [abs(values[i] - values[i - 1]) for i in range(1, len(values))]


def limits(values: Sequence[float], variant: str) -> tuple[float, float, float, float]:
    """Centre, lower limit (not floored), upper limit, limit of the ranges."""
    steps = moving_ranges(values)
    if variant == "mean":
        centre, spread, factor, most = mean(values), mean(steps), 2.66, 3.268
    else:
        centre, spread, factor, most = median(values), median(steps), 3.145, 3.865
    return centre, centre - factor * spread, centre + factor * spread, most * spread


def touched(
    values: Sequence[float], centre: float, lower: float, upper: float
) -> dict[str, set[int]]:
    """The positions that take part in a signal, by rule and side."""
    found: dict[str, set[int]] = {}
    for i, value in enumerate(values):
        if value > upper:
            found.setdefault("outside above", set()).add(i)
        if value < max(0.0, lower):
            found.setdefault("outside below", set()).add(i)
    for side in ("above", "below"):
        for i in range(len(values) - 7):
            eight = values[i : i + 8]
            if all(v > centre if side == "above" else v < centre for v in eight):
                found.setdefault(f"run {side}", set()).update(range(i, i + 8))
    return found
