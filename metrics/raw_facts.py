"""What one run of items gives, before it is a frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from metrics.episodes import Episodes
from metrics.intervals import Rows
from metrics.mapping import Codes, Ints


@dataclass(frozen=True)
class RawFacts:
    """Deliveries, rows, and seconds by (code, delivery).

    episode_rows: how many rows each delivery has.
    """

    found: Episodes
    rows: Rows
    counted: Codes
    item_id: Ints
    episode_rows: Ints
    seconds: Ints


def words(codes: Codes, known: Sequence[str]) -> pd.Categorical[str]:
    """A column of words, of which `codes` are the places."""
    return pd.Categorical.from_codes(codes, dtype=_categories(tuple(known)), validate=False)


@lru_cache(maxsize=64)
def _categories(known: tuple[str, ...]) -> pd.CategoricalDtype[str]:
    """Made once for the same words: that takes as long as the codes of thousands of rows."""
    return pd.CategoricalDtype(pd.Index(list(known)))
