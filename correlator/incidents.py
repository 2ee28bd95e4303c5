"""Which change or deployment broke something: only what a person wrote down; the rest is listed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.records import Entity
from correlator.evidence import Evidence, Found, found_pairs


def caused_by(evidence: Evidence, _: Found) -> pd.DataFrame:
    """The incident names the change request as its cause, by the id of their source."""
    changes = evidence.changes[["change_id", "source_id", "external_id", "number"]]
    names = ["incident_id", "source_id", "caused_by_external_id"]
    named = evidence.incidents.loc[evidence.incidents["caused_by_external_id"] != "", names]
    table = named.rename(columns={"caused_by_external_id": "external_id"})
    table = table.merge(changes, on=["source_id", "external_id"])
    texts = [f"The incident names {number} as its cause" for number in table["number"]]
    return found_pairs(table["change_id"], table["incident_id"], texts)


def caused_by_change(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The incident names the change request under which this deployment was made."""
    changes = found.pairs(Entity.DEPLOYMENT, Entity.CHANGE).rename(
        columns={"a_id": "deployment_id", "b_id": "change_id"}
    )
    causes = found.pairs(Entity.CHANGE, Entity.INCIDENT, rules=("caused_by",)).rename(
        columns={"a_id": "change_id", "b_id": "incident_id"}
    )
    table = changes.merge(causes[["change_id", "incident_id"]], on="change_id")
    numbers = evidence.changes.set_index("change_id")["number"]
    said = found.only_people(Entity.CHANGE, Entity.INCIDENT, rules=("caused_by",))
    by_people = pd.MultiIndex.from_frame(table[["change_id", "incident_id"]]).isin(said)
    texts = [
        (f"A person named {number}" if people else f"The incident names {number}")
        + " as its cause, the change of this deployment"
        for number, people in zip(numbers.loc[table["change_id"]], by_people, strict=True)
    ]
    pairs = found_pairs(table["deployment_id"], table["incident_id"], texts)
    return pairs.assign(weight=table["confidence"].to_numpy(dtype="float64"))


def unattributed(evidence: Evidence, links: pd.DataFrame) -> pd.DataFrame:
    """Incidents without a deployment: incident_id, reason. An empty frame: all are attributed.

    Reasons: `duplicate` (counted with its original), `no_change_named`, `change_unknown` (named,
    never collected), `change_without_deployment`.
    """
    incidents = evidence.incidents
    to_incident = links[links["b_kind"] == Entity.INCIDENT]
    deployed = to_incident.loc[to_incident["a_kind"] == Entity.DEPLOYMENT, "b_id"]
    caused = to_incident.loc[to_incident["a_kind"] == Entity.CHANGE, "b_id"]
    reason = np.select(
        [
            (incidents["duplicate_of_external_id"] != "").to_numpy(),
            (incidents["caused_by_external_id"] == "").to_numpy(),
            ~incidents["incident_id"].isin(caused).to_numpy(),
        ],
        ["duplicate", "no_change_named", "change_unknown"],
        default="change_without_deployment",
    )
    table = pd.DataFrame(
        {
            "incident_id": incidents["incident_id"].to_numpy(dtype="int64"),
            "reason": pd.Series(reason.tolist(), dtype="object"),
        }
    )
    return table[~table["incident_id"].isin(deployed)].reset_index(drop=True)
