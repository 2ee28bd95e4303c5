"""Whether a deployment or mere chance: what the rates of incidents say about one that began so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from correlator.delays import Numbers

ENOUGH: Final = 20
"""Fewer incidents than this, or fewer than `ENOUGH_KNOWN` of sure cause, say nothing of rates."""
ENOUGH_KNOWN: Final = 5

_ROUNDS: Final = 30
_SHARED: Final = 1.0  # incidents' worth of what services have in common, in the rates of each
_SHORTEST_S: Final = 24.0 * 3600

Positions = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen of `len(deployments)` services, numbered from 0.

    deployments, observed_s, explained: per service, how many deployments, for how long, and how
    many incidents of sure cause. service: of each incident without a sure cause. incident and pace:
    of each suspect, the position of its incident, and how much of what deployments cause begins at
    this delay, per second.
    """

    deployments: Numbers
    observed_s: Numbers
    explained: Numbers
    service: Positions
    incident: Positions
    pace: Numbers


@dataclass(frozen=True, slots=True)
class Rates:
    """Per service. by_deployment: incidents that each deployment causes and that leave no sure
    trace. by_chance: incidents per second without a cause.
    """

    by_deployment: Numbers
    by_chance: Numbers


def learned_rates(seen: Observed) -> Rates:
    """The rates that explain best what was seen; each service leans on all, the less its own.

    In turn: how likely each incident is due to each suspect, or to none, by the rates; then the
    rates by these (expectation and maximisation).
    """
    services, open_ = len(seen.deployments), len(seen.service)
    place = seen.service[seen.incident]
    known, made, lasted = seen.explained.sum(), seen.deployments.sum(), seen.observed_s.sum()
    rates = Rates(np.full(services, open_ / 2 / made), np.full(services, open_ / 2 / lasted))
    for _ in range(_ROUNDS):
        suspects, none = chances(seen, rates)
        caused = np.bincount(place, suspects, minlength=services)
        causeless = np.bincount(seen.service, none, minlength=services)
        all_of = seen.explained + caused
        usual = max(all_of.sum() / made, 1e-12)
        traceless = caused.sum() / max(known + caused.sum(), 1e-12)
        noise = max(causeless.sum() / lasted, 1e-15)
        rates = Rates(
            traceless * (all_of + _SHARED) / (seen.deployments + _SHARED / usual),
            (causeless + _SHARED) / (seen.observed_s + _SHARED / noise),
        )
    return rates


def chances(seen: Observed, rates: Rates) -> tuple[Numbers, Numbers]:
    """How likely each suspect caused its incident, and how likely each incident has no cause."""
    weight = rates.by_deployment[seen.service[seen.incident]] * seen.pace
    alone = rates.by_chance[seen.service]
    total = alone + np.bincount(seen.incident, weight, minlength=len(alone))
    return weight / total[seen.incident], alone / total


def observed(
    starts: pd.DataFrame, live: pd.DataFrame, known: pd.DataFrame, suspects: pd.DataFrame
) -> Observed | None:
    """What was seen, in the order of `starts` and `suspects`; None where that is too little.

    starts: incident_id, service_id, start_ts, of incidents without a sure cause whose service was
    deployed before. live: service_id, finished_ts. known: service_id of the sure causes. suspects:
    incident_id, pace.
    """
    if len(known) < ENOUGH_KNOWN or len(starts) + len(known) < ENOUGH or starts.empty:
        return None
    until = max(int(live["finished_ts"].max()), int(starts["start_ts"].max()))
    by_service = live.groupby("service_id")["finished_ts"].agg(["size", "min"])
    numbers = pd.Series(range(len(by_service)), index=by_service.index)
    rows = pd.Series(range(len(starts)), index=starts["incident_id"])
    counted = known["service_id"].map(numbers).dropna().astype("int64")
    return Observed(
        by_service["size"].to_numpy("float64"),
        np.maximum(until - by_service["min"].to_numpy("float64"), _SHORTEST_S),
        np.bincount(counted.to_numpy("int64"), minlength=len(numbers)).astype("float64"),
        starts["service_id"].map(numbers).to_numpy("int64"),
        suspects["incident_id"].map(rows).to_numpy("int64"),
        suspects["pace"].to_numpy("float64"),
    )
