"""What the tools know of waiting: approvals and batches inside the tracker's queues, and the way
from done to released.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from metrics.map_rows import ACTIVE, APPROVAL, BATCH, NOT_TOLD, QUEUE, WAITING
from metrics.map_steps import Steps
from metrics.stretches import joined, overlaps, remainder

TOOLS: Final = ("commit", "review", "ci", "change_approval", "release", "deploy")
"""The tools of the way to production, in the order of the work."""

_AFTER: Final = ("deploy", "ci", "change_approval", "review", "release")
"""Which wins where several hold at once: that of F7, and a deployment while it runs."""


def with_tools(rows: pd.DataFrame, spans: pd.DataFrame, steps: Steps) -> pd.DataFrame:
    """The rows of lives, cut where a tool tells more; they add up as before.

    spans: item_id, tool (one of TOOLS), start_ts, end_ts, of any lengths. A queue in which a change
    waits for its approval waits for that; one after a merge waits for the batch, where no more work
    follows before the release. After done each instant is that of the first tool that holds, in
    the order of F7.
    """
    by_tool = {name: joined(spans[spans["tool"] == name]) for name in _AFTER}
    queue = ((rows["part"] == WAITING) & (rows["reason"] == QUEUE)).to_numpy()
    after = (rows["reason"] == NOT_TOLD).to_numpy()
    done = [rows[~queue & ~after]]
    left = rows[queue]
    trains = _without_work(by_tool["release"], rows)
    for held, reason in ((by_tool["change_approval"], APPROVAL), (trains, BATCH)):
        done.append(overlaps(left, held).assign(reason=reason))
        done.append(left[left["start_ts"] == left["end_ts"]])
        left = remainder(left, held)
    done.append(left)
    left = rows[after]
    for tool in _AFTER:
        held = overlaps(left, by_tool[tool])
        step = steps.tools["release" if tool == "deploy" else tool]
        done.append(held.assign(step=step, **_COUNTS[tool]))
        left = remainder(left, by_tool[tool])
    done.append(left)
    made = pd.concat([one for one in done if len(one)] or [rows])[rows.columns]
    ordered = made.sort_values(["item_id", "episode", "start_ts", "end_ts"], kind="stable")
    return ordered.astype("int64").reset_index(drop=True)


def _without_work(spans: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Of each span what is after the last work inside it: before, work waits for that."""
    work = rows[(rows["part"] == ACTIVE) & (rows["start_ts"] < rows["end_ts"])]
    inside = overlaps(work[["item_id", "start_ts", "end_ts"]], spans.assign(span=range(len(spans))))
    last = inside.groupby("span")["end_ts"].max().reindex(range(len(spans)))
    start = np.fmax(spans["start_ts"].to_numpy(np.float64), last.to_numpy(np.float64))
    cut = spans.assign(start_ts=start.astype(np.int64))
    return cut[cut["start_ts"] < cut["end_ts"]]


def waits_in(rows: pd.DataFrame, stretches: pd.DataFrame) -> pd.DataFrame:
    """item_id, start_ts, end_ts of the waiting of lives inside stretches of the same columns."""
    waits = rows[rows["part"] == WAITING][["item_id", "start_ts", "end_ts"]]
    return overlaps(waits, joined(stretches))


def loop_waits(rows: pd.DataFrame, loops: pd.DataFrame) -> pd.DataFrame:
    """The same inside rework loops: item_id, ts, lost_s."""
    return waits_in(rows, loops.assign(start_ts=loops["ts"], end_ts=loops["ts"] + loops["lost_s"]))


_COUNTS: Final[dict[str, dict[str, int]]] = {
    "deploy": {"part": ACTIVE, "reason": 0},
    "ci": {"part": ACTIVE, "reason": 0},
    "review": {"part": ACTIVE, "reason": 0},
    "change_approval": {"part": WAITING, "reason": APPROVAL},
    "release": {"part": WAITING, "reason": BATCH},
}


def inside_steps(rows: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """Which tools touch which steps: step, tool, deliveries, seconds, of the time in which the step
    had the work.
    """
    parts = []
    for tool in TOOLS:
        held = overlaps(rows, joined(spans[spans["tool"] == tool]))
        parts.append(held.assign(tool=tool, seconds=held["end_ts"] - held["start_ts"]))
    together = pd.concat(parts)
    keys = ["step", "tool", "item_id", "episode"]
    own = together.groupby(keys, as_index=False).agg(seconds=("seconds", "sum"))
    found: pd.DataFrame = own.groupby(["step", "tool"], as_index=False).agg(
        deliveries=("item_id", "size"), seconds=("seconds", "sum")
    )
    return found
