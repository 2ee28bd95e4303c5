"""How the delay cost of one delivery grew, wait by wait, in integer cents (A11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from metrics.ledger import Book, terms_at
from metrics.mapping import Ints
from metrics.profiles import accrued_cents

PARTS: Final = 8
"""Into so many equal parts of time a wait is divided: its cost need not grow evenly."""


@dataclass(frozen=True)
class Growth:
    """waits: start_ts, end_ts (the end of what still lasts is now), in order of time, of those that
    have begun. so_far: by wait `PARTS` + 1 running totals of the delivery in cents, at equal steps
    from its start to its end; each begins with what the one before ended with, the first with 0.
    """

    waits: pd.DataFrame
    so_far: Ints

    @property
    def cost_cents(self) -> Ints:
        """What each wait cost; they add up to what `accrued` tells of the delivery."""
        told: Ints = self.so_far[:, -1] - self.so_far[:, 0]
        return told

    @property
    def total_cents(self) -> int:
        return int(self.cost_cents.sum())


def growth(book: Book, row: int, *, as_of: int) -> Growth | None:
    """Of the delivery at a row of `book.items`; None where nothing values it, which is not 0."""
    holder = int(book.holders.of[row])
    if holder < 0:
        return None
    own = book.waits[(book.waits["row"] == row) & (book.waits["start_ts"] < as_of)]
    own = own.sort_values("start_ts", ignore_index=True)
    start = own["start_ts"].to_numpy(np.int64)
    end = np.minimum(own["end_ts"].to_numpy(np.int64), as_of)
    steps = (end - start)[:, None] * np.arange(PARTS + 1) // PARTS
    delays = own["delay_s"].to_numpy(np.int64)[:, None] + steps
    terms = terms_at(book, as_of).take(np.full(delays.size, holder))
    cents = accrued_cents(terms, delays.ravel()).reshape(delays.shape)
    grown = cents - cents[:, :1]
    before = np.concatenate([[0], np.cumsum(grown[:, -1])[:-1]]) if len(own) else np.zeros(0)
    waits = pd.DataFrame({"start_ts": start, "end_ts": end})
    return Growth(waits, grown + before.astype(np.int64)[:, None])
