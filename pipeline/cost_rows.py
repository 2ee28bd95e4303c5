"""The deliveries that a delay cost is made of: how long each was charged, with whose value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from metrics.holders import DelayClock
from metrics.ledger import Accrued
from pipeline.cost_parts import keys_of
from pipeline.delay_ledger import book_in
from pipeline.snapshot import StreamFacts

_KEY = ["item_id", "episode"]


def priced(
    stream: StreamFacts, items: pd.DataFrame, found: Accrued, clock: DelayClock = "commitment"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What waited and was charged, with `cents`, `charged_s` and what `charged_value` tells, and
    what waited without a value.
    """
    costs = found.cells.groupby(_KEY, as_index=False).agg(
        cents=("cost_cents", "sum"), charged_s=("wait_s", "sum"), holder=("holder", "first")
    )
    book, keys = book_in(stream, clock), keys_of(stream)
    holder = costs["holder"].to_numpy(np.int64)
    place = book.holders.place[holder]
    told = costs.drop(columns="holder").assign(
        value_key=[keys.get(item, "") for item in book.worth.item_id[place].tolist()],
        value_inherited=book.holders.group[holder],
        value_profile=book.worth.terms.profile[place],
        value_cents_likely=book.worth.terms.cents[place].round().astype(np.int64),
    )
    bare = items.merge(found.unvalued, on=_KEY).assign(excluded_reason="unvalued")
    return items.merge(told, on=_KEY), bare


def charged_value(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Of a row of `priced`: its cost, for how long it was charged in the window, and with the value
    of which item.
    """
    return {
        "cost_cents": int(row["cents"]),
        "charged_s": int(row["charged_s"]),
        "value": {
            "key": row["value_key"],
            "inherited": bool(row["value_inherited"]),
            "profile": f"P{int(row['value_profile'])}",
            "likely_cents": int(row["value_cents_likely"]),
        },
    }
