"""How far a number would move without what rests on weak links: a band beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from metrics.measure import Measure
from metrics.stats import MINIMUM_N

SURE: Final = 0.8
"""Links of less confidence are weak."""
MOVES: Final = 0.1
"""From this relative change of any percentile on the band is told."""


def with_band(told: Measure, sure: Measure) -> Measure:
    """`told` with `sure_p50` and so on, where any differs from its percentile by more than a tenth.

    sure: the same measure without the things that rest on a link under 0.8. The two are the ends of
    a band, not alternatives: what was left out may be right. A percentile of too few sure ones is
    withheld by itself.
    """
    moved = [
        (name, value, sure.value[name])
        for name, value in told.value.items()
        if value is not None and _is_moved(value, sure.value.get(name))
    ]
    if sure.n == told.n or not (moved or sure.n == 0):
        return told
    if sure.n == 0:
        why = "every one of them rests on a link under 0.8"
        return replace(told, reasons=(*told.reasons, why))
    name, before, after = moved[0]
    why = (
        f"links under {SURE} move {name} from {before:.1f} to {after:.1f} {told.unit}:"
        f" see sure_ ({sure.n} of {told.n} do without)"
    )
    band = {f"sure_{one}": sure.value[one] for one in told.value if one in sure.value}
    few = {
        f"sure_{one}": f"sure_{one} withheld: n<{least}"
        for one, least in MINIMUM_N.items()
        if f"sure_{one}" in band and sure.n < least
    }
    return replace(
        told,
        value={**told.value, **band},
        reasons=(*told.reasons, why),
        withheld={**told.withheld, **few},
    )


def _is_moved(value: float, other: float | None) -> bool:
    return other is not None and abs(other - value) > MOVES * abs(value)
