"""Process behaviour charts (XmR, K6): natural limits of single values, and what signals a change.

Limits come from moving ranges, never from the deviation of all points, which a change of the
process would widen. They are those of the baseline and stay, until another baseline is declared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from metrics.mapping import Flags
from metrics.stats import Floats, NaturalLimits, natural_limits

Variant = Literal["mean", "median"]
Rule = Literal["outside", "range", "run", "near_limit"]

LEAST_VALUES: Final = 6
"""Under so many values there are no limits."""
BASELINE_VALUES: Final = 20
"""So many values make the limits firm; with fewer they are provisional."""
RUN: Final = 8
_MEDIAN_LIMIT, _MEDIAN_RANGE_LIMIT = 3.145, 3.865


@dataclass(frozen=True)
class Signal:
    """A rule that the values from position `first` to `last` (both included) fulfil."""

    rule: Rule
    first: int
    last: int
    side: Literal["above", "below"]


@dataclass(frozen=True)
class Xmr:
    """A chart: the limits of its baseline, the moving range of each value (NaN for the first), and
    the signals by rule and position. `limits` is None where the baseline is too short.
    """

    limits: NaturalLimits | None
    variant: Variant
    ranges: Floats
    signals: tuple[Signal, ...]
    baseline: int

    @property
    def provisional(self) -> bool:
        """Whether more values would still move the limits much."""
        return self.baseline < BASELINE_VALUES


def xmr(
    values: Floats,
    *,
    variant: Variant = "mean",
    baseline: slice | None = None,
    floor: float | None = 0.0,
    least: int = LEAST_VALUES,
) -> Xmr:
    """The chart of values in their order.

    baseline: the positions that give the limits, all where None. floor: the least possible value,
    None where there is none. Signals, of all values against these limits: `outside` the natural
    limits; a moving `range` above its limit; a `run` of eight or more on one side of the centre;
    three of four nearer a natural limit than the centre, on one side (`near_limit`). A limit that
    lies below the floor can't be passed; nearness is then judged by the limit itself, not by the
    floor.
    """
    ranges = np.concatenate([[np.nan], np.abs(np.diff(values))])[: len(values)]
    basis = values if baseline is None else values[baseline]
    found = limits(basis, variant=variant, floor=floor) if len(basis) >= least else None
    if found is None:
        return Xmr(None, variant, ranges, (), len(basis))
    return Xmr(found, variant, ranges, signals_against(values, found), len(basis))


def signals_against(values: Floats, found: NaturalLimits) -> tuple[Signal, ...]:
    """The signals of values in their order against limits that are known, by rule and position."""
    ranges = np.concatenate([[np.nan], np.abs(np.diff(values))])[: len(values)]
    width = found.upper - found.centre
    return (
        *_outside(values, found),
        *_wide_steps(values, ranges, found),
        *_runs(values, found.centre),
        *_near(values, found.centre, width),
    )


def limits(
    values: Floats, *, variant: Variant = "mean", floor: float | None = 0.0
) -> NaturalLimits | None:
    """Natural limits of at least two values; None under two.

    `mean`: mean -+ 2.66 mean moving range, range limit 3.268 of it. `median`: median -+ 3.145
    median moving range, range limit 3.865 of it; for where one outlier widens the mean range so
    far that it hides itself.
    """
    if variant == "mean" or len(values) < 2:
        return natural_limits(values, floor=floor)
    centre = float(np.median(values))
    spread = float(np.median(np.abs(np.diff(values))))
    lower = centre - _MEDIAN_LIMIT * spread
    return NaturalLimits(
        centre=centre,
        mean_range=spread,
        lower=lower if floor is None else max(floor, lower),
        upper=centre + _MEDIAN_LIMIT * spread,
        range_limit=_MEDIAN_RANGE_LIMIT * spread,
    )


def _outside(values: Floats, found: NaturalLimits) -> list[Signal]:
    above = [Signal("outside", int(i), int(i), "above") for i in _at(values > found.upper)]
    below = [Signal("outside", int(i), int(i), "below") for i in _at(values < found.lower)]
    return sorted([*above, *below], key=lambda one: one.first)


def _wide_steps(values: Floats, ranges: Floats, found: NaturalLimits) -> list[Signal]:
    signals = []
    for i in _at(ranges > found.range_limit):
        rises = values[i] > values[i - 1]
        signals.append(Signal("range", int(i) - 1, int(i), "above" if rises else "below"))
    return signals


def _runs(values: Floats, centre: float) -> list[Signal]:
    """The longest stretches of eight or more on one side; a value on the centre ends one."""
    side = np.sign(values - centre)
    begins = np.flatnonzero(np.diff(side, prepend=np.nan) != 0)
    ends = np.append(begins[1:], len(side))
    return [
        Signal("run", int(first), int(end) - 1, "above" if side[first] > 0 else "below")
        for first, end in zip(begins, ends, strict=True)
        if end - first >= RUN and side[first] != 0
    ]


def _near(values: Floats, centre: float, width: float) -> list[Signal]:
    """Stretches in which three of four successive values lie in the outer half of one side."""
    signals = []
    for side, word in ((1.0, "above"), (-1.0, "below")):
        far = (values - centre) * side > width / 2
        if len(far) < 4 or width == 0:
            continue
        counts = np.convolve(far, np.ones(4), "valid")
        hits = _at(counts >= 3)
        splits = np.split(hits, _at(np.diff(hits) > 1) + 1) if len(hits) else []
        for group in splits:
            first, last = int(group[0]), int(group[-1]) + 3
            inside = _at(far[first : last + 1]) + first
            place: Literal["above", "below"] = "above" if word == "above" else "below"
            signals.append(Signal("near_limit", int(inside[0]), int(inside[-1]), place))
    return sorted(signals, key=lambda one: one.first)


def _at(which: Flags) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.flatnonzero(which)
