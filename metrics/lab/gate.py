"""May the model speak in numbers? Only where it reproduces the stream as it is."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from metrics.lab.calibrate import Measured, Model
from metrics.lab.fit import fitted
from metrics.lab.runs import Outcome, Plan, outcome

TOLERANCE: Final = 0.20
_COUNTED: Final = (200, 1_500)
_WARM_UP: Final = 0.1
_LITTLE: Final = 1.0
"""Queues below one item are compared as if they were one: 20 % of next to nothing is no error."""


@dataclass(frozen=True, slots=True)
class Check:
    """One number of the stream as measured, and as the model has it. step: of a queue."""

    what: str
    step: str | None
    measured: float
    modelled: float

    @property
    def off(self) -> float:
        """By which part of the measured it misses."""
        least = _LITTLE if self.step is not None else 1e-9
        return (self.modelled - self.measured) / max(self.measured, least)

    @property
    def holds(self) -> bool:
        return abs(self.off) <= TOLERANCE


@dataclass(frozen=True)
class Calibrated:
    """A model that was fitted, what it comes to as the stream is, and how near that is."""

    model: Model
    plan: Plan
    today: Outcome
    checks: tuple[Check, ...]

    @property
    def speaks_numbers(self) -> bool:
        return all(check.holds for check in self.checks)


def calibrated(found: Model, plan: Plan | None = None) -> Calibrated:
    """The model with other waiting fitted to the queues that were measured, played and checked.

    Waiting that the people of a step do not explain is put down to something else: a decision,
    another queue, an agreed day. No lever on people moves it.
    """
    chosen = plan_of(found.measured, sum(found.network.waiting)) if plan is None else plan
    first = _calibrated(found, chosen)
    if first.speaks_numbers or not any(step.openings for step in found.network.steps):
        return first
    even = _calibrated(_without_rhythm(found), chosen)
    return even if even.speaks_numbers else first


def _calibrated(found: Model, plan: Plan) -> Calibrated:
    near = fitted(found, plan)
    today = outcome(near.network, plan)
    return Calibrated(near, plan, today, checks(near, today))


def _without_rhythm(found: Model) -> Model:
    """Batches as other waiting: met on purpose, they are waited for less than by chance."""
    steps = tuple(replace(step, openings=(), period=1.0) for step in found.network.steps)
    return replace(found, network=replace(found.network, steps=steps))


def plan_of(measured: Measured, waiting: int) -> Plan:
    """As many items as the window had, within bounds, after those that are there at the begin and
    a tenth more: what waits already makes the long run-up of an empty stream needless, and a stream
    whose queues grow is played for as long as it was measured.
    """
    least, most = _COUNTED
    counted = max(least, min(most, measured.arrived))
    return Plan(counted, waiting + math.ceil(counted * _WARM_UP))


def checks(found: Model, today: Outcome) -> tuple[Check, ...]:
    """Half and 85 % of the flow times, and the queue of each step."""
    measured = found.measured
    queue = today.queue.mean(axis=0)
    return (
        Check("p50", None, measured.p50, float(today.p50.mean())),
        Check("p85", None, measured.p85, float(today.p85.mean())),
        *(
            Check("queue", step.name, wanted, float(queue[place]))
            for place, (step, wanted) in enumerate(
                zip(found.network.steps, measured.queue, strict=True)
            )
        ),
    )
