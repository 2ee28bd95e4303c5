"""P15: a year of a stream of nine steps, two people at each, in runs under common random numbers,
beside ciw on the same network, scaled to as many runs. Both have the same waits, as near as chance
lets them; and the same chances give the same run again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import ciw
import numpy as np

from bench.measuring import Outcome, in_turn, peak_mb
from metrics.lab.draws import Draws
from metrics.lab.engine import play
from metrics.lab.network import Network, line
from metrics.lab.paired import student
from metrics.stats import Floats

_STEPS, _PEOPLE, _ITEMS, _DAYS = 9, 2, 1_500, 365.0
_BUSY = 0.7
_GAP = _DAYS / _ITEMS
_WORK = _BUSY * _PEOPLE * _GAP
_BASELINE_RUNS, _SMALL, _FULL = 5, 20, 200
_LEAST = 10.0
_SEED = 11


def run(*, full: bool) -> Iterator[Outcome]:
    """full: 200 runs instead of 20."""
    runs = _FULL if full else _SMALL
    network = line(
        {f"step {n}": (_exponential(_WORK), _PEOPLE) for n in range(_STEPS)}, _exponential(_GAP)
    )
    _check_alike(network)
    took_ciw, took_own = in_turn(
        lambda: [_ciw(seed) for seed in range(_BASELINE_RUNS)],
        lambda: [_own(network, number) for number in range(runs)],
    )
    yield Outcome(
        "P15",
        "runs of the lab",
        f"{runs} runs of a year, {_ITEMS:,} items, {_STEPS} steps",
        f"ciw, {_BASELINE_RUNS} runs, scaled",
        took_ciw / _BASELINE_RUNS * runs,
        took_own,
        _LEAST,
        peak_mb(),
    )


def _exponential(mean: float) -> Floats:
    return -mean * np.log(1 - (np.arange(20_000) + 0.5) / 20_000)


def _own(network: Network, number: int) -> float:
    """Days from arrival to done, on average, of those that are done within the year."""
    found = play(network, Draws(network, _ITEMS, _SEED, number))
    return float((found.ended - found.arrived)[found.ended <= _DAYS].mean())


def _ciw(seed: int) -> float:
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(1 / _GAP), *([None] * (_STEPS - 1))],
        service_distributions=[ciw.dists.Exponential(1 / _WORK)] * _STEPS,
        number_of_servers=[_PEOPLE] * _STEPS,
        routing=[[float(to == at + 1) for to in range(_STEPS)] for at in range(_STEPS)],
    )
    ciw.seed(seed)
    played = ciw.Simulation(network)
    played.simulate_until_max_time(_DAYS)
    rows = played.get_all_records()
    ended = {one.id_number: one.exit_date for one in rows if one.node == _STEPS}
    begun = {one.id_number: one.arrival_date for one in rows if one.node == 1}
    return float(np.mean([end - begun[item] for item, end in ended.items()]))


def _check_alike(network: Network) -> None:
    """The means of 15 runs each differ no more than twice as far as their 95 % interval reaches."""
    number = 15
    ours = np.array([_own(network, one) for one in range(number)])
    theirs = np.array([_ciw(seed) for seed in range(number)])
    reach = student(2 * number - 2) * math.sqrt((ours.var(ddof=1) + theirs.var(ddof=1)) / number)
    gap = float(ours.mean() - theirs.mean())
    if abs(gap) > 2 * reach:
        raise AssertionError(f"the lab and ciw differ by {gap:.3f} d, more than {reach:.3f} d")
    if _own(network, 0) != ours[0]:
        raise AssertionError("the same chances gave another run")
