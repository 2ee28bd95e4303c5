"""Whether features brought what was expected of them (E4), and of how many that is known (E5)."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from core.record_words import Attribution, Effect
from metrics.mapping import Ints
from metrics.measure import Measure
from metrics.periods import DAY, WEEK, Window
from metrics.stats import ratio, wilson
from metrics.value_live import Split, split

MARKS: Final = (30, 90)
"""Days after an item went live at which what it brought is looked at."""
CLASSES: Final = tuple(one.value for one in Attribution)
_CENTS: Final = tuple(f"{kind}_{effect}_cents" for kind in CLASSES for effect in Effect)
UNVALUED: Final = "unvalued"
NO_VALUE: Final = "no_value_told"


def expected_cents(value_cents: Ints, days: int) -> Ints:
    """What an item was expected to bring within days of going live, half a cent up; its value is
    cents per week.
    """
    return (2 * value_cents * days * DAY + WEEK) // (2 * WEEK)


def realised(live: pd.DataFrame, told: pd.DataFrame, *, days: int, as_of: int) -> pd.DataFrame:
    """item_id, attribution, effect, cents: what was told of each item up to `days` after it went
    live, of the items whose mark is over at `as_of`.

    live: item_id, live_ts. told: `TOLD`. Value told while only some users had it counts, too.
    """
    marks = _marks(live, days)
    over = live[(marks != NONE) & (marks <= as_of)]
    last = dict(zip(over["item_id"], _marks(over, days), strict=True))
    rows = told[(told["value_cents"] != NONE) & told["item_id"].isin(over["item_id"])]
    rows = rows[rows["ts"] <= rows["item_id"].map(last)]
    found = rows.groupby(["item_id", "attribution", "effect"], as_index=False, sort=True)
    summed: pd.DataFrame = found.agg(cents=("value_cents", "sum"))
    return summed


def _marks(live: pd.DataFrame, days: int) -> Ints:
    at = live["live_ts"].to_numpy(np.int64)
    marks: Ints = np.where(at == NONE, NONE, at + days * DAY)
    return marks


def return_cohort(
    items: pd.DataFrame, told: pd.DataFrame, *, days: int, window: Window, as_of: int
) -> Split:
    """Items whose mark lies in the window, with `expected_cents` and for each attribution and
    effect the cents that were told (NaN: none); left out are those without a value or without any
    value told.

    items: a row per item, columns of `item_fact` and `live_times`.
    """
    marks = _marks(items, days)
    rows = items[window.holds(marks) & (marks <= as_of)]
    value = rows["value_cents"].to_numpy(np.int64)
    there = value != NONE
    rows = rows.assign(expected_cents=expected_cents(np.where(there, value, 0), days))
    found = realised(rows, told, days=days, as_of=as_of)
    for kind in CLASSES:
        for effect in Effect:
            own = found[(found["attribution"] == kind) & (found["effect"] == effect)]
            cents = dict(zip(own["item_id"], own["cents"], strict=True))
            rows[f"{kind}_{effect}_cents"] = rows["item_id"].map(cents).astype("float64")
    any_told = rows["item_id"].isin(found["item_id"])
    priced = rows["value_cents"] != NONE
    reason = pd.Series(np.where(priced, NO_VALUE, UNVALUED), index=rows.index, dtype="object")
    return split(rows, priced & any_told, reason)


def return_rows(items: pd.DataFrame, told: pd.DataFrame, *, window: Window, as_of: int) -> Split:
    """A row for each item that is in the cohort of any mark, with `expected_30_cents`,
    `experiment_direct_30_cents` and so on (NaN: none); left out are the items that are in none.
    """
    cohorts = {
        days: return_cohort(items, told, days=days, window=window, as_of=as_of) for days in MARKS
    }
    inside = set().union(*(set(one.included["item_id"]) for one in cohorts.values()))
    rows = items[items["item_id"].isin(inside)]
    for days, one in cohorts.items():
        names = {"expected_cents": f"expected_{days}_cents"}
        names |= {name: f"{name.removesuffix('_cents')}_{days}_cents" for name in _CENTS}
        own = one.included[["item_id", *names]].rename(columns=names)
        rows = rows.merge(own, on="item_id", how="left")
    left = pd.concat([one.left_out for one in cohorts.values()]).drop_duplicates("item_id")
    return Split(rows, left[~left["item_id"].isin(inside)])


def realised_value(
    items: pd.DataFrame, told: pd.DataFrame, *, window: Window, as_of: int, reported: bool
) -> Measure:
    """Direct value that was realised over the value expected of the same items, 30 and 90 days
    after they went live (E4), for each attribution apart; indirect value stands beside in cents.

    A ratio is of the items whose mark lies in the window. reported: whether any tool reports
    outcomes. `n`: items of which any value is told.
    """
    found = return_rows(items, told, window=window, as_of=as_of)
    value: dict[str, float | None] = {}
    parts: dict[str, float] = {}
    for days in MARKS:
        for kind in CLASSES:
            own, indirect = _sums(found.included, kind, days)
            name = f"{kind}_{days}"
            value[name] = ratio(own[0], own[1]) if own[2] else None
            if own[2] or indirect is not None:
                parts[f"{name}_realised_cents"] = own[0]
                parts[f"{name}_expected_cents"] = own[1]
                parts[f"{name}_items"] = own[2]
                parts[f"{name}_indirect_cents"] = indirect or 0.0
    none = "no_data" if reported else "no tool reports outcomes"
    return Measure(
        sort="ratio",
        unit="ratio",
        value=value,
        n=len(found.included),
        excluded=found.excluded,
        parts=parts,
        reasons=() if len(found.included) else (none,),
    )


def _sums(
    rows: pd.DataFrame, kind: str, days: int
) -> tuple[tuple[float, float, float], float | None]:
    """Realised, expected and how many of the items with direct value; and what is indirect (None:
    none told).
    """
    direct, indirect = (rows[f"{kind}_{effect}_{days}_cents"] for effect in Effect)
    counted = rows[direct.notna()]
    expected = float(counted[f"expected_{days}_cents"].sum())
    beside = float(indirect.sum()) if indirect.notna().any() else None
    return (float(direct.sum()), expected, float(len(counted))), beside


def outcome_cohort(
    items: pd.DataFrame, told: pd.DataFrame, *, window: Window, as_of: int
) -> pd.DataFrame:
    """Items released in the window, with `outcome`: whether anything was told of them so far."""
    rows = items[window.holds(items["released_ts"].to_numpy(np.int64))]
    known = told["item_id"][told["ts"] <= as_of]
    return rows.assign(outcome=rows["item_id"].isin(known))


def outcome_coverage(
    items: pd.DataFrame, told: pd.DataFrame, *, window: Window, as_of: int, reported: bool
) -> Measure:
    """Released items of which any outcome is told / items released in the window (E5)."""
    rows = outcome_cohort(items, told, window=window, as_of=as_of)
    known, n = int(rows["outcome"].sum()), len(rows)
    reasons = () if reported else ("no tool reports outcomes",)
    return Measure(
        sort="ratio",
        unit="ratio",
        value={"ratio": ratio(known, n)},
        n=n,
        interval={"ratio": wilson(known, n)},
        method="wilson",
        parts={"numerator": float(known), "denominator": float(n)},
        reasons=reasons if n else (*reasons, "no_data"),
    )
