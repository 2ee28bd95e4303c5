"""How much people get done, seen where a queue waited for them.

Time in an active status is no service time, as people have several things in hand: what they can do
is how many items left a week while others waited.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.frames import NONE
from metrics.mapping import Ints
from metrics.periods import WEEK, Window
from metrics.stats import Floats

Basis = Literal["queue_waited", "most_at_once", "no_queue"]

_LEAST: Final = 20
"""Departures below which a capacity is not told."""
_FULL: Final = 0.8
_OFTEN: Final = 0.15
_SHARE: Final = 0.99
_DOUBT: Final = 0.25
_PACES: Final = (0.5, 2.0)


@dataclass(frozen=True, slots=True)
class Capacity:
    """places: items worked on at once. per_week: what leaves while others wait, None where that was
    seen too seldom. basis: `queue_waited`: people were as busy as they ever are while others
    waited; `most_at_once`: work seldom waited for them, or waited although there was room;
    `no_queue`: no stage in which work waits for them. waited_share: of the window in which
    something waited. pace: what active time is to be multiplied by so that these places do as much
    as was seen; seen: how many departures that rests on.
    """

    places: int
    per_week: float | None
    basis: Basis
    waited_share: float
    pace: float = 1.0
    seen: int = 0

    @property
    def doubt(self) -> float:
        """By which part what they can do may differ from what was seen, by chance."""
        return min(_DOUBT, 2 / math.sqrt(self.seen)) if self.seen else _DOUBT


def capacity(
    rows: pd.DataFrame,
    left: pd.DataFrame,
    worked: set[int],
    queued: set[int],
    *,
    window: Window,
    as_of: int,
) -> Capacity:
    """Of the people of these stages. rows: columns of `stage_visit`, of committed work; left:
    `leave_ts` and `active_s` of what they worked on, by visit of a step; worked, queued: ids of
    their stages of work and of the queues before them.
    """
    active = rows[rows["stage_id"].isin(worked) & (rows["state"] == "active")]
    waits = rows[rows["stage_id"].isin(queued | worked) & (rows["state"] == "waiting")]
    lies = (waits["start_ts"] <= window.from_ts) & _there(waits, min(window.to_ts, as_of))
    waits = waits[((waits["reason"] != "blocked") & ~lies).to_numpy()]
    edges, at_work, in_queue = _levels(active, waits, window, as_of)
    weight = np.diff(edges).astype(np.float64)
    waited = in_queue > 0
    most = max(1, int(_level(at_work, weight)))
    if not queued:
        return Capacity(most, None, "no_queue", 0.0)
    span = float(weight[waited].sum())
    gone = _departures(left, edges, waited, window)
    per_week = len(gone) / span * WEEK if len(gone) >= _LEAST and span > 0 else None
    share = span / max(float(weight.sum()), 1.0)
    mean = float((at_work[waited] * weight[waited]).sum()) / span if span > 0 else 0.0
    usual = _level(at_work[waited], weight[waited]) if span > 0 else most
    if per_week is not None and share >= _OFTEN and mean >= _FULL * usual:
        places = max(1, round(mean))
        took = float(gone.mean())
        pace = float(np.clip(places * WEEK / per_week / took, *_PACES)) if took > 0 else 1.0
        return Capacity(places, per_week, "queue_waited", share, pace, len(gone))
    return Capacity(most, per_week, "most_at_once", share)


def _there(rows: pd.DataFrame, moment: int) -> pd.Series:
    """Which are there still at this moment."""
    return (rows["end_ts"] == NONE) | (rows["end_ts"] >= moment)


def _ends(rows: pd.DataFrame, as_of: int) -> tuple[Ints, Ints]:
    start, end = rows["start_ts"].to_numpy(np.int64), rows["end_ts"].to_numpy(np.int64)
    return start, np.where(end == NONE, as_of, end)


def _levels(
    active: pd.DataFrame, waits: pd.DataFrame, window: Window, as_of: int
) -> tuple[Ints, Floats, Floats]:
    """Edges in the window, and between them how many are worked on, and how many wait."""
    spans = [_ends(rows, as_of) for rows in (active, waits)]
    inner = np.concatenate([*spans[0], *spans[1]])
    inner = inner[(inner > window.from_ts) & (inner < window.to_ts)]
    edges = np.unique(np.concatenate([[window.from_ts], inner, [window.to_ts]]))
    levels = []
    for start, end in spans:
        there = np.searchsorted(np.sort(start), edges[:-1], side="right")
        gone = np.searchsorted(np.sort(end), edges[:-1], side="right")
        levels.append((there - gone).astype(np.float64))
    return edges, levels[0], levels[1]


def _level(values: Floats, weight: Floats) -> float:
    """How many there are at most for 99 % of the time."""
    if len(values) == 0:
        return 0.0
    order = np.argsort(values)
    share = np.cumsum(weight[order])
    place = int(np.searchsorted(share, _SHARE * share[-1]))
    return float(values[order[min(place, len(order) - 1)]])


def _departures(
    left: pd.DataFrame,
    edges: Ints,
    waited: npt.NDArray[np.bool_],
    window: Window,
) -> Floats:
    """Active seconds of what left while something waited just before."""
    end, active = left["leave_ts"].to_numpy(np.int64), left["active_s"].to_numpy(np.float64)
    here = window.holds(end) & (end > window.from_ts)
    before = np.searchsorted(edges, end[here], side="left") - 1
    found: Floats = active[here][waited[np.clip(before, 0, len(waited) - 1)]]
    return found
