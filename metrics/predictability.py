"""How much of what was planned an increment delivered (F6), from a file of objectives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from metrics.measure import Measure
from metrics.periods import Window
from metrics.stats import ratio

OBJECTIVES = ["increment", "ended_ts", "name", "committed", "planned", "actual"]
"""Columns of a frame of objectives: ended_ts is the last moment of the increment (epoch s, the same
for all of its objectives), planned and actual its business value; actual NaN: not rated yet."""


@dataclass(frozen=True)
class Rated:
    """Objectives of the increments that ended in a window, and those left out of them, with a
    column `excluded_reason`.
    """

    included: pd.DataFrame
    left_out: pd.DataFrame


def rated(objectives: pd.DataFrame, *, window: Window) -> Rated:
    """An increment of which one objective is not rated yet is left out whole: `not_rated`."""
    ended = objectives[window.holds(objectives["ended_ts"].to_numpy(np.int64))]
    waiting = ended.loc[ended["actual"].isna(), "increment"].unique()
    open_ones = ended["increment"].isin(waiting)
    return Rated(ended[~open_ones], ended[open_ones].assign(excluded_reason="not_rated"))


def predictability(objectives: pd.DataFrame, *, window: Window) -> Measure:
    """Actual value of all objectives over the planned value of the committed ones, of the
    increments that ended in the window; stretch objectives count above the line alone, so that it
    may exceed 1.

    objectives: `OBJECTIVES`. Null where nothing was planned. `n`: objectives that are counted.
    """
    found = rated(objectives, window=window)
    rows = found.included
    actual = float(rows["actual"].sum())
    planned = float(rows.loc[rows["committed"].to_numpy(np.bool_), "planned"].sum())
    value = ratio(actual, planned)
    missing = "no_data" if rows.empty else "nothing was planned"
    left_out = {"not_rated": len(found.left_out)} if len(found.left_out) else {}
    return Measure(
        sort="sum",
        unit="ratio",
        value={"ratio": value},
        n=len(rows),
        excluded=left_out,
        parts={
            "numerator": actual,
            "denominator": planned,
            "increments": float(rows["increment"].nunique()),
        },
        reasons=() if value is not None else (missing,),
    )
