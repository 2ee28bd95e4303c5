"""The deliveries that a delay cost is made of: how long each was charged, with whose value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.holders import DelayClock
from metrics.ledger import Accrued, Book, terms_at
from metrics.mapping import Ints
from metrics.periods import WEEK
from pipeline.cost_parts import keys_of
from pipeline.delay_ledger import book_in, burning_of
from pipeline.snapshot import StreamFacts

_KEY = ["item_id", "episode"]


def priced(
    stream: StreamFacts,
    items: pd.DataFrame,
    found: Accrued,
    clock: DelayClock = "commitment",
    *,
    as_of: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What waited and was charged, with `cents`, `charged_s` and what `charged_value` tells, and
    what waited without a value. The slack of deadlines is that of `as_of`.
    """
    costs = found.cells.groupby(_KEY, as_index=False).agg(
        cents=("cost_cents", "sum"),
        charged_s=("wait_s", "sum"),
        delay_before_s=("delay_s", "min"),
        sunk=("sunk", "first"),
        holder=("holder", "first"),
    )
    book, keys = book_in(stream, clock), keys_of(stream)
    holder = costs["holder"].to_numpy(np.int64)
    place = book.holders.place[holder]
    told = costs.drop(columns="holder").assign(
        value_key=[keys.get(item, "") for item in book.worth.item_id[place].tolist()],
        value_inherited=book.holders.group[holder],
        value_profile=book.worth.terms.profile[place],
        value_cents_likely=book.worth.terms.cents[place].round().astype(np.int64),
        value_parameters=_parameters(book, holder, as_of),
    )
    bare = items.merge(found.unvalued, on=_KEY).assign(excluded_reason="unvalued")
    return items.merge(told, on=_KEY), bare


def with_burn(
    stream: StreamFacts, rows: pd.DataFrame, at: int, clock: DelayClock = "commitment"
) -> pd.DataFrame:
    """Rows of `priced` with `burn_cents`: what the next week of waiting costs each, at an instant;
    0 of what waits no longer.
    """
    now = burning_of(stream, at, rows, clock).groupby(_KEY)["cents_per_week"].sum()
    told = now.reindex(pd.MultiIndex.from_frame(rows[_KEY]), fill_value=0)
    return rows.assign(burn_cents=told.to_numpy(np.int64))


_USED: Mapping[int, tuple[str, ...]] = {
    1: ("life_weeks", "discount_per_year", "weeks"),
    2: ("life_weeks",),
    3: ("horizon_weeks", "decay_per_week", "discount_per_year", "weeks"),
    4: ("slack_weeks", "per_week_cents"),
    5: ("escalation_cents",),
    6: ("free_weeks", "life_weeks", "discount_per_year", "weeks"),
}
"""By profile the parameters of its formula; those that say nothing are left out of a row."""


def _parameters(book: Book, holder: Ints, as_of: int) -> list[dict[str, Any]]:
    """By holder what its formula needs beside the amount."""
    terms = terms_at(book, as_of).take(holder)
    rows = []
    for at, profile in enumerate(terms.profile.tolist()):
        life, free = terms.life_s[at] / WEEK, terms.free_s[at] / WEEK
        discount = float(terms.discount[at])
        told: dict[str, Any] = {
            "life_weeks": None if terms.life_s[at] == NONE else float(life),
            "horizon_weeks": float(life),
            "decay_per_week": float(terms.decay[at]),
            "discount_per_year": discount or None,
            "weeks": ("moved" if terms.moved[at] else "lost") if discount else None,
            "slack_weeks": float(free),
            "free_weeks": float(free),
            "per_week_cents": round(float(terms.more[at])),
            "escalation_cents": round(float(terms.more[at])),
        }
        rows.append({name: told[name] for name in _USED[profile] if told[name] is not None})
    return rows


def charged_value(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Of a row of `priced`: its cost, for how long it was charged in the window, and with the value
    of which item.

    Without a parent its cost is C(delay_before_s + charged_s) - C(delay_before_s). `sunk`: what the
    waiting delayed was cancelled, and the cost is in no `cents` but in `sunk_cents`.
    """
    burn = {"burn_rate_cents": int(row["burn_cents"])} if "burn_cents" in row else {}
    return {
        "cost_cents": int(row["cents"]),
        **burn,
        "sunk": bool(row["sunk"]),
        "charged_s": int(row["charged_s"]),
        "delay_before_s": int(row["delay_before_s"]),
        "value": {
            "key": row["value_key"],
            "inherited": bool(row["value_inherited"]),
            "profile": f"P{int(row['value_profile'])}",
            "likely_cents": int(row["value_cents_likely"]),
            "parameters": row["value_parameters"],
        },
    }
