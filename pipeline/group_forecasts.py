"""When each parent or release of a stream is done (K7), all in one queue: they share the people, so
what one waits for is done before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from core.errors import BadRequestError
from core.frames import NONE
from metrics.mapping import Ints
from metrics.shared_queue import Line, all_in_time, arrivals
from metrics.stats import PERCENTILES, Floats
from metrics.stretches import FOREVER
from pipeline.forecast_answers import Pool, days_until, pool_of, today
from pipeline.grouped import Groups, Of, groups_of
from pipeline.question import Question
from pipeline.queue_groups import Backlog, Dormant, Order, backlog_at, usual_order
from pipeline.snapshot import Snapshot, StreamFacts

Answer = dict[str, Any]
Beside = Literal["goes_on", "waits"]
AT_RISK: Final = 0.85
"""A date is at risk where it is met less surely than this."""
MOST_GROWTH: Final = 3.0
MOST_ITEMS: Final = 3_000
"""A longer queue is not forecast."""


@dataclass(frozen=True)
class Plan:
    """In which order the groups are worked off: `first` before the others, which follow `order`
    (None: the usual one, see `ordered`).

    growth: by which share of what remains each is still to grow. beside: whether work that belongs
    to no group goes on at its past rate, or waits until all groups are done. dormant: whether items
    that lie unbegun for longer than nearly all that was ever begun are left out of the queue. of:
    what the groups are.
    """

    order: Order | None = None
    first: Sequence[str] = ()
    growth: float = 0.0
    beside: Beside = "goes_on"
    dormant: Dormant = "left_out"
    of: Of = "parent"

    @property
    def ordered(self) -> Order:
        """The order that counts."""
        return self.order or usual_order(self.of)


@dataclass(frozen=True)
class Queued:
    """The backlog with its forecast. pool: the completions it draws from. days: by percentile when
    each group is done, the last the whole queue, see `Arrivals`; None where that is not known:
    `missing` says why, "" where nothing is open.

    By group: chance, how likely its date is met, NaN where it has none; begun, when its first item
    was (`FOREVER`: not yet); added, how many of its items were written down after that, None of
    releases: nobody knows since when an item is planned for one. together:
    how likely all dates are met; None without.
    """

    groups: Groups
    backlog: Backlog
    pool: Pool
    days: Mapping[str, Ints] | None
    missing: str
    chance: Floats
    begun: Ints
    added: Ints | None
    together: float | None

    @property
    def items(self) -> int:
        """How many items the queue has, with those that are still to come."""
        return len(self.backlog.standing.item)

    def until(self, group: int) -> dict[str, int | None]:
        """By percentile the days until a group is done, -1 for the whole queue."""
        if self.days is None:
            return dict.fromkeys(PERCENTILES)
        days = {name: int(told[group]) for name, told in self.days.items()}
        return {name: None if one < 0 else one for name, one in days.items()}


def queued(snapshot: Snapshot, stream: StreamFacts, asked: Question, plan: Plan) -> Queued:
    """The queue of now; `BadRequestError` for a plan that can't be."""
    if not 0 <= plan.growth <= MOST_GROWTH:
        raise BadRequestError(f"growth: 0 to {MOST_GROWTH:g}, as a share of what remains")
    groups = groups_of(stream, plan.of, asked.tz).to_come()
    backlog = backlog_at(
        stream,
        groups,
        asked.as_of,
        order=plan.ordered,
        first=plan.first,
        growth=plan.growth,
        dormant=plan.dormant,
    )
    pool = pool_of(snapshot, stream, asked, items=counted_items(stream, groups, plan.beside))
    many = len(backlog.standing.item)
    missing = pool.missing
    if not missing and many > MOST_ITEMS:
        missing = f"the queue has {many} items; at most {MOST_ITEMS} are forecast"
    chance, days, together = np.full(len(groups), np.nan), None, None
    if many and not missing:
        line, within = line_of(backlog), _within(groups, backlog, asked)
        found = arrivals(pool.drawn, line, within=within)
        days, chance = found.days, np.where(within != 0, found.met, np.nan)
        together = all_in_time(pool.drawn, line, within=within)
    begun, added = _grown(groups, backlog)
    grew = None if plan.of == "release" else added
    return Queued(groups, backlog, pool, days, missing, chance, begun, grew, together)


def line_of(backlog: Backlog) -> Line:
    """The queue as it is forecast."""
    return Line(backlog.standing.begun, backlog.standing.member)


def counted_items(stream: StreamFacts, groups: Groups, beside: Beside) -> pd.DataFrame:
    """The deliveries whose completions work off the queue: of the groups alone, those too that are
    over, where other work goes on beside them, all where that waits.
    """
    if beside == "waits":
        return stream.items
    return stream.items[stream.items["item_id"].isin(groups.counted)]


def _within(groups: Groups, backlog: Backlog, asked: Question) -> Ints:
    """By group the days to its date, below 0 where it is over; 0 where it has none, or nothing in
    the queue.
    """
    found = np.zeros(len(groups), np.int64)
    for at in np.flatnonzero(backlog.standing.member.any(axis=0)).tolist():
        if due := groups.due(at, asked.tz):
            found[at] = max(days_until(today(asked), due.day, asked), 0) or -1
    return found


def _grown(groups: Groups, backlog: Backlog) -> tuple[Ints, Ints]:
    """By group when its first item was begun, and how many of its items, cancelled ones left out,
    were written down after that.
    """
    rows = pd.Index(backlog.items["item_id"]).get_indexer(pd.Index(groups.item))
    place, items = groups.place[rows >= 0], backlog.items.iloc[rows[rows >= 0]]
    committed, created = (
        items[f"{name}_ts"].to_numpy(np.int64) for name in ("committed", "created")
    )
    begun = np.full(len(groups), FOREVER)
    np.minimum.at(begun, place, np.where(committed == NONE, FOREVER, committed))
    late = (created > begun[place]) & (items["state"] != "cancelled").to_numpy()
    return begun, np.bincount(place[late], minlength=len(groups))
