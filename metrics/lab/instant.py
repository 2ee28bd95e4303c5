"""Waits from a formula: Little, Kingman, and Sakasegawa for several people.

ca2, cs2: squared coefficients of variation of the times between arrivals and of the work. Exact
only where both are exponential and one person works; near saturation good, at low load rough.
"""

from __future__ import annotations

import math

from metrics.lab.network import Network
from metrics.stats import Floats


def little(throughput: float, time: float) -> float:
    """Items inside, from items a day and days inside."""
    return throughput * time


def kingman(load: float, ca2: float, cs2: float, work: float) -> float:
    """Days of queueing before one person who is busy for this share of the time; infinite from 1
    on. work: days an item takes.
    """
    if load >= 1:
        return math.inf
    return load / (1 - load) * (ca2 + cs2) / 2 * work


def sakasegawa(load: float, people: int, ca2: float, cs2: float, work: float) -> float:
    """The same before several people who share the queue."""
    if load >= 1:
        return math.inf
    full = math.pow(load, math.sqrt(2 * (people + 1)) - 1)
    return (ca2 + cs2) / 2 * full / (people * (1 - load)) * work


def variation(sample: Floats) -> float:
    """Squared coefficient of variation; 0 where all is alike, or nothing."""
    mean = float(sample.mean()) if len(sample) else 0.0
    return float(sample.var()) / mean**2 if mean > 0 else 0.0


def visits_per_item(network: Network) -> list[float]:
    """How often an item visits each step on average, with rework; the ways are a Markov chain."""
    size = len(network.steps)
    share = [network.first.get(place, 0.0) for place in range(size)]
    found = list(share)
    for _ in range(2_000):
        following = [0.0] * size
        for place, step in enumerate(network.steps):
            again = sum(step.back.values())
            for to, p in step.back.items():
                following[to] += share[place] * p
            for to, p in step.onward.items():
                if to < size:
                    following[to] += share[place] * (1 - again) * p
        share = following
        found = [a + b for a, b in zip(found, share, strict=True)]
        if sum(share) < 1e-9:
            break
    return found


def instant_waits(network: Network) -> list[float | None]:
    """Days an item queues for people before each step, by `sakasegawa`; None where people are
    asked for more than they can do, 0 where nobody is needed.
    """
    rate = 1 / float(network.gaps.mean())
    if network.cap is not None:
        rate = min(rate, network.cap / 7)
    visits = visits_per_item(network)
    ca2 = variation(network.gaps)
    found: list[float | None] = []
    for step in network.steps:
        if step.pool is None:
            found.append(0.0)
            continue
        shared = network.steps_of(step.pool)
        people = network.people[step.pool]
        asked = sum(rate * visits[place] * network.steps[place].work for place in shared)
        wait = sakasegawa(asked / people, people, ca2, variation(step.service), step.work)
        found.append(None if math.isinf(wait) else wait * visits[network.steps.index(step)])
    return found
