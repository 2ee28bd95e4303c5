"""Who holds a value: a delivery itself, or the parent whose children it is one of (A11).

Value sits at one level. A child inherits no money from its parent but criticality: of the children
in process at an instant the one that ends last is on the parent's critical path, and only its
waiting is the parent's delay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.mapping import Flags, Ints
from metrics.profiles import Terms, terms_of
from metrics.stats import Floats
from metrics.stretches import FOREVER

DelayClock = Literal["commitment", "idea"]
LEVELS: Final = 5
"""How far up a value is looked for."""


@dataclass(frozen=True)
class Values:
    """What items are worth, by `item_id` in ascending order: items of the stream, and ancestors.

    terms: see `Terms`; `free_s` of a deadline is not in it yet. deadline_ts: NONE for none.
    low, high: the 90 % range of `terms.cents`; NaN where it is one number.
    """

    item_id: Ints
    terms: Terms
    deadline_ts: Ints
    low: Floats
    high: Floats

    def __len__(self) -> int:
        return len(self.item_id)

    def places(self, item_id: Ints) -> Ints:
        """Where each item is, -1 for one without a value."""
        found: Ints = pd.Index(self.item_id).get_indexer(pd.Index(item_id)).astype(np.int64)
        return found


def steady_values(item_id: Ints, cents: Ints) -> Values:
    """Values of profile P1 without a range, of the items whose `cents` a week are not NONE."""
    first = pd.DataFrame({"item_id": item_id, "cents": cents})
    first = first[first["cents"] != NONE].drop_duplicates("item_id").sort_values("item_id")
    some = len(first)
    terms = Terms(
        profile=np.ones(some, np.int64),
        cents=first["cents"].to_numpy(np.float64),
        more=np.zeros(some),
        life_s=np.full(some, NONE),
        decay=np.zeros(some),
        discount=np.zeros(some),
        moved=np.zeros(some, np.bool_),
        free_s=np.zeros(some, np.int64),
    )
    none = np.full(some, np.nan)
    return Values(first["item_id"].to_numpy(np.int64), terms, np.full(some, NONE), none, none)


NOTHING: Final = Values(
    np.empty(0, np.int64), terms_of([]), np.empty(0, np.int64), np.empty(0), np.empty(0)
)


@dataclass(frozen=True)
class Holders:
    """The things whose delay is counted. of: by delivery its holder, -1 for none.

    By holder: place (in the values), group (it is a parent), cancelled, begin (of its clock), end
    (`FOREVER` while it is open; it is not in process either where its begin is `FOREVER`).
    start, stop: by delivery when its waiting is that of its holder.
    """

    of: Ints
    place: Ints
    group: Flags
    cancelled: Flags
    begin: Ints
    end: Ints
    start: Ints
    stop: Ints

    def __len__(self) -> int:
        return len(self.place)


def holders_of(
    items: pd.DataFrame, values: Values, parents: pd.DataFrame, *, clock: DelayClock
) -> Holders:
    """The holders of these deliveries (columns of `item_fact`).

    parents: item_id, parent_id (NONE), of the items and of what stands above them.
    """
    ids = items["item_id"].to_numpy(np.int64)
    place, own = _nearest(ids, values, parents)
    key = np.where(own, len(values) + np.arange(len(ids)), place)
    held = place >= 0
    _, first, inverse = np.unique(key[held], return_index=True, return_inverse=True)
    of = np.full(len(ids), -1)
    of[held] = inverse
    rows = np.flatnonzero(held)[first]
    begin = begins(items, clock)
    done, gone = (items[name].to_numpy(np.int64) for name in ("done_ts", "cancelled_ts"))
    end = np.where(done != NONE, done, np.where(gone != NONE, gone, FOREVER))
    dropped = (done == NONE) & (gone != NONE)
    whole = _together(of, len(rows), begin, end, dropped)
    counted = held & ~own & (~dropped | np.append(whole.cancelled, False)[of])
    start, stop = np.zeros(len(ids), np.int64), np.full(len(ids), FOREVER)
    start[held & ~own], stop[held & ~own] = 0, 0
    path = _path(np.flatnonzero(counted), of, begin, end)
    start[path.index], stop[path.index] = path["start"], path["stop"]
    return Holders(
        of=of,
        place=place[rows],
        group=~own[rows],
        cancelled=whole.cancelled,
        begin=whole.begin,
        end=whole.end,
        start=start,
        stop=stop,
    )


def begins(items: pd.DataFrame, clock: DelayClock) -> Ints:
    """When the clock of each delivery begins, `FOREVER` where it has not: at its commitment, or for
    the clock of the idea when the first delivery of the item was one.
    """
    committed = items["committed_ts"].to_numpy(np.int64)
    if clock == "idea":
        first = items["episode"].to_numpy(np.int64) == 1
        committed = np.where(first, items["idea_ts"].to_numpy(np.int64), committed)
    found: Ints = np.where(committed == NONE, FOREVER, committed)
    return found


def _nearest(ids: Ints, values: Values, parents: pd.DataFrame) -> tuple[Ints, Flags]:
    """The place of the nearest value at or above each item, -1 for none, and whether it is its
    own.
    """
    place = values.places(ids)
    own: Flags = place >= 0
    above = parents.drop_duplicates("item_id").set_index("item_id")["parent_id"]
    known = pd.Index(above.index)
    at = ids
    for _ in range(LEVELS):
        open_ = np.flatnonzero((place < 0) & (at != NONE))
        if not len(open_) or not len(known):
            break
        found = known.get_indexer(pd.Index(at[open_]))
        up = np.where(found >= 0, above.to_numpy(np.int64)[found], NONE)
        at = at.copy()
        at[open_] = up
        place = place.copy()
        place[open_] = np.where(up == NONE, -1, values.places(up))
    return place, own


@dataclass(frozen=True)
class _Whole:
    cancelled: Flags
    begin: Ints
    end: Ints


def _together(of: Ints, many: int, begin: Ints, end: Ints, dropped: Flags) -> _Whole:
    """A holder begins with its first delivery and ends with its last; one that was cancelled counts
    only where all were.
    """
    held = of >= 0
    kept = np.zeros(many, np.int64)
    np.add.at(kept, of[held & ~dropped], 1)
    cancelled = kept == 0
    counted = held & (~dropped | np.append(cancelled, False)[of])
    first, last = np.full(many, FOREVER), np.zeros(many, np.int64)
    np.minimum.at(first, of[counted], begin[counted])
    np.maximum.at(last, of[counted], end[counted])
    return _Whole(cancelled, first, last)


def _path(rows: Ints, of: Ints, begin: Ints, end: Ints) -> pd.DataFrame:
    """When each of these children is on the critical path: start, stop by delivery.

    At an instant it is the child in process that ends last; of those that have not ended the one
    that began last. Taken from the last one back, each has what those after it leave of it.
    """
    rows = rows[begin[rows] < end[rows]]
    order = rows[np.lexsort((rows, -begin[rows], -end[rows], of[rows]))]
    frame = pd.DataFrame({"holder": of[order], "start": begin[order], "end": end[order]}, order)
    least = frame.groupby("holder")["start"].cummin()
    taken = least.groupby(frame["holder"]).shift(fill_value=FOREVER)
    return frame.assign(stop=np.minimum(frame["end"], taken)).query("start < stop")
