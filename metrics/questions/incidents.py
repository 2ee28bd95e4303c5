"""Incidents that become less severe, or are put down to something else after they were told."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.comparing import ranks_differ
from metrics.periods import Window
from metrics.questions.finding import Finding, not_looked_at, proofs_of
from metrics.stats import ratio

LEAST_INCIDENTS: Final = 10
LEAST_RECLASSIFIED: Final = 3
RECLASSIFIED_SHARE: Final = 0.1


def severity_drift(incidents: pd.DataFrame, *, window: Window) -> Finding:
    """Incidents of the window less severe than those of the window of the same length before.

    incidents: incident_id, opened_ts, priority (1 the gravest, NONE not told). Asks from ten in
    each window, where the rank sum test says that they differ, towards less severe.
    """
    told = incidents[incidents["priority"] != NONE]
    opened = told["opened_ts"].to_numpy(np.int64)
    now = told[window.holds(opened)]
    then = told[Window(window.from_ts - window.seconds, window.from_ts).holds(opened)]
    if min(len(now), len(then)) < LEAST_INCIDENTS:
        return not_looked_at(
            f"fewer than {LEAST_INCIDENTS} incidents with a priority in this window or the one"
            " before"
        )
    one, other = now["priority"].to_numpy(np.float64), then["priority"].to_numpy(np.float64)
    found = ranks_differ(one, other)
    rows = now.assign(note=[f"priority {number}" for number in now["priority"]])
    return Finding(
        asked=found.differs and (found.effect or 0.0) > 0.5,
        seen=f"the mean priority of {len(now)} incidents is {one.mean():.1f}, of the {len(then)} of"
        f" the window before {other.mean():.1f} (1 is the gravest)",
        figures={
            "incidents": len(now),
            "incidents_before": len(then),
            "priority": float(one.mean()),
            "priority_before": float(other.mean()),
            "p": found.p,
        },
        proofs=proofs_of("incident", rows, id="incident_id", ts="opened_ts", note="note"),
    )


def reclassified(changes: pd.DataFrame, incidents: pd.DataFrame, *, window: Window) -> Finding:
    """Incidents that were put down to a deployment when that was told, and later no more.

    changes: incident_id, recorded_ts, before, after (verdicts) of what was restated. incidents: the
    facts. Asks from three and a tenth of those that are or were attributed.
    """
    lost = (changes["before"] == "attributed") & (changes["after"] != "attributed")
    rows = changes[
        lost.to_numpy(np.bool_) & window.holds(changes["recorded_ts"].to_numpy(np.int64))
    ]
    rows = rows.sort_values("recorded_ts").drop_duplicates("incident_id")
    rows = rows.assign(note=[f"attributed, then {word or 'gone'}" for word in rows["after"]])
    held = incidents[window.holds(incidents["opened_ts"].to_numpy(np.int64))]
    attributed = set(held["incident_id"][held["deployment_id"] != NONE].tolist())
    all_of_them = len(attributed | set(rows["incident_id"].tolist()))
    share = ratio(len(rows), all_of_them)
    return Finding(
        asked=len(rows) >= LEAST_RECLASSIFIED and (share or 0.0) >= RECLASSIFIED_SHARE,
        seen=f"{len(rows)} incidents were put down to a deployment when that was told, and later"
        " not",
        figures={"incidents": len(rows), "attributed": all_of_them, "share": share},
        proofs=proofs_of("incident", rows, id="incident_id", ts="recorded_ts", note="note"),
    )
