"""The delay-cost ledger: what waiting cost, interval by interval, in integer cents (A11).

Each holder of a value has a clock of delay that runs only while it waits. An interval that moves it
from d to d' costs C(d') - C(d) of its profile, so that the parts of any split (intervals, stages,
teams, reasons, items, adjoining windows) add up to the whole to the cent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.holders import DelayClock, Holders, Values, holders_of
from metrics.mapping import Ints
from metrics.periods import Window
from metrics.profiles import Terms, accrued_cents, urgency
from metrics.stretches import FOREVER

NOT_BEGUN: Final = "not_begun"
"""The reason of time before the commitment."""

_LEAST_TYPICAL: Final = 5
_PARTS: Final = ["item_id", "episode", "kind", "stage_id", "team", "reason"]


@dataclass(frozen=True)
class Book:
    """Every wait and all work of the deliveries of a stream, ready to be priced.

    waits, works: row (of the delivery in `items`), holder (-1: nothing has a value), item_id,
    episode, kind, stage_id (NONE), team ("" not known), reason, start_ts, end_ts (`FOREVER`);
    waits also delay_s: the delay of the holder when the row begins. Rows of children off the
    critical path of their parent are in neither. typical_s: by delivery the active time that work
    like it takes, NONE where too little is done yet.
    """

    items: pd.DataFrame
    worth: Values
    holders: Holders
    waits: pd.DataFrame
    works: pd.DataFrame
    typical_s: Ints
    clock: DelayClock


def book_of(
    items: pd.DataFrame,
    visits: pd.DataFrame,
    values: Values,
    parents: pd.DataFrame,
    *,
    clock: DelayClock = "commitment",
) -> Book:
    """items, visits: columns of `item_fact` and `stage_visit`, the visits with `team` or without.

    values, parents: see `holders_of`. Nothing here depends on now.
    """
    items = items.reset_index(drop=True)
    holders = holders_of(items, values, parents, clock=clock)
    deliveries = pd.MultiIndex.from_frame(items[["item_id", "episode"]])
    told = visits[visits["state"].isin(["waiting", "active"])]
    row = deliveries.get_indexer(pd.MultiIndex.from_frame(told[["item_id", "episode"]]))
    told = told.assign(row=row.astype(np.int64))[row >= 0]
    if "team" not in told:
        told = told.assign(team="")
    rows = _rows(told, items, holders)
    waiting = (told["state"] == "waiting").to_numpy(np.bool_)
    waits = _clipped(rows[waiting], holders)
    if clock == "idea":
        waits = pd.concat([waits, _unbegun(items, holders)])
    order = np.lexsort((waits["row"], waits["start_ts"], waits["holder"]))
    return Book(
        items,
        values,
        holders,
        _delayed(waits.take(order).reset_index(drop=True)),
        _clipped(rows[~waiting], holders).reset_index(drop=True),
        _typical(items),
        clock,
    )


def _rows(told: pd.DataFrame, items: pd.DataFrame, holders: Holders) -> pd.DataFrame:
    row = told["row"].to_numpy(np.int64)
    end = told["end_ts"].to_numpy(np.int64)
    return pd.DataFrame(
        {
            "row": row,
            "holder": holders.of[row],
            "item_id": told["item_id"].to_numpy(np.int64),
            "episode": told["episode"].to_numpy(np.int64),
            "kind": items["kind"].astype(str).to_numpy(object)[row],
            "stage_id": told["stage_id"].to_numpy(np.int64),
            "team": told["team"].astype(str).to_numpy(object),
            "reason": told["reason"].astype(str).to_numpy(object),
            "start_ts": told["start_ts"].to_numpy(np.int64),
            "end_ts": np.where(end == NONE, FOREVER, end),
        }
    )


def _clipped(rows: pd.DataFrame, holders: Holders) -> pd.DataFrame:
    """The rows while they are those of their holder."""
    row = rows["row"].to_numpy(np.int64)
    start = np.maximum(rows["start_ts"].to_numpy(np.int64), holders.start[row])
    end = np.minimum(rows["end_ts"].to_numpy(np.int64), holders.stop[row])
    kept: pd.DataFrame = rows.assign(start_ts=start, end_ts=end)[start < end]
    return kept


def _unbegun(items: pd.DataFrame, holders: Holders) -> pd.DataFrame:
    """The times before the commitment, of which no visit tells."""
    row = np.flatnonzero(items["episode"].to_numpy(np.int64) == 1)
    until = np.full(len(items), FOREVER)
    for name in ("cancelled_ts", "done_ts", "committed_ts"):
        at = items[name].to_numpy(np.int64)
        until = np.where(at == NONE, until, at)
    start = np.maximum(items["idea_ts"].to_numpy(np.int64)[row], holders.start[row])
    end = np.minimum(until[row], holders.stop[row])
    visits = items.iloc[row][["item_id", "episode"]].assign(
        row=row, stage_id=NONE, team="", reason=NOT_BEGUN, start_ts=start, end_ts=end
    )
    return _rows(visits[start < end], items, holders)


def _delayed(waits: pd.DataFrame) -> pd.DataFrame:
    """With `delay_s`; only the last row of a holder can last."""
    seconds = waits["end_ts"] - waits["start_ts"]
    total = seconds.groupby(waits["holder"]).cumsum()
    return waits.assign(delay_s=np.where(waits["holder"] < 0, 0, total - seconds))


def _typical(items: pd.DataFrame) -> Ints:
    """The median active time of what is done, of the same kind where five are."""
    done = items[items["done_ts"] != NONE]
    of_all = done["active_s"].median() if len(done) >= _LEAST_TYPICAL else NONE
    kinds = done["kind"].astype(str)
    groups = done.groupby(kinds)["active_s"].agg(["size", "median"])
    known = groups.loc[groups["size"] >= _LEAST_TYPICAL, "median"]
    told = items["kind"].astype(str).map(known).astype(np.float64).fillna(float(of_all))
    return told.to_numpy(np.float64).astype(np.int64)


def terms_at(book: Book, as_of: int) -> Terms:
    """The terms by holder, the slack of deadlines with the active time as it is known: of what is
    in flight what is spent, or what such work typically takes where that is more.
    """
    holders = book.holders
    terms = book.worth.terms.take(holders.place)
    dated = terms.profile == 4
    if not dated.any():
        return terms
    slack = book.worth.deadline_ts[holders.place] - holders.begin - active_s(book, as_of)
    return replace(terms, free_s=np.where(dated, slack, terms.free_s))


def active_s(book: Book, as_of: int) -> Ints:
    """By holder the seconds of work that it takes, estimated while it is in flight."""
    works = book.works[book.works["holder"] >= 0]
    spent = np.minimum(works["end_ts"].to_numpy(np.int64), as_of) - works["start_ts"]
    found = np.zeros(len(book.holders), np.int64)
    np.add.at(found, works["holder"].to_numpy(np.int64), np.maximum(spent.to_numpy(np.int64), 0))
    typical = np.zeros(len(book.holders), np.int64)
    held = np.flatnonzero((book.holders.of >= 0) & (book.typical_s != NONE))
    of = book.holders.of[held]
    alone = ~book.holders.group[of] & (book.holders.end[of] > as_of)
    typical[of[alone]] = book.typical_s[held[alone]]
    return np.maximum(found, typical)


@dataclass(frozen=True)
class Accrued:
    """What accrued in a window.

    cells: holder, row, item_id, episode, kind, stage_id, team, reason, sunk (the holder was
    cancelled), delay_s (of the holder, when the cell begins), wait_s, cost_cents; valued only.
    bare: the same up to `reason` of waits that nothing values. work: item_id, episode, work_s
    (active time) of what has a value.
    """

    cells: pd.DataFrame
    bare: pd.DataFrame
    work: pd.DataFrame

    @property
    def unvalued(self) -> pd.DataFrame:
        """item_id, episode of deliveries that waited and have no value."""
        return self.bare[["item_id", "episode"]].drop_duplicates()

    @property
    def in_work_s(self) -> int:
        """Active time of what has a value: recorded, and no cost."""
        return int(self.work["work_s"].sum())

    def among(self, items: pd.DataFrame) -> Accrued:
        """Of these deliveries alone, by item and episode."""
        chosen = pd.MultiIndex.from_frame(items[["item_id", "episode"]])
        parts = [
            one[pd.MultiIndex.from_frame(one[["item_id", "episode"]]).isin(chosen)]
            for one in (self.cells, self.bare, self.work)
        ]
        return Accrued(*parts)


def accrued(book: Book, *, window: Window, as_of: int) -> Accrued:
    """The ledger of a window, up to `as_of` where something still waits."""
    low, high = _inside(book.waits, window, as_of)
    some = high > low
    rows, seconds = book.waits[some], (high - low)[some]
    holder = rows["holder"].to_numpy(np.int64)
    priced = holder >= 0
    rows, held, seconds = rows[priced], holder[priced], seconds[priced]
    before = rows["delay_s"].to_numpy(np.int64) + low[some][priced]
    before = before - rows["start_ts"].to_numpy(np.int64)
    terms = terms_at(book, as_of).take(held)
    cost = accrued_cents(terms, before + seconds) - accrued_cents(terms, before)
    gone = book.holders.cancelled & (book.holders.end <= as_of)
    cells = rows[["holder", "row", *_PARTS]].assign(
        sunk=gone[held], delay_s=before, wait_s=seconds, cost_cents=cost
    )
    bare = book.waits[some][~priced][["holder", "row", *_PARTS]]
    low, high = _inside(book.works, window, as_of)
    valued = (book.works["holder"].to_numpy(np.int64) >= 0) & (high > low)
    work = book.works[["item_id", "episode"]].assign(work_s=high - low)[valued]
    return Accrued(cells, bare, work)


def _inside(rows: pd.DataFrame, window: Window, as_of: int) -> tuple[Ints, Ints]:
    """The part of each row inside the window; an empty part begins and ends at one moment."""
    start, end = rows["start_ts"].to_numpy(np.int64), rows["end_ts"].to_numpy(np.int64)
    low = np.clip(window.from_ts, start, end)
    return low, np.maximum(low, np.minimum(end, min(window.to_ts, as_of)))


def burning(book: Book, *, at: int, as_of: int) -> pd.DataFrame:
    """What waits at an instant: the columns of `Book.waits`, `delay_s` as it is then, and
    `cents_per_week` (0 without a value).
    """
    waits = book.waits
    now = waits[(waits["start_ts"] <= at) & (waits["end_ts"] > at)]
    delay = now["delay_s"].to_numpy(np.int64) + at - now["start_ts"].to_numpy(np.int64)
    holder = now["holder"].to_numpy(np.int64)
    cents = np.zeros(len(now), np.int64)
    held = holder >= 0
    slopes = urgency(terms_at(book, as_of).take(holder[held]), delay[held])
    cents[held] = np.floor(slopes + 0.5).astype(np.int64)
    return now.assign(delay_s=delay, cents_per_week=cents)


def delays_at(book: Book, at: int) -> Ints:
    """By holder the delay up to an instant, in seconds."""
    waits = book.waits[book.waits["holder"] >= 0]
    start, end = waits["start_ts"].to_numpy(np.int64), waits["end_ts"].to_numpy(np.int64)
    found = np.zeros(len(book.holders), np.int64)
    spent = np.maximum(np.minimum(end, at) - start, 0)
    np.add.at(found, waits["holder"].to_numpy(np.int64), spent)
    return found
