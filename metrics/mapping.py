"""The status mapping of one stream, compiled into lookup tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.frames import NONE
from metrics.states import ACTIVE, DONE, NEW, STATES, UNKNOWN

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]

_CATEGORY = {"new": NEW, "active": ACTIVE, "done": DONE}
_SPAN = 1 << 40


@dataclass(frozen=True)
class StatusTable:
    """Where a status belongs: a slot indexes `stage`, `code` and `blocked`; 0 is unmapped.

    `slot_of` is indexed by status id + 1 (surrogate ids are small); a status whose mapping has a
    date holds -(rank + 1) there and is looked up by time in `dated_key` (rank * 2**40 + since).
    """

    slot_of: npt.NDArray[np.int32]
    stage: Ints
    code: Codes
    blocked: Flags
    dated_key: Ints
    dated_slot: npt.NDArray[np.int32]

    def slots(self, status: Ints) -> npt.NDArray[np.int32]:
        """The slot of each status; negative where it depends on the time."""
        return np.take(self.slot_of, status + 1, mode="clip")

    def slots_at(self, status: Ints, ts: Ints) -> npt.NDArray[np.int32]:
        """The slot of each status by the mapping that is valid at `ts`."""
        slots = self.slots(status)
        dated = np.flatnonzero(slots < 0)
        if len(dated):
            slots[dated] = self._slot_at(slots[dated], ts[dated])
        return slots

    def _slot_at(self, marks: npt.NDArray[np.int32], ts: Ints) -> npt.NDArray[np.int32]:
        place = self._position(marks, ts)
        rank = -marks.astype(np.int64) - 1
        found = (place >= 0) & (self.dated_key[place] // _SPAN == rank)
        return np.where(found, self.dated_slot[place], 0)

    def _position(self, marks: npt.NDArray[np.int32], ts: Ints) -> Ints:
        keys = (-marks.astype(np.int64) - 1) * _SPAN + np.clip(ts, 0, _SPAN - 1)
        return np.searchsorted(self.dated_key, keys, side="right") - 1

    def changes(self, status: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints]:
        """(row, ts) of every mapping change strictly inside [start, end); NONE is open."""
        marks = self.slots(status)
        dated = np.flatnonzero(marks < 0)
        if not len(dated):
            return dated, dated
        until = np.where(end[dated] == NONE, _SPAN - 1, end[dated] - 1)
        low = self._position(marks[dated], start[dated])
        counts = np.maximum(self._position(marks[dated], until) - low, 0)
        rows = np.repeat(dated, counts)
        return rows, self.dated_key[ranges(low + 1, counts)] % _SPAN


def ranges(starts: Ints, counts: Ints) -> Ints:
    """`starts[i], starts[i] + 1, ..` for `counts[i]` numbers each, one after the other."""
    before = np.cumsum(counts) - counts
    return np.repeat(starts - before, counts) + np.arange(counts.sum())


def state_of_category(word: str) -> str | None:
    """What a tracker's category means where there are no stages; None: nothing."""
    code = _CATEGORY.get(word)
    return None if code is None else STATES[code]


def status_table(
    mapping: pd.DataFrame,
    stages: pd.DataFrame,
    statuses: pd.DataFrame,
    *,
    blocked_statuses: frozenset[int],
) -> StatusTable:
    """Compile the mapping; without stages the vendor's own category of each status decides.

    mapping: status_id, stage_id, since_ts (0 or less: always); a status that is not in it counts as
    unknown, and so does one before its first `since_ts`. stages: stage_id, state. statuses:
    status_id, category (read only where there are no stages).
    """
    if stages.empty:
        codes = [_CATEGORY.get(str(word), UNKNOWN) for word in statuses["category"]]
        stage = np.full(len(codes), NONE)
        return _table(_ints(statuses["status_id"]), stage, codes, blocked_statuses=blocked_statuses)
    ordered = mapping.sort_values(["status_id", "since_ts"])
    states = dict(zip(stages["stage_id"], stages["state"], strict=True))
    codes = [STATES.index(str(states[stage])) for stage in ordered["stage_id"]]
    return _table(
        _ints(ordered["status_id"]),
        _ints(ordered["stage_id"]),
        codes,
        since=np.clip(_ints(ordered["since_ts"]), 0, _SPAN - 1),
        blocked_statuses=blocked_statuses,
    )


def _ints(values: pd.Series) -> Ints:
    return values.to_numpy(np.int64)


def _table(
    status: Ints,
    stage: Ints,
    codes: list[int],
    *,
    blocked_statuses: frozenset[int],
    since: Ints | None = None,
) -> StatusTable:
    since = np.zeros(len(status), np.int64) if since is None else since
    slot = np.arange(1, len(status) + 1, dtype=np.int32)
    lookup = np.zeros((int(status.max()) if len(status) else 0) + 3, np.int32)
    lookup[status + 1] = slot
    ids, counts = np.unique(status, return_counts=True)
    dated = ids[(counts > 1) | np.isin(ids, status[since > 0])]
    lookup[dated + 1] = -np.arange(1, len(dated) + 1)
    chosen = np.isin(status, dated)
    keys = np.searchsorted(dated, status[chosen]) * _SPAN + since[chosen]
    return StatusTable(
        slot_of=lookup,
        stage=np.concatenate([[NONE], stage]).astype(np.int64),
        code=np.array([UNKNOWN, *codes], np.int8),
        blocked=np.concatenate([[False], np.isin(status, list(blocked_statuses))]).astype(np.bool_),
        dated_key=keys.astype(np.int64),
        dated_slot=slot[chosen],
    )
