"""A workshop's map laid beside the measured one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from core.map_settings import DurationRange
from core.workshop_map import BelievedLoop, BelievedStep, WorkshopMap
from core.written import duration, share
from metrics.map_beside import Gap, differs, factor_words

Answer = dict[str, Any]
Step = Mapping[str, Any]
_DAY = 86_400


def beside(measured: Answer, believed: WorkshopMap) -> Answer:
    """The steps of both in pairs, and each gap in words, the largest in days first.

    measured: the document of `map_answer`.
    """
    steps: Sequence[Step] = [one for one in measured["steps"] if not one["estimated"]]
    pairs = [(one, _matching(one, steps)) for one in believed.steps]
    met = {found["name"] for _, found in pairs if found is not None}
    gaps = [
        *(gap for one, found in pairs for gap in _of_step(one, found, measured)),
        *_only_measured(steps, met),
        *(gap for one in believed.rework for gap in _of_loop(one, measured)),
        *_unbelieved_loops(believed, measured),
        *_of_handoffs(believed, measured),
        *_of_lead(believed, measured),
    ]
    gaps.sort(key=lambda gap: -gap.size)
    return {
        "stream": measured["scope"]["stream"],
        "window": measured["window"],
        "clock": measured["clock"],
        "n": measured["n"],
        "believed": {
            "title": believed.title or None,
            "wait_d": _sum(one.wait for one in believed.steps),
            "active_d": _sum(one.active for one in believed.steps),
        },
        "measured": {
            "wait_d": measured["ladder"]["waiting_d"],
            "active_d": measured["ladder"]["active_d"],
        },
        "steps": [_pair(one, found) for one, found in pairs],
        "gaps": [{**asdict(gap), "factor": gap.factor} for gap in gaps],
        "reason": measured["ladder"]["reason"],
    }


def _sum(estimates: Iterator[DurationRange | None]) -> float | None:
    told = [one.seconds / _DAY for one in estimates if one is not None]
    return sum(told) if told else None


def _matching(step: BelievedStep, steps: Sequence[Step]) -> Step | None:
    wanted = (step.stage or step.name).casefold().strip()
    for one in steps:
        if one["name"].casefold() == wanted:
            return one
    return next(
        (one for one in steps if wanted in {name.casefold() for name in one["stages"]}), None
    )


def _pair(step: BelievedStep, found: Step | None) -> Answer:
    ladder = found["ladder"] if found is not None else {}
    return {
        "believed": step.name,
        "measured": None if found is None else found["name"],
        "believed_wait_d": None if step.wait is None else step.wait.seconds / _DAY,
        "measured_wait_d": ladder.get("waiting_d"),
        "believed_active_d": None if step.active is None else step.active.seconds / _DAY,
        "measured_active_d": ladder.get("active_d"),
        "believed_owner": step.owner or None,
        "measured_owner": None if found is None else found["team"],
    }


def _of_step(step: BelievedStep, found: Step | None, measured: Answer) -> Iterator[Gap]:
    if found is None:
        yield Gap(
            "not_measured", step.name, f"{step.name}: no tool records it; it stays an estimate"
        )
        return
    for kind, told, verb in (("wait", step.wait, "wait"), ("active", step.active, "be active")):
        value = found["ladder"]["waiting_d" if kind == "wait" else "active_d"]
        if told is not None and value is not None:
            yield from _of_time(kind, verb, step.name, told, value)
    owner = found["team"]
    if step.owner and owner and step.owner.casefold() != owner.casefold():
        yield Gap(
            "owner", step.name, f"{step.name}: believed to be with {step.owner}, is with {owner}"
        )
    yield from _of_tools(step, found)
    yield from _of_quality(step, found, measured)


def _of_time(
    kind: str, verb: str, name: str, told: DurationRange, measured: float
) -> Iterator[Gap]:
    low = (told.low or told.likely).total_seconds() / _DAY
    high = (told.high or told.likely).total_seconds() / _DAY
    likely = told.seconds / _DAY
    if low <= measured <= high or not differs(likely, measured):
        return
    text = (
        f"{name}: believed to {verb} {duration(likely * _DAY)},"
        f" {'waits' if kind == 'wait' else 'is active'} {duration(measured * _DAY)}:"
        f" {factor_words(likely, measured)}"
    )
    size = abs(measured - likely)
    yield Gap("wait" if kind == "wait" else "active", name, text, likely, measured, size)


def _of_tools(step: BelievedStep, found: Step) -> Iterator[Gap]:
    seen = {
        name.strip().casefold()
        for one in found["systems"]
        for name in [*one["system"].split(","), one["tool"]]
    }
    missing = [tool for tool in step.tools if tool.casefold() not in seen]
    if missing:
        text = f"{step.name}: nothing of {', '.join(missing)} is linked to it"
        yield Gap("tools", step.name, text)


def _of_quality(step: BelievedStep, found: Step, measured: Answer) -> Iterator[Gap]:
    if step.complete_accurate is None:
        return
    into = [one for one in measured["edges"] if one["to"] == found["name"]]
    best = max(into, key=lambda one: one["complete_accurate"]["n"], default=None)
    value = None if best is None else best["complete_accurate"]["share"]
    if value is not None and value < step.complete_accurate - 0.05:
        text = (
            f"{step.name}: {share(step.complete_accurate)} believed usable as received,"
            f" at most {share(value)} is"
        )
        yield Gap("complete_accurate", step.name, text, step.complete_accurate, value)


def _only_measured(steps: Sequence[Step], met: set[str]) -> Iterator[Gap]:
    for one in steps:
        spent = sum(float(value or 0) for value in one["ladder"].values())
        if one["name"] not in met and spent > 0:
            text = f"{one['name']}: not on the map of the workshop, takes {duration(spent * _DAY)}"
            yield Gap("not_believed", one["name"], text, None, spent, spent)


def _of_loop(loop: BelievedLoop, measured: Answer) -> Iterator[Gap]:
    found = _loop(loop, measured)
    name = f"{loop.from_} back to {loop.to}"
    if found is None:
        yield Gap("rework", loop.from_, f"{name}: believed, and never seen in this window")
        return
    value = found["deliveries"]["share"]
    if loop.share is None or value is None or abs(value - loop.share) <= 0.05:
        return
    text = f"{name}: {share(loop.share)} believed, {share(value)} measured"
    size = found["lost_d"] / max(measured["n"], 1)
    yield Gap("rework", loop.from_, text, loop.share, value, size)


def _loop(loop: BelievedLoop, measured: Answer) -> Answer | None:
    ends = (loop.from_.casefold(), loop.to.casefold())
    for one in measured["rework"]:
        if (one["from"].casefold(), one["to"].casefold()) == ends:
            found: Answer = one
            return found
    return None


def _unbelieved_loops(believed: WorkshopMap, measured: Answer) -> Iterator[Gap]:
    told = {(one.from_.casefold(), one.to.casefold()) for one in believed.rework}
    for one in measured["rework"]:
        if (one["from"].casefold(), one["to"].casefold()) in told:
            continue
        value = one["deliveries"]["share"]
        text = (
            f"{one['from']} back to {one['to']}: nobody named it; {share(value)} come back and"
            f" lose {duration(one['lost_each_d'] * _DAY)} each"
        )
        size = one["lost_d"] / max(measured["n"], 1)
        yield Gap("rework", one["from"], text, None, value, size)


def _of_handoffs(believed: WorkshopMap, measured: Answer) -> Iterator[Gap]:
    mean = measured["handoffs"]["per_delivery"]["mean"]
    if believed.handoffs is None or mean is None or abs(mean - believed.handoffs) < 0.5:
        return
    text = f"handoffs: {believed.handoffs} believed, {mean:.1f} on average"
    yield Gap("handoffs", "", text, float(believed.handoffs), mean)


def _of_lead(believed: WorkshopMap, measured: Answer) -> Iterator[Gap]:
    told = [_sum(iter((one.wait, one.active))) for one in believed.steps]
    known = [one for one in told if one is not None]
    total = measured["ladder"]["total_d"]
    if not known or total is None or not differs(sum(known), total):
        return
    text = (
        f"in all: {duration(sum(known) * _DAY)} believed, {duration(total * _DAY)} measured:"
        f" {factor_words(sum(known), total)}"
    )
    yield Gap("lead", "", text, sum(known), total, abs(total - sum(known)))
