"""The deployments shortly before an incident, and how likely each of them caused it."""

from __future__ import annotations

from typing import Final

import pandas as pd

from core.frames import NONE
from core.records import Entity
from correlator.cases import cases, latest_first, live_deployments, preceding, roots
from correlator.delays import known_causes, usual_delays
from correlator.evidence import Evidence, Found, no_links
from correlator.odds import chances, learned_rates, observed
from correlator.undone import rollbacks
from correlator.verdicts import REJECTED, last_words

LIKELY: Final = 0.75
"""From odds of three to one on, time tells the cause of an incident, or that it has none."""

TIME: Final = "proximity"
_READ: Final = "suspects"
_ACCUSES: Final = 0.25


def suspects(evidence: Evidence, found: Found) -> pd.DataFrame:
    """See `suspected`; of the links found so far."""
    if _READ not in found.readings:
        frames = [one for one in found.frames if len(one)]
        links = pd.concat([no_links(), *frames])
        between = (links["a_kind"] == Entity.DEPLOYMENT) & (links["b_kind"] == Entity.INCIDENT)
        found.readings[_READ] = suspected(evidence, links[between])
    return found.readings[_READ]


def suspected(evidence: Evidence, blame: pd.DataFrame) -> pd.DataFrame:
    """The deployments of each incident's service that finished in the window before it, likeliest
    first: incident_id, deployment_id, service_id, ago_s, several (how many), left (how many of them
    no person ruled out), ruled_out, learned, chance, place (from 0).

    blame: a_id, b_id, rule, confidence of the links between deployments and incidents.
    A rollback brings nothing new and is no suspect. chance: how likely it is the cause, by how soon
    incidents follow deployments and how often they come without; the rest to 1 is that nothing of
    these is. Where too little is known for that (`learned` False) all are alike, and the latest
    goes first.
    """
    live = live_deployments(evidence)
    live = live[~live["deployment_id"].isin(rollbacks(live))]
    found, window = cases(evidence), evidence.incident_rules.window_s
    near = preceding(found, live, within_s=window)
    gone = _ruled_out(evidence, near)
    table = latest_first(near, live).drop(columns=["begun"])
    table = table.assign(
        ruled_out=pd.MultiIndex.from_frame(table[["incident_id", "deployment_id"]]).isin(gone)
    )
    left = (~table["ruled_out"]).groupby(table["incident_id"]).transform("sum")
    table = table.assign(left=left.astype("int64"))
    told = _chances(found, live, blame.assign(incident_id=_roots(evidence, blame)), table, window)
    chance = (1.0 / table["left"].clip(lower=1)) if told is None else told
    table = table.assign(learned=told is not None, chance=chance.where(~table["ruled_out"], 0.0))
    table = table.sort_values(
        ["incident_id", "ruled_out", "chance", "place"],
        ascending=[True, True, False, True],
        ignore_index=True,
    )
    return table.assign(place=table.groupby("incident_id").cumcount())


def unlikely(evidence: Evidence, blame: pd.DataFrame) -> frozenset[int]:
    """The incidents that, by three to one, none of their suspects caused, and that nothing but time
    speaks of. blame: as `suspected`.
    """
    if evidence.incidents.empty:
        return frozenset()
    table = suspected(evidence, blame)
    table = table[table["learned"] & (table["left"] > 0)]
    due = table.groupby("incident_id")["chance"].sum()
    other = blame[(blame["rule"] != TIME) & (blame["confidence"] >= _ACCUSES)]
    accused = set(_roots(evidence, other))
    return frozenset(int(one) for one in due.index[due <= 1 - LIKELY] if one not in accused)


def _roots(evidence: Evidence, blame: pd.DataFrame) -> pd.Series[int]:
    return blame["b_id"].map(roots(evidence)).astype("int64")


def _ruled_out(evidence: Evidence, near: pd.DataFrame) -> pd.MultiIndex:
    """incident_id, deployment_id that a person rejected."""
    told = last_words(evidence.verdicts)
    kinds = (told["a_kind"] == Entity.DEPLOYMENT) & (told["b_kind"] == Entity.INCIDENT)
    told = told[kinds & (told["answer"] == REJECTED) & told["a_id"].isin(near["deployment_id"])]
    known = roots(evidence)
    incidents = told["b_id"].map(lambda one: known.get(one, one))
    return pd.MultiIndex.from_arrays([incidents, told["a_id"]])


def _chances(
    found: pd.DataFrame,
    live: pd.DataFrame,
    blame: pd.DataFrame,
    table: pd.DataFrame,
    window_s: int,
) -> pd.Series[float] | None:
    """How likely each row of `table` is the cause, or None where too little is known."""
    finished = live[["deployment_id", "service_id", "finished_ts"]]
    known = known_causes(blame.rename(columns={"a_id": "deployment_id"}), finished)
    begun = known["incident_id"].map(found.set_index("incident_id")["start_ts"])
    delays = (begun - known["finished_ts"]).dropna()
    pace = usual_delays(delays[delays >= 0].to_numpy("float64"), window_s=window_s)
    table = table.assign(pace=pace(table["ago_s"].to_numpy("float64")))
    first = found["service_id"].map(live.groupby("service_id")["finished_ts"].min())
    placed = found[(found["service_id"] != NONE) & (first <= found["start_ts"])]
    explained = placed["incident_id"].isin(known["incident_id"])
    asked = table[~table["ruled_out"]]
    learning = asked[~asked["incident_id"].isin(known["incident_id"])]
    seen = observed(placed[~explained], live, known, learning)
    if seen is None:
        return None
    rates = learned_rates(seen)
    every = observed(placed, live, known, asked)
    assert every is not None
    told, _ = chances(every, rates)
    return pd.Series(told, index=asked.index).reindex(table.index, fill_value=0.0)
