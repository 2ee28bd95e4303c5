"""What the lab says in sentences, and its levers as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from metrics.lab.gate import TOLERANCE, Calibrated, Check
from metrics.lab.network import Network, Step
from metrics.lab.verdict import OUTSIDE, Judgement
from pipeline.lab_places import BEFORE_THE_FIRST

Answer = dict[str, Any]
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


def lever_rows(found: Calibrated, after: Network, levers: Mapping[str, str]) -> list[Answer]:
    """Every lever that the stream has, as it stands, and those that are moved with what to."""
    network = found.model.network
    now = _stand(network)
    then = _stand(after)
    rows = [
        {"lever": name, "now": text, "changed": then.get(name), "moved": name in levers}
        for name, text in now.items()
    ]
    more = [name for name in levers if name not in now]
    return [
        *({**row, "changed": row["changed"] if row["moved"] else None} for row in rows),
        *({"lever": name, "now": None, "changed": levers[name], "moved": True} for name in more),
    ]


def _stand(network: Network) -> dict[str, str]:
    told = {}
    for place, step in enumerate(network.steps):
        for what, text in _step(network, place, step).items():
            told[f"{step.name}.{what}"] = text
    told["arrivals.cap"] = "none" if network.cap is None else f"{network.cap:g} a week"
    for kind in network.kinds:
        told[f"mix.{kind.name}"] = f"{kind.share * 100:.0f} %"
    return told


def _step(network: Network, place: int, step: Step) -> dict[str, str]:
    found = {}
    if step.pool is not None:
        each = network.per_person[step.pool] if network.per_person else 1.0
        people = round(network.people[step.pool] / each)
        shared = len(network.steps_of(step.pool)) > 1
        found["people"] = f"{people} for all steps of {step.team}" if shared else str(people)
        found["order"] = step.order
    found["limit"] = "none" if step.limit is None else str(step.limit)
    found["batch"] = _rhythm(step)
    if step.delay.any():
        found["wait"] = f"{float(step.delay.mean()):.2g} d"
    if place > 0:
        found["usable"] = f"{step.usable * 100:.0f} %"
    found["approve"] = f"{step.approved * 100:.0f} %"
    return found


def _rhythm(step: Step) -> str:
    if not step.openings:
        return "none"
    if len(step.openings) > 1:
        return f"{len(step.openings)} in {step.period:g} d"
    return {1.0: "daily", 7.0: "weekly"}.get(step.period, f"{step.period:g}d")
