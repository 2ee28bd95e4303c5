"""The biggest delay after somebody began, and what waits before."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from metrics.findings.model import (
    NOTHING_DONE,
    Finding,
    Found,
    Ground,
    Kind,
    Part,
    backlog,
    chosen,
    per_delivery,
    stretches,
)
from metrics.findings.words import advice, deliveries, each, of_all, only_queue, place
from metrics.map_rows import REASONS
from metrics.map_steps import Step

_WHY: Final = {
    "queue": "Most of it is the queue.",
    "blocked": "Most of it is blocked.",
    "returned": "Most of it is waiting after it came back.",
    "ignored": "Most of it was set aside.",
    "approval": "Most of it is for an approval.",
    "batch": "Most of it is for a release.",
    "not_told": "Nobody says what most of it waits for.",
}
_TRY: Final = {
    "blocked": "find what blocks here most often, and settle that before work begins",
    "returned": "agree on what is checked before work is handed on",
    "approval": "decide on approvals daily, and approve in advance what is like earlier changes",
    "batch": "release smaller pieces more often",
    "not_told": "let a tool say what is waited for",
}
_USUAL = "limit how much may wait there, and let whoever is free help"


def biggest_delays(ground: Ground) -> Found:
    """By step the waiting after somebody began, the most seconds first."""
    waits = ground.waits()
    return _ranked("biggest_delay", ground, waits[~backlog(waits)])


def before_work(ground: Ground) -> Found:
    """By step the waiting of ideas and of what is new, the most seconds first."""
    waits = ground.waits()
    return _ranked("before_work", ground, waits[backlog(waits)])


def _ranked(kind: Kind, ground: Ground, waits: pd.DataFrame) -> Found:
    whole = ground.whole_s
    by_step = per_delivery(waits, "step")
    found = [
        _finding(kind, ground, ground.steps.steps[int(str(number))], own, waits, whole)
        for number, own in by_step.groupby("step")
    ]
    found.sort(key=lambda one: -one.seconds)
    nothing = "nothing waited" if kind == "before_work" else "nothing waited after somebody began"
    against = whole if kind == "before_work" else ground.begun_s
    reason = nothing if ground.n else NOTHING_DONE
    return chosen(kind, found, whole, against_s=against, reason=reason)


def _finding(
    kind: Kind, ground: Ground, step: Step, own: pd.DataFrame, waits: pd.DataFrame, whole: int
) -> Finding:
    here = waits[waits["step"] == step.number]
    why = _main_reason(here)
    items, seconds = len(own), int(own["seconds"].sum())
    early = kind == "before_work"
    words = [
        f"{items} of {deliveries(ground.n)} waited {_where(step, early=early)},"
        f" {each(seconds, items)} each: {of_all(seconds, whole)}."
    ]
    if not early:
        words.append(_WHY[why])
    now = int(ground.waiting_now[step.number]) if step.kind == "stage" else 0
    if now:
        words.append(f"{now} {'waits' if now == 1 else 'wait'} there now.")
    return Finding(
        title=_title(step, why, early=early),
        step=step,
        evidence=own.assign(waited_s=own["seconds"]),
        waits=stretches(here),
        part=Part(items, ground.n, f"deliveries that waited {_where(step, early=early)}"),
        words=tuple(words),
        advice=_advice(step, why, early=early),
        figures={"waiting_now": now if step.kind == "stage" else None},
    )


def _main_reason(own: pd.DataFrame) -> str:
    sums = np.bincount(own["reason"], weights=own["seconds"], minlength=len(REASONS))
    return REASONS[int(sums.argmax())]


def _where(step: Step, *, early: bool) -> str:
    return f"in {step.name}" if early else place(step)


def _title(step: Step, why: str, *, early: bool) -> str:
    if early:
        return f"Waiting in {step.name}"
    if why == "blocked":
        return f"Blocked in {step.name}"
    if step.queues and not only_queue(step):
        return f"Queue before {step.name}"
    return f"Waiting {place(step)}"


def _advice(step: Step, why: str, *, early: bool) -> str:
    if early:
        return advice(step, "say no early, and begin what is worth most before it has waited long")
    return advice(step, _TRY.get(why, _USUAL))
