"""Where the time of an item went, tool by tool (F7): a partition of its life, by one sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.mapping import Flags, Ints

TOOLS: Final = ("ci", "change_approval", "review", "waiting_for_release")
"""In the order in which they win where several hold at once; what none holds is the tracker's."""

PARTS: Final = ("tracker", "review", "ci", "change_approval", "waiting_for_release")
"""All parts, in the order in which work usually goes through them."""

UNLINKED: Final[Mapping[str, str]] = {
    "ci": "no_builds_linked",
    "change_approval": "no_changes",
    "review": "no_requests",
    "waiting_for_release": "no_requests",
}
"""Why a part is not known where nothing of its tool is linked to the item."""

UNTIMED: Final[Mapping[str, str]] = {
    "ci": "no_build_times",
    "change_approval": "no_approval_times",
    "review": "no_request_times",
    "waiting_for_release": "not_merged",
}
"""The same where something is linked, and does not say when it was."""


@dataclass(frozen=True)
class Spans:
    """item_id, start_ts, end_ts of what is linked to items; `start_ts` NONE: linked, and when it
    was is not known; `end_ts` NONE: it lasts.

    requests: merge requests, with `merged_ts` (NONE: not merged).
    """

    builds: pd.DataFrame
    approvals: pd.DataFrame
    requests: pd.DataFrame


def tool_times(lives: pd.DataFrame, spans: Spans) -> pd.DataFrame:
    """Seconds of each tool in `[start_ts, end_ts)` of each item; both ends are known.

    lives: item_id (each once), start_ts, end_ts. Returns one row per item, in order of the ids:
    item_id, tracker_s, and of each tool `_s` (its part), `_union_s` (all of its time, also where
    another one wins) and `_reason` (why both are NONE, else ""). tracker_s and the parts that are
    known add up to the life, which is 0 where it ends before it begins.
    """
    ordered = lives.sort_values("item_id")
    ids = ordered["item_id"].to_numpy(np.int64)
    starts, ends = (ordered[name].to_numpy(np.int64) for name in ("start_ts", "end_ts"))
    ends = np.maximum(starts, ends)
    held = _held(ids, ends, spans)
    parts, unions = _swept(held, starts, ends)
    columns: dict[str, object] = {
        "item_id": ids,
        "tracker_s": ends - starts - parts.sum(axis=1),
    }
    for place, tool in enumerate(TOOLS):
        own = held[held["tool"] == place]
        reason = _reasons(tool, own, len(ids))
        known = reason == ""
        columns[f"{tool}_s"] = np.where(known, parts[:, place], NONE)
        columns[f"{tool}_union_s"] = np.where(known, unions[:, place], NONE)
        columns[f"{tool}_reason"] = pd.Series(reason, dtype="object").to_numpy()
    return pd.DataFrame(columns)


def is_unlinked(times: pd.DataFrame) -> Flags:
    """Whether nothing at all is linked to an item: its time is the tracker's for want of links."""
    found = np.ones(len(times), np.bool_)
    for tool, reason in UNLINKED.items():
        found &= (times[f"{tool}_reason"] == reason).to_numpy(np.bool_)
    return found


def _held(ids: Ints, ends: Ints, spans: Spans) -> pd.DataFrame:
    """item (position in `ids`), tool (position in TOOLS), start_ts, end_ts of all four."""
    requests = _placed(ids, spans.requests)
    frames = (
        _placed(ids, spans.builds),
        _placed(ids, spans.approvals),
        requests,
        _releases(requests, ends),
    )
    columns = ["item", "start_ts", "end_ts"]
    return pd.concat(
        [frame[columns].assign(tool=place) for place, frame in enumerate(frames)],
        ignore_index=True,
    )


def _placed(ids: Ints, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of the items that are there."""
    place = pd.Index(ids).get_indexer(pd.Index(frame["item_id"].to_numpy(np.int64)))
    return frame.assign(item=place.astype(np.int64))[place >= 0]


def _releases(requests: pd.DataFrame, ends: Ints) -> pd.DataFrame:
    """From the last merge of each item to its end; what merged only after that did not wait."""
    item, merged = (requests[name].to_numpy(np.int64) for name in ("item", "merged_ts"))
    before = np.where(merged <= ends[item], merged, NONE)
    table = pd.DataFrame({"item": item, "start_ts": before, "merged": merged != NONE})
    found = table.groupby("item", as_index=False).agg({"start_ts": "max", "merged": "any"})
    end = ends[found["item"].to_numpy(np.int64)]
    late = found["merged"] & (found["start_ts"] == NONE)
    return found.assign(start_ts=np.where(late, end, found["start_ts"]), end_ts=end)


def _swept(held: pd.DataFrame, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Seconds by item and tool: where the tool is the first that holds, and where it holds."""
    item, low, high, tool = _clipped(held, starts, ends)
    owner, ts = np.concatenate([item, item]), np.concatenate([low, high])
    order = np.lexsort((ts, owner))
    owner, ts = owner[order], ts[order]
    step = np.repeat([1, -1], len(item))[order]
    of_tool = np.concatenate([tool, tool])[order]
    lengths = np.diff(ts, append=ts[-1:])
    parts, unions = (np.zeros((len(starts), len(TOOLS)), np.int64) for _ in range(2))
    free = np.ones(len(order), np.bool_)
    for place in range(len(TOOLS)):
        # All of an item is closed at its last step, so nothing holds between two items.
        holds = np.where(of_tool == place, step, 0).cumsum() > 0
        unions[:, place] = _sums(owner, lengths, holds, len(starts))
        parts[:, place] = _sums(owner, lengths, holds & free, len(starts))
        free &= ~holds
    return parts, unions


def _sums(owner: Ints, lengths: Ints, chosen: Flags, count: int) -> Ints:
    """By owner the sum of the chosen lengths; exact below 2**53."""
    sums = np.bincount(owner[chosen], weights=lengths[chosen], minlength=count)
    return sums.astype(np.int64)


def _clipped(held: pd.DataFrame, starts: Ints, ends: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """What of each span lies in the life of its item."""
    item, tool, low, high = (
        held[name].to_numpy(np.int64) for name in ("item", "tool", "start_ts", "end_ts")
    )
    known = low != NONE
    high = np.where(high == NONE, ends[item], high)
    low, high = np.maximum(low, starts[item]), np.minimum(high, ends[item])
    kept = known & (high > low)
    return item[kept], low[kept], high[kept], tool[kept]


def _reasons(
    tool: str, own: pd.DataFrame, count: int
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    item = own["item"].to_numpy(np.int64)
    timed = item[(own["start_ts"] != NONE).to_numpy(np.bool_)]
    reason = np.full(count, UNLINKED[tool], object)
    reason[item] = UNTIMED[tool]
    reason[timed] = ""
    return reason
