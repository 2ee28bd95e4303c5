"""What is in each step: when the window begins, on average in it, and all through it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.lab.network import Lying
from metrics.mapping import Ints
from metrics.periods import Window
from metrics.stats import Floats


def at_begin(visits: pd.DataFrame, size: int, window: Window) -> tuple[int, ...]:
    """Items in each step when the window begins; visits: see `step_visits`."""
    there = (visits["enter_ts"] <= window.from_ts) & (visits["leave_ts"] > window.from_ts)
    counts = np.bincount(_ints(visits[there], "step"), minlength=size)
    return tuple(int(count) for count in counts)


def queues(visits: pd.DataFrame, size: int, window: Window) -> tuple[float, ...]:
    """Items that wait in each step on average in the window, by the waiting of its visits: where a
    visit lies partly in the window, that part of its waiting.
    """
    found = np.bincount(_ints(visits, "step"), weights=_waited(visits, window), minlength=size)
    return tuple(float(one) for one in found / window.seconds)


def lying_visits(visits: pd.DataFrame, window: Window, as_of: int) -> npt.NDArray[np.bool_]:
    """Which visits were there when the window began and are there when it ends: nothing of what
    moves the other work moved them.
    """
    end = min(window.to_ts, as_of)
    found: npt.NDArray[np.bool_] = (
        (visits["enter_ts"] <= window.from_ts) & (visits["leave_ts"] >= end)
    ).to_numpy(np.bool_)
    return found


def lying(
    visits: pd.DataFrame, cents_per_week: Floats, size: int, window: Window
) -> tuple[Lying, ...]:
    """What lies in each step, on average, and what that costs a week, by what each visit costs."""
    share = _waited(visits, window) / window.seconds
    step = _ints(visits, "step")
    items = np.bincount(step, weights=share, minlength=size)
    cost = np.bincount(step, weights=share * cents_per_week, minlength=size)
    return tuple(Lying(float(n), float(c)) for n, c in zip(items, cost, strict=True))


def _waited(visits: pd.DataFrame, window: Window) -> Floats:
    """Seconds of each visit that it waited in the window."""
    start, end = _ints(visits, "enter_ts"), _ints(visits, "leave_ts")
    inside = np.minimum(end, window.to_ts) - np.maximum(start, window.from_ts)
    part = np.clip(inside, 0, None) / np.maximum(end - start, 1)
    found: Floats = part * visits["wait_s"].to_numpy(np.float64)
    return found


def _ints(frame: pd.DataFrame, name: str) -> Ints:
    return frame[name].to_numpy(np.int64)
