"""What waiting costs: delay cost by item and stage, profile P1, in integer cents.

P1: a value of w per week loses w for every week of delay. The delay clock of a delivery runs only
while it waits, from its commitment. Cents are cut from the running total of each delivery, so that
the parts of any split (intervals, stages, items, adjoining windows) add up to the whole to the
cent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.mapping import Ints
from metrics.periods import WEEK, Window


@dataclass(frozen=True)
class DelayCost:
    """Delay cost that accrued in a window.

    cells: item_id, episode, stage_id (NONE for unmapped), wait_s, cost_cents, sunk (True: the
    delivery was cancelled, its cost is sunk delay). `unvalued` counts deliveries that waited in the
    window and have no value: their waiting is priced nowhere. `in_work_s` is active time of the
    valued ones.
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
    weeks, rest = np.divmod(delay_s, WEEK)
    return value_cents * weeks + (2 * value_cents * rest + WEEK) // (2 * WEEK)


def delay_cost(
    items: pd.DataFrame, visits: pd.DataFrame, *, window: Window, as_of: int
) -> DelayCost:
    """The delay cost of every valued delivery in the window, up to `as_of` where it still waits.

    items and visits: columns of `item_fact` and `stage_visit`; `value_cents` is per week. The
    cancellation of a delivery counts from the moment it happens, as of `as_of`.
    """
    rows = _with_owner(items, visits)
    waits = _waits(rows, as_of)
    low, high = _clip(waits, window)
    seconds = high - low
    value = waits["value_cents"].to_numpy(np.int64)
    valued = value != NONE
    seen = waits[(seconds > 0) & ~valued]
    before = waits["delay_s"].to_numpy(np.int64) + low - waits["start_ts"].to_numpy(np.int64)
    price = np.where(valued, value, 0)
    cost = accrued_cents(price, before + seconds) - accrued_cents(price, before)
    cells = waits[["item_id", "episode", "stage_id"]].assign(
        wait_s=seconds, cost_cents=cost, sunk=_cancelled(waits, as_of)
    )
    keys = ["item_id", "episode", "stage_id", "sunk"]
    summed = cells[valued & (seconds > 0)].groupby(keys, as_index=False)[["wait_s", "cost_cents"]]
    active = rows[(rows["state"] == "active") & (rows["value_cents"] != NONE)]
    from_ts, to_ts = _clip(_ended(active, as_of), window)
    return DelayCost(
        cells=summed.sum(),
        unvalued=len(seen[["item_id", "episode"]].drop_duplicates()),
        in_work_s=int((to_ts - from_ts).sum()),
    )


def burn_rate(items: pd.DataFrame, visits: pd.DataFrame, *, as_of: int) -> pd.DataFrame:
    """What the queues burn at the instant `as_of`: one row per stage in which something waits.

    Columns stage_id, `waiting` (deliveries), `unvalued` (those without a value), `cents_per_week`.
    """
    rows = _with_owner(items, visits)
    start, end = rows["start_ts"].to_numpy(np.int64), rows["end_ts"].to_numpy(np.int64)
    now = rows[(rows["state"] == "waiting") & (start <= as_of) & ((end == NONE) | (end > as_of))]
    unvalued = now["value_cents"] == NONE
    split = now[["stage_id"]].assign(
        waiting=1,
        unvalued=unvalued.astype(np.int64),
        cents_per_week=now["value_cents"].where(~unvalued, 0),
    )
    burning: pd.DataFrame = split.groupby("stage_id", as_index=False).sum()
    return burning


def _with_owner(items: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    columns = ["item_id", "episode", "cancelled_ts", "value_cents"]
    return visits.merge(items[columns], on=["item_id", "episode"], how="inner")


def _ended(rows: pd.DataFrame, as_of: int) -> pd.DataFrame:
    """The rows up to `as_of`: what begins later is empty, what lasts ends there."""
    end = rows["end_ts"].to_numpy(np.int64)
    end = np.minimum(np.where(end == NONE, as_of, end), as_of)
    start = rows["start_ts"].to_numpy(np.int64)
    return rows.assign(end_ts=np.maximum(end, start))


def _waits(rows: pd.DataFrame, as_of: int) -> pd.DataFrame:
    """Waiting rows in order, with `delay_s`: the delay of the delivery when the row begins."""
    waits = _ended(rows[rows["state"] == "waiting"], as_of).sort_values(["item_id", "ordinal"])
    seconds = waits["end_ts"] - waits["start_ts"]
    total = seconds.groupby([waits["item_id"], waits["episode"]]).cumsum()
    result: pd.DataFrame = waits.assign(delay_s=total - seconds)
    return result


def _clip(rows: pd.DataFrame, window: Window) -> tuple[Ints, Ints]:
    """The part of each row inside the window; an empty part begins and ends at one moment."""
    start, end = rows["start_ts"].to_numpy(np.int64), rows["end_ts"].to_numpy(np.int64)
    low = np.clip(window.from_ts, start, end)
    return low, np.maximum(low, np.minimum(end, window.to_ts))


def _cancelled(rows: pd.DataFrame, as_of: int) -> pd.Series:
    gone: pd.Series = (rows["cancelled_ts"] != NONE) & (rows["cancelled_ts"] <= as_of)
    return gone
