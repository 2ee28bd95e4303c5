"""Rows of what is told of features, with short arguments."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from core.frames import NONE
from metrics.value_events import SHOWN, TOLD
from tests.metrics.tables import Row, item_table

NAN = float("nan")


def shown(*rows: Sequence[object]) -> pd.DataFrame:
    """Rows of (item_id, feature, environment, share, ts); `production` is the production."""
    made = [
        (item, feature, place == "production", share, ts, place)
        for item, feature, place, share, ts in rows
    ]
    kinds = {"item_id": "int64", "production": "bool", "share": "float64", "ts": "int64"}
    return pd.DataFrame(made, columns=[*SHOWN, "environment"]).astype(kinds)


def told(*rows: Row) -> pd.DataFrame:
    """Outcomes of one item that tell nothing, unless said otherwise."""
    usual: Row = {
        **{"item_id": 1, "feature": "f", "measure": "m", "share": NAN, "uses": NONE},
        **{"value_cents": NONE, "attribution": "", "effect": "", "among": 1, "ts": 0},
    }
    made = pd.DataFrame([{**usual, **row} for row in rows], columns=TOLD)
    whole = dict.fromkeys(("item_id", "uses", "value_cents", "among", "ts"), "int64")
    return made.astype({**whole, "share": "float64"})


def released(*rows: Row) -> pd.DataFrame:
    """Items that are in production since 0, unless said otherwise."""
    usual: Row = {"first_released_ts": 0, "released_ts": 0}
    made = [{**usual, **row} for row in rows]
    items = item_table(*made)
    return items.assign(first_released_ts=items["first_released_ts"].astype("int64"))
