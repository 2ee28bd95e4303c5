"""Samples and streams that several tests of the lab play."""

from __future__ import annotations

import numpy as np

from metrics.lab.network import Network, line
from metrics.stats import Floats


def always(days: float) -> Floats:
    return np.array([days])


def exponential(mean: float, size: int = 20_000) -> Floats:
    """Quantiles of the exponential distribution."""
    return -mean * np.log(1 - (np.arange(size) + 0.5) / size)


def three(dev: int = 1, review: int = 1, test: int = 1) -> Network:
    """The line of the golden vector: one arrives a day; 1 d, 2 d and 1.5 d of work."""
    works = {"dev": (always(1), dev), "review": (always(2), review), "test": (always(1.5), test)}
    return line(works, always(1))


def random_three(demand: float, review: int) -> Network:
    """The same with chance: so many arrive a day, a reviewer does 1 a day and a tester 1.1."""
    works = {
        "dev": (exponential(1 / 1.5), 1),
        "review": (exponential(1.0), review),
        "test": (exponential(1 / 1.1), 1),
    }
    return line(works, exponential(1 / demand))
