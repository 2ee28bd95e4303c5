"""What stretches of waiting cost: the parts of the delay-cost ledger that lie inside them (A11)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from metrics.ledger import Book, burning, terms_at
from metrics.mapping import Flags, Ints
from metrics.profiles import Terms, accrued_cents
from metrics.stretches import overlaps

_WAIT = ["item_id", "holder", "delay_s", "start_ts", "end_ts"]


@dataclass(frozen=True)
class Prices:
    """The ledger, ready to price stretches. waits: those of its rows that have a value. terms: by
    holder. valued: the items that have a value or inherit one, ascending. now: what waits at the
    end of the window, see `burning`.
    """

    waits: pd.DataFrame
    terms: Terms
    valued: Ints
    now: pd.DataFrame

    def of(self, rows: pd.DataFrame) -> pd.DataFrame:
        """`cost_cents` and `charged_s` of each row (item_id, start_ts, end_ts), in their order.

        What the ledger does not charge (work, what is after done, children off the critical path,
        what has no value) is in neither; touching rows add up to their union to the cent.
        """
        numbered = rows[["item_id", "start_ts", "end_ts"]].assign(place=np.arange(len(rows)))
        waits = self.waits[self.waits["item_id"].isin(numbered["item_id"])]
        held = overlaps(numbered, waits.assign(began=waits["start_ts"]))
        start, end, began, delay, holder, place = (
            held[name].to_numpy(np.int64)
            for name in ("start_ts", "end_ts", "began", "delay_s", "holder", "place")
        )
        terms, before = self.terms.take(holder), delay + start - began
        cents = accrued_cents(terms, before + end - start) - accrued_cents(terms, before)
        found = {"cost_cents": cents, "charged_s": end - start}
        return pd.DataFrame(
            {name: _sums(place, own, len(rows)) for name, own in found.items()}, index=rows.index
        )

    def priced(self, item_id: pd.Series) -> Flags:
        """Which of these items have a value, or inherit one."""
        told: Flags = item_id.isin(self.valued).to_numpy(np.bool_)
        return told


def _sums(place: Ints, values: Ints, count: int) -> Ints:
    found = np.zeros(count, np.int64)
    np.add.at(found, place, values)
    return found


def prices_of(book: Book, *, at: int, as_of: int) -> Prices:
    """at: when what waits now is looked at; as_of: see `ledger.accrued`."""
    waits = book.waits[book.waits["holder"] >= 0][_WAIT]
    items = book.items["item_id"].to_numpy(np.int64)
    return Prices(
        waits,
        terms_at(book, as_of),
        np.unique(items[book.holders.of >= 0]),
        burning(book, at=at, as_of=as_of),
    )
