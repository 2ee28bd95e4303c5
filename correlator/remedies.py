"""What people did about an incident says which deployment they took for its cause."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from correlator.cases import (
    PRODUCTION,
    SLACK_S,
    cases,
    clock,
    live_deployments,
    names_of,
    preceding,
)
from correlator.evidence import Evidence, Found, found_pairs, no_pairs
from correlator.joining import Flags
from correlator.reverts import reverts
from correlator.undone import undone_by_rollback

_FIRST_UNDONE, _LATER_UNDONE = 2 / 3, 1 / 3
_NO_END: Final = 0.5
_ENOUGH_ENDS: Final = 5
_LONG: Final = 3
_SHORTEST_END_S: Final = 3600
_ROLLBACKS, _REVERTS = "rollbacks while open", "reverts while open"
_OPEN: Final = np.iinfo(np.int64).max


def rolled_back(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The service was rolled back while the incident was open: the deployment that was undone.

    Where one rollback undid several, the first of them is the likeliest: people go back to the last
    version that was sound. It is half as sure where the incident stayed open for long after.
    """
    if evidence.incidents.empty:
        return no_pairs()
    live = live_deployments(evidence)
    table = _rollbacks_while_open(evidence, found)
    names = names_of(live)
    columns = (table[name] for name in ("deployment_id", "rollback_id", "steps"))
    rows = zip(*columns, clock(table["remedy_ts"]), strict=True)
    late = ended_late(evidence, found, table)
    texts = [
        f"{names[number]} was rolled back to {names[back].rpartition(' ')[2]} at {at}, while the"
        " incident was open" + (f"; {steps} deployments were undone at once" if steps > 1 else "")
        for number, back, steps, at in rows
    ]
    pairs = found_pairs(table["deployment_id"], table["incident_id"], _told(texts, late))
    shared = np.where(table["step"] == 1, _FIRST_UNDONE, _LATER_UNDONE)
    weight = np.where(table["steps"] == 1, 1.0, shared)
    return pairs.assign(weight=np.where(late, _NO_END, 1.0) * weight)


def reverted(evidence: Evidence, found: Found) -> pd.DataFrame:
    """A commit was taken back while the incident was open: the deployment that first brought it.

    The revert must have been written, and merged or deployed, in that time. It is half as sure if
    it is known to have gone live only after the incident was over, for then it has not ended it, or
    among other work, for that was no emergency; or where the incident stayed open for long after.
    """
    if evidence.incidents.empty:
        return no_pairs()
    live = live_deployments(evidence)
    table = _reverts_while_open(evidence, found)
    shas = evidence.commits.set_index("commit_id")["sha"].str[:8]
    columns = (table["commit_id"].map(shas), table["reverted_id"].map(shas), table["deployment_id"])
    names = names_of(live)
    among = _among_other_work(evidence, table)
    late = ended_late(evidence, found, table)
    texts = [
        f"{own} took back {other}, which {names[number]} had brought, at {at}, while the incident"
        " was open" + (", live among other work" if planned else "")
        for own, other, number, planned, at in zip(
            *columns, among, clock(table["remedy_ts"]), strict=True
        )
    ]
    pairs = found_pairs(table["deployment_id"], table["incident_id"], _told(texts, late))
    after = table["live_ts"].fillna(NONE).to_numpy() > _until(evidence, table).to_numpy()
    return pairs.assign(weight=np.where(after | among | late, _NO_END, 1.0))


def _told(texts: list[str], late: Flags) -> list[str]:
    """The sentences, with what speaks against some of them."""
    told = zip(texts, late, strict=True)
    return [text + ("; it stayed open for long after" if one else "") for text, one in told]


def _rollbacks_while_open(evidence: Evidence, found: Found) -> pd.DataFrame:
    """rollback_id, deployment_id, incident_id, remedy_ts, step, steps."""
    if _ROLLBACKS not in found.readings:
        live = live_deployments(evidence)
        table = _suspects(evidence, live)
        table = table.merge(undone_by_rollback(live), on=["deployment_id", "service_id"])
        made = live[["deployment_id", "service_id", "finished_ts"]].rename(
            columns={"deployment_id": "rollback_id", "finished_ts": "remedy_ts"}
        )
        table = table.merge(made, on=["rollback_id", "service_id"])
        found.readings[_ROLLBACKS] = while_open(evidence, table)
    return found.readings[_ROLLBACKS]


def _reverts_while_open(evidence: Evidence, found: Found) -> pd.DataFrame:
    """commit_id (of the revert), reverted_id, deployment_id, incident_id, remedy_ts, live_ts,
    live_id.
    """
    if _REVERTS not in found.readings:
        live = live_deployments(evidence)
        brought = evidence.brought[["deployment_id", "commit_id"]].drop_duplicates()
        taken = reverts(evidence.commits).merge(_landed(evidence, live), on="commit_id")
        undone = brought.rename(columns={"commit_id": "reverted_id"})
        undone = undone.merge(taken, on="reverted_id")
        table = _suspects(evidence, live).merge(undone, on="deployment_id")
        written = evidence.commits.set_index("commit_id")["committed_ts"]
        table = table[table["commit_id"].map(written) > table["start_ts"]]
        found.readings[_REVERTS] = while_open(evidence, table)
    return found.readings[_REVERTS]


def ended_late(evidence: Evidence, found: Found, table: pd.DataFrame) -> Flags:
    """Which rows' incidents stayed open for more than three times as long after the remedy, and for
    more than an hour, as half of all do after rollbacks and reverts; none where fewer than five
    such are known.
    """
    resolved = cases(evidence).set_index("incident_id")["resolved_ts"]
    known = [_rollbacks_while_open(evidence, found), _reverts_while_open(evidence, found)]
    ends = pd.concat([one[["incident_id", "remedy_ts"]] for one in known]).drop_duplicates()
    ends = ends.assign(resolved_ts=ends["incident_id"].map(resolved))
    ends = ends[ends["resolved_ts"] != NONE]
    if len(ends) < _ENOUGH_ENDS:
        return np.zeros(len(table), np.bool_)
    usual_s = float((ends["resolved_ts"] - ends["remedy_ts"]).median())
    own = table["incident_id"].map(resolved)
    limit = table["remedy_ts"] + max(_SHORTEST_END_S, _LONG * usual_s)
    late: Flags = (own > limit).to_numpy(np.bool_)
    return late


def _among_other_work(evidence: Evidence, table: pd.DataFrame) -> Flags:
    """Which reverts went live with commits that are neither reverts nor merges."""
    commits = evidence.commits
    other = (commits["parents"] <= 1) & ~commits["commit_id"].isin(reverts(commits)["commit_id"])
    brought = evidence.brought[evidence.brought["target"] == PRODUCTION]
    work = brought[brought["commit_id"].isin(commits.loc[other, "commit_id"])]
    among: Flags = table["live_id"].isin(work["deployment_id"]).to_numpy(np.bool_)
    return among


def _suspects(evidence: Evidence, live: pd.DataFrame) -> pd.DataFrame:
    """incident_id, deployment_id, service_id, ago_s, start_ts: deployments within reach before."""
    found = cases(evidence)
    table = preceding(found, live, within_s=evidence.incident_rules.reach_s)
    return table.merge(found[["incident_id", "start_ts"]], on="incident_id")


def while_open(evidence: Evidence, table: pd.DataFrame) -> pd.DataFrame:
    """The rows whose `remedy_ts` lies between the start of the incident and its resolution, with a
    little slack, and within reach of its start.
    """
    until = _until(evidence, table)
    begun = table["remedy_ts"] > table["start_ts"]
    within = table["remedy_ts"] - table["start_ts"] <= evidence.incident_rules.reach_s
    return table[begun & within & (table["remedy_ts"] <= until)]


def _landed(evidence: Evidence, live: pd.DataFrame) -> pd.DataFrame:
    """commit_id, remedy_ts, live_ts, live_id: when each commit was merged or went live, whichever
    was first, and when and by which deployment it went live (missing: not known).
    """
    finished = live[["deployment_id", "finished_ts"]].drop_duplicates("deployment_id")
    deployed = evidence.brought[evidence.brought["target"] == PRODUCTION].merge(
        finished, on="deployment_id"
    )
    requests = evidence.merge_requests
    merged = evidence.merge_request_commits.merge(
        requests.loc[requests["merged_ts"] != NONE, ["merge_request_id", "merged_ts"]],
        on="merge_request_id",
    )
    shas = evidence.commits[["commit_id", "repository_id", "sha"]]
    own = [
        requests.loc[requests["merged_ts"] != NONE, ["repository_id", name, "merged_ts"]]
        .rename(columns={name: "sha"})
        .query("sha != ''")
        .merge(shas, on=["repository_id", "sha"])
        for name in ("squash_sha", "merge_sha")
    ]
    times = [
        deployed.rename(columns={"finished_ts": "remedy_ts"})[["commit_id", "remedy_ts"]],
        *(
            one.rename(columns={"merged_ts": "remedy_ts"})[["commit_id", "remedy_ts"]]
            for one in (merged, *own)
        ),
    ]
    first = pd.concat(times).sort_values(["commit_id", "remedy_ts"])
    went_live = deployed.sort_values(["finished_ts", "deployment_id"])
    went_live = went_live[["commit_id", "finished_ts", "deployment_id"]].rename(
        columns={"finished_ts": "live_ts", "deployment_id": "live_id"}
    )
    went_live = went_live.drop_duplicates("commit_id")
    return first.drop_duplicates("commit_id").merge(went_live, on="commit_id", how="left")


def _until(evidence: Evidence, table: pd.DataFrame) -> pd.Series[int]:
    """When the incident of each row was over, with a little slack."""
    resolved = cases(evidence).set_index("incident_id")["resolved_ts"]
    until = table["incident_id"].map(resolved).astype("int64")
    return until.where(until != NONE, _OPEN - SLACK_S) + SLACK_S
