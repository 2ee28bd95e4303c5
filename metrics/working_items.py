"""Deliveries with their parts in working time, summed again from the visits."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.working_time import WorkingCalendar

_PART_OF: Final = {
    "active": "active_s",
    "waiting": "waiting_s",
    "unknown": "unknown_s",
    "ignored": "ignored_s",
    "done": "gap_s",
    "cancelled": "gap_s",
}


def in_working_time(
    items: pd.DataFrame, visits: pd.DataFrame, calendar: WorkingCalendar
) -> pd.DataFrame:
    """The same deliveries, `active_s`, `waiting_s`, `blocked_s`, `unknown_s`, `ignored_s` and
    `gap_s` in seconds of the calendar.

    items and visits: columns of `item_fact` and `stage_visit`. As in the facts, what counts is what
    lies between commitment and end, and has ended; the parts add up to the working time between.
    """
    rows = _in_process(items, visits)
    seconds = calendar.seconds(
        rows["start_ts"].to_numpy(np.int64), rows["end_ts"].to_numpy(np.int64)
    )
    place = rows["place"].to_numpy(np.int64)
    part = rows["state"].astype(object).map(_PART_OF).to_numpy(object)
    masks = {name: part == name for name in dict.fromkeys(_PART_OF.values())}
    masks["blocked_s"] = (rows["reason"] == "blocked").to_numpy(np.bool_)
    return items.assign(
        **{
            name: np.bincount(place[mask], weights=seconds[mask], minlength=len(items)).astype(
                np.int64
            )
            for name, mask in masks.items()
        }
    )


def _in_process(items: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """The rows of history between commitment and end; `place` is the position of the delivery."""
    done = items["done_ts"].to_numpy(np.int64)
    end = np.where(done != NONE, done, items["cancelled_ts"].to_numpy(np.int64))
    owners = items[["item_id", "episode", "committed_ts"]].assign(
        until_ts=end, place=np.arange(len(items))
    )
    columns = ["item_id", "episode", "state", "reason", "start_ts", "end_ts"]
    rows = visits[columns].merge(owners, on=["item_id", "episode"], how="inner")
    inside = (rows["committed_ts"] != NONE) & (rows["end_ts"] != NONE)
    inside &= rows["start_ts"] >= rows["committed_ts"]
    inside &= (rows["until_ts"] == NONE) | (rows["end_ts"] <= rows["until_ts"])
    return rows[inside]
