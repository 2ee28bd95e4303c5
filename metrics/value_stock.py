"""What is deployed and not switched on (E3)."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.measure import Measure
from metrics.periods import DAY
from metrics.value_events import ValueRules

STATES: Final = ("never_on", "partly_on", "switched_off")


def unexposed_items(items: pd.DataFrame, rules: ValueRules, *, at: int) -> pd.DataFrame:
    """The items whose code is in production at `at`, and which a feature keeps from most users.

    items: a row per item: columns of `item_fact` and of `live_times` as of `at`. With them come
    `stock_state` (never_on, partly_on: for fewer users than make it live, switched_off), `since_ts`
    (the release, or the switch-off where that came later) and `age_s`. The oldest first.
    """
    released = items["first_released_ts"].to_numpy(np.int64)
    gone = items["cancelled_ts"].to_numpy(np.int64)
    here = (released != NONE) & (released <= at) & ((gone == NONE) | (gone > at))
    share = items["share"].to_numpy(np.float64)
    rows = items[here & (share < rules.live_share)]
    off = rows["off_ts"].to_numpy(np.int64)
    since = np.maximum(rows["first_released_ts"].to_numpy(np.int64), off)
    state = np.select([off != NONE, rows["share"] > 0], STATES[:0:-1], default=STATES[0])
    found = rows.assign(stock_state=state.astype(object), since_ts=since, age_s=at - since)
    ordered: pd.DataFrame = found.sort_values(["since_ts", "item_id"], ignore_index=True)
    return ordered


def unexposed(items: pd.DataFrame, rules: ValueRules, *, at: int, told: bool) -> Measure:
    """How many those are, how old the oldest is, and what they burn per week (E3).

    The burn is that of the items with a value; null where none has one. Left out (`not_told`) are
    items in production of which no tool says whether they are switched on. told:
    whether any tool reports exposure.
    """
    rows = unexposed_items(items, rules, at=at)
    released = items["first_released_ts"].to_numpy(np.int64)
    silent = (released != NONE) & (released <= at) & items["share"].isna().to_numpy()
    valued = rows[rows["value_cents"] != NONE]
    burn = float(valued["value_cents"].sum()) if len(valued) or rows.empty else None
    reasons = [] if burn is not None else ["burn: none of them has a value"]
    known = told and len(items) > 0
    none = "no_data" if told else "no tool reports exposure"
    value: dict[str, float | None] = {
        "count": float(len(rows)),
        "oldest_d": float(rows["age_s"].max()) / DAY if len(rows) else None,
        "burn_rate_cents": burn,
    }
    return Measure(
        sort="count",
        unit="items",
        value=value if known else dict.fromkeys(value),
        n=len(rows) if known else 0,
        excluded={"not_told": int(silent.sum())} if silent.any() else {},
        parts={
            "valued": float(len(valued)),
            "unvalued": float(len(rows) - len(valued)),
            **{name: float((rows["stock_state"] == name).sum()) for name in STATES},
        },
        reasons=tuple(reasons) if known else (none,),
    )
