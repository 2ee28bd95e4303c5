"""May the model speak in numbers? Only where it reproduces the stream as it is."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from metrics.lab.calibrate import Fit, Measured, Model, with_fit
from metrics.lab.runs import Outcome, Plan, outcome
from metrics.stats import Floats

TOLERANCE: Final = 0.20
_COUNTED: Final = (200, 1_500)
_WARM_UP: Final = 0.1
_ROUNDS: Final = 9
_FITTING_RUNS: Final = 4
_FITTING_ITEMS: Final = 2_400
_DAMPED: Final = 0.15
_SOFT: Final = 0.2
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
    fitted = _fitted(found, plan)
    today = outcome(fitted.network, plan)
    return Calibrated(fitted, plan, today, checks(fitted, today))


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


def _fitted(found: Model, plan: Plan) -> Model:
    """What people can do is moved within its doubt, then other waiting, until queues are those that
    were measured.
    """
    few = replace(plan, runs=min(plan.runs, max(_FITTING_RUNS, _FITTING_ITEMS // plan.counted)))
    nobody = [step.pool is None and not step.openings for step in found.network.steps]
    waits = [float(step.delay.mean()) for step in found.network.steps]
    fit = Fit(
        [1.0] * len(found.capacities),
        [wait if alone else 0.0 for wait, alone in zip(waits, nobody, strict=True)],
    )
    for _ in range(_ROUNDS):
        played = outcome(with_fit(found, fit).network, few)
        queue, visits = played.queue.mean(axis=0), played.visits.mean(axis=0)
        full = _fit_people(found, fit, queue)
        rate = 1 / float(found.network.gaps.mean())
        for place, step in enumerate(found.network.steps):
            miss = found.measured.queue[place] - float(queue[place])
            each = rate * float(visits[place])
            if each > 0 and (miss < 0 or step.pool is None or step.pool in full):
                fit.delays[place] = max(0.0, fit.delays[place] + miss / each)
    return with_fit(found, fit)


def _fit_people(found: Model, fit: Fit, queue: Floats) -> set[int]:
    """Move the pace of each pool towards its measured queue; the pools whose people explain no
    more of it.
    """
    full = set()
    for pool, seen in enumerate(found.capacities):
        places = found.network.steps_of(pool)
        wanted = sum(found.measured.queue[place] for place in places)
        there = float(sum(queue[place] for place in places))
        ratio = ((wanted + _SOFT) / (there + _SOFT)) ** _DAMPED
        most = 1 + seen.doubt if seen.basis == "queue_waited" else 1.0
        other = any(fit.delays[place] > 0 for place in places)
        if ratio > 1 or not other:
            fit.paces[pool] = min(most, max(1 - seen.doubt, fit.paces[pool] * ratio))
        if fit.paces[pool] >= most:
            full.add(pool)
    return full


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
