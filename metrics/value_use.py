"""How soon what users could see was used by anybody, and by many (E2)."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.measure import Measure, of_durations
from metrics.periods import Window
from metrics.stats import Floats
from metrics.value_events import ValueRules
from metrics.value_live import Split, split, without

Use = Literal["first_use", "adoption"]
NO_USE_DATA: Final = "no_use_data"
NOT_USED: Final = "not_used_yet"
NO_SHARE: Final = "no_use_share"
NOT_ADOPTED: Final = "not_adopted_yet"


def use_times(
    live: pd.DataFrame, told: pd.DataFrame, rules: ValueRules, *, as_of: int
) -> pd.DataFrame:
    """item_id, first_use_ts, use_reason, adopted_ts, adopt_reason; a row per row of `live`.

    live: item_id, shown_ts. told: `TOLD`. Use before anybody could see it (by testers) is none. The
    reasons are empty where the time is known: no_use_data (no tool tells of its use: no use of 0),
    not_used_yet (one tells 0), no_use_share (only counts are told), not_adopted_yet.
    """
    since = live.set_index("item_id")["shown_ts"]
    rows = told[told["ts"] <= as_of].assign(shown_ts=lambda f: f["item_id"].map(since))
    rows = rows[(rows["shown_ts"] != NONE) & (rows["ts"] >= rows["shown_ts"])]
    counted = (rows["uses"] != NONE).to_numpy(np.bool_)
    shared = rows["share"].notna().to_numpy(np.bool_)
    used = (counted & (rows["uses"] > 0).to_numpy()) | (rows["share"] > 0).to_numpy()
    adopted = (rows["share"] >= rules.adoption_share).to_numpy()
    first, many = _first(rows[used]), _first(rows[adopted])
    items = live["item_id"]
    any_use = items.isin(rows["item_id"][counted | shared]).to_numpy()
    any_share = items.isin(rows["item_id"][shared]).to_numpy()
    first_ts = items.map(first).fillna(NONE).astype("int64").to_numpy()
    many_ts = items.map(many).fillna(NONE).astype("int64").to_numpy()
    why = np.select([first_ts != NONE, any_use], ["", NOT_USED], default=NO_USE_DATA)
    late = np.select(
        [many_ts != NONE, any_share, any_use], ["", NOT_ADOPTED, NO_SHARE], default=NO_USE_DATA
    )
    return pd.DataFrame(
        {
            "item_id": items.to_numpy(np.int64),
            "first_use_ts": first_ts,
            "use_reason": why.astype(object),
            "adopted_ts": many_ts,
            "adopt_reason": late.astype(object),
        }
    )


def _first(rows: pd.DataFrame) -> dict[int, int]:
    found = rows.groupby("item_id")["ts"].min()
    return {int(item): int(ts) for item, ts in zip(found.index, found, strict=True)}


_COLUMNS: Final = {
    "first_use": ("first_use_ts", "use_reason"),
    "adoption": ("adopted_ts", "adopt_reason"),
}


def use_cohort(items: pd.DataFrame, use: Use, *, window: Window) -> Split:
    """Items first used, or adopted, in the window, with `seconds` since anybody could see them;
    left out are those that could first be seen in it and are not.

    items: a row per item, columns of `live_times` and `use_times`.
    """
    at, why = _COLUMNS[use]
    reached = items[at].to_numpy(np.int64)
    seen = window.holds(items["shown_ts"].to_numpy(np.int64)) & (reached == NONE)
    rows = items[window.holds(reached) | seen]
    counted = rows[at] != NONE
    timed = rows.assign(seconds=(rows[at] - rows["shown_ts"]).where(counted))
    return split(timed, counted, rows[why])


def time_to(items: pd.DataFrame, use: Use, *, window: Window, told: bool) -> Measure:
    """Time from the first user who could see it to first use or to adoption (E2), in days.

    told: whether any tool reports use; without one there is no number, and no 0.
    """
    found = use_cohort(items, use, window=window)
    seconds: Floats = found.included["seconds"].to_numpy(np.float64)
    measure = of_durations(seconds, unit="d", excluded=found.excluded)
    return measure if told else without(measure, "no tool reports use")
