"""When the idea of an item was first written down, in the item or upstream of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE

LEVELS: Final = 5


@dataclass(frozen=True)
class Ideas:
    """times: item_id, idea_ts. cycles: ids of the items that are their own ancestor."""

    times: pd.DataFrame
    cycles: tuple[int, ...]


def idea_times(items: pd.DataFrame, upstream: pd.DataFrame) -> Ideas:
    """The earliest creation over each item, its ancestors and linked ideas, five levels up at most.

    items: item_id, created_ts of every item that may matter. upstream: item_id, other_item_id, one
    row per parent and per idea that a stream's rule links; rows that name an unknown item are
    passed over.
    """
    created = items.set_index("item_id")["created_ts"]
    edges = upstream[
        (upstream["other_item_id"] != NONE) & upstream["other_item_id"].isin(created.index)
    ]
    edges = edges[["item_id", "other_item_id"]].drop_duplicates()
    earliest = created.copy()
    front = pd.DataFrame({"root": created.index, "item_id": created.index})
    cycles: set[int] = set()
    for _ in range(LEVELS):
        step = front.merge(edges, on="item_id")
        front = step[["root", "other_item_id"]].rename(columns={"other_item_id": "item_id"})
        front = front.drop_duplicates()
        cycles |= set(front["root"][front["root"] == front["item_id"]].tolist())
        front = front[front["root"] != front["item_id"]]
        if front.empty:
            break
        reached = front["item_id"].map(created).groupby(front["root"]).min()
        earliest.loc[reached.index] = np.minimum(earliest.loc[reached.index], reached)
    times = pd.DataFrame({"item_id": earliest.index, "idea_ts": earliest.to_numpy(np.int64)})
    return Ideas(times, tuple(sorted(cycles)))
