"""The time that deliveries spend in each step of a map: sums that add up, and percentiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from metrics.map_rows import ACTIVE, PARTS, REASONS, WAITING
from metrics.map_steps import Steps
from metrics.mapping import Ints
from metrics.stats import Percentiles, percentiles

LEVELS: Final = {"p50": 0.50, "p85": 0.85}


@dataclass(frozen=True)
class StepTimes:
    """Of one step. seconds: over all deliveries by part, which add up to `lead_s`; waits: the
    waiting by reason. deliveries: that were there at all. lead, active: percentiles in seconds per
    stay (V2), and of the active time of a stay (V1: an upper bound).
    """

    seconds: Mapping[str, int]
    waits: Mapping[str, int]
    deliveries: int
    stays: int
    repeat_s: int
    lead: Percentiles
    active: Percentiles

    @property
    def lead_s(self) -> int:
        return sum(self.seconds.values())

    @property
    def wait_s(self) -> int:
        """V3: lead time without process time; what is not told counts as neither."""
        return self.seconds["waiting"]


def step_times(rows: pd.DataFrame, visits: pd.DataFrame, steps: Steps) -> list[StepTimes]:
    """By number of the step. rows: of lives, see `life_rows`; visits: see `step_visits`."""
    count = len(steps.steps)
    step, part, reason = (rows[name].to_numpy(np.int64) for name in ("step", "part", "reason"))
    seconds = (rows["end_ts"] - rows["start_ts"]).to_numpy(np.int64)
    parts = _sums(step * len(PARTS) + part, seconds, count * len(PARTS)).reshape(count, -1)
    waiting = part == WAITING
    places = step[waiting] * len(REASONS) + reason[waiting]
    reasons = _sums(places, seconds[waiting], count * len(REASONS)).reshape(count, -1)
    here = visits["step"].to_numpy(np.int64)
    lead = (visits["end_ts"] - visits["start_ts"]).to_numpy(np.int64)
    active = visits["active_s"].to_numpy(np.int64)
    first = visits["first"].to_numpy(np.bool_)
    order = np.argsort(here, kind="stable")
    bounds = np.searchsorted(here[order], np.arange(count + 1))
    found = []
    for number in range(count):
        own = order[bounds[number] : bounds[number + 1]]
        worked = active[own][active[own] > 0]
        found.append(
            StepTimes(
                seconds={name: int(parts[number, code]) for code, name in enumerate(PARTS)},
                waits={
                    name: int(reasons[number, code])
                    for code, name in enumerate(REASONS)
                    if reasons[number, code]
                },
                deliveries=int(first[own].sum()),
                stays=len(own),
                repeat_s=int(lead[own][~first[own]].sum()),
                lead=percentiles(lead[own].astype(np.float64), LEVELS),
                active=percentiles(worked.astype(np.float64), LEVELS),
            )
        )
    return found


def _sums(places: Ints, seconds: Ints, count: int) -> Ints:
    """Exact below 2**53."""
    return np.bincount(places, weights=seconds, minlength=count).astype(np.int64)


def tool_times_of(spans: pd.DataFrame, count: int) -> dict[str, Percentiles]:
    """Of each tool of the way to production the percentiles of its seconds per delivery, over those
    of which it is known. spans: item_id, tool, start_ts, end_ts, clipped to lives; `count` is how
    many deliveries there are, of which no more can be known.
    """
    from_tools: dict[str, Percentiles] = {}
    for tool, own in spans.groupby("tool"):
        per_item = own.assign(seconds=own["end_ts"] - own["start_ts"]).groupby("item_id")
        values = per_item["seconds"].sum().to_numpy(np.float64)
        from_tools[str(tool)] = percentiles(values[:count], LEVELS)
    return from_tools


def active_kind(rows: pd.DataFrame, number: int, steps: Steps) -> str:
    """How the process time of a step is known: `upper_bound` where a status tells it, `measured`
    where a tool timed it (V1); "" where nothing is active there.
    """
    own = rows[(rows["step"] == number) & (rows["part"] == ACTIVE)]
    if own.empty:
        return ""
    step = steps.steps[number]
    return "measured" if step.tool == "ci" else "upper_bound"
