"""Columns of a frame of facts as they are stored: None for what is missing, bool for flags."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Boolean, Column, Table

from core.frames import NONE


def columns_of(table: Table, frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Columns by key, as they are stored: None for what is missing."""
    return {name: _values(table.c[name], frame[name]) for name in frame.columns}


def _values(column: Column[Any], found: pd.Series[Any]) -> list[Any]:
    if isinstance(found.dtype, pd.CategoricalDtype):
        words = np.array([*found.cat.categories, None], object)
        return list(words[found.cat.codes.to_numpy()].tolist())
    if isinstance(column.type, Boolean):
        if found.dtype == np.bool_:
            return found.tolist()
        return [None if value == -1 else bool(value) for value in found.tolist()]
    if not pd.api.types.is_integer_dtype(found.dtype):
        return found.tolist()
    numbers = found.to_numpy()
    missing = numbers == NONE
    if not missing.any():
        return list(numbers.tolist())
    told = numbers.astype(object)
    told[missing] = None
    return list(told.tolist())
