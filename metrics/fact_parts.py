"""The facts of a stream in parts: items are apart from each other, so each part stands alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from metrics.facts import FactInputs, Facts
from metrics.mapping import Ints

_BY_ITEM = ("blocks", "ideas", "releases")


def parted(inputs: FactInputs, size: int) -> Iterator[FactInputs]:
    """The same inputs, at most `size` items at a time, in order of their ids; of no items one part
    without any. What is not told by item is whole in each. `transitions` has to be without rows:
    who makes the facts of a part reads its histories.
    """
    if len(inputs.transitions):
        raise ValueError("histories are read part by part: leave them out")
    items = inputs.items.sort_values("item_id", ignore_index=True)
    by_item = {name: _ordered(getattr(inputs, name)) for name in _BY_ITEM}
    for begin in range(0, max(len(items), 1), size):
        own = items.iloc[begin : begin + size].reset_index(drop=True)
        few = {name: _between(*found, own["item_id"]) for name, found in by_item.items()}
        yield replace(inputs, items=own, **few)


def joined_facts(parts: Sequence[Facts]) -> Facts:
    """One out of all, at least one, which follow each other by the ids of their items."""
    return Facts(
        items=_joined([part.items for part in parts]),
        visits=_joined([part.visits for part in parts]),
    )


def _ordered(frame: pd.DataFrame) -> tuple[pd.DataFrame, Ints]:
    ids = frame["item_id"].to_numpy(np.int64)
    if (ids[1:] < ids[:-1]).any():
        order = np.argsort(ids, kind="stable")
        frame, ids = frame.take(order), ids[order]
    return frame, ids


def _between(frame: pd.DataFrame, ids: Ints, own: pd.Series[int]) -> pd.DataFrame:
    """The rows from the first of these ids to the last; those of items in between do no harm."""
    if own.empty:
        return frame.iloc[:0]
    low, high = (int(own.iloc[place]) for place in (0, -1))
    first, last = np.searchsorted(ids, low), np.searchsorted(ids, high, side="right")
    return frame.iloc[int(first) : int(last)].reset_index(drop=True)


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rows one after another; words of each part become words of all."""
    if len(frames) == 1:
        return frames[0]
    columns = {}
    for name in frames[0]:
        own = [frame[name] for frame in frames]
        if isinstance(own[0].dtype, pd.CategoricalDtype):
            columns[name] = pd.Series(pd.api.types.union_categoricals(own))
        else:
            columns[name] = pd.concat(own, ignore_index=True)
    return pd.DataFrame(columns, copy=False)
