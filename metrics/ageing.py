"""Ageing work in progress (K2): how old is what is in load, and will it keep the expectation?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from metrics.measure import Measure
from metrics.periods import DAY, Window
from metrics.presence import presence, present_at
from metrics.sle import LEVELS, expected_s
from metrics.stages import delivered_rows
from metrics.stats import MINIMUM_N, Floats, percentiles
from metrics.survival import Survival, lifetimes, survival
from metrics.working_time import WorkingCalendar, seconds_between

LIKELY: Final = 0.5
LEAST: Final = 5
"""A pace or a probability from fewer finished deliveries is only an observed one."""


@dataclass(frozen=True)
class Ageing:
    """The measure, and the rows it counts.

    rows: columns of `item_fact` of the deliveries in load at the end of the window, `stage_id`,
        `state`, `reason` of that instant, `age_s`, `at_least` (the start is only known as "at or
        before"), `pace` and `breach_p` (NaN: not known) and `pace_n`, what the pace rests on.
    history: see `lifetimes`; what pace, expectation and probability rest on.
    left: see `stage_ages`, of those that were done.
    limit_s: the expectation, None where nothing was done and none is given; `few` says whether it
        rests on too little.
    """

    measure: Measure
    rows: pd.DataFrame
    history: pd.DataFrame
    left: pd.DataFrame
    limit_s: float | None
    few: bool


def ageing(
    items: pd.DataFrame,
    visits: pd.DataFrame,
    *,
    window: Window,
    percent: int = 85,
    within_d: float | None = None,
    calendar: WorkingCalendar | None = None,
    shown: pd.DataFrame | None = None,
) -> Ageing:
    """What is in load at the end of the window, judged by what was done and seen in the window.

    The expectation is `within_d`, or what `percent` of the deliveries done in the window took. The
    pace is the share of those done that had left the stage for the last time at no greater age.
    The breach probability is S(limit) / S(age) with the survival S of all that was in load in the
    window. `shown`: item_id, episode of the deliveries that are told of, None for all; all are in
    the history. Nothing here looks at what happened later, so any end of the window may be asked
    for. Ages, pace and expectation are elapsed, or all of the calendar.
    """
    lived = lifetimes(items, window=window, calendar=calendar)
    limit, n = expected_s(items, window=window, percent=percent, calendar=calendar)
    few = within_d is None and n < MINIMUM_N[f"p{percent}"]
    limit = within_d * DAY if within_d is not None else limit
    rows = _rows(items, visits, window.to_ts, calendar)
    if shown is not None:
        rows = rows.merge(shown[["item_id", "episode"]], on=["item_id", "episode"], how="inner")
    ages = stage_ages(lived[lived["outcome"] == "done"], visits, calendar)
    pace, counts = _paces(rows, ages)
    seen = survival(lived)
    rows = rows.assign(pace=pace, pace_n=counts, breach_p=_breaches(rows, seen, limit))
    measure = _measure(rows, items, seen, limit=limit, few=few)
    return Ageing(measure, rows, lived, ages, limit, few)


def stage_ages(
    done: pd.DataFrame, visits: pd.DataFrame, calendar: WorkingCalendar | None = None
) -> pd.DataFrame:
    """The age at which each delivery left each stage for the last time: item_id, episode, stage_id,
    left_after_s. A stage that was skipped has no row.
    """
    rows = delivered_rows(done, visits)
    left, begun = rows["end_ts"].to_numpy(np.int64), rows["committed_ts"].to_numpy(np.int64)
    after = seconds_between(begun, left, calendar)
    named = rows[["item_id", "episode", "stage_id"]].assign(left_after_s=after)
    return named.groupby(["item_id", "episode", "stage_id"], as_index=False).max()


def left_after_d(left: pd.DataFrame) -> dict[int, tuple[int, dict[str, float]]]:
    """By stage_id: n, and the age in days by which 50, 70, 85 and 95 % had left it for the last
    time, by nearest rank, whatever n is; what few tell is withheld by who shows it (`MINIMUM_N`).
    A stage that nothing left is not there. `left`: see `stage_ages`.
    """
    stages, days = (
        left["stage_id"].to_numpy(np.int64),
        left["left_after_s"].to_numpy(np.int64) / DAY,
    )
    found = {}
    for stage in np.unique(stages).tolist():
        own = days[stages == stage]
        told = percentiles(own, LEVELS).value
        found[stage] = (len(own), {name: age for name, age in told.items() if age is not None})
    return found


def _rows(
    items: pd.DataFrame, visits: pd.DataFrame, at: int, calendar: WorkingCalendar | None
) -> pd.DataFrame:
    stretches = presence(items, visits)
    here = stretches.loc[
        present_at(stretches, at), ["item_id", "episode", "stage_id", "state", "reason"]
    ]
    own = items.drop(columns=["stage_id", "state", "reason"], errors="ignore")
    rows = own.merge(here, on=["item_id", "episode"], how="inner")
    begun = rows["committed_ts"].to_numpy(np.int64)
    return rows.assign(
        age_s=seconds_between(begun, np.full(len(rows), at), calendar),
        at_least=rows["start_reason"] == "censored_start",
    )


def _paces(rows: pd.DataFrame, ages: pd.DataFrame) -> tuple[Floats, list[int]]:
    """The share of each row's stage that had left it at no greater age, and of how many."""
    by_stage = {
        stage: np.sort(group.to_numpy(np.int64))
        for stage, group in ages.groupby("stage_id")["left_after_s"]
    }
    nothing = np.empty(0, np.int64)
    own = [by_stage.get(stage, nothing) for stage in rows["stage_id"]]
    passed = [
        np.searchsorted(left, age, side="right") / len(left) if len(left) else np.nan
        for left, age in zip(own, rows["age_s"], strict=True)
    ]
    return np.array(passed, np.float64), [len(left) for left in own]


def _breaches(rows: pd.DataFrame, seen: Survival, limit: float | None) -> Floats:
    if limit is None or not seen.finished:
        return np.full(len(rows), np.nan)
    found = [seen.breach(float(age), limit) for age in rows["age_s"]]
    return np.array([np.nan if one is None else one for one in found], np.float64)


def _measure(
    rows: pd.DataFrame, items: pd.DataFrame, seen: Survival, *, limit: float | None, few: bool
) -> Measure:
    age = rows["age_s"].to_numpy(np.float64)
    late = None if limit is None else float((age > limit).sum())
    breach = rows["breach_p"].to_numpy(np.float64)
    likely = None if limit is None or not seen.finished else float((breach >= LIKELY).sum())
    value = {
        "count": float(len(rows)) if len(items) else None,
        "late": late,
        "likely_late": likely,
        "sle_d": None if limit is None else limit / DAY,
        "oldest_d": float(age.max()) / DAY if len(age) else None,
    }
    return Measure(
        sort="count",
        unit="items",
        value=value,
        n=len(rows),
        parts={
            "history_done": float(seen.finished),
            "history_censored": float(seen.censored),
            "censored_start": float(rows["at_least"].sum()),
        },
        reasons=_reasons(rows, items, seen, limit),
        withheld=_withheld(seen, few=few),
    )


def _withheld(seen: Survival, *, few: bool) -> dict[str, str]:
    if few:
        why = "late, likely_late and sle_d withheld: too few were done in the window"
        return {"sle_d": why, "late": "", "likely_late": ""}
    return {"likely_late": f"likely_late withheld: n<{LEAST}"} if seen.finished < LEAST else {}


def _reasons(
    rows: pd.DataFrame, items: pd.DataFrame, seen: Survival, limit: float | None
) -> tuple[str, ...]:
    found = []
    if items.empty:
        found.append("no_data")
    elif rows.empty:
        found.append("nothing is in load")
    if limit is None or not seen.finished:
        found.append("no_history: nothing was done in the window")
    return tuple(found)
