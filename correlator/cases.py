"""Incidents as cases: duplicates merged into their original, and the deployments before each."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.frames import NONE
from core.records import Result
from correlator.evidence import Evidence

PRODUCTION: Final = "production"
SLACK_S: Final = 30 * 60
"""A remedy may be written down as finished a little after the incident is said to be resolved."""

CASE_COLUMNS: Final = ["incident_id", "service_id", "start_ts", "resolved_ts", "number"]
SPAN: Final = 1 << 40  # room for a time below a service's number


def originals(incidents: pd.DataFrame) -> dict[int, int]:
    """incident_id -> the incident that it is counted with, itself where it is no duplicate.

    incidents: incident_id, source_id, external_id, duplicate_of_external_id, number, opened_ts.
    Chains of any length lead to their end. Where there is no end (duplicates that name each other,
    or one that was never collected) the one that opened first stands for all.
    """
    ids = dict(
        zip(
            zip(incidents["source_id"], incidents["external_id"], strict=True),
            incidents["incident_id"].tolist(),
            strict=True,
        )
    )
    names = ["source_id", "external_id", "duplicate_of_external_id", "incident_id"]
    groups: dict[Hashable, Hashable] = {}
    ends: set[int] = set()
    for source, own, other, incident in incidents[names].itertuples(index=False):
        named = (source, other)
        if other == "" or named == (source, own):
            ends.add(incident)
            continue
        _join(groups, incident, ids.get(named, named))
    order = ["opened_ts", "number", "source_id", "external_id"]
    found: dict[Hashable, int] = {}
    ordered = incidents.sort_values(order)["incident_id"].tolist()
    for incident in ordered:
        group = _head(groups, incident)
        if group not in found or (incident in ends and found[group] not in ends):
            found[group] = incident
    return {incident: found[_head(groups, incident)] for incident in ordered}


def _head(groups: dict[Hashable, Hashable], one: Hashable) -> Hashable:
    while (above := groups.get(one, one)) != one:
        groups[one] = groups.get(above, above)
        one = above
    return one


def _join(groups: dict[Hashable, Hashable], one: Hashable, other: Hashable) -> None:
    here, there = _head(groups, one), _head(groups, other)
    if here != there:
        groups[here] = there


def roots(evidence: Evidence) -> dict[int, int]:
    """`originals` of the incidents in evidence."""
    return evidence.once(_roots)


def _roots(evidence: Evidence) -> dict[int, int]:
    return originals(evidence.incidents)


def cases(evidence: Evidence) -> pd.DataFrame:
    """One row per incident that is no duplicate: `CASE_COLUMNS`.

    start_ts: when the impact began, as far as anybody knows: the first detection or opening among
    the incident and its duplicates. resolved_ts: of the original (`NONE`: still open). service_id:
    its own, else that of the first duplicate that has one (`NONE`: not known).
    """
    return evidence.once(_cases).copy(deep=False)


def _cases(evidence: Evidence) -> pd.DataFrame:
    incidents = evidence.incidents
    if incidents.empty:
        return pd.DataFrame({name: pd.Series(dtype=_KINDS[name]) for name in CASE_COLUMNS})
    opened, detected = incidents["opened_ts"], incidents["detected_ts"]
    start = opened.where((detected == NONE) | (detected > opened), detected)
    table = incidents.assign(start_ts=start, root=incidents["incident_id"].map(roots(evidence)))
    table = table.assign(own=table["root"] == table["incident_id"])
    ordered = table.sort_values(["own", "start_ts", "number"], ascending=[False, True, True])
    placed = ordered[ordered["service_id"] != NONE].drop_duplicates("root")
    services = placed.set_index("root")["service_id"]
    rows = table[table["own"]]
    begun = table.groupby("root")["start_ts"].min()
    found = rows.assign(
        service_id=rows["incident_id"].map(services).fillna(NONE).astype("int64"),
        start_ts=rows["incident_id"].map(begun).astype("int64"),
    )
    return found[CASE_COLUMNS].sort_values("incident_id").reset_index(drop=True)


_KINDS: Final = dict.fromkeys(CASE_COLUMNS, "int64") | {"number": "object"}


def case_texts(evidence: Evidence) -> pd.DataFrame:
    """incident_id (of the case), text: title and description of each incident and duplicate."""
    incidents = evidence.incidents
    texts = incidents["title"].astype("object") + "\n" + incidents["description"].astype("object")
    return pd.DataFrame(
        {
            "incident_id": incidents["incident_id"].map(roots(evidence)).astype("int64"),
            "text": texts,
        }
    )


def live_deployments(evidence: Evidence) -> pd.DataFrame:
    """What changed the production of a configured service: the successful deployments, one row per
    service; those of unknown finish are left out.
    """
    return evidence.once(_live_deployments).copy(deep=False)


def _live_deployments(evidence: Evidence) -> pd.DataFrame:
    table = evidence.deployments
    live = (table["target"] == PRODUCTION) & (table["service_id"] != NONE)
    done = (table["result"] == Result.SUCCESS.value) & (table["finished_ts"] != NONE)
    return table[live & done].reset_index(drop=True)


def preceding(found: pd.DataFrame, deployments: pd.DataFrame, *, within_s: int) -> pd.DataFrame:
    """incident_id, deployment_id, service_id, ago_s: the deployments of the case's service that
    finished at most `within_s` before its start; nothing for a case of unknown service.

    found: rows of `cases`. deployments: deployment_id, service_id, finished_ts.
    """
    placed = found[found["service_id"] != NONE]
    ordered = deployments.sort_values(["service_id", "finished_ts", "deployment_id"])
    keys = ordered["service_id"].to_numpy("int64") * SPAN + ordered["finished_ts"].to_numpy("int64")
    base = placed["service_id"].to_numpy("int64") * SPAN
    start = placed["start_ts"].to_numpy("int64")
    rows, spots = spread(
        np.searchsorted(keys, base + start - within_s, side="left"),
        np.searchsorted(keys, base + start, side="right"),
    )
    return pd.DataFrame(
        {
            "incident_id": placed["incident_id"].to_numpy("int64")[rows],
            "deployment_id": ordered["deployment_id"].to_numpy("int64")[spots],
            "service_id": placed["service_id"].to_numpy("int64")[rows],
            "ago_s": start[rows] - ordered["finished_ts"].to_numpy("int64")[spots],
        }
    )


def spread(
    first: NDArray[np.int64], behind: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every position of the ranges `[first, behind)`: the number of its range, and itself."""
    counts = np.maximum(behind - first, 0)
    rows = np.repeat(np.arange(len(counts), dtype="int64"), counts)
    before = np.cumsum(counts) - counts
    spots = np.arange(int(counts.sum()), dtype="int64") - before[rows] + first[rows]
    return rows, spots


def latest_first(pairs: pd.DataFrame, deployments: pd.DataFrame) -> pd.DataFrame:
    """`pairs` with `place`, 0 for the latest deployment of its incident, and `several`, how many
    there are. Of two that finished in one second the one begun later is the later one.
    """
    begun = deployments.drop_duplicates("deployment_id").set_index("deployment_id")["created_ts"]
    table = pairs.assign(begun=pairs["deployment_id"].map(begun).astype("int64"))
    table = table.sort_values(
        ["incident_id", "ago_s", "begun", "deployment_id"], ascending=[True, True, False, True]
    )
    by_case = table.groupby("incident_id")["deployment_id"]
    return table.assign(place=by_case.cumcount(), several=by_case.transform("size"))


def clock(ts: Iterable[int]) -> list[str]:
    """Times as a person reads them, in UTC, to the minute."""
    return [pd.Timestamp(int(one), unit="s").strftime("%Y-%m-%d %H:%M UTC") for one in ts]


def names_of(deployments: pd.DataFrame) -> dict[int, str]:
    """What a person calls each deployment: service with version, short sha or environment."""
    columns = ("deployment_id", "service", "version", "sha", "environment")
    rows = zip(*(deployments[name] for name in columns), strict=True)
    return {
        number: f"{service} {version or sha[:8] or environment}".strip()
        for number, service, version, sha, environment in rows
    }


def span_words(seconds: int) -> str:
    """`50 min` or `7 h`."""
    return f"{seconds // 60} min" if seconds < 2 * 3600 else f"{seconds // 3600} h"
