"""Rules between change requests and what was done under them: deployments and tickets."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from core.records import Entity
from correlator.cases import PRODUCTION, SLACK_S, SPAN, spread
from correlator.delivery_rules import names_of_builds
from correlator.evidence import Evidence, Found, found_pairs
from correlator.incident_texts import builds_in, numbers_in, tokens, words_of_versions

_DAY_S: Final = 24 * 3600
_PLANNED_S: Final = 14 * _DAY_S  # a change that tells no end is over two weeks after its creation


def change_text(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The change request's text names the build or pipeline of a production deployment, or the
    version of one of its service that was made between its creation and its end.
    """
    changes = evidence.changes
    texts = pd.DataFrame(
        {
            "change_id": changes["change_id"],
            "text": changes["title"].astype("object") + "\n" + changes["description"],
        }
    )
    made = found.pairs(Entity.BUILD, Entity.DEPLOYMENT).rename(
        columns={"a_id": "build_id", "b_id": "deployment_id"}
    )
    by_build = tokens(texts, builds_in, name="name").merge(names_of_builds(evidence), on="name")
    by_build = by_build.merge(made, on="build_id")
    live = evidence.deployments[evidence.deployments["target"] == PRODUCTION]
    by_build = by_build[by_build["deployment_id"].isin(live["deployment_id"])]
    version = live["version"].str.lower().str.replace(r"^v(?=\d)", "", regex=True)
    by_version = tokens(texts, words_of_versions, name="name").merge(
        _placed(changes), on="change_id"
    )
    by_version = by_version.merge(live.assign(name=version), on=["service_id", "name"])
    begun = _begun(by_version)
    inside = (begun >= by_version["from_ts"]) & (begun <= by_version["to_ts"])
    table = pd.concat([by_build, by_version[inside]])
    texts_of = [f"The change request names {name}" for name in table["name"]]
    return found_pairs(table["deployment_id"], table["change_id"], texts_of)


def change_in_build(evidence: Evidence, found: Found) -> pd.DataFrame:
    """A parameter or the description of the deployment's build names the change request."""
    builds = evidence.builds
    texts = builds["parameters"].astype("object") + "\n" + builds["description"].astype("object")
    hits = numbers_in(texts, evidence.changes["number"])
    hits = hits.assign(build_id=builds["build_id"].to_numpy("int64")[hits["row"]])
    known = evidence.changes[["change_id", "number"]]
    hits = hits.merge(known.assign(number=known["number"].str.upper()), on="number")
    made = found.pairs(Entity.BUILD, Entity.DEPLOYMENT).rename(
        columns={"a_id": "build_id", "b_id": "deployment_id"}
    )
    table = hits.merge(made, on="build_id").merge(
        names_of_builds(evidence).drop_duplicates("build_id"), on="build_id"
    )
    live = evidence.deployments.loc[evidence.deployments["target"] == PRODUCTION, "deployment_id"]
    table = table[table["deployment_id"].isin(live)]
    columns = zip(table["name"], table["number"], strict=True)
    said = [f"{name}, the build of the deployment, names {number}" for name, number in columns]
    return found_pairs(table["deployment_id"], table["change_id"], said)


def change_window(evidence: Evidence, _: Found) -> pd.DataFrame:
    """Exactly one deployment of the change's service began while the change was worked on."""
    changes = evidence.changes[evidence.changes["service_id"] != NONE]
    worked = changes[(changes["started_ts"] != NONE) & (changes["finished_ts"] != NONE)]
    live = evidence.deployments[evidence.deployments["target"] == PRODUCTION]
    live = live[live["service_id"] != NONE]
    windows = worked[["change_id", "service_id", "started_ts", "finished_ts"]]
    windows = windows[windows["finished_ts"] - windows["started_ts"] <= _PLANNED_S].rename(
        columns={"started_ts": "from_ts", "finished_ts": "to_ts"}
    )
    table = _inside(windows, live)
    table["several"] = table.groupby("change_id")["deployment_id"].transform("nunique")
    table = table[table["several"] == 1]
    said = ["It is the only deployment of the change's service in its work window"] * len(table)
    return found_pairs(table["deployment_id"], table["change_id"], said)


def deployed_under(evidence: Evidence, found: Found) -> pd.DataFrame:
    """A deployment under the change first brought a commit of the ticket; as sure as the three
    links together.
    """
    under = found.pairs(Entity.DEPLOYMENT, Entity.CHANGE).rename(
        columns={"a_id": "deployment_id", "b_id": "change_id", "confidence": "under"}
    )
    brought = found.pairs(Entity.COMMIT, Entity.DEPLOYMENT).rename(
        columns={"a_id": "commit_id", "b_id": "deployment_id", "confidence": "brought"}
    )
    written = found.pairs(Entity.ITEM, Entity.COMMIT).rename(
        columns={"a_id": "item_id", "b_id": "commit_id", "confidence": "written"}
    )
    table = under[["deployment_id", "change_id", "under"]].merge(
        brought[["commit_id", "deployment_id", "brought"]], on="deployment_id"
    )
    table = table.merge(written[["item_id", "commit_id", "written"]], on="commit_id")
    numbers = evidence.changes.set_index("change_id")["number"]
    shas = evidence.commits.set_index("commit_id")["sha"].str[:8]
    columns = zip(table["change_id"].map(numbers), table["commit_id"].map(shas), strict=True)
    said = [
        f"A deployment under {number} was the first with {sha}, a commit of the ticket"
        for number, sha in columns
    ]
    pairs = found_pairs(table["item_id"], table["change_id"], said)
    sure = table["under"] * table["brought"] * table["written"]
    return pairs.assign(weight=sure.to_numpy("float64"))


def _placed(changes: pd.DataFrame) -> pd.DataFrame:
    """change_id, service_id, from_ts, to_ts: changes of a known service, with their time."""
    table = changes[changes["service_id"] != NONE]
    ends = table["finished_ts"].where(table["finished_ts"] != NONE, table["closed_ts"])
    return table[["change_id", "service_id"]].assign(
        from_ts=table["created_ts"] - _DAY_S,
        to_ts=ends.where(ends != NONE, table["created_ts"] + _PLANNED_S) + SLACK_S,
    )


def _begun(deployments: pd.DataFrame) -> pd.Series[int]:
    started = deployments["started_ts"]
    return started.where(started != NONE, deployments["created_ts"])


def _inside(windows: pd.DataFrame, live: pd.DataFrame) -> pd.DataFrame:
    """change_id, deployment_id of deployments that began in the window of their service."""
    ordered = live.assign(begun=_begun(live)).sort_values(["service_id", "begun", "deployment_id"])
    keys = ordered["service_id"].to_numpy("int64") * SPAN + ordered["begun"].to_numpy("int64")
    base = windows["service_id"].to_numpy("int64") * SPAN
    rows, spots = spread(
        np.searchsorted(keys, base + windows["from_ts"].to_numpy("int64"), side="left"),
        np.searchsorted(keys, base + windows["to_ts"].to_numpy("int64"), side="right"),
    )
    return pd.DataFrame(
        {
            "change_id": windows["change_id"].to_numpy("int64")[rows],
            "deployment_id": ordered["deployment_id"].to_numpy("int64")[spots],
        }
    )
