"""Frames out of rows, with the types of their columns also where there are none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd


def table_of(kinds: Mapping[str, str], rows: Collection[Sequence[Any]]) -> pd.DataFrame:
    """kinds: the type of each column, by name, in the order of the values of a row."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(kinds)
    told = zip(kinds.items(), columns, strict=True)
    return pd.DataFrame({name: pd.Series(values, dtype=kind) for (name, kind), values in told})
