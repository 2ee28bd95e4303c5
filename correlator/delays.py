"""How soon after a deployment its incidents begin, learned from those whose cause is sure."""

from __future__ import annotations

from collections.abc import Callable
from math import log, pi, sqrt
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from correlator.evidence import HUMAN

Numbers = NDArray[np.float64]

SURE: Final = 0.8

TELLING: Final = (
    HUMAN,
    "caused_by_change",
    "incident_correlation",
    "rolled_back",
    "reverted",
    "named_in_incident",
    "named_in_fix",
)
"""The rules that do not themselves go by time."""

_SHORTEST_S: Final = 60
_UNKNOWN_FROM_S: Final = 15 * 60
_UNKNOWN: Final = 5  # delays of which nothing is known, spread evenly over the window
_WIDTH: Final = log(2)  # a known delay speaks for such as are about half to twice as long
_POINTS: Final = 400


def known_causes(blame: pd.DataFrame, finished: pd.DataFrame) -> pd.DataFrame:
    """incident_id, deployment_id, service_id, finished_ts: the sure cause of each incident that has
    one; of several the latest.

    blame: deployment_id, incident_id, rule, confidence. finished: deployment_id, service_id,
    finished_ts.
    """
    sure = blame[blame["rule"].isin(TELLING) & (blame["confidence"] >= SURE)]
    table = sure[["incident_id", "deployment_id"]].merge(
        finished.drop_duplicates("deployment_id"), on="deployment_id"
    )
    ordered = table.sort_values(["incident_id", "finished_ts", "deployment_id"])
    return ordered.drop_duplicates("incident_id", keep="last").reset_index(drop=True)


def usual_delays(known_s: Numbers, *, window_s: int) -> Callable[[Numbers], Numbers]:
    """How much of the incidents that deployments cause begins at each delay, per second.

    known_s: delays of incidents of sure cause, in seconds. Whatever their distribution: each speaks
    for itself and for delays of about half to twice its length. A few that are spread evenly from a
    quarter of an hour to `window_s` stand for what is not known yet.
    """
    unknown = np.geomspace(min(_UNKNOWN_FROM_S, window_s), window_s, 50)
    known = np.maximum(np.sort(known_s), _SHORTEST_S)
    centres = np.log(np.concatenate([known, unknown]))
    weights = np.concatenate([np.ones(len(known)), np.full(len(unknown), _UNKNOWN / 50)])
    grid = np.linspace(log(_SHORTEST_S), log(4 * max(window_s, _SHORTEST_S)), _POINTS)
    distance = (grid[:, None] - centres[None, :]) / _WIDTH
    heights = np.exp(-(distance**2) / 2) @ weights / (weights.sum() * _WIDTH * sqrt(2 * pi))

    def per_second(delay_s: Numbers) -> Numbers:
        delay = np.maximum(delay_s, _SHORTEST_S)
        found: Numbers = np.interp(np.log(delay), grid, heights) / delay
        return found

    return per_second
