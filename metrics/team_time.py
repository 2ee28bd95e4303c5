"""How long deliveries were with each team: working, waiting, blocked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from metrics.cohort import Cohort, cohort, durations
from metrics.measure import Measure
from metrics.periods import DAY, Window
from metrics.stages import delivered_rows
from metrics.stats import ratio
from metrics.teams import NO_TEAM

PARTS: Final = ("active_s", "waiting_s", "blocked_s", "unknown_s", "ignored_s")
"""Seconds of a delivery; `blocked_s` is a part of `waiting_s`, the others add up."""

_ENOUGH: Final = 0.9
_STATES: Final = ("active", "waiting", "unknown", "ignored")


@dataclass(frozen=True)
class TeamTime:
    """found: the deliveries of F1. rows: item_id, episode, team (`NO_TEAM`: none is known), the
    seconds of `PARTS`, `by_stage_s`, `by_assignee_s`, and `seconds`, in all with that team.
    """

    measure: Measure
    found: Cohort
    rows: pd.DataFrame


def team_time(
    items: pd.DataFrame,
    held: pd.DataFrame,
    *,
    window: Window,
    kinds: Sequence[str] | None = None,
) -> TeamTime:
    """Days that the deliveries done in the window were with each team, from commitment to done.

    held: see `held_visits`. The days of all teams, and those of no team known, add up to the flow
    times less the gaps between done and reopened (`gap_d`). `known_share` is the share of the days
    of which the team is known.
    """
    found = cohort(items, window=window, kinds=kinds)
    rows = _by_team(delivered_rows(found.included, held))
    whole = float(durations(found, "flow_time").sum())
    spent, unknown = float(rows["seconds"].sum()), rows["team"] == NO_TEAM
    known = float(rows.loc[~unknown, "seconds"].sum())
    days = {f"{name[:-2]}_d": float(rows[name].sum()) / DAY for name in PARTS}
    some = len(found.included) > 0
    value: dict[str, float | None] = {
        "total_d": spent / DAY,
        **days,
        "gap_d": (whole - spent) / DAY,
    }
    measure = Measure(
        sort="sum",
        unit="d",
        value={
            **(value if some else dict.fromkeys(value)),
            "known_share": ratio(known, spent),
        },
        n=len(found.included),
        excluded=found.excluded,
        reasons=_reasons(ratio(known, spent)) if some else ("no_data",),
    )
    return TeamTime(measure, found, rows)


def _reasons(known: float | None) -> tuple[str, ...]:
    if known is None or known >= _ENOUGH:
        return ()
    return (
        f"no team is known of {1 - known:.0%} of the time: `team` of a stage names one, and"
        " [[teams]] those of the people assigned",
    )


def _by_team(rows: pd.DataFrame) -> pd.DataFrame:
    seconds = (rows["end_ts"] - rows["start_ts"]).to_numpy(np.int64)
    state = rows["state"].to_numpy(object)
    spent = {f"{name}_s": np.where(state == name, seconds, 0) for name in _STATES}
    blocked = rows["reason"].to_numpy(object) == "blocked"
    by = rows["by"].to_numpy(object)
    told = rows[["item_id", "episode", "team"]].assign(
        **spent,
        blocked_s=np.where(blocked, seconds, 0),
        by_stage_s=np.where(by == "stage", seconds, 0),
        by_assignee_s=np.where(by == "assignee", seconds, 0),
        seconds=seconds,
    )
    return told.groupby(["item_id", "episode", "team"], as_index=False, observed=True).sum()
