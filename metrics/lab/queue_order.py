"""Who of those that wait for people is next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isnan
from typing import Final

import numpy as np

from metrics.lab.draws import Draws
from metrics.lab.network import Network

_LEAST_D: Final = 1e-9
"""Added to what work takes, so that none at all can be divided by."""


def queue_keys(
    network: Network, draws: Draws, arrivals: Sequence[float]
) -> list[Callable[[int, float], float] | None]:
    """By step what puts its queue in order, the least first; None: first in, first out."""
    found: list[Callable[[int, float], float] | None] = []
    for step in network.steps:
        if step.order == "first_in":
            found.append(None)
        elif step.order == "oldest":
            found.append(lambda item, _service: arrivals[item])
        elif step.order == "shortest":
            found.append(lambda _item, service: service)
        elif step.order == "cd3":
            found.append(_by_cost(draws))
        else:
            found.append(_by_kind(network, draws, step.order))
    return found


def _by_cost(draws: Draws) -> Callable[[int, float], float]:
    told = [0.0 if isnan(value) else value for value in draws.values().tolist()]
    return lambda item, service: -told[item] / (service + _LEAST_D)


def _by_kind(network: Network, draws: Draws, name: str) -> Callable[[int, float], float]:
    wanted = [place for place, kind in enumerate(network.kinds) if kind.name == name]
    later: list[float] = (~np.isin(draws.kinds(), wanted)).astype(np.float64).tolist()
    return lambda item, _service: later[item]
