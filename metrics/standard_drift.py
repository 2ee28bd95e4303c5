"""Where the steps of a stream are other ones than its standard says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

DriftKind = Literal["step_gone", "step_new", "owner", "step_unused"]


@dataclass(frozen=True, slots=True)
class StandardStep:
    """A step as the standard names it, or as it is now. team: "" for nobody's. used: whether any
    delivery went through it; None where there was none to tell by, or no tool records the step.
    """

    name: str
    team: str = ""
    used: bool | None = None


@dataclass(frozen=True, slots=True)
class StepDrift:
    """was, now: the owners, of an owner that changed."""

    kind: DriftKind
    step: str
    was: str = ""
    now: str = ""


def step_drift(
    standard: Sequence[StandardStep], present: Sequence[StandardStep]
) -> list[StepDrift]:
    """The differences in the order of the standard, what is new after them.

    A step is the same while it has the same name. One that the standard says is used, and through
    which no delivery went now, is `step_unused`.
    """
    there = {step.name: step for step in present}
    found = []
    for step in standard:
        now = there.get(step.name)
        if now is None:
            found.append(StepDrift("step_gone", step.name, was=step.team))
            continue
        if now.team != step.team:
            found.append(StepDrift("owner", step.name, was=step.team, now=now.team))
        if step.used and now.used is False:
            found.append(StepDrift("step_unused", step.name, was=step.team, now=now.team))
    known = {step.name for step in standard}
    new = [step for step in present if step.name not in known]
    return [*found, *(StepDrift("step_new", step.name, now=step.team) for step in new)]
