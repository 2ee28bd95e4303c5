"""What is in each step of a map, and what comes and goes: of all work, not only what is done."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.map_steps import Steps
from metrics.mapping import Flags, Ints
from metrics.periods import Window
from metrics.stats import Floats

_WORK = ("waiting", "active", "unknown", "ignored")


@dataclass(frozen=True)
class Flow:
    """By number of the step: `now` inside at the end of the window and `waiting_now` of those,
    `average` inside over the window, and how often it was `entered` and `left` in the window.
    """

    now: Ints
    waiting_now: Ints
    average: Floats
    entered: Ints
    left: Ints


def step_flow(
    items: pd.DataFrame, visits: pd.DataFrame, steps: Steps, *, window: Window, at: int
) -> Flow:
    """items: columns of `item_fact`, also of what is open. visits: columns of `stage_visit`, in the
    order of item and time. What is done or cancelled is in no step; a step of new stages holds what
    is not begun.
    """
    begun, ended = visits["start_ts"].to_numpy(np.int64), visits["end_ts"].to_numpy(np.int64)
    near = (begun <= max(window.to_ts, at)) & ((ended == NONE) | (ended >= window.from_ts))
    own = visits[near].merge(items[["item_id", "episode"]], on=["item_id", "episode"], how="inner")
    own = own[own["state"].isin([*_WORK, "new"])].sort_values(["item_id", "ordinal"])
    step = steps.of_stages(own["stage_id"])
    start, end = own["start_ts"].to_numpy(np.int64), own["end_ts"].to_numpy(np.int64)
    lasts = end == NONE
    count = len(steps.steps)
    here = (start <= at) & (lasts | (end > at))
    waits = here & (own["state"].isin(["waiting", "new"])).to_numpy(np.bool_)
    low = np.maximum(start, window.from_ts)
    high = np.minimum(np.where(lasts, window.to_ts, end), window.to_ts)
    inside = np.maximum(high - low, 0)
    begins, ends = _runs(own, step)
    return Flow(
        now=np.bincount(step[here], minlength=count),
        waiting_now=np.bincount(step[waits], minlength=count),
        average=np.bincount(step, weights=inside, minlength=count) / max(window.seconds, 1),
        entered=np.bincount(step[begins & window.holds(start)], minlength=count),
        left=np.bincount(step[ends & ~lasts & window.holds(end)], minlength=count),
    )


def _runs(own: pd.DataFrame, step: Ints) -> tuple[Flags, Flags]:
    """Which rows begin and which end a stay in a step."""
    item, ordinal = own["item_id"].to_numpy(np.int64), own["ordinal"].to_numpy(np.int64)
    begins = np.ones(len(own), np.bool_)
    begins[1:] = (
        (item[1:] != item[:-1]) | (step[1:] != step[:-1]) | (ordinal[1:] != ordinal[:-1] + 1)
    )
    return begins, np.append(begins[1:], True)[: len(own)]


def not_released(items: pd.DataFrame, at: int) -> int:
    """Deliveries that were done at the instant, with code that no production deployment had."""
    done, released = (items[name].to_numpy(np.int64) for name in ("done_ts", "released_ts"))
    waits = (done != NONE) & (done <= at) & items["has_code"].to_numpy(np.bool_)
    last = items["release_reason"].astype(object).to_numpy() != "later_episode"
    undeployed = (items["release_reason"].astype(object) == "not_deployed").to_numpy(np.bool_)
    pending = np.where(released == NONE, undeployed, released > at)
    return int((waits & last & pending).sum())
