"""Which change or deployment broke something: what a person or a tool wrote down as the cause."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from core.records import Entity
from correlator.cases import PRODUCTION, SLACK_S, case_texts, cases, roots
from correlator.delivery_rules import named_builds
from correlator.evidence import HUMAN, Evidence, Found, found_pairs, no_pairs
from correlator.incident_texts import blamed_numbers
from correlator.joining import Flags

_CAUSES: Final = ("caused_by", "caused_by_text", HUMAN)
_HARDLY: Final = 0.25  # of what is named and can hardly be: most likely a slip of the pen
_LONG_ID: Final = 8  # characters from which on an id is not one by chance


def caused_by(evidence: Evidence, _: Found) -> pd.DataFrame:
    """The incident names the change request as its cause, by the id of their source."""
    changes = evidence.changes[["change_id", "source_id", "external_id", "number"]]
    names = ["incident_id", "source_id", "caused_by_external_id"]
    named = evidence.incidents.loc[evidence.incidents["caused_by_external_id"] != "", names]
    table = named.rename(columns={"caused_by_external_id": "external_id"})
    table = table.merge(changes, on=["source_id", "external_id"])
    texts = [f"The incident names {number} as its cause" for number in table["number"]]
    return found_pairs(table["change_id"], table["incident_id"], texts)


def caused_by_text(evidence: Evidence, _: Found) -> pd.DataFrame:
    """The incident's text gives the number of a change as the cause: "caused by CHG0030001"."""
    texts = case_texts(evidence)
    known = evidence.changes[["change_id", "number"]]
    hits = blamed_numbers(texts["text"], known["number"])
    hits = hits.merge(known.assign(number=known["number"].str.upper()), on="number")
    incidents = texts["incident_id"].to_numpy("int64")[hits["row"]]
    same = hits.groupby(["row", "number"])["change_id"].transform("size")
    said = [f"The incident's text gives {number} as its cause" for number in hits["number"]]
    pairs = found_pairs(hits["change_id"], incidents, said)
    return pairs.assign(weight=1.0 / same.to_numpy("float64"))


def caused_by_change(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The incident names the change request under which this deployment was made."""
    changes = found.pairs(Entity.DEPLOYMENT, Entity.CHANGE).rename(
        columns={"a_id": "deployment_id", "b_id": "change_id"}
    )
    causes = found.pairs(Entity.CHANGE, Entity.INCIDENT, rules=_CAUSES).rename(
        columns={"a_id": "change_id", "b_id": "incident_id", "confidence": "named"}
    )
    table = changes.merge(causes[["change_id", "incident_id", "named"]], on="change_id")
    late = ~_begun_before(evidence, table)
    far = _long_before_elsewhere(evidence, table)
    said = found.only_people(Entity.CHANGE, Entity.INCIDENT, rules=_CAUSES)
    by_people = pd.MultiIndex.from_frame(table[["change_id", "incident_id"]]).isin(said)
    numbers = evidence.changes.set_index("change_id")["number"].loc[table["change_id"]]
    texts = [
        (f"A person named {number}" if people else f"The incident names {number}")
        + " as its cause, the change of this deployment"
        + (", which began after the incident" if after else "")
        + (", of another service and long before the incident" if distant else "")
        for number, after, distant, people in zip(numbers, late, far, by_people, strict=True)
    ]
    pairs = found_pairs(table["deployment_id"], table["incident_id"], texts)
    sure = (table["confidence"] * table["named"]).to_numpy("float64")
    return pairs.assign(weight=np.where(late | (far & ~by_people), _HARDLY * sure, sure))


def _long_before_elsewhere(evidence: Evidence, table: pd.DataFrame) -> Flags:
    """Whether each deployment is of another service than its incident and ended out of reach before
    it: then two things speak against it.
    """
    known = cases(evidence).set_index("incident_id")
    root = table["incident_id"].map(roots(evidence))
    own, start = root.map(known["service_id"]), root.map(known["start_ts"])
    places = evidence.deployments[["deployment_id", "service_id"]]
    pairs = pd.MultiIndex.from_frame(places)
    here = pd.MultiIndex.from_arrays([table["deployment_id"], own]).isin(pairs)
    finished = evidence.deployments.drop_duplicates("deployment_id").set_index("deployment_id")
    ended = table["deployment_id"].map(finished["finished_ts"])
    old = (ended != NONE) & (ended < start - evidence.incident_rules.reach_s)
    far: Flags = (old & (own != NONE)).to_numpy(np.bool_) & ~here
    return far


def _begun_before(evidence: Evidence, table: pd.DataFrame) -> Flags:
    """Whether each deployment began before its incident did, give or take a little."""
    known = evidence.deployments.drop_duplicates("deployment_id").set_index("deployment_id")
    begun = known["started_ts"].where(known["started_ts"] != NONE, known["created_ts"])
    found = cases(evidence).set_index("incident_id")["start_ts"]
    root = table["incident_id"].map(roots(evidence))
    start = root.map(found).to_numpy("int64")
    early: Flags = table["deployment_id"].map(begun).to_numpy("int64") <= start + SLACK_S
    return early


def incident_correlation(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The incident's correlation names the build, pipeline or deployment that caused it.

    Only one to production that began before the impact did: what began later mends it, perhaps.
    """
    if evidence.incidents.empty:
        return no_pairs()
    told = evidence.incidents[["incident_id", "correlation"]]
    made = found.pairs(Entity.BUILD, Entity.DEPLOYMENT)[["a_id", "b_id"]]
    made = made.rename(columns={"a_id": "build_id", "b_id": "deployment_id"})
    by_build = named_builds(evidence, told, key="incident_id").merge(made, on="build_id")
    known = evidence.deployments
    live = known[known["target"] == PRODUCTION].drop_duplicates("deployment_id")
    long = live[live["external_id"].str.len() >= _LONG_ID]
    by_id = told.merge(long, left_on="correlation", right_on="external_id")
    by_id = by_id.assign(same=by_id.groupby("incident_id")["deployment_id"].transform("nunique"))
    names = ["incident_id", "deployment_id", "correlation", "same"]
    table = pd.concat([by_build[names], by_id[names]])
    table = table[_begun_before(evidence, table)]
    said = [f"The incident's correlation names {text}" for text in table["correlation"]]
    pairs = found_pairs(table["deployment_id"], table["incident_id"], said)
    return pairs.assign(weight=1.0 / table["same"].to_numpy("float64"))
