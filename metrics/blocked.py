"""What blocked items, for how long: once per item, however many reasons overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from metrics.measure import Measure
from metrics.periods import DAY, Window
from metrics.stretches import clipped, closed, joined, overlaps, remainder

REASONS: Final = ("flag", "status", "label", "link")
"""In the order in which the configuration names them: where two overlap, the first has the time."""

NOT_TOLD: Final = "not_told"
"""Of blocked time for which no reason is stored, as where a mapping changed since."""


@dataclass(frozen=True)
class Blocked:
    """rows: item_id, episode, reason (of `REASONS`, or `NOT_TOLD`), start_ts, end_ts: the blocked
    time of the window; no two of one item overlap.
    """

    measure: Measure
    rows: pd.DataFrame


def blocked_time(
    visits: pd.DataFrame,
    blocks: pd.DataFrame,
    *,
    window: Window,
    statuses: frozenset[int] = frozenset(),
) -> Blocked:
    """Days in the window in which deliveries in process were blocked, in all and by reason.

    visits: rows of `stage_visit` of the items that are asked for: blocked is what has the reason
    "blocked". blocks: item_id, kind (flag, label, link), start_ts, end_ts (NONE: still).
    statuses: the ids of those that block. Blocked time is the union of all reasons; where some
    overlap, the one that `REASONS` names first has the time.
    """
    told = visits.loc[visits["reason"] == "blocked"]
    names = ["item_id", "episode", "status_id", "start_ts", "end_ts"]
    left = clipped(closed(told[names]), window)
    rows = []
    for reason in REASONS:
        if reason == "status":
            taken = left["status_id"].isin(list(statuses)).to_numpy(np.bool_)
            rows.append(left[taken].assign(reason=reason))
            left = left[~taken]
            continue
        own = joined(closed(blocks[blocks["kind"] == reason]))
        rows.append(overlaps(left, own).assign(reason=reason))
        left = remainder(left, own)
    rows.append(left.assign(reason=NOT_TOLD))
    found = pd.concat(rows, ignore_index=True).drop(columns="status_id")
    found = found.sort_values(["item_id", "start_ts"], ignore_index=True)
    return Blocked(_measure(found, visits, window), found)


def _measure(rows: pd.DataFrame, visits: pd.DataFrame, window: Window) -> Measure:
    seconds = (rows["end_ts"] - rows["start_ts"]).to_numpy(np.int64)
    by = {
        f"{reason}_d": float(seconds[(rows["reason"] == reason).to_numpy()].sum()) / DAY
        for reason in (*REASONS, NOT_TOLD)
    }
    at = window.to_ts
    here = closed(visits.loc[visits["reason"] == "blocked", ["item_id", "start_ts", "end_ts"]])
    now = int(((here["start_ts"] <= at) & (here["end_ts"] > at)).sum())
    value: dict[str, float | None] = {
        "now": float(now),
        "blocked_d": float(seconds.sum()) / DAY,
        **by,
    }
    nothing = visits.empty
    return Measure(
        sort="sum",
        unit="d",
        value=dict.fromkeys(value) if nothing else value,
        n=len(rows[["item_id", "episode"]].drop_duplicates()),
        reasons=("no_data",) if nothing else (),
    )
