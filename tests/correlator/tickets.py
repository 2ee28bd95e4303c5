"""Tickets that exist, for the tests of suggestions."""

from __future__ import annotations

import pandas as pd

from core.frames import NONE
from correlator.near_evidence import Tickets, known_tickets

DAY = 86_400
THEN = 1_000 * DAY
"""When the texts of these tests were written; tickets are open from ten days before."""


def tickets(
    *keys: str, titles: dict[str, str] | None = None, closed: dict[str, int] | None = None
) -> Tickets:
    """Tickets of these keys, numbered from 1, open since ten days before `THEN`."""
    named, ended = titles or {}, closed or {}
    frame = pd.DataFrame(
        {
            "key": pd.Series(keys, dtype=object),
            "item_id": range(1, len(keys) + 1),
            "title": pd.Series([named.get(key, "Ticket") for key in keys], dtype=object),
            "opened_ts": THEN - 10 * DAY,
            "closed_ts": pd.Series([ended.get(key, NONE) for key in keys], dtype="int64"),
        }
    )
    return known_tickets(frame, pd.Series(["EMPTY"], dtype=object))
