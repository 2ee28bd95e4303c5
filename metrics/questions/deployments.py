"""Deployments that bring nothing, and repairs without an incident."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from metrics.periods import DAY, Window
from metrics.questions.finding import Finding, not_looked_at, proofs_of
from metrics.stats import ratio

LEAST_EMPTY: Final = 3
EMPTY_SHARE: Final = 0.2
LEAST_REPAIRS: Final = 3
REPAIR_SHARE: Final = 0.5
LOOK_BACK_S: Final = 7 * DAY
LOOK_AHEAD_S: Final = DAY


def empty_deployments(deployments: pd.DataFrame, *, window: Window) -> Finding:
    """Successful deployments with no new commit, or with the version that ran there already.

    deployments: columns of `deployment_fact`, and `version` ("" not told). Rollbacks count neither
    way: they bring back on purpose. Asks from three and a fifth of those of the window.
    """
    good = (deployments["result"] == "success").to_numpy(np.bool_)
    rows = deployments[good].sort_values(["service_id", "environment", "finished_ts"])
    before = rows.groupby(["service_id", "environment"])["version"].shift()
    same = ((rows["version"] == before) & (rows["version"] != "")).to_numpy(np.bool_)
    bare = (rows["commits"] == 0).to_numpy(np.bool_)
    counted = window.holds(rows["finished_ts"].to_numpy(np.int64))
    counted &= (rows["kind"] != "rollback").to_numpy(np.bool_)
    if not counted.any():
        return not_looked_at("no deployment to production in the window")
    notes = np.where(same, "the version that ran there before", "no new commit")
    empty = rows.assign(note=notes)[counted & (same | bare)]
    share = ratio(len(empty), int(counted.sum()))
    return Finding(
        asked=len(empty) >= LEAST_EMPTY and (share or 0.0) >= EMPTY_SHARE,
        seen=f"{len(empty)} of {int(counted.sum())} deployments brought no new commit or the"
        " version that ran there already",
        figures={
            "deployments": len(empty),
            "all_deployments": int(counted.sum()),
            "share": share,
            "same_version": int((counted & same).sum()),
            "no_commit": int((counted & bare).sum()),
        },
        proofs=proofs_of("deployment", empty, id="deployment_id", ts="finished_ts", note="note"),
    )


def silent_repairs(
    deployments: pd.DataFrame, incidents: pd.DataFrame, *, window: Window
) -> Finding:
    """Rollbacks and hotfixes near which no incident of their service was opened.

    Near: from seven days before to a day after. Only of services with a source of incidents. Asks
    from three and half of the repairs of the window.
    """
    inside = window.holds(deployments["finished_ts"].to_numpy(np.int64))
    mends = deployments["kind"].isin(("rollback", "hotfix")).to_numpy(np.bool_)
    good = (deployments["result"] == "success").to_numpy(np.bool_)
    repairs = deployments[inside & mends & good]
    opened = {
        int(str(service)): np.sort(group.to_numpy(np.int64))
        for service, group in incidents.groupby("service_id")["opened_ts"]
    }
    none = np.empty(0, np.int64)
    silent = [
        not (
            (opened.get(int(service), none) >= ts - LOOK_BACK_S)
            & (opened.get(int(service), none) <= ts + LOOK_AHEAD_S)
        ).any()
        for service, ts in zip(repairs["service_id"], repairs["finished_ts"], strict=True)
    ]
    rows = repairs[np.array(silent, np.bool_)]
    rows = rows.assign(note=[f"{kind} without an incident" for kind in rows["kind"]])
    share = ratio(len(rows), len(repairs))
    return Finding(
        asked=len(rows) >= LEAST_REPAIRS and (share or 0.0) >= REPAIR_SHARE,
        seen=f"{len(rows)} of {len(repairs)} rollbacks and hotfixes have no incident of their"
        " service near them",
        figures={"repairs": len(repairs), "without_incident": len(rows), "share": share},
        proofs=proofs_of("deployment", rows, id="deployment_id", ts="finished_ts", note="note"),
    )
