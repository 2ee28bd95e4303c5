"""What the lab says in sentences."""

from __future__ import annotations

from typing import Final

from metrics.lab.gate import TOLERANCE, Calibrated, Check
from metrics.lab.network import Network
from metrics.lab.verdict import OUTSIDE, Judgement
from pipeline.lab_places import BEFORE_THE_FIRST

_WHAT: Final = {"p50": "half within", "p85": "85 % within"}


def calibration_words(found: Calibrated) -> str:
    """Whether the model may speak in numbers, and by what it misses."""
    half, most = found.checks[:2]
    if found.speaks_numbers:
        return (
            f"The model may speak in numbers: it has today's {half.measured:.3g} d and"
            f" {most.measured:.3g} d as {half.modelled:.3g} d and {most.modelled:.3g} d, and all"
            f" queues within {TOLERANCE:.0%}.".replace("%.", " %.")
        )
    missed = "; ".join(_missed(check) for check in found.checks if not check.holds)
    return f"The model gives directions only, no numbers: it misses {missed}."


def _missed(check: Check) -> str:
    way = "over" if check.off > 0 else "under"
    unit = "items" if check.step is not None else "d"
    what = f"the queue at {check.step}" if check.step is not None else _WHAT[check.what]
    return (
        f"{what} by {abs(check.off) * 100:.0f} % ({way}: {check.modelled:.3g} instead of"
        f" {check.measured:.3g} {unit})"
    )


def verdict_words(found: Judgement, network: Network, *, told: bool) -> str:
    """The verdict in a sentence."""
    if found.verdict == "hidden":
        names = ", ".join(network.steps[n].name for n in found.hidden) or "a step"
        return (
            f"Work is hidden, not gone: {names} would leave this stream without anybody saying"
            " that it is eliminated or automated, or who does it now."
        )
    if found.verdict == "no_effect":
        return "No effect: the slow end of the flow time moves no further than chance moves it."
    if found.verdict == "worse":
        return "Worse: the slow end of the flow time gets longer."
    moved = ", ".join(_moved(place, days, network, told) for place, days in found.moved[:3])
    if found.verdict == "shifted":
        share = found.returned / found.removed if found.removed > 0 else 1.0
        part = f"{share * 100:.0f} % of the wait removed comes back" if told else "it comes back"
        return f"Shifted: {part}: {moved}."
    beside = f"; a little comes back: {moved}" if moved else ""
    return f"Relieved: the wait goes and does not come back elsewhere{beside}."


def _moved(place: int, days: float, network: Network, told: bool) -> str:
    name = BEFORE_THE_FIRST if place == OUTSIDE else network.steps[place].name
    return f"{name} +{days:.2g} d" if told else name
