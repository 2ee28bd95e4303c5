"""The queue of the groups of a stream at a moment: what is open, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from core.errors import BadRequestError
from core.frames import NONE
from metrics.mapping import Flags, Ints
from metrics.periods import DAY
from metrics.queue_places import Standing, growing, standing
from metrics.stats import MINIMUM_N, percentile
from metrics.stretches import FOREVER
from pipeline.grouped import Groups, Of
from pipeline.snapshot import StreamFacts

Order = Literal["begun", "due", "smallest"]
Dormant = Literal["left_out", "counted"]
ORDERS: Final = get_args(Order)
STATES: Final = ("done", "in_flight", "not_started", "cancelled")
MOST_FIRST: Final = 50
_YEAR: Final = 365 * DAY


def usual_order(of: Of) -> Order:
    """In which order groups are begun where nobody says another one: releases by their dates."""
    return "due" if of == "release" else "begun"


@dataclass(frozen=True)
class Backlog:
    """The groups at a moment. items: the latest delivery of each item of the stream with `state`
    and whether it is `dormant`, by `item_id`. standing: the queue of those that are open and not
    dormant; `rank` by group its place in the order. counts: by state, and `dormant`, how many items
    each group has. dormant_s: after how long unbegun an item is; None where that can't be told.
    """

    groups: Groups
    items: pd.DataFrame
    standing: Standing
    rank: Ints
    counts: dict[str, Ints]
    dormant_s: int | None

    @property
    def open(self) -> Flags:
        """Which groups have an item that is not done."""
        found: Flags = self.counts["in_flight"] + self.counts["not_started"] > 0
        return found


def items_at(stream: StreamFacts, at: int) -> pd.DataFrame:
    """The latest delivery of each item that was there at a moment, with its `state` then."""
    items = stream.items
    there = (items["created_ts"] <= at) & (
        (items["episode"] == 1) | items["committed_ts"].between(NONE + 1, at)
    )
    found = items[there].sort_values(["item_id", "episode"])
    found = found.drop_duplicates("item_id", keep="last").set_index("item_id", drop=False)
    over = {name: found[f"{name}_ts"].between(NONE + 1, at) for name in ("done", "cancelled")}
    begun = found["committed_ts"].between(NONE + 1, at)
    told = [over["done"], over["cancelled"], begun]
    return found.assign(
        state=np.select(told, ["done", "cancelled", "in_flight"], default="not_started")
    )


def backlog_at(
    stream: StreamFacts,
    groups: Groups,
    at: int,
    *,
    order: Order = "begun",
    first: Sequence[str] = (),
    growth: float = 0.0,
    dormant: Dormant = "left_out",
) -> Backlog:
    """The queue of what was open at a moment, in an order; `BadRequestError` for a key in `first`
    that is none of an open group.
    """
    items, limit = _with_dormant(items_at(stream, at), at)
    inside = pd.Index(items["item_id"]).get_indexer(pd.Index(groups.item))
    rows, place = inside[inside >= 0], groups.place[inside >= 0]
    state = items["state"].to_numpy(object)[rows]
    counts = {name: np.bincount(place[state == name], minlength=len(groups)) for name in STATES}
    asleep = items["dormant"].to_numpy(np.bool_)[rows]
    counts["dormant"] = np.bincount(place[asleep], minlength=len(groups))
    left = counts["in_flight"] + counts["not_started"]
    rank = _ranked(groups, items, rows, place, left, order)
    rank = _put_first(groups, rank, left, first)
    still = np.isin(state, ["in_flight", "not_started"])
    if dormant == "left_out":
        still &= ~asleep
    queue = _stood(items.iloc[rows[still]], place[still], rank, growth)
    return Backlog(groups, items, queue, rank, counts, limit)


def _stood(items: pd.DataFrame, place: Ints, rank: Ints, growth: float) -> Standing:
    """The queue of these items, a row for each and each group (`place`) that it is in."""
    begun = (items["state"] == "in_flight").to_numpy(np.bool_)
    committed, created = (items[name].to_numpy(np.int64) for name in ("committed_ts", "created_ts"))
    return standing(
        items["item_id"].to_numpy(np.int64),
        place,
        begun=begun,
        since=np.where(begun, committed, created),
        rank=rank,
        to_come=growing(np.bincount(place, minlength=len(rank)), growth),
    )


def _with_dormant(items: pd.DataFrame, at: int) -> tuple[pd.DataFrame, int | None]:
    """The items with whether they are `dormant`, and after how long one is."""
    limit = _dormant_after(items, at)
    old = items["created_ts"] < at - (limit or at)
    dormant = (items["state"] == "not_started") & old & (limit is not None)
    return items.assign(dormant=dormant), limit


def _dormant_after(items: pd.DataFrame, at: int) -> int | None:
    """How long 95 % of what was begun in the year before had lain unbegun, at most; None where too
    little was begun to say.
    """
    begun = items[items["committed_ts"].between(at - _YEAR, at)]
    lain = (begun["committed_ts"] - begun["created_ts"]).to_numpy(np.float64)
    return None if len(lain) < MINIMUM_N["p95"] else int(percentile(lain, 0.95) or 0)


def _ranked(
    groups: Groups, items: pd.DataFrame, rows: Ints, place: Ints, left: Ints, order: Order
) -> Ints:
    """By group its place in the order: begun first, the one begun earliest leads; then those of
    which nothing was begun, by the age of their first item.
    """
    keys = [np.unique(groups.table["key"], return_inverse=True)[1]]
    for name in ("created_ts", "committed_ts"):
        told = items[name].to_numpy(np.int64)[rows]
        earliest = np.full(len(groups), FOREVER)
        np.minimum.at(earliest, place, np.where(told == NONE, FOREVER, told))
        keys.append(earliest)
    if order == "due":
        due = groups.table["due_ts"].to_numpy(np.int64)
        keys.append(np.where(due == NONE, FOREVER, due))
    elif order == "smallest":
        keys.append(left)
    rank = np.empty(len(groups), np.int64)
    rank[np.lexsort(keys)] = np.arange(len(groups))
    return rank


def _put_first(groups: Groups, rank: Ints, left: Ints, first: Sequence[str]) -> Ints:
    """The named groups before all others, in the order in which they are named."""
    if not first:
        return rank
    if len(first) > MOST_FIRST:
        raise BadRequestError(f"first: at most {MOST_FIRST} keys")
    known = {str(key): at for at, key in enumerate(groups.table["key"]) if left[at]}
    for key in first:
        if key not in known:
            raise BadRequestError(
                f"first: {key[:40]} is no {groups.of} with open items in this stream"
            )
    named = list(dict.fromkeys(known[key] for key in first))
    others = [int(at) for at in np.argsort(rank) if at not in set(named)]
    found = np.empty(len(rank), np.int64)
    found[[*named, *others]] = np.arange(len(rank))
    return found
