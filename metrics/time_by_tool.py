"""Time by tool of a window (F7): the released items, and of each tool its part of their lives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.cohort import Cohort, cohort
from metrics.measure import Measure
from metrics.periods import DAY, Window
from metrics.stats import MINIMUM_N, Bounds, Floats, percentiles, ratio
from metrics.tool_time import PARTS, TOOLS, is_unlinked

NOT_KEPT: Final = "not_kept"
"""Of a released item whose times by tool were not kept yet at the moment that is asked for."""

NEVER_LIVE: Final = frozenset({"no_commits", "deployments_unknown"})
"""Release reasons of what is over when it is done, as far as anybody can tell."""

_LEVELS: Final = {"p50": 0.50, "p85": 0.85}
_TIMES: Final = ("idea_ts", "released_ts")
_UNLINKED: Final = "tracker_unlinked"


def tool_cohort(
    items: pd.DataFrame,
    times: pd.DataFrame,
    *,
    window: Window,
    kinds: Sequence[str] | None = None,
) -> Cohort:
    """The items released in the window with their columns of `tool_time`, and those left out.

    items, times: columns of `item_fact` and of `tool_time`. As `idea_to_release` does, it leaves
    out what is done in the window and not released, by the release reason; besides `not_kept`.
    """
    found = cohort(items, window=window, clock="idea_to_release", kinds=kinds)
    kept = found.included["item_id"].isin(times["item_id"])
    own = times.drop(columns=[name for name in ("stream_id", *_TIMES) if name in times])
    later = found.included[~kept].assign(excluded_reason=NOT_KEPT)
    left_out = pd.concat([found.left_out, later]) if len(later) else found.left_out
    return Cohort(found.included[kept].merge(own, on="item_id"), left_out)


def time_by_tool(
    items: pd.DataFrame,
    times: pd.DataFrame,
    *,
    window: Window,
    kinds: Sequence[str] | None = None,
) -> Measure:
    """Days from idea to release, and of each tool: percentiles per item, the sum, its share.

    A part counts the items of which it is known (`ci_n`); the others are counted by reason
    (`ci_no_builds_linked`), and their time is the tracker's. Where nothing at all is linked that is
    `tracker_unlinked`. So the shares add up to 1. `ci_union_d` is all time of the tool, also where
    another one wins: these overlap.
    """
    found = tool_cohort(items, times, window=window, kinds=kinds)
    rows = found.included
    whole = (rows["released_ts"] - rows["idea_ts"]).clip(lower=0).to_numpy(np.float64) / DAY
    told = percentiles(whole, _LEVELS)
    value: dict[str, float | None] = dict(told.value)
    interval: dict[str, Bounds] = dict(told.interval)
    counts = {"total_d": float(whole.sum()), **_unknown(rows)}
    withheld: dict[str, str] = {}
    for part, days in _days(rows).items():
        own = percentiles(days, _LEVELS)
        value |= {f"{part}_{name}": number for name, number in own.value.items()}
        interval |= {f"{part}_{name}": bounds for name, bounds in own.interval.items()}
        value |= _sums(rows, part, days, float(whole.sum()))
        counts[f"{part}_n"] = float(own.n)
        withheld |= _too_few(part, own.n)
    return Measure(
        sort="percentile",
        unit="d",
        value=value,
        n=len(rows),
        interval=interval,
        method="order-statistic",
        excluded=found.excluded,
        parts=counts,
        reasons=() if len(rows) else ("no_data",),
        withheld=withheld,
    )


def in_flight(items: pd.DataFrame, *, at: int) -> pd.DataFrame:
    """The items that had begun at that moment and were not live, each by its last delivery. What is
    done is in flight until it is released, if it can be told that it ever is; see `NEVER_LIVE`.

    items: columns of `item_fact`.
    """
    begun, done, ended, live = (
        items[f"{name}_ts"].to_numpy(np.int64)
        for name in ("committed", "done", "cancelled", "released")
    )
    over = (done != NONE) & (done <= at) & items["release_reason"].isin(NEVER_LIVE).to_numpy()
    over |= (ended != NONE) & (ended <= at)
    over |= (live != NONE) & (live <= at)
    rows: pd.DataFrame = items[(begun != NONE) & (begun <= at) & ~over]
    return rows.sort_values(["item_id", "episode"]).drop_duplicates("item_id", keep="last")


def days_so_far(rows: pd.DataFrame) -> dict[str, float | None]:
    """Days from the idea up to now of items in flight, and of each tool its sum, its share, and the
    items of which it is known or not, by the names of `time_by_tool`. No percentiles: nothing of
    this is over.

    rows: `seconds` of each item and columns of `metrics.tool_time.tool_times`.
    """
    total = float(rows["seconds"].sum()) / DAY
    found: dict[str, float | None] = {"total_d": total}
    for part, days in _days(rows).items():
        found |= _sums(rows, part, days, total) | {f"{part}_n": float(len(days))}
    return found | _unknown(rows)


def _days(rows: pd.DataFrame) -> Mapping[str, Floats]:
    """Of each part the days of the items of which it is known."""
    bare = is_unlinked(rows)
    tracker = rows["tracker_s"].to_numpy(np.float64) / DAY
    found: dict[str, Floats] = {"tracker": tracker[~bare], _UNLINKED: tracker[bare]}
    for tool in TOOLS:
        seconds = rows[f"{tool}_s"].to_numpy(np.int64)
        found[tool] = seconds[seconds != NONE] / DAY
    return {part: found[part] for part in (*PARTS, _UNLINKED)}


def _sums(rows: pd.DataFrame, part: str, days: Floats, total: float) -> dict[str, float | None]:
    """None where no item is known: nothing was measured."""
    known = len(days) > 0
    own = float(days.sum()) if known else None
    found = {f"{part}_d": own, f"{part}_share": None if own is None else ratio(own, total)}
    if part not in TOOLS:
        return found
    union = rows[f"{part}_union_s"].to_numpy(np.int64)
    return {**found, f"{part}_union_d": float(union[union != NONE].sum()) / DAY if known else None}


def _unknown(rows: pd.DataFrame) -> dict[str, float]:
    """How many items have no such part, by tool and reason."""
    found: dict[str, float] = {}
    for tool in TOOLS:
        reasons = rows[f"{tool}_reason"]
        for word, count in reasons[reasons != ""].value_counts().sort_index().items():
            found[f"{tool}_{word}"] = float(count)
    return found


def _too_few(part: str, n: int) -> dict[str, str]:
    """The percentiles of a part of which too few items tell."""
    return {
        f"{part}_{name}": f"{part}_{name} withheld: n<{MINIMUM_N[name]}"
        for name in _LEVELS
        if n < MINIMUM_N[name]
    }
