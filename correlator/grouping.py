"""Several jobs of one pipeline are one deployment: it starts with the first, ends with the last."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from core.records import Result

# The worst job says how the whole ended; a job that is still running leaves it open.
_RANK: Final = (
    Result.SKIPPED,
    Result.SUCCESS,
    Result.UNSTABLE,
    Result.OTHER,
    Result.CANCELED,
    Result.FAILED,
    Result.WAITING,
    Result.RUNNING,
)
_OPEN: Final = (Result.WAITING.value, Result.RUNNING.value)
_KEY: Final = ["source_id", "group", "service_id", "target", "repository_id"]
_JOB: Final = ["environment", "job"]
_LAST: Final = np.iinfo(np.int64).max


def merge_groups(deployments: pd.DataFrame) -> pd.DataFrame:
    """One row per deployment, out of one per job; give it what `assign_services` made.

    Jobs of one `group` (of one source, service, target and repository) are one deployment; without
    group a row stays alone. In it the latest run of a job stands for that job (a retry after a
    failure counts, the failure does not); but a job that runs again after it had succeeded begins
    another deployment, or a job re-run next month would move the date of this one. The row keeps
    the deployment_id of the job made first (ids tell in which order jobs were read, newest history
    first), sha, ref and version of the last job, the first start, the last finish
    (`NONE` while open), all build ids (newline between), and `jobs`, the number of jobs. Order:
    finish, deployment_id.
    """
    if deployments.empty:
        return deployments.assign(jobs=pd.Series(dtype="int64"))
    table = _rounds(deployments)
    counts = table.groupby("_key", sort=False).agg(
        deployment_id=("deployment_id", "first"),
        created_ts=("created_ts", "min"),
        started_ts=("_start", "min"),
        build_external_id=("build_external_id", _distinct),
        jobs=("deployment_id", "size"),
    )
    last = table.drop_duplicates(["_key", *_JOB], keep="last")
    ends = last.groupby("_key", sort=False).agg(
        _worst=("_rank", "max"), _end=("finished_ts", "max")
    )
    rest = last.sort_values(["finished_ts", "created_ts", "deployment_id"], kind="stable")
    rest = rest.drop_duplicates("_key", keep="last").set_index("_key")
    merged = rest.drop(columns=list(counts.columns), errors="ignore").join(counts).join(ends)
    merged["started_ts"] = merged["started_ts"].where(merged["started_ts"] != _LAST, NONE)
    merged["result"] = merged.pop("_worst").map(dict(enumerate(r.value for r in _RANK)))
    is_open = merged["result"].isin(_OPEN)
    merged["finished_ts"] = merged.pop("_end").where(~is_open, NONE)
    columns = [*deployments.columns, "jobs"]
    ordered = merged.sort_values(["finished_ts", "deployment_id", "service_id"], kind="stable")
    return ordered[columns].reset_index(drop=True)


def _rounds(deployments: pd.DataFrame) -> pd.DataFrame:
    """The rows in order of time, with `_key` (the deployment that they make), `_rank`, `_start`."""
    table = deployments.sort_values(["created_ts", "deployment_id"], kind="stable")
    ranks = {result.value: rank for rank, result in enumerate(_RANK)}
    other = ranks[Result.OTHER.value]
    table["_rank"] = table["result"].map(ranks).fillna(other).astype("int64")
    table["_start"] = table["started_ts"].where(table["started_ts"] != NONE, _LAST)
    alone = np.where(table["group"] == "", table["deployment_id"], NONE)
    success = (table["result"] == Result.SUCCESS.value).astype("int64")
    lanes = [table[name] for name in [*_KEY, *_JOB]]
    done = success.groupby([*lanes, alone], sort=False).cumsum() - success
    keys = pd.DataFrame({name: table[name] for name in _KEY}).assign(alone=alone, done=done)
    table["_key"] = keys.groupby(list(keys.columns), sort=False).ngroup()
    return table


def _distinct(build_ids: pd.Series[str]) -> str:
    return "\n".join(dict.fromkeys(text for text in build_ids if text))
