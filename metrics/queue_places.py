"""The one queue of several groups of items that share a team: who stands where, and who waits for
whom (K7).

What is begun is finished before anything new is begun; within each of the two the order of the
groups decides, then who came first. A group is done with the last of its items.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.holders import LEVELS
from metrics.mapping import Flags, Ints
from metrics.stretches import FOREVER

TO_COME = -1
"""Stands for an item that a group is still to gain."""


@dataclass(frozen=True)
class Standing:
    """item: by place what stands there, `TO_COME` for what is not there yet. begun: how many of the
    first places are in process. member: by place and group whether it is of the group.
    """

    item: Ints
    begun: int
    member: Flags

    def last(self) -> Ints:
        """By group the place, from 1, of its last item; 0 where it has none."""
        places = np.arange(1, len(self.item) + 1)
        found = np.zeros(self.member.shape[1], np.int64)
        row, group = np.nonzero(self.member)
        np.maximum.at(found, group, places[row])
        return found

    def before(self, group: int) -> Ints:
        """The places of others that are in process, or begun before the last of this group is."""
        last = int(self.last()[group])
        places = np.arange(max(last, self.begun) if last else 0)
        others: Ints = places[~self.member[places, group]]
        return others


def standing(
    item: Ints, group: Ints, *, begun: Flags, since: Ints, rank: Ints, to_come: Ints
) -> Standing:
    """The queue of these items.

    item, group: a row for each item that is open and each group that it is in. begun, since: of the
    item, whether it is in process and since when (else when it was created). rank, to_come: by
    group its place in the order, and how many items it is still to gain; these stand at its end.
    """
    rows = pd.DataFrame(
        {"item": item, "group": group, "later": ~begun, "rank": rank[group], "since": since}
    )
    extra = np.repeat(np.arange(len(rank)), to_come)
    coming = pd.DataFrame(
        {"item": TO_COME, "group": extra, "later": True, "rank": rank[extra], "since": FOREVER}
    )
    order = ["later", "rank", "since", "item", "group"]
    first = rows.sort_values(order).drop_duplicates("item")
    queue = pd.concat([first, coming]).sort_values(order, ignore_index=True)
    stands = queue["item"].to_numpy(np.int64)
    member = np.zeros((len(queue), len(rank)), np.bool_)
    member[np.arange(len(queue)), queue["group"].to_numpy(np.int64)] = True
    place = pd.Series(np.arange(len(queue)), index=stands)
    known = place[place.index != TO_COME].reindex(item).to_numpy(np.int64)
    member[known, group] = True
    return Standing(stands, int((~first["later"]).sum()), member)


def growing(remaining: Ints, growth: float) -> Ints:
    """How many items each group is still to gain: this share of what remains, rounded up."""
    found: Ints = np.ceil(np.round(remaining * growth, 9)).astype(np.int64)
    return found


def owners_of(item_id: Ints, parents: pd.DataFrame, owners: Ints) -> Ints:
    """The nearest of `owners` above each item, at most five levels up; `NONE` where there is none.

    parents: item_id, parent_id (NONE), of the items and of what stands above them.
    """
    above = parents.drop_duplicates("item_id").set_index("item_id")["parent_id"]
    found = np.full(len(item_id), NONE)
    at = item_id
    for _ in range(LEVELS):
        at = above.reindex(at, fill_value=NONE).to_numpy(np.int64)
        fresh = (found == NONE) & np.isin(at, owners)
        found[fresh] = at[fresh]
    return found
