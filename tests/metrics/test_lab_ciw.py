"""The random lines of the golden vector, beside ciw on the same network."""

from __future__ import annotations

import math

import ciw
import numpy as np
import pytest

from metrics.lab.draws import Draws
from metrics.lab.engine import play
from tests.metrics.lab_lines import random_three

_DAYS, _WARM = 1_500.0, 150.0
_RUNS = 8
_RATES = (1.5, 1.0, 1.1)


def _by_ciw(demand: float, review: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Mean wait of each step (rows are runs), of visits between warm-up and end."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(demand), None, None],
        service_distributions=[ciw.dists.Exponential(rate) for rate in _RATES],
        number_of_servers=[1, review, 1],
        routing=[[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]],
    )
    found = []
    for seed in range(_RUNS):
        ciw.seed(seed)
        run = ciw.Simulation(network)
        run.simulate_until_max_time(_DAYS)
        told = [one for one in run.get_all_records() if one.arrival_date > _WARM]
        found.append([np.mean([r.waiting_time for r in told if r.node == n]) for n in (1, 2, 3)])
    return np.array(found)


def _by_us(demand: float, review: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    network = random_three(demand, review)
    found = []
    for run in range(_RUNS):
        told = play(network, Draws(network, math.ceil(demand * _DAYS * 1.2), 7, run))
        seen = (told.entered > _WARM) & (told.worked <= _DAYS)
        found.append([told.waited[seen & (told.step == n)].mean() for n in range(3)])
    return np.array(found)


@pytest.mark.parametrize(("demand", "review"), [(1.3, 1), (1.3, 2), (0.9, 1), (0.9, 2)])
def test_the_waits_are_those_of_ciw(demand: float, review: int) -> None:
    """Within what both differ by chance: the interval of the difference of their means."""
    ours, theirs = _by_us(demand, review), _by_ciw(demand, review)
    gap = ours.mean(axis=0) - theirs.mean(axis=0)
    reach = 3.2 * np.sqrt((ours.var(axis=0, ddof=1) + theirs.var(axis=0, ddof=1)) / _RUNS)
    assert (np.abs(gap) <= reach).all(), (ours.mean(axis=0), theirs.mean(axis=0))


def test_a_second_reviewer_moves_the_queue_where_too_much_arrives() -> None:
    """A9 (ii): it goes from the reviewers to the tester, by days; (iii) with less to do it goes."""
    over = [_by_us(1.3, review).mean(axis=0) for review in (1, 2)]
    assert over[0][1] > 150
    assert over[1][1] < 2
    assert over[1][2] > over[0][2] + 90
    calm = [_by_us(0.9, review).mean(axis=0) for review in (1, 2)]
    assert calm[0][1] > 5
    assert calm[1][1] < 0.5
    assert calm[1][2] < calm[0][2] + 1
