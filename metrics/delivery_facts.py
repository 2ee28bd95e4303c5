"""Facts of deployments, from records and links.

A deployment here is what reached production; several jobs of one pipeline have become one before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.incident_facts import STRICT
from metrics.mapping import Flags, Ints

_ROW = ["service_id", "deployment_id"]
_PLACE = ["service_id", "environment", "repository_id"]


@dataclass(frozen=True)
class DeploymentLinks:
    """What links say about deployments.

    incidents: incident_id, deployment_id, confidence. contents: service_id, deployment_id, commits
    (NONE unknown), commits_reason. defects: deployment_id of those that were the first to bring a
    commit of a defect to production.
    """

    incidents: pd.DataFrame
    contents: pd.DataFrame
    defects: pd.Series[int]


def hotfix_marks(
    deployments: pd.DataFrame,
    *,
    branches: Sequence[str],
    labels: Sequence[str],
    change_types: Sequence[str],
) -> Flags:
    """Which deployments are hotfixes by branch pattern, label or type of their change.

    deployments: ref, labels (one per line), change_type; the last two "" where there is none.
    """
    refs = {
        ref: any(fnmatchcase(ref, one) for one in branches) for ref in deployments["ref"].unique()
    }
    marked = {
        text: not set(labels).isdisjoint(text.split("\n"))
        for text in deployments["labels"].unique()
    }
    by_ref = deployments["ref"].map(refs).to_numpy(np.bool_)
    by_label = deployments["labels"].map(marked).to_numpy(np.bool_)
    by_change = deployments["change_type"].isin(list(change_types)).to_numpy(np.bool_)
    found: Flags = by_ref | by_label | by_change
    return found


def deployment_kinds(deployments: pd.DataFrame) -> pd.Series:
    """planned, hotfix, rollback or unknown, for merged deployments.

    A rollback is marked so (`rollback`: its sha is an ancestor of what was deployed before), or
    brings back a sha or version that was deployed to the same place before the one it replaces; the
    same version deployed twice in a row is none. A place is an environment of the service as its
    source names it, and a repository: a version that reaches a second region later, or the other
    repository's in between, brings nothing back. Without sha and version the kind is unknown,
    unless a hotfix.
    """
    good = deployments[(deployments["result"] == "success").to_numpy()]
    good = good.sort_values([*_PLACE, "finished_ts", "deployment_id"])
    identity = good["sha"].where(good["sha"] != "", good["version"])
    place = [good[name] for name in _PLACE]
    before = identity.groupby(place).shift()
    seen = identity.groupby([*place, identity]).cumcount() > 0
    returned = (seen & (identity != before) & (identity != "")).reindex(
        deployments.index, fill_value=False
    )
    kind = np.select(
        [
            (returned | deployments["rollback"]).to_numpy(np.bool_),
            deployments["hotfix"].to_numpy(np.bool_),
            ((deployments["sha"] == "") & (deployments["version"] == "")).to_numpy(np.bool_),
        ],
        ["rollback", "hotfix", "unknown"],
        default="planned",
    )
    return pd.Series(kind.astype(object), index=deployments.index)


def deployment_facts(
    deployments: pd.DataFrame, incidents: pd.DataFrame, links: DeploymentLinks
) -> pd.DataFrame:
    """The frame of `deployment_fact`, for successful and failed production deployments.

    deployments: deployment_id, service_id, environment, repository_id, sha, version, result,
    finished_ts, hotfix, rollback, jobs. incidents: incident_id, service_id (NONE unknown),
    opened_ts, resolved_ts.
    `failed` is int8: 1 where a link of 0.8 or more names an incident, else -1 (no evidence so far);
    an incident of one of several services that a deployment ships says nothing about the others.
    `restored_ts`, of failed ones, is the earliest after the finish of: the next rollback of the
    service in that environment, the hotfix that mended it, the resolution of a linked incident;
    `restored_by` says which (rollback, fix, incident). A hotfix mends a failed deployment of its
    service when it is the first to finish after it and before the incident is resolved. Rework: a
    rollback, or a hotfix that mended a failed deployment or a defect.
    """
    frame = deployments.assign(kind=deployment_kinds(deployments))
    blame = _blame(links.incidents, incidents, frame)
    fixes = _fixes(frame, blame)
    frame["incident_id"] = _of(frame, blame, "incident_id", key=_ROW)
    frame["failed"] = np.where(frame["incident_id"] != NONE, 1, -1).astype(np.int8)
    evidence = {
        "rollback": _next_rollback(frame),
        "fix": _of(frame, fixes, "fix_ts", key=_ROW),
        "incident": _of(frame, blame, "resolved_ts", key=_ROW),
    }
    frame["restored_ts"], frame["restored_by"] = _earliest(frame, evidence)
    mending = pd.concat([fixes["fix_deployment_id"], links.defects])
    frame["rework"] = (frame["kind"] == "rollback") | (
        (frame["kind"] == "hotfix") & frame["deployment_id"].isin(mending)
    )
    contents = links.contents.drop_duplicates(_ROW)
    frame["commits"] = _of(frame, contents, "commits", key=_ROW)
    reasons = frame[_ROW].merge(contents, on=_ROW, how="left")["commits_reason"]
    frame["commits_reason"] = reasons.astype(object).fillna("unknown").to_numpy()
    return frame[_COLUMNS].reset_index(drop=True)


_COLUMNS = [
    "service_id",
    "deployment_id",
    "environment",
    "kind",
    "result",
    "finished_ts",
    "commits",
    "commits_reason",
    "failed",
    "incident_id",
    "restored_ts",
    "restored_by",
    "rework",
    "jobs",
]


def _blame(links: pd.DataFrame, incidents: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """By service and deployment: the first incident that names it, with the first resolution of any
    that does which is not before the deployment finished.
    """
    strong = links[links["confidence"] >= STRICT][["incident_id", "deployment_id"]]
    told = incidents[["incident_id", "service_id", "opened_ts", "resolved_ts"]]
    joined = strong.merge(told.rename(columns={"service_id": "hit"}), on="incident_id")
    joined = joined.merge(frame[[*_ROW, "finished_ts"]], on="deployment_id")
    hit = pd.MultiIndex.from_frame(joined[["hit", "deployment_id"]])
    elsewhere = (joined["hit"] != joined["service_id"]) & hit.isin(
        pd.MultiIndex.from_frame(frame[_ROW])
    )
    joined = joined[~elsewhere]
    after = (joined["resolved_ts"] != NONE) & (joined["resolved_ts"] >= joined["finished_ts"])
    ended = joined[after].sort_values("resolved_ts")
    ordered = joined.sort_values(["opened_ts", "incident_id"]).drop_duplicates(_ROW)
    result: pd.DataFrame = ordered.assign(resolved_ts=_of(ordered, ended, "resolved_ts", key=_ROW))
    return result


def _fixes(frame: pd.DataFrame, blame: pd.DataFrame) -> pd.DataFrame:
    """service_id, deployment_id (failed), fix_deployment_id, fix_ts: hotfixes that mended them."""
    good = (frame["kind"] == "hotfix") & (frame["result"] == "success")
    hotfixes = frame.loc[good, ["service_id", "deployment_id", "finished_ts"]].rename(
        columns={"deployment_id": "fix_deployment_id", "finished_ts": "fix_ts"}
    )
    failed = blame[[*_ROW, "resolved_ts"]].merge(frame[[*_ROW, "finished_ts"]], on=_ROW)
    pairs = failed.merge(hotfixes, on="service_id")
    still_open = (pairs["resolved_ts"] == NONE) | (pairs["fix_ts"] <= pairs["resolved_ts"])
    mended = pairs[(pairs["fix_ts"] > pairs["finished_ts"]) & still_open]
    first = mended.sort_values(["fix_ts", "fix_deployment_id"]).drop_duplicates(_ROW)
    return first[[*_ROW, "fix_deployment_id", "fix_ts"]]


def _of(
    frame: pd.DataFrame, keyed: pd.DataFrame, column: str, *, key: Sequence[str] = _ROW[1:]
) -> Ints:
    """`column` of the first row of `keyed` with the same key; NONE where there is none."""
    first = keyed.drop_duplicates(list(key))
    rows = pd.MultiIndex.from_frame(frame[list(key)])
    place = pd.MultiIndex.from_frame(first[list(key)]).get_indexer(rows)
    if first.empty:
        return np.full(len(frame), NONE, np.int64)
    return np.where(place >= 0, first[column].to_numpy(np.int64)[place], NONE)


def _next_rollback(frame: pd.DataFrame) -> Ints:
    """The finish of the first rollback after each deployment, in its service and environment."""
    place = frame.groupby(["service_id", "environment"]).ngroup().to_numpy(np.int64)
    finished = frame["finished_ts"].to_numpy(np.int64)
    back = (frame["kind"] == "rollback").to_numpy() & (frame["result"] == "success").to_numpy()
    span = 1 << 40
    keys = np.sort(place[back] * span + finished[back])
    found = np.append(keys, NONE)[np.searchsorted(keys, place * span + finished, side="right")]
    same = (found != NONE) & (found // span == place)
    return np.where(same, found % span, NONE)


def _earliest(frame: pd.DataFrame, evidence: dict[str, Ints]) -> tuple[Ints, list[str]]:
    """The earliest evidence not before the finish of each failed deployment, and its name."""
    finished = frame["finished_ts"].to_numpy(np.int64)
    failed = (frame["failed"] == 1).to_numpy(np.bool_)
    never = np.iinfo(np.int64).max
    times = np.stack(list(evidence.values()))
    times = np.where((times >= finished) & failed, times, never)
    first = times.min(axis=0)
    names = np.array(list(evidence), object)[times.argmin(axis=0)]
    return np.where(first == never, NONE, first), np.where(first == never, "", names).tolist()
