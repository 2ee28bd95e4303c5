"""Which rows of two frames of facts are new, differ or are gone: by whole columns, not row by row.

As frames have them: missing integers are `core.frames.NONE`, text is a word or a category.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_PART_BITS = 32


@dataclass(frozen=True, slots=True)
class Difference:
    """Positions of rows, in the order of their keys.

    inserted: in `after`, of those that are not in `before`; deleted: in `before`, of those that are
    not in `after`. was, now: in `before` and in `after`, of those that are in both and differ.
    differing: the columns in which any of them does.
    """

    before: pd.DataFrame
    after: pd.DataFrame
    inserted: Ints
    deleted: Ints
    was: Ints
    now: Ints
    differing: Sequence[str]

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(len(self.inserted) or len(self.deleted) or len(self.now))


def difference(before: pd.DataFrame, after: pd.DataFrame, key: Sequence[str]) -> Difference:
    """Compare two frames of the same columns by `key`, one or two whole numbers, which is unique in
    `before`; where rows of `after` share one the last counts.

    Two numbers: the first below 2**31 and the second below 2**32, none negative, as ids and places.
    """
    old, new = _codes(before, key), _codes(after, key)
    old_order, new_order = np.argsort(old, kind="stable"), np.argsort(new, kind="stable")
    old, new = old[old_order], new[new_order]
    last = np.append(new[1:] != new[:-1], True)[: len(new)]
    new, new_order = new[last], new_order[last]
    place = np.searchsorted(old, new)
    found = np.zeros(len(new), np.bool_)
    inside = place < len(old)
    found[inside] = old[place[inside]] == new[inside]
    kept = np.zeros(len(old), np.bool_)
    kept[place[found]] = True
    was, now = old_order[place[found]], new_order[found]
    differs = np.zeros(len(now), np.bool_)
    differing = []
    for name in (one for one in after.columns if one not in key and len(now)):
        differ = unlike(before[name], after[name], was, now)
        if differ.any():
            differs |= differ
            differing.append(str(name))
    return Difference(
        before, after, new_order[~found], old_order[~kept], was[differs], now[differs], differing
    )


def _codes(frame: pd.DataFrame, key: Sequence[str]) -> Ints:
    """One number for each key; in the order of the keys."""
    first: Ints = frame[key[0]].to_numpy(np.int64)
    if len(key) == 1:
        return first
    codes: Ints = (first << _PART_BITS) | frame[key[1]].to_numpy(np.int64)
    return codes


def unlike(before: pd.Series[Any], after: pd.Series[Any], was: Ints, now: Ints) -> Flags:
    """Where a column differs: at places `was` of what it was and `now` of what it is."""
    found: Flags
    if isinstance(after.dtype, pd.CategoricalDtype):
        words = after.cat.categories
        known = words.get_indexer(pd.Index(before.array.take(was)))
        found = known != after.cat.codes.to_numpy()[now]
    elif pd.api.types.is_numeric_dtype(before.dtype):
        own = before.to_numpy()
        found = own[was] != after.to_numpy().astype(own.dtype, copy=False)[now]
    else:
        texts = after.astype(before.dtype).array
        found = np.asarray(before.array.take(was) != texts.take(now), np.bool_)
    return found
