"""Rows that belong together by their ids, on plain arrays: a merge of frames costs milliseconds
however few rows it has, and a run over a few commits makes dozens of them.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ids: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Pairs: TypeAlias = tuple[Ids, Ids]


def ids_of(table: pd.DataFrame, *names: str) -> list[Ids]:
    """These columns of ids as arrays."""
    return [table[name].to_numpy(np.int64) for name in names]


def joined(left: Ids, right: Ids) -> Pairs:
    """Positions in both of what has the same id, each with each, in the order of `left`. Quickest
    where `left` is almost in order.
    """
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    begins = np.searchsorted(ordered, left, "left")
    counts = np.searchsorted(ordered, left, "right") - begins
    rows = np.repeat(np.arange(len(left)), counts)
    skipped = np.repeat(begins - np.cumsum(counts) + counts, counts)
    return rows, order[np.arange(len(rows)) + skipped]


def among(pairs: Pairs, others: Pairs) -> Flags:
    """Which of these pairs are among the others."""
    size = len(pairs[0])
    if not size or not len(others[0]):
        return np.zeros(size, np.bool_)
    codes = np.zeros(size + len(others[0]), np.int64)
    for own, other in zip(pairs, others, strict=True):
        numbers, values = pd.factorize(np.concatenate([own, other]))
        codes = codes * len(values) + numbers
    found: Flags = pd.Series(codes[:size]).isin(codes[size:]).to_numpy(np.bool_)
    return found
