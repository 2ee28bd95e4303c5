"""What became of one item once its code was live, as explanations and lists tell it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from pipeline.times import iso

Answer = dict[str, Any]

_TIMES: Final = {
    "shown_ts": "shown_at",
    "live_ts": "live_at",
    "off_ts": "switched_off_at",
    "first_use_ts": "first_use_at",
    "adopted_ts": "adopted_at",
}


def value_row(row: Mapping[Any, Any]) -> Answer:
    """Times of exposure and use, the share of users that have it now, and money where the row has
    it; null where it is not known.
    """
    told: Answer = {name: iso(int(row[column])) for column, name in _TIMES.items() if column in row}
    told["share"] = known(row["share"])
    told["live_reason"] = row["live_reason"] or None
    if "stock_state" in row:
        told |= {"state": row["stock_state"], "age_s": int(row["age_s"])}
    if "outcome" in row:
        told["outcome"] = bool(row["outcome"])
    for name, value in row.items():
        if str(name).endswith("_cents") and name != "value_cents":
            cents = known(value)
            told[str(name)] = None if cents is None else round(cents)
    return told


def known(value: object) -> float | None:
    """A number, None for NaN."""
    if not isinstance(value, int | float | np.number) or np.isnan(value):
        return None
    return float(value)
