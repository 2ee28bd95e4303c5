"""How long visits lasted inside a window, told of any window without looking at each visit again.

The seconds of a visit inside a window are what is left of the window when it begins, less what is
left when it ends. So the begins of all visits in order, and their ends, are all that is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.mapping import Flags, Ints
from metrics.periods import Window
from metrics.stretches import FOREVER

_COUNTED: Final = ("waiting", "active", "unknown", "ignored")


@dataclass(frozen=True, slots=True)
class Lasting:
    """Some visits: when they began and ended, each in ascending order, `FOREVER` of those that
    last.
    """

    starts: Ints
    ends: Ints

    def seconds(self, window: Window, as_of: int) -> int:
        """Of all together inside the window and before `as_of`."""
        until = min(window.to_ts, as_of)
        if until <= window.from_ts:
            return 0
        return _left(self.starts, window.from_ts, until) - _left(self.ends, window.from_ts, until)


def _left(moments: Ints, since: int, until: int) -> int:
    """The seconds from each moment to `until`, none of them before `since`, in all."""
    before = int(np.searchsorted(moments, since, side="right"))
    inside = moments[before : int(np.searchsorted(moments, until))]
    return before * (until - since) + len(inside) * until - int(inside.sum())


@dataclass(frozen=True, slots=True)
class VisitSeconds:
    """The visits of a stream by what coverage asks of them. counted: in any state of work;
    unknown: of these in statuses that are not mapped. active: in active stages; paired: of these
    in stages with a waiting stage directly before or after them.
    """

    counted: Lasting
    unknown: Lasting
    active: Lasting
    paired: Lasting


def visit_seconds(visits: pd.DataFrame, stages: pd.DataFrame) -> VisitSeconds:
    """visits: stage_id, state, start_ts, end_ts (NONE while it lasts), in any order. stages:
    stage_id, ordinal, state. Blocked time in an active stage belongs to the stage.
    """
    ordered = stages.sort_values("ordinal")
    state = ordered["state"].to_numpy(object)
    waits = np.concatenate([[False], state == "waiting", [False]])
    beside = waits[:-2] | waits[2:]
    ids = ordered["stage_id"].to_numpy(np.int64)
    stage = visits["stage_id"].to_numpy(np.int64)
    working = visits["state"].isin(["active", "waiting"]).to_numpy(np.bool_)
    start, end = visits["start_ts"].to_numpy(np.int64), visits["end_ts"].to_numpy(np.int64)
    end = np.where(end == NONE, FOREVER, np.maximum(start, end))

    def of(chosen: Flags) -> Lasting:
        return Lasting(np.sort(start[chosen]), np.sort(end[chosen]))

    return VisitSeconds(
        counted=of(visits["state"].isin(list(_COUNTED)).to_numpy(np.bool_)),
        unknown=of((visits["state"] == "unknown").to_numpy(np.bool_)),
        active=of(working & np.isin(stage, ids[state == "active"])),
        paired=of(working & np.isin(stage, ids[(state == "active") & beside])),
    )
