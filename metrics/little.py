"""Little's law as a check (K1): does the load of a window fit its throughput and its times?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.mapping import Ints
from metrics.measure import Measure
from metrics.periods import DAY, Window
from metrics.presence import presence
from metrics.stats import ratio

LOW: Final = 0.8
HIGH: Final = 1.25
MOST_DISCARDED: Final = 0.10
MOST_AGEING: Final = 0.25
BANNER: Final = "system not stable; trust forecasts less"
_LEAST_LEFT: Final = 5
_VALUES = ("r", "average_load", "throughput_per_d", "average_presence_d")


@dataclass(frozen=True)
class Assumption:
    """One of the law's assumptions. `holds` is None, with the `reason`, where it can't be told."""

    name: str
    figure: float | None
    unit: str
    holds: bool | None
    reason: str = ""


@dataclass(frozen=True)
class LittlesLaw:
    """The measure (values `r` and what it is made of), the assumptions, and what to be warned of.

    `rows` are the deliveries in load in the window: `inside_s` of it in the window, `presence_s` in
    all up to its end, `left` (done, cancelled, or "" while it is in load).
    """

    measure: Measure
    assumptions: tuple[Assumption, ...]
    rows: pd.DataFrame

    @property
    def banner(self) -> str | None:
        """What to warn of where r is out of bounds; None where it is within, or not known."""
        r = self.measure.value["r"]
        return None if r is None or LOW <= r <= HIGH else BANNER


def littles_law(items: pd.DataFrame, visits: pd.DataFrame, *, window: Window) -> LittlesLaw:
    """L = X * W over a window, in averages, and each of the five assumptions with its figure.

    `average_load` is the time integral of the load by the length of the window, `throughput_per_d`
    the deliveries that left it (done or cancelled), `average_presence_d` the mean of their flow
    times without gaps, r = L / (X * W). L times the window is the sum of every presence inside it.
    All is None, reason "no_data", where nothing was in load.
    """
    stretches = presence(items, visits)
    rows = _rows(items, stretches, window)
    if rows.empty:
        empty = Measure("ratio", "ratio", dict.fromkeys(_VALUES), 0, reasons=("no_data",))
        return LittlesLaw(empty, (), rows)
    measure = _measure(rows, stretches, window)
    parts = measure.parts
    start, end = _edges(stretches)
    found = (
        _flow(int(parts["arrivals"]), int(parts["departures"])),
        _finishing(int(parts["cancelled"]), int(parts["departures"])),
        _level(parts["load_at_begin"], parts["load_at_end"]),
        _ageing(start, end, stretches["committed_ts"].to_numpy(np.int64), window),
        _units(start, end, rows, window),
    )
    return LittlesLaw(measure, found, rows)


def _measure(rows: pd.DataFrame, stretches: pd.DataFrame, window: Window) -> Measure:
    start, end = _edges(stretches)
    gone = rows[rows["left"] != ""]
    load = float(rows["inside_s"].sum()) / window.seconds
    pace = len(gone) / (window.seconds / DAY)
    mean = float(gone["presence_s"].mean()) / DAY if len(gone) else None
    censored = int((gone["start_reason"] == "censored_start").sum())
    cancelled = int((gone["left"] == "cancelled").sum())
    few = {"r": f"r withheld: departures<{_LEAST_LEFT}", "average_presence_d": ""}
    return Measure(
        sort="ratio",
        unit="ratio",
        value=dict(zip(_VALUES, (_law(load, pace, mean), load, pace, mean), strict=True)),
        n=len(rows),
        parts={
            "presence_in_window_s": float(rows["inside_s"].sum()),
            "arrivals": float(window.holds(rows["committed_ts"].to_numpy(np.int64)).sum()),
            "departures": float(len(gone)),
            "done": float(len(gone) - cancelled),
            "cancelled": float(cancelled),
            "load_at_begin": float(_load_before(start, end, window.from_ts)),
            "load_at_end": float(_load_before(start, end, window.to_ts)),
            "censored_start": float(censored),
        },
        reasons=_reasons(len(gone), censored),
        withheld=few if len(gone) < _LEAST_LEFT else {},
    )


def _rows(items: pd.DataFrame, stretches: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The deliveries that were in load in the window, each with what of it lies inside; those that
    left in the second of their commitment have nothing.
    """
    start, end = _edges(stretches)
    until = np.where(end == NONE, window.to_ts, np.minimum(end, window.to_ts))
    inside = np.maximum(until - np.maximum(start, window.from_ts), 0)
    whole = np.where(end == NONE, window.to_ts, end) - start
    sums = stretches[["item_id", "episode"]].assign(inside_s=inside, presence_s=whole)
    sums = sums.groupby(["item_id", "episode"], as_index=False).sum()
    committed = items[items["committed_ts"] != NONE]
    rows = committed.merge(sums, on=["item_id", "episode"], how="left")
    lengths = ["inside_s", "presence_s"]
    rows[lengths] = rows[lengths].fillna(0).astype("int64")
    done, cancelled = (
        window.holds(rows[name].to_numpy(np.int64)) for name in ("done_ts", "cancelled_ts")
    )
    left = np.where(done, "done", np.where(cancelled, "cancelled", ""))
    rows = rows.assign(left=left)
    return rows[(rows["inside_s"] > 0) | (rows["left"] != "")]


def _edges(stretches: pd.DataFrame) -> tuple[Ints, Ints]:
    return stretches["start_ts"].to_numpy(np.int64), stretches["end_ts"].to_numpy(np.int64)


def _law(load: float, pace: float, mean: float | None) -> float | None:
    return ratio(load, pace * mean) if mean else None


def _reasons(departures: int, censored: int) -> tuple[str, ...]:
    found = [] if departures else ["no_departures"]
    if censored:
        found.append(f"{censored} starts are only known as at or before: times are lower bounds")
    return tuple(found)


def _load_before(start: Ints, end: Ints, at: int) -> int:
    """The load in the moment before `at`, so that it changes by arrivals less departures."""
    return int(((start < at) & ((end == NONE) | (end >= at))).sum())


def _similar(first: float, second: float) -> bool:
    if not first or not second:
        return first == second
    return LOW <= second / first <= HIGH


def _flow(arrived: int, left: int) -> Assumption:
    """As many come as go."""
    name, figure = "arrivals_match_departures", float(arrived - left)
    if not arrived and not left:
        return Assumption(name, figure, "items", None, "nothing came and nothing went")
    return Assumption(name, figure, "items", _similar(arrived, left))


def _finishing(cancelled: int, left: int) -> Assumption:
    """Everything that is started is finished."""
    figure = ratio(cancelled, left)
    name = "started_work_finishes"
    if figure is None:
        return Assumption(name, None, "ratio", None, "no_departures")
    return Assumption(name, figure, "ratio", figure <= MOST_DISCARDED)


def _level(first: float, last: float) -> Assumption:
    """The load is the same at both ends."""
    return Assumption("load_is_level", last - first, "items", _similar(first, last))


def _ageing(start: Ints, end: Ints, committed: Ints, window: Window) -> Assumption:
    """The average age neither rises nor falls, by the slope of its daily values."""
    at, mean = _mean_ages(start, end, committed, window)
    name, unit = "age_is_level", "days per day"
    if len(at) < 2:
        return Assumption(name, None, unit, None, "work in load on fewer than two days' ends")
    days = at / DAY
    centred = days - days.mean()
    slope = float((centred * mean).sum() / (centred * centred).sum())
    moved = abs(slope) * window.seconds / DAY
    return Assumption(name, slope, unit, moved <= MOST_AGEING * float(mean.mean()))


def _mean_ages(
    start: Ints, end: Ints, committed: Ints, window: Window
) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """The ends of whole days of the window at which something was in load, and its mean age."""
    at = np.arange(window.from_ts + DAY, window.to_ts + 1, DAY, dtype=np.int64)
    over = end != NONE
    count, commits = np.zeros(len(at), np.int64), np.zeros(len(at), np.int64)
    for times, own, sign in ((start, committed, 1), (end[over], committed[over], -1)):
        order = np.argsort(times, kind="stable")
        before = np.searchsorted(times[order], at, side="left")
        count += sign * before
        commits += sign * np.concatenate([[0], np.cumsum(own[order] - window.from_ts)])[before]
    some = count > 0
    return at[some], (at[some] - window.from_ts - commits[some] / count[some]) / DAY


def _units(start: Ints, end: Ints, rows: pd.DataFrame, window: Window) -> Assumption:
    """Load, throughput and time are measured in the same units: the integral of the load, by its
    steps, is the sum of the presences to the second.
    """
    until = np.where(end == NONE, window.to_ts, np.minimum(end, window.to_ts))
    since = np.maximum(start, window.from_ts)
    seen = until > since
    times = np.concatenate([since[seen], until[seen]])
    steps = np.repeat(np.array([1, -1], np.int64), int(seen.sum()))
    order = np.argsort(times, kind="stable")
    level = np.cumsum(steps[order])
    area = int((level[:-1] * np.diff(times[order])).sum()) if len(times) else 0
    figure = float(area - int(rows["inside_s"].sum()))
    return Assumption("units_are_consistent", figure, "s", figure == 0)
