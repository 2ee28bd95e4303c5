"""Cumulative flow (K4): how many items ever came as far as each stage, and how many are in it.

The two are two charts. Where work goes back, no single one can only rise and show the present
stage at once: the lines of the first count each item at its first crossing, the second tells where
items are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.mapping import Codes, Flags, Ints, ranges

NEVER: Final = np.iinfo(np.int64).max
_BY_STATE = (("New", ("new",)), ("In progress", ("active", "waiting", "unknown")))
_LOAD = ("waiting", "active", "unknown", "ignored")
_ENDED = ("done", "cancelled")
_BY_STAGE = -2
"""Of a state that tells nothing itself of a boundary."""

_CHUNK = 8_192
"""Items handled at once: their arrays stay in the processor's cache."""


@dataclass(frozen=True)
class Boundary:
    """An entry that items cross: that of a stage, or of the last one, of all that is done.

    stages: the stages that lie behind it, before the next one. states: for a stream without stages,
    the states instead.
    """

    name: str
    state: str
    stages: tuple[int, ...]
    states: tuple[str, ...] = ()


@dataclass(frozen=True)
class Crossings:
    """When each item first crossed each boundary; an item that none knows crossed none.

    moments: items by boundaries, epoch seconds, never falling along a row; a boundary that was not
    crossed has `NEVER`. cancelled: whether its first end was a cancellation; such an item crossed
    the remaining boundaries then. seen: when its first row began.
    """

    item: Ints
    moments: Ints
    cancelled: Flags
    seen: Ints

    def there(self, close: int) -> Flags:
        """Which items had crossed the first boundary by then: those that the chart shows."""
        found: Flags = self.moments[:, 0] <= close
        return found

    def unknown(self, close: int) -> Flags:
        """Which existed by then and had crossed none: no boundary knows where they are."""
        found: Flags = (self.seen <= close) & (self.moments[:, 0] > close)
        return found

    def furthest(self, close: int) -> Ints:
        """The last boundary that each item had crossed by then, by position; -1 for none."""
        count: Ints = (self.moments <= close).sum(axis=1)
        return count - 1


def boundaries(stages: pd.DataFrame) -> list[Boundary]:
    """The boundaries of a stream in their order: each stage that is new, waiting or active, then
    one for all that is done.

    stages: stage_id, ordinal, name, state. Stages for what is cancelled or ignored are no step
    forward and have none. Without stages: new, in progress, done.
    """
    rows = stages.sort_values("ordinal").to_dict("records")
    if not rows:
        return [*(Boundary(name, one[0], (), one) for name, one in _BY_STATE), _done("Done")]
    found = [
        Boundary(str(row["name"]), str(row["state"]), (int(row["stage_id"]),))
        for row in rows
        if row["state"] in ("new", "waiting", "active")
    ]
    names = [str(row["name"]) for row in rows if row["state"] == "done"]
    return [*found, _done(names[0] if names else "Done")]


def _done(name: str) -> Boundary:
    return Boundary(name, "done", (), ("done",))


def crossings(visits: pd.DataFrame, steps: Sequence[Boundary]) -> Crossings:
    """The first crossing of each boundary by each item of `visits`.

    visits: item_id, ordinal, stage_id, state, start_ts, ordered by item and ordinal. A boundary
    that was skipped is crossed with the next one that is entered. Done and cancelled are told by
    the state, whatever the stage.
    """
    item_id, start = (visits[name].to_numpy(np.int64) for name in ("item_id", "start_ts"))
    states: pd.Categorical[str] = pd.Categorical(visits["state"])
    heads = np.flatnonzero(_first_of_each(item_id))
    ranks, stage_id = _Ranks(states, steps), visits["stage_id"].to_numpy(np.int64)
    at = np.full((len(heads), len(steps)), NEVER, np.int64)
    cancelled = np.zeros(len(heads), np.bool_)
    for low in range(0, len(heads), _CHUNK):
        own = heads[low : low + _CHUNK]
        rows = slice(own[0], heads[low + _CHUNK] if low + _CHUNK < len(heads) else len(start))
        code = states.codes[rows]
        run = _Run(own - own[0], start[rows], ranks.of(stage_id[rows], code))
        _cross(at[low : low + _CHUNK], run)
        slot, ts = run.dropped(ranks.ended[code], ranks.cancelled[code])
        cancelled[low + slot] = True
        at[low + slot] = np.minimum(at[low + slot], ts[:, None])
    return Crossings(item_id[heads], at, cancelled, start[heads])


class _Ranks:
    """Which boundary a row has crossed, by its stage and the code of its state."""

    def __init__(self, states: pd.Categorical[str], steps: Sequence[Boundary]) -> None:
        stages = max((max(step.stages, default=0) for step in steps), default=0)
        self.by_stage = np.full(stages + 3, -1)
        told = dict.fromkeys(_ENDED, -1)
        for position, step in enumerate(steps):
            self.by_stage[[own + 1 for own in step.stages]] = position
            told |= dict.fromkeys(step.states, position)
        words = [str(word) for word in states.categories]
        self.by_state = np.array([*(told.get(word, _BY_STAGE) for word in words), _BY_STAGE])
        self.ended = np.array([*(word in _ENDED for word in words), False])
        self.cancelled = np.array([*(word == "cancelled" for word in words), False])

    def of(self, stage_id: Ints, code: Codes) -> Ints:
        """The position of the boundary of each row; -1 where it tells of none."""
        found = self.by_state[code]
        by_stage = np.take(self.by_stage, stage_id + 1, mode="clip")
        return np.where(found == _BY_STAGE, by_stage, found)


@dataclass(frozen=True, slots=True)
class _Run:
    """Rows of some items, in order: where each item begins, when each row does, and its rank."""

    heads: Ints
    start: Ints
    rank: Ints

    @property
    def slot(self) -> Ints:
        """The item of each row, by position."""
        lengths = np.diff(np.append(self.heads, len(self.start)))
        return np.repeat(np.arange(len(self.heads)), lengths)

    def dropped(self, ended: Flags, cancelled: Flags) -> tuple[Ints, Ints]:
        """The items whose first end was a cancellation, by position, and when that was."""
        ends = np.flatnonzero(ended)
        slot = np.searchsorted(self.heads, ends, side="right") - 1
        first = _first_of_each(slot)
        ends, slot = ends[first], slot[first]
        gone = cancelled[ends]
        return slot[gone], self.start[ends[gone]]


def _cross(moments: Ints, run: _Run) -> None:
    """Set when each item crossed each boundary, in one pass whatever their number.

    A row that goes beyond all rows of its item before crosses each boundary in between. Item and
    boundaries crossed make one number, so that one running maximum serves all items.
    """
    steps = moments.shape[1]
    slot = run.slot
    reach = slot * (steps + 1) + run.rank
    np.maximum.accumulate(reach, out=reach)
    crossed_here = np.empty_like(reach)
    np.subtract(reach[1:], reach[:-1], out=crossed_here[1:])
    crossed_here[run.heads] = run.rank[run.heads] + 1
    further = np.flatnonzero(crossed_here)
    count = crossed_here[further]
    places = ranges(reach[further] - slot[further] - count + 1, count)
    moments.reshape(-1)[places] = np.repeat(run.start[further], count)


def _first_of_each(ordered: Ints) -> Flags:
    """Where a value differs from the one before it."""
    return np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]


def crossed(found: Crossings, closes: Ints) -> tuple[Ints, Ints]:
    """The lines: items beyond each boundary at each instant, and those of them cancelled.

    closes: instants, epoch seconds; what happens at one counts. Returns instants by boundaries, and
    one count for each instant.
    """
    lines = np.zeros((len(closes), found.moments.shape[1]), np.int64)
    for position, column in enumerate(found.moments.T):
        lines[:, position] = np.searchsorted(np.sort(column), closes, side="right")
    ends = np.sort(found.moments[found.cancelled, -1])
    gone: Ints = np.searchsorted(ends, closes, side="right")
    return lines, gone


def occupancy(
    items: pd.DataFrame, visits: pd.DataFrame, stages: Sequence[int], closes: Ints
) -> Ints:
    """Items in load by the stage they are in at each instant: instants by stages, and one column
    more for all other stages, or none.

    items: item_id, episode, committed_ts of `item_fact`; visits: rows of these. Each row adds up to
    the load at its instant.
    """
    times = items[["item_id", "episode", "committed_ts"]]
    rows = visits[visits["state"].isin(_LOAD)].merge(times, on=["item_id", "episode"])
    committed = rows["committed_ts"].to_numpy(np.int64)
    rows, committed = rows[committed != NONE], committed[committed != NONE]
    begin = np.maximum(rows["start_ts"].to_numpy(np.int64), committed)
    end = rows["end_ts"].to_numpy(np.int64)
    end = np.where(end == NONE, NEVER, end)
    place = pd.Index(list(stages)).get_indexer(pd.Index(rows["stage_id"]))
    result = np.zeros((len(closes), len(stages) + 1), np.int64)
    for column in range(-1, len(stages)):
        mine = (place == column) & (begin < end)
        entered = np.searchsorted(np.sort(begin[mine]), closes, side="right")
        left = np.searchsorted(np.sort(end[mine]), closes, side="right")
        result[:, column] = entered - left
    return result
