"""Moves what is known least of a model until it has the queues that were measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from metrics.lab.calibrate import Model
from metrics.lab.network import no_times
from metrics.lab.runs import Plan, outcome
from metrics.stats import Floats

_ROUNDS: Final = 9
_FITTING_RUNS: Final = 4
_FITTING_ITEMS: Final = 2_400
_DAMPED: Final = 0.15
_SOFT: Final = 0.2


@dataclass(slots=True)
class Fit:
    """What is moved until the model does as the stream did: by pool what its work is multiplied by,
    by step the days of other waiting a visit.
    """

    paces: list[float]
    delays: list[float]


def with_fit(found: Model, fit: Fit) -> Model:
    """The model so moved; the spread of work and waiting stays."""
    steps = []
    for step, mean in zip(found.network.steps, fit.delays, strict=True):
        now = float(step.delay.mean())
        delay = step.delay * (mean / now) if now > 0 and mean > 0 else no_times()
        pace = 1.0 if step.pool is None else fit.paces[step.pool]
        steps.append(replace(step, delay=delay, service=step.service * pace))
    return replace(found, network=replace(found.network, steps=tuple(steps)))


def fitted(found: Model, plan: Plan) -> Model:
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
        still = sum(one.items for place, one in enumerate(found.network.lying) if place in places)
        wanted = sum(found.measured.queue[place] for place in places) - still
        there = float(sum(queue[place] for place in places)) - still
        ratio = ((wanted + _SOFT) / (there + _SOFT)) ** _DAMPED
        most = 1 + seen.doubt if seen.basis == "queue_waited" else 1.0
        other = any(fit.delays[place] > 0 for place in places)
        if ratio > 1 or not other:
            fit.paces[pool] = min(most, max(1 - seen.doubt, fit.paces[pool] * ratio))
        if fit.paces[pool] >= most:
            full.add(pool)
    return full
