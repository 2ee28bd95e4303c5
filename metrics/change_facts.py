"""Facts of changes: each commit with the deployment that first brought it to production."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.frames import NONE

_COLUMNS = [
    "service_id",
    "commit_id",
    "deployment_id",
    "merge_request_id",
    "committed_ts",
    "deployed_ts",
    "clock",
    "excluded",
]


@dataclass(frozen=True)
class ChangeInputs:
    """What D1 is made of; missing integers are NONE.

    contained: service_id, commit_id, deployment_id; the first successful production deployment of
    the
        service that contains the commit. deployments: deployment_id, finished_ts.
    commits: commit_id, repository_id, sha, authored_ts, committed_ts, parents, message, author_bot.
    merge_requests: merge_request_id, repository_id, merge_sha, squash_sha, merged_ts, state.
    merge_request_commits: merge_request_id, commit_id; the commits as they were in the request.
    """

    contained: pd.DataFrame
    deployments: pd.DataFrame
    commits: pd.DataFrame
    merge_requests: pd.DataFrame
    merge_request_commits: pd.DataFrame


def change_facts(inputs: ChangeInputs) -> pd.DataFrame:
    """The frame of `change_fact`: one row per service and commit.

    The commits of a squashed or rebased merge request stand in for what it became: they get its
    deployment, and the commit on the branch is excluded as `squashed` or `rebased`. A squashed
    commit whose originals are not known keeps its author date where that is not after the merge
    (`clock` author_date). Also excluded: `merge_commit`, `bot`, `no_time` (known by its sha alone;
    committed_ts is then the deployment). Times are as recorded: a commit dated after its deployment
    is clamped by the metric, which counts it.
    """
    requests = inputs.merge_requests[inputs.merge_requests["state"] == "merged"]
    rows = _first_deployments(inputs).merge(inputs.commits, on="commit_id")
    rows = _with_squash(rows, requests, inputs.merge_request_commits)
    originals = _originals(inputs, requests)
    rows = _with_rebase(rows, originals)
    stand_ins = _stand_ins(rows, originals)
    together = pd.concat([rows, stand_ins]) if len(stand_ins) else rows
    together = together.drop_duplicates(["service_id", "commit_id"])
    return _judged(_with_request(together, originals))


def _first_deployments(inputs: ChangeInputs) -> pd.DataFrame:
    timed = inputs.contained.merge(inputs.deployments[["deployment_id", "finished_ts"]])
    timed = timed.rename(columns={"finished_ts": "deployed_ts"})
    ordered = timed.sort_values(["service_id", "commit_id", "deployed_ts", "deployment_id"])
    return ordered.drop_duplicates(["service_id", "commit_id"])


def _with_squash(rows: pd.DataFrame, requests: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Adds `of_request` (the request that a commit is the squash of), `replaced`, `merged_ts`."""
    squashes = requests[requests["squash_sha"] != ""].drop_duplicates(
        ["repository_id", "squash_sha"]
    )
    keys = squashes[["repository_id", "squash_sha", "merge_request_id", "merged_ts"]]
    keys = keys.rename(columns={"squash_sha": "sha", "merge_request_id": "of_request"})
    joined = rows.merge(keys, on=["repository_id", "sha"], how="left")
    joined["of_request"] = joined["of_request"].fillna(NONE).astype(np.int64)
    joined["merged_ts"] = joined["merged_ts"].fillna(NONE).astype(np.int64)
    known = joined["of_request"].isin(listed["merge_request_id"])
    own = joined.merge(
        listed.rename(columns={"merge_request_id": "of_request"})[["of_request", "commit_id"]],
        on=["of_request", "commit_id"],
        how="left",
        indicator=True,
    )["_merge"].eq("both")
    joined["replaced"] = np.where(known & ~own.to_numpy(), "squashed", "")
    return joined


def _originals(inputs: ChangeInputs, requests: pd.DataFrame) -> pd.DataFrame:
    """The listed commits of merged requests, each with its request; the earliest request wins."""
    listed = inputs.merge_request_commits[["merge_request_id", "commit_id"]]
    merged = listed.merge(requests[["merge_request_id"]]).merge(inputs.commits, on="commit_id")
    return merged.sort_values(["merge_request_id", "commit_id"])


def _with_rebase(rows: pd.DataFrame, originals: pd.DataFrame) -> pd.DataFrame:
    """Marks commits that are copies of a listed commit which itself never reached the branch.

    A rebase keeps author date and message and changes the sha, so those two identify the original.
    """
    same = ["repository_id", "authored_ts", "message"]
    lost = originals[~originals["commit_id"].isin(rows["commit_id"])].drop_duplicates(same)
    lost = lost[lost["authored_ts"] != NONE]
    keys = lost[[*same, "merge_request_id"]].rename(columns={"merge_request_id": "copy_of"})
    joined = rows.merge(keys, on=same, how="left")
    copied = joined["copy_of"].notna() & (joined["replaced"] == "") & (joined["of_request"] == NONE)
    copied &= ~joined["commit_id"].isin(originals["commit_id"])
    joined["replaced"] = joined["replaced"].where(~copied, "rebased")
    request = joined["copy_of"].fillna(NONE).astype(np.int64)
    joined["of_request"] = joined["of_request"].where(~copied, request)
    return joined.drop(columns="copy_of")


def _stand_ins(rows: pd.DataFrame, originals: pd.DataFrame) -> pd.DataFrame:
    """Rows for the originals of replaced commits, with the deployment of what replaced them.

    Each original of a rebase goes with its own copy, those of a squash all with the one commit.
    """
    replaced = rows[rows["replaced"] != ""]
    carried = replaced[["service_id", "deployment_id", "deployed_ts", "of_request", "replaced"]]
    squashed = carried[carried["replaced"] == "squashed"].merge(
        originals, left_on="of_request", right_on="merge_request_id"
    )
    same = ["repository_id", "authored_ts", "message"]
    copies = replaced[replaced["replaced"] == "rebased"]
    columns = [*same, "service_id", "deployment_id", "deployed_ts", "of_request"]
    rebased = copies[columns].merge(originals, on=same)
    rebased = rebased[rebased["of_request"] == rebased["merge_request_id"]]
    made = pd.concat([part for part in (squashed, rebased) if len(part)] or [squashed])
    made = made.drop(columns=["merge_request_id"]).assign(replaced="", merged_ts=NONE)
    return made.sort_values(["service_id", "commit_id", "deployed_ts", "deployment_id"])


def _with_request(rows: pd.DataFrame, originals: pd.DataFrame) -> pd.DataFrame:
    first = originals.drop_duplicates("commit_id").set_index("commit_id")["merge_request_id"]
    listed = rows["commit_id"].map(first).fillna(NONE).astype(np.int64)
    return rows.assign(
        merge_request_id=rows["of_request"].where(rows["of_request"] != NONE, listed)
    )


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    timeless = rows["committed_ts"] == NONE
    squash_alone = (rows["merged_ts"] != NONE) & (rows["replaced"] == "")
    authored = squash_alone & (rows["authored_ts"] != NONE)
    authored &= rows["authored_ts"] <= rows["merged_ts"]
    committed = rows["committed_ts"].where(~authored, rows["authored_ts"])
    excluded = np.select(
        [rows["replaced"] != "", rows["parents"] >= 2, rows["author_bot"].astype(bool), timeless],
        [rows["replaced"], "merge_commit", "bot", "no_time"],
        default="",
    )
    judged = rows.assign(
        committed_ts=committed.where(~timeless | authored, rows["deployed_ts"]),
        clock=np.where(authored, "author_date", "committer"),
        excluded=np.where(authored & (excluded == "no_time"), "", excluded),
    )
    ordered = judged.sort_values(["service_id", "commit_id"])[_COLUMNS]
    return ordered.reset_index(drop=True)
