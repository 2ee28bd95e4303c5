"""What people did about an incident says which deployment they took for its cause."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from core.records import Entity
from correlator.cases import (
    PRODUCTION,
    SLACK_S,
    cases,
    clock,
    latest_first,
    live_deployments,
    names_of,
    preceding,
)
from correlator.delays import incident_window
from correlator.evidence import Evidence, Found, found_pairs, no_pairs
from correlator.hotfixes import deployment_marks
from correlator.incident_texts import incidents_named, sure
from correlator.reverts import reverts
from correlator.undone import rollbacks, undone_by_rollback

_FIRST_UNDONE, _LATER_UNDONE = 2 / 3, 1 / 3
_TOO_LATE: Final = 0.5
_OPEN: Final = np.iinfo(np.int64).max


def rolled_back(evidence: Evidence, _: Found) -> pd.DataFrame:
    """The service was rolled back while the incident was open: the deployment that was undone.

    Where one rollback undid several, the first of them is the likeliest: people go back to the last
    version that was sound.
    """
    if evidence.incidents.empty:
        return no_pairs()
    live = live_deployments(evidence)
    undone = undone_by_rollback(live)
    table = _suspects(evidence, live).merge(undone, on=["deployment_id", "service_id"])
    made = live[["deployment_id", "service_id", "finished_ts"]].rename(
        columns={"deployment_id": "rollback_id", "finished_ts": "remedy_ts"}
    )
    table = _while_open(evidence, table.merge(made, on=["rollback_id", "service_id"]))
    names = names_of(live)
    columns = (table[name] for name in ("deployment_id", "rollback_id", "steps"))
    rows = zip(*columns, clock(table["remedy_ts"]), strict=True)
    texts = [
        f"{names[number]} was rolled back to {names[back].rpartition(' ')[2]} at {at}, while the"
        " incident was open" + (f"; {steps} deployments were undone at once" if steps > 1 else "")
        for number, back, steps, at in rows
    ]
    pairs = found_pairs(table["deployment_id"], table["incident_id"], texts)
    shared = np.where(table["step"] == 1, _FIRST_UNDONE, _LATER_UNDONE)
    return pairs.assign(weight=np.where(table["steps"] == 1, 1.0, shared))


def reverted(evidence: Evidence, _: Found) -> pd.DataFrame:
    """A commit was taken back while the incident was open: the deployment that first brought it.

    The revert must have been written, and merged or deployed, in that time. One that is known to
    have gone live only after the incident was over has not ended it: it is half as sure.
    """
    if evidence.incidents.empty:
        return no_pairs()
    live = live_deployments(evidence)
    brought = evidence.brought[["deployment_id", "commit_id"]].drop_duplicates()
    taken = reverts(evidence.commits).merge(_landed(evidence, live), on="commit_id")
    undone = brought.rename(columns={"commit_id": "reverted_id"}).merge(taken, on="reverted_id")
    table = _suspects(evidence, live).merge(undone, on="deployment_id")
    written = evidence.commits.set_index("commit_id")["committed_ts"]
    table = table.assign(written_ts=table["commit_id"].map(written))
    table = _while_open(evidence, table[table["written_ts"] > table["start_ts"]])
    shas = evidence.commits.set_index("commit_id")["sha"].str[:8]
    columns = (table["commit_id"].map(shas), table["reverted_id"].map(shas), table["deployment_id"])
    names = names_of(live)
    texts = [
        f"{own} took back {other}, which {names[number]} had brought, at {at}, while the incident"
        " was open"
        for own, other, number, at in zip(*columns, clock(table["remedy_ts"]), strict=True)
    ]
    pairs = found_pairs(table["deployment_id"], table["incident_id"], texts)
    late = table["live_ts"].fillna(NONE).to_numpy() > _until(evidence, table).to_numpy()
    return pairs.assign(weight=np.where(late, _TOO_LATE, 1.0))


def hotfixed(evidence: Evidence, found: Found) -> pd.DataFrame:
    """A hotfix went live while the incident was open: the deployment that ran before the incident.

    It counts if its commits, merge requests or change name the incident, or if it is the first
    hotfix within the window after the incident began. One that names another incident, or that was
    written before this one began, is for something else. Where several deployments lie in the
    window the latest has its share, at most a half, for the hotfix does not say which it mends.
    """
    if evidence.incidents.empty:
        return no_pairs()
    live = live_deployments(evidence)
    marks = _hotfixes(evidence, found, live)
    remedies = marks.rename(columns={"deployment_id": "fix_id", "finished_ts": "remedy_ts"})
    bringing = live[~live["deployment_id"].isin(rollbacks(live))]
    window = evidence.incident_rules.window_s
    suspects = latest_first(_suspects(evidence, bringing, within_s=window), bringing)
    suspects = suspects[suspects["ago_s"] <= incident_window(evidence, found)]
    likely = suspects.groupby("incident_id")["deployment_id"].transform("size")
    suspects = suspects.assign(shares=np.maximum(likely, np.minimum(suspects["several"], 2)))
    table = suspects[suspects["place"] == 0].merge(
        remedies[["fix_id", "service_id", "remedy_ts", "written_ts"]], on="service_id"
    )
    table = _while_open(evidence, table)
    named = _named_by_fixes(evidence, found, live)
    pairs = pd.MultiIndex.from_frame(named[["deployment_id", "incident_id"]])
    names_it = pd.MultiIndex.from_frame(table[["fix_id", "incident_id"]]).isin(pairs)
    for_other = table["fix_id"].isin(named["deployment_id"]).to_numpy() & ~names_it
    soon = (table["remedy_ts"] - table["start_ts"] <= window).to_numpy()
    fresh = ((table["written_ts"] == NONE) | (table["written_ts"] > table["start_ts"])).to_numpy()
    table = table.assign(names_it=names_it)[names_it | (soon & fresh & ~for_other)]
    table = table.sort_values(["names_it", "remedy_ts", "fix_id"], ascending=[False, True, True])
    table = table.drop_duplicates(["incident_id", "deployment_id"])
    names = names_of(live)
    columns = (table[name] for name in ("fix_id", "deployment_id", "names_it", "several"))
    texts = [
        f"The hotfix {names[fix]}"
        + (", which names the incident," if told else "")
        + f" went live at {at}, while the incident was open, after {names[number]}"
        + (f"; {several} deployments lie in the window before it" if several > 1 else "")
        for fix, number, told, several, at in zip(*columns, clock(table["remedy_ts"]), strict=True)
    ]
    made = found_pairs(table["deployment_id"], table["incident_id"], texts)
    return made.assign(weight=1.0 / table["shares"].to_numpy("float64"))


def _suspects(
    evidence: Evidence, live: pd.DataFrame, *, within_s: int | None = None
) -> pd.DataFrame:
    """incident_id, deployment_id, service_id, ago_s, start_ts: deployments within reach before."""
    found = cases(evidence)
    reach = evidence.incident_rules.reach_s if within_s is None else within_s
    table = preceding(found, live, within_s=reach)
    return table.merge(found[["incident_id", "start_ts"]], on="incident_id")


def _while_open(evidence: Evidence, table: pd.DataFrame) -> pd.DataFrame:
    """The rows whose `remedy_ts` lies between the start of the incident and its resolution, with a
    little slack, and within reach of its start.
    """
    until = _until(evidence, table)
    begun = table["remedy_ts"] > table["start_ts"]
    within = table["remedy_ts"] - table["start_ts"] <= evidence.incident_rules.reach_s
    return table[begun & within & (table["remedy_ts"] <= until)]


def _landed(evidence: Evidence, live: pd.DataFrame) -> pd.DataFrame:
    """commit_id, remedy_ts, live_ts: when each commit was merged or went live, whichever was first,
    and when it went live (missing: not known).
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
    went_live = deployed.sort_values("finished_ts")[["commit_id", "finished_ts"]]
    went_live = went_live.rename(columns={"finished_ts": "live_ts"}).drop_duplicates("commit_id")
    return first.drop_duplicates("commit_id").merge(went_live, on="commit_id", how="left")


def _until(evidence: Evidence, table: pd.DataFrame) -> pd.Series[int]:
    """When the incident of each row was over, with a little slack."""
    resolved = cases(evidence).set_index("incident_id")["resolved_ts"]
    until = table["incident_id"].map(resolved).astype("int64")
    return until.where(until != NONE, _OPEN - SLACK_S) + SLACK_S


def _hotfixes(evidence: Evidence, found: Found, live: pd.DataFrame) -> pd.DataFrame:
    """deployment_id, service_id, finished_ts, written_ts: the hotfixes, and when the last of their
    commits was written (`NONE`: not known).
    """
    pairs = found.pairs(Entity.COMMIT, Entity.MERGE_REQUEST)
    shipped = evidence.brought.merge(pairs, left_on="commit_id", right_on="a_id")
    under = found.pairs(Entity.DEPLOYMENT, Entity.CHANGE)
    marked = deployment_marks(
        live,
        shipped=shipped.rename(columns={"b_id": "merge_request_id"}),
        requests=evidence.merge_requests,
        under=under.rename(columns={"a_id": "deployment_id", "b_id": "change_id"}),
        changes=evidence.changes,
    )
    hotfix = evidence.incident_rules.hotfixes(marked) & ~marked["deployment_id"].isin(
        rollbacks(live)
    ).to_numpy(np.bool_)
    commits = evidence.brought.merge(
        evidence.commits[["commit_id", "committed_ts"]], on="commit_id"
    )
    written = commits.groupby("deployment_id")["committed_ts"].max()
    rows = marked.loc[hotfix, ["deployment_id", "service_id", "finished_ts"]]
    told = rows["deployment_id"].map(written).fillna(NONE).astype("int64")
    return rows.assign(written_ts=told)


def _named_by_fixes(evidence: Evidence, found: Found, live: pd.DataFrame) -> pd.DataFrame:
    """deployment_id, incident_id: what each deployment names, by its commits, their merge requests
    and the change that it was made under.
    """
    named = incidents_named(evidence, found)
    brought = evidence.brought[["deployment_id", "commit_id"]].drop_duplicates()
    by_commit = named[named["kind"] == Entity.COMMIT].rename(columns={"id": "commit_id"})
    by_change = named[named["kind"] == Entity.CHANGE].rename(columns={"id": "b_id"})
    under = sure(found.pairs(Entity.DEPLOYMENT, Entity.CHANGE))
    pairs = [
        brought.merge(by_commit, on="commit_id"),
        under.rename(columns={"a_id": "deployment_id"}).merge(by_change, on="b_id"),
    ]
    names = ["deployment_id", "incident_id"]
    table = pd.concat([one[names] for one in pairs]).drop_duplicates()
    return table[table["deployment_id"].isin(live["deployment_id"])].reset_index(drop=True)
