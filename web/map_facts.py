"""What a drawn map says in words: titles of steps, the finding, the description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from core.written import duration, share

Step = Mapping[str, Any]
DAY = 86_400


def days(value: float | None) -> str:
    return duration(None if value is None else value * DAY)


def about(step: Step, value: float | None) -> str:
    """Days of a step; an estimate has its sign."""
    if value is None:
        return "no data"
    return f"≈ {days(value)}" if step["estimated"] else days(value)


def waiting_d(step: Step) -> float:
    return float(step["ladder"]["waiting_d"] or 0.0)


def active_d(step: Step) -> float:
    return float(step["ladder"]["active_d"] or 0.0)


def other_d(step: Step) -> float:
    """Time that is neither: not told, rested in done, taken out."""
    return sum(float(step["ladder"][f"{name}_d"] or 0.0) for name in ("unknown", "gap", "ignored"))


def constraint(steps: Sequence[Step]) -> Step | None:
    """The measured step with the longest wait of what is committed to, else of all; None where
    nothing waits. What nobody has begun waits for a decision, not for a step.
    """
    waits = [one for one in steps if not one["estimated"] and waiting_d(one) > 0]
    begun = [one for one in waits if one["phase"] != "upstream"]
    return max(begun or waits, key=waiting_d, default=None)


def where(step: Step) -> str:
    """Before a step in which work is done, in one that is only a queue."""
    only = bool(step["queues"]) and len(step["queues"]) == len(step["stages"])
    return f"{'in' if only else 'before'} {step['name']}"


def percentile(told: Mapping[str, Any], name: str) -> str:
    """A percentile in days; what was only observed says so by its sign, nothing is in words."""
    value = told[name]
    if value is not None:
        return days(value)
    seen = told["observed"].get(name)
    return "no data" if seen is None else f"({days(seen)})"


def finding(document: Mapping[str, Any]) -> str:
    """The map in one sentence."""
    ladder, title = document["ladder"], document["title"]
    if not ladder["n"]:
        return f"Value stream map of {title}: {ladder['reason']}"
    worst = constraint(document["steps"])
    told = (
        f"Value stream map of {title}: {days(ladder['total_d'])} on average,"
        f" {days(ladder['waiting_d'])} of them waiting"
    )
    early = ladder["phases"]["upstream_d"] or 0.0
    if early > ladder["total_d"] / 10:
        told = f"{told}, {days(early)} before work is committed to"
    if worst is None:
        return told
    after = " after that" if early > waiting_d(worst) and worst["phase"] != "upstream" else ""
    return f"{told}; the longest wait{after} is {where(worst)}, {days(waiting_d(worst))}"


def step_words(step: Step, document: Mapping[str, Any]) -> str:
    """All that is drawn of a step, for those who do not see it."""
    told = [str(step["name"])]
    if step["team"]:
        told.append(f"team {step['team']}")
    if step["estimated"]:
        told.append("estimated, no tool records it")
    told.append(f"waits {about(step, step['ladder']['waiting_d'])}")
    told.append(f"active {about(step, step['ladder']['active_d'])}")
    if step["wip"]["now"] is not None:
        told.append(f"{step['wip']['now']} inside now")
    right = step["first_pass_yield"]["share"]
    if right is not None:
        told.append(f"{share(right)} left right the first time")
    into = edge_into(step, document)
    if into is not None and into["complete_accurate"]["share"] is not None:
        told.append(f"{share(into['complete_accurate']['share'])} usable as received")
    told += [
        f"{loop['returns']} came back from {loop['from']}"
        for loop in document["rework"]
        if loop["to"] == step["name"]
    ]
    if step["value"]:
        told.append(value_words(step))
    return ", ".join(told)


def value_words(step: Step) -> str:
    return {"added": "adds value", "necessary": "necessary", "waste": "waste"}.get(
        step["value"] or "", ""
    )


def edge_into(step: Step, document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The edge by which most came to the step for the first time."""
    found = [one for one in document["edges"] if one["to"] == step["name"]]
    return max(found, key=lambda one: int(one["complete_accurate"]["n"]), default=None)


def period(document: Mapping[str, Any]) -> str:
    """`23 Aug – 21 Nov 2026 · n 96 delivered · elapsed days · .. · grade B`."""
    begin, end = (date.fromisoformat(str(one)[:10]) for one in document["window"])
    value, observed = document["value"], document["observed"]
    year = f" {begin.year}" if begin.year != end.year else ""
    dates = f"{begin.day} {begin:%b}{year} – {end.day} {end:%b %Y}"
    told = [dates, f"n {document['n']} delivered", "elapsed days"]
    for name, text in (("p50", "half within"), ("p85", "85 % within")):
        seen = value.get(name)
        if seen is not None:
            told.append(f"{text} {days(float(seen))}")
        elif name in observed:
            told.append(f"{text} {days(float(observed[name]))} as observed")
    return " · ".join([*told, f"grade {document['grade']}"])
