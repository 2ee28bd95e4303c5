"""One step of a map opened: what directly follows what in it, statuses and tools together."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.stretches import overlaps

KINDS: Final = {
    "commit": "code",
    "review": "review",
    "ci": "build",
    "change_approval": "approval",
    "release": "approval",
    "deploy": "deployment",
}
_SKIPPED: Final = ("release",)


def inside_events(rows: pd.DataFrame, spans: pd.DataFrame, names: dict[int, str]) -> pd.DataFrame:
    """What happened in a step, in order: item_id, episode, kind, name, start_ts, end_ts.

    rows: of lives, in one step. spans: see `metrics.map_spans.map_spans`; each counts where it
    overlaps the time in the step. names: of statuses by id. A status that goes on is one event.
    """
    shown = rows[rows["status_id"] != NONE]
    item, episode, status = (
        shown[name].to_numpy(np.int64) for name in ("item_id", "episode", "status_id")
    )
    start, end = shown["start_ts"].to_numpy(np.int64), shown["end_ts"].to_numpy(np.int64)
    begins = np.ones(len(shown), np.bool_)
    begins[1:] = (
        (item[1:] != item[:-1])
        | (episode[1:] != episode[:-1])
        | (status[1:] != status[:-1])
        | (start[1:] != end[:-1])
    )
    firsts = np.flatnonzero(begins)
    lasts = np.append(firsts[1:], len(shown))[: len(firsts)] - 1
    statuses = pd.DataFrame(
        {
            "item_id": item[firsts],
            "episode": episode[firsts],
            "kind": "status",
            "name": [names.get(int(one), "unknown status") for one in status[firsts]],
            "start_ts": start[firsts],
            "end_ts": end[lasts],
        }
    )
    own = rows[["item_id", "episode", "start_ts", "end_ts"]]
    tools = spans[~spans["tool"].isin(_SKIPPED)]
    held = overlaps(tools, own)
    keys = ["item_id", "episode", "tool", "name"]
    origin = held.groupby([*keys, "start_ts"], as_index=False, observed=True)["end_ts"].max()
    events = origin.assign(kind=origin["tool"].astype(object).map(KINDS))[statuses.columns]
    both = pd.concat([statuses, events]).astype({"item_id": "int64", "episode": "int64"})
    order = ["item_id", "episode", "start_ts", "end_ts", "kind"]
    told: pd.DataFrame = both.sort_values(order, kind="stable")
    return told.reset_index(drop=True)


def follows(events: pd.DataFrame) -> pd.DataFrame:
    """What came directly after what: from_kind, from_name, to_kind, to_name, count, deliveries.

    events: in order. What follows itself is no edge.
    """
    later = events.shift(-1)
    same = (events["item_id"] == later["item_id"]) & (events["episode"] == later["episode"])
    other = (events["kind"] != later["kind"]) | (events["name"] != later["name"])
    pairs = pd.DataFrame(
        {
            "from_kind": events["kind"],
            "from_name": events["name"],
            "to_kind": later["kind"],
            "to_name": later["name"],
            "item_id": events["item_id"],
        }
    )[same & other]
    keys = ["from_kind", "from_name", "to_kind", "to_name"]
    found: pd.DataFrame = pairs.groupby(keys, as_index=False).agg(
        count=("item_id", "size"), deliveries=("item_id", "nunique")
    )
    return found.sort_values(["count", *keys], ascending=[False, True, True, True, True])
