"""How soon after a deployment its incidents begin, learned from those whose cause is sure."""

from __future__ import annotations

from math import ceil
from typing import Final

import pandas as pd

from core.records import Entity
from correlator.cases import cases, live_deployments, originals
from correlator.evidence import Evidence, Found, no_links

ENOUGH: Final = 20
"""Fewer incidents with a sure cause than this say nothing: the configured window holds."""

_SHARE: Final = 0.95
_SHORTEST_S: Final = 3600
_SURE: Final = 0.8

TELLING: Final = (
    "caused_by_change",
    "incident_correlation",
    "rolled_back",
    "reverted",
    "named_in_incident",
    "named_in_fix",
)
"""The rules that do not themselves go by the window."""


def learned_window(
    blame: pd.DataFrame, starts: pd.DataFrame, finished: pd.DataFrame, *, window_s: int
) -> int:
    """The time after a deployment in which 95 of 100 incidents with a sure cause began, in seconds;
    never longer than `window_s`, and just that where fewer than 20 are known.

    blame: deployment_id, incident_id, rule, confidence. starts: incident_id, start_ts. finished:
    deployment_id, finished_ts. An incident with several sure causes counts by the latest.
    """
    sure = blame[blame["rule"].isin(TELLING) & (blame["confidence"] >= _SURE)]
    table = sure.merge(starts, on="incident_id").merge(
        finished.drop_duplicates("deployment_id"), on="deployment_id"
    )
    delays = table["start_ts"] - table["finished_ts"]
    known = table.assign(delay=delays)[delays >= 0].groupby("incident_id")["delay"].min()
    if len(known) < ENOUGH:
        return window_s
    place = ceil(_SHARE * len(known)) - 1
    return max(_SHORTEST_S, min(window_s, int(known.sort_values().iloc[place])))


def incident_window(evidence: Evidence, found: Found) -> int:
    """How long after a deployment an incident is suspected to be due to it, in seconds."""
    frames = [one for one in found.frames if len(one)]
    links = pd.concat([no_links(), *frames])
    blame = links[(links["a_kind"] == Entity.DEPLOYMENT) & (links["b_kind"] == Entity.INCIDENT)]
    roots = originals(evidence.incidents)
    blame = blame.rename(columns={"a_id": "deployment_id", "b_id": "incident_id"})
    return learned_window(
        blame.assign(incident_id=blame["incident_id"].map(roots)),
        cases(evidence)[["incident_id", "start_ts"]],
        live_deployments(evidence)[["deployment_id", "finished_ts"]],
        window_s=evidence.incident_rules.window_s,
    )
