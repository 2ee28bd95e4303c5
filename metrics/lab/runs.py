"""What runs of a stream come to: times, queues, people's load and delay cost, run by run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from metrics.lab.draws import Draws
from metrics.lab.engine import Play, play
from metrics.lab.network import WEEK_D, Network
from metrics.lab.worth import waiting_cost
from metrics.stats import Floats, percentile

RUNS: Final = 20
SEED: Final = 1


@dataclass(frozen=True)
class Plan:
    """How much is played: `counted` items in each of `runs`, after `warm_up` that are
    not counted.
    """

    counted: int
    warm_up: int
    runs: int = RUNS
    seed: int = SEED


@dataclass(frozen=True)
class Outcome:
    """By run (rows) and, where there is one, by step or pool (columns). Times are days an item.

    p50, p85: of the time from arrival to done. outside: wait before the first step. wait: of each
    step, `queue` items that wait there on average, `work` days of work, `visits` of it. busy: share
    of the time of each pool. cost: cents a week that waiting costs, outside in the last column; all
    zero where no item has a value. flows: all times from arrival to done, of all runs.
    """

    p50: Floats
    p85: Floats
    mean: Floats
    per_week: Floats
    outside: Floats
    wait: Floats
    queue: Floats
    work: Floats
    visits: Floats
    busy: Floats
    cost: Floats
    flows: Floats


@dataclass(frozen=True)
class _Run:
    flows: Floats
    per_week: float
    outside: float
    wait: Floats
    queue: Floats
    work: Floats
    visits: Floats
    busy: Floats
    cost: Floats


def outcome(network: Network, plan: Plan) -> Outcome:
    """Play it as often as planned."""
    count = plan.warm_up + plan.counted
    found = []
    for run in range(plan.runs):
        draws = Draws(network, count, plan.seed, run)
        found.append(_summed(network, draws, play(network, draws), plan.warm_up))
    return Outcome(
        p50=_each([percentile(one.flows, 0.50) for one in found]),
        p85=_each([percentile(one.flows, 0.85) for one in found]),
        mean=_each([float(one.flows.mean()) if len(one.flows) else None for one in found]),
        per_week=np.array([one.per_week for one in found]),
        outside=np.array([one.outside for one in found]),
        wait=np.stack([one.wait for one in found]),
        queue=np.stack([one.queue for one in found]),
        work=np.stack([one.work for one in found]),
        visits=np.stack([one.visits for one in found]),
        busy=np.stack([one.busy for one in found]),
        cost=np.stack([one.cost for one in found]),
        flows=np.concatenate([one.flows for one in found]),
    )


def _each(values: list[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _summed(network: Network, draws: Draws, run: Play, warm_up: int) -> _Run:
    """Of the items after the warm-up. A rate is over the days in which these arrived."""
    size, items = len(network.steps), max(1, draws.count - warm_up)
    span = max(float(run.arrived[-1] - run.arrived[warm_up]), 1e-9)
    counted = run.item >= warm_up
    step = run.step[counted]
    waited = run.waited[counted]
    worked = run.worked[counted] - run.begun[counted]
    wait, work = _by(step, waited, size), _by(step, worked, size)
    began = np.where(run.ended == run.ended, run.ended, run.admitted)
    np.minimum.at(began, run.item, run.entered)
    outside = began - run.arrived
    cost = waiting_cost(draws, run, outside, warm_up, span)
    lying = np.array([(one.items, one.cents_per_week) for one in network.lying])
    lying = lying if len(lying) else np.zeros((size, 2))
    delivered = ~run.dropped & (np.arange(draws.count) >= warm_up)
    in_time = ~run.dropped & (run.ended > run.arrived[warm_up]) & (run.ended <= run.arrived[-1])
    return _Run(
        flows=(run.ended - run.arrived)[delivered],
        per_week=float(in_time.sum()) / span * WEEK_D,
        outside=float(outside[warm_up:].mean()),
        wait=wait / items,
        queue=wait / span + lying[:, 0],
        work=work / items,
        visits=_by(step, np.ones(len(step)), size) / items,
        busy=_busy(network, work, span),
        cost=cost + np.append(lying[:, 1], 0.0),
    )


def _by(step: npt.NDArray[np.int64], what: Floats, size: int) -> Floats:
    found: Floats = np.bincount(step, weights=what, minlength=size).astype(np.float64)
    return found


def _busy(network: Network, work: Floats, span: float) -> Floats:
    """The share of the people's time; 1 where more is asked of them than they can do."""
    asked = np.zeros(len(network.people))
    for place, step in enumerate(network.steps):
        if step.pool is not None:
            asked[step.pool] += work[place]
    found: Floats = np.minimum(1.0, asked / span / np.maximum(1, np.array(network.people)))
    return found if len(network.people) else asked
