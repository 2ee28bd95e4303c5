"""What waiting costs: delay cost by item and stage, of values that are one number a week.

The whole ledger, with ranges, deadlines and parents, is in `metrics/ledger.py`; here is what needs
only the facts of a stream.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from metrics import ledger
from metrics.holders import steady_values
from metrics.mapping import Ints
from metrics.periods import Window
from metrics.profiles import accrued_cents as cents_of

_NO_PARENTS = pd.DataFrame({"item_id": np.empty(0, np.int64), "parent_id": np.empty(0, np.int64)})


@dataclass(frozen=True)
class DelayCost:
    """Delay cost that accrued in a window.

    cells: item_id, episode, stage_id (NONE for unmapped), team, reason, kind, wait_s, cost_cents,
    sunk (True: what it delayed was cancelled, its cost is sunk delay). `unvalued` counts deliveries
    that waited in the window and have no value: their waiting is priced nowhere. `in_work_s` is
    active time of the valued ones.
    """

    cells: pd.DataFrame
    unvalued: int
    in_work_s: int

    @property
    def cost_cents(self) -> int:
        """Delay cost of deliveries that are open or done."""
        return int(self.cells["cost_cents"][~self.cells["sunk"]].sum())

    @property
    def sunk_cents(self) -> int:
        """Delay cost of deliveries that were cancelled (sunk delay)."""
        return int(self.cells["cost_cents"][self.cells["sunk"]].sum())

    def by(self, *columns: str) -> pd.DataFrame:
        """Sums of `wait_s`, `cost_cents` (sunk left out) and `sunk_cents` by the given columns."""
        sunk = self.cells["cost_cents"].where(self.cells["sunk"], 0)
        split = self.cells.assign(sunk_cents=sunk, cost_cents=self.cells["cost_cents"] - sunk)
        sums = ["wait_s", "cost_cents", "sunk_cents"]
        return split.groupby(list(columns), as_index=False, sort=True)[sums].sum()


def accrued_cents(value_cents: Ints, delay_s: Ints) -> Ints:
    """C(delay) of profile P1 in whole cents, half a cent up; `value_cents` is per week."""
    values = steady_values(np.arange(len(value_cents)), value_cents)
    return cents_of(values.terms, delay_s)


def delay_cost(
    items: pd.DataFrame, visits: pd.DataFrame, *, window: Window, as_of: int
) -> DelayCost:
    """The delay cost of every valued delivery in the window, up to `as_of` where it still waits.

    items and visits: columns of `item_fact` and `stage_visit`; `value_cents` is per week. The
    cancellation of a delivery counts from the moment it happens, as of `as_of`.
    """
    return of_ledger(ledger.accrued(_book(items, visits), window=window, as_of=as_of))


def of_ledger(found: ledger.Accrued) -> DelayCost:
    """The same of a ledger."""
    return DelayCost(found.cells, len(found.unvalued), found.in_work_s)


def burn_rate(items: pd.DataFrame, visits: pd.DataFrame, *, as_of: int) -> pd.DataFrame:
    """What the queues burn at the instant `as_of`: one row per stage in which something waits.

    Columns stage_id, `waiting` (deliveries), `unvalued` (those without a value), `cents_per_week`.
    """
    return by_stage(ledger.burning(_book(items, visits), at=as_of, as_of=as_of))


def by_stage(now: pd.DataFrame) -> pd.DataFrame:
    """The same of what waits at an instant; see `burning`."""
    bare = (now["holder"] < 0).astype(np.int64)
    split = now[["stage_id"]].assign(waiting=1, unvalued=bare, cents_per_week=now["cents_per_week"])
    found: pd.DataFrame = split.groupby("stage_id", as_index=False).sum()
    return found


def _book(items: pd.DataFrame, visits: pd.DataFrame) -> ledger.Book:
    values = steady_values(
        items["item_id"].to_numpy(np.int64), items["value_cents"].to_numpy(np.int64)
    )
    return ledger.book_of(items, visits, values, _NO_PARENTS)
