"""Whether each deployment failed: yes, no, or not known yet; by sure evidence, and by suspicion."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.incident_facts import is_loose
from metrics.mapping import Flags


def deployment_verdicts(
    deployments: pd.DataFrame,
    incidents: pd.DataFrame,
    *,
    as_of: int,
    observation_window_s: int,
    incident_window_s: int,
) -> pd.DataFrame:
    """`strict` and `lenient` of each deployment: yes, no or pending.

    deployments, incidents: columns of `deployment_fact` and `incident_fact`. strict: yes by sure
    evidence. lenient: also yes where, within `incident_window_s`, an incident of its service began
    that nothing sure explains. No is said only once the observation window is over; pending before.
    A failure that is found later turns a no into a yes.
    """
    closed = deployments["finished_ts"].to_numpy(np.int64) + observation_window_s <= as_of
    sound = np.where(closed, "no", "pending")
    failed = is_failed(deployments)
    suspect = failed | _near_loose(deployments, incidents, as_of, incident_window_s)
    return pd.DataFrame(
        {
            "strict": np.where(failed, "yes", sound).astype(object),
            "lenient": np.where(suspect, "yes", sound).astype(object),
        },
        index=deployments.index,
    )


def is_failed(rows: pd.DataFrame) -> Flags:
    """True where there is explicit evidence of failure; unknown and missing are False here."""
    found: Flags = (rows["failed"].to_numpy(object) == 1).astype(np.bool_)
    return found


def _near_loose(rows: pd.DataFrame, incidents: pd.DataFrame, as_of: int, reach_s: int) -> Flags:
    loose = incidents[is_loose(incidents) & (incidents["opened_ts"] <= as_of)]
    near = np.zeros(len(rows), np.bool_)
    service = rows["service_id"].to_numpy(np.int64)
    finished = rows["finished_ts"].to_numpy(np.int64)
    for number in np.unique(service):
        opened = np.sort(loose["opened_ts"][loose["service_id"] == number].to_numpy(np.int64))
        mine = service == number
        first = np.searchsorted(opened, finished[mine], side="left")
        near[mine] = first < np.searchsorted(opened, finished[mine] + reach_s, side="right")
    return near
