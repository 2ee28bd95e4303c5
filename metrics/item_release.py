"""When the code of an item went live (metrics 2.0, release of an item)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.frames import NONE

NO_COMMITS = "no_commits"
NOT_DEPLOYED = "not_deployed"
UNKNOWN = "deployments_unknown"


@dataclass(frozen=True)
class ReleaseInputs:
    """Frames over all repositories.

    written: item_id, commit_id; one row per pair, of links sure enough to count.
    commits: commit_id, repository_id, parents (number, NONE: not told).
    landed: ids of the commits that reached a default branch. undone: ids of reverts and of what
    they took back. live: commit_id, live_ts (the first successful production deployment with it).
    deployed: ids of the repositories of which any production deployment is known.
    unsure: ids of commits whose first known deployment has an unknown predecessor.
    """

    written: pd.DataFrame
    commits: pd.DataFrame
    landed: pd.Series[int]
    undone: pd.Series[int]
    live: pd.DataFrame
    deployed: pd.Series[int]
    unsure: pd.Series[int]


def item_releases(inputs: ReleaseInputs) -> pd.DataFrame:
    """item_id, first_released_ts, released_ts, release_reason, has_code; an item without commits is
    absent.

    An item is released when the last of its commits that count is live; merges, reverts, what was
    taken back and what never reached a default branch do not count. The reason is empty where
    `released_ts` is known, else `not_deployed` (also where no commit counts yet) or
    `deployments_unknown` (no production deployment known, or only one with unknown predecessor,
    which may have come long after the first release).
    """
    table = inputs.written.merge(inputs.commits, on="commit_id").merge(
        inputs.live, on="commit_id", how="left"
    )
    live_ts = table["live_ts"].fillna(NONE).astype("int64").to_numpy()
    counts = (
        table["commit_id"].isin(inputs.landed)
        & ~table["commit_id"].isin(inputs.undone)
        & (table["parents"] < 2)
    ).to_numpy()
    unsure = counts & table["commit_id"].isin(inputs.unsure).to_numpy()
    known = counts & (live_ts != NONE) & ~unsure
    by_item = pd.DataFrame(
        {
            "item_id": table["item_id"],
            "reached": table["repository_id"].isin(inputs.deployed),
            "counting": counts,
            "unsure": unsure,
            "known": known,
            "first": np.where(known, live_ts, np.iinfo(np.int64).max),
            "last": np.where(known, live_ts, NONE),
        }
    ).groupby("item_id", sort=True)
    found = by_item.agg(
        reached=("reached", "any"),
        counting=("counting", "sum"),
        unsure=("unsure", "any"),
        known=("known", "sum"),
        first=("first", "min"),
        last=("last", "max"),
    )
    return _frame(found)


def _frame(found: pd.DataFrame) -> pd.DataFrame:
    whole = (found["counting"] > 0) & (found["known"] == found["counting"])
    reason = np.select(
        [whole, ~found["reached"] | found["unsure"]], ["", UNKNOWN], default=NOT_DEPLOYED
    )
    return pd.DataFrame(
        {
            "item_id": found.index.to_numpy(dtype="int64"),
            "first_released_ts": np.where(found["known"] > 0, found["first"], NONE),
            "released_ts": np.where(whole, found["last"], NONE),
            "release_reason": pd.Series(reason.tolist(), dtype="object").to_numpy(),
            "has_code": True,
        }
    )
