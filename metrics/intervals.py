"""Status changes as intervals: the rows of history that everything else is measured on.

Works on a run of items whose transitions lie one after the other, ordered by (item, ts, seq).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.frames import NONE
from metrics.mapping import Flags, Ints, StatusTable, ranges
from metrics.states import CANCELLED, DONE, NEW


@dataclass(frozen=True)
class ItemArrays:
    """Columns of the items, ordered by id; `first` and `last` cut the transitions of each."""

    item: Ints
    status: Ints
    created: Ints
    updated: Ints
    resolved: Ints
    complete: Flags
    first: Ints
    last: Ints


@dataclass(frozen=True)
class Moves:
    """Columns of the transitions, ordered by (item, ts, seq)."""

    ts: Ints
    from_id: Ints
    to_id: Ints


@dataclass(frozen=True)
class Rows:
    """Half-open intervals `[start, end)`, item after item; the last of an item has the end NONE.

    `offset` is the first row of each item; `code` the state without looking at commitment.
    """

    offset: Ints
    start: Ints
    end: Ints
    status: Ints
    slot: np.ndarray[tuple[int], np.dtype[np.int32]]
    violations: Ints
    censored: Flags


def status_rows(items: ItemArrays, moves: Moves, table: StatusTable) -> Rows:
    """The status intervals of each item from its creation on, cut where the mapping changes.

    A change dated before the creation counts as a clock violation and is clamped to it. Where the
    history is incomplete and the first known state is not new, the first interval starts at the
    last moment at which that state is known to have held (`censored`).
    """
    count = items.last - items.first
    offset = items.first - (items.first[0] if len(items.first) else 0) + np.arange(len(count))
    body = np.ones(len(moves.ts) + len(count), np.bool_)
    body[offset] = False
    start = np.empty(len(body), np.int64)
    status = np.empty(len(body), np.int64)
    start[body], status[body] = moves.ts, moves.to_id
    moved = np.flatnonzero(count > 0)
    opening = items.status.copy()
    opening[moved] = moves.from_id[offset[moved] - moved]
    start[offset], status[offset] = items.created, opening
    violations = _clamp(start, offset, count, items.created)
    censored = _censor(start, offset, items=items, opening=opening, table=table)
    end = np.empty_like(start)
    end[:-1] = start[1:]
    end[offset + count] = NONE
    rows = Rows(offset, start, end, status, table.slots(status), violations, censored)
    return _cut_where_mapping_changes(rows, table)


def _clamp(start: Ints, offset: Ints, count: Ints, created: Ints) -> Ints:
    """Lift changes dated before the creation up to it, in place; how many there were, by item."""
    violations = np.zeros(len(offset), np.int64)
    moved = np.flatnonzero(count > 0)
    early = moved[start[offset[moved] + 1] < created[moved]]
    if len(early):
        rows = ranges(offset[early] + 1, count[early])
        floor = np.repeat(created[early], count[early])
        owner = np.repeat(early, count[early])
        np.add.at(violations, owner[start[rows] < floor], 1)
        start[rows] = np.maximum(start[rows], floor)
    return violations


def _censor(
    start: Ints, offset: Ints, *, items: ItemArrays, opening: Ints, table: StatusTable
) -> Flags:
    censored = np.zeros(len(offset), np.bool_)
    partial = np.flatnonzero(~items.complete)
    if not len(partial):
        return censored
    created = items.created[partial]
    code = table.code[table.slots_at(opening[partial], created)]
    has_moves = items.last[partial] > items.first[partial]
    following = np.minimum(offset[partial] + 1, len(start) - 1)
    known = np.where(has_moves, start[following], np.maximum(items.updated[partial], created))
    resolved = items.resolved[partial]
    ended = ((code == DONE) | (code == CANCELLED)) & (resolved != NONE)
    known = np.where(ended, np.minimum(known, np.maximum(resolved, created)), known)
    hit = code != NEW
    censored[partial[hit]] = True
    start[offset[partial[hit]]] = known[hit]
    return censored


def _cut_where_mapping_changes(rows: Rows, table: StatusTable) -> Rows:
    if not (rows.slot < 0).any():
        return rows
    cut_rows = cut(rows, *table.changes(rows.status, rows.start, rows.end)).rows
    return replace(cut_rows, slot=table.slots_at(cut_rows.status, cut_rows.start))


@dataclass(frozen=True)
class Cut:
    """The rows after a cut, and of which row each is a part."""

    rows: Rows
    source: Ints


def cut(rows: Rows, row: Ints, ts: Ints) -> Cut:
    """Cut `row` at `ts` (strictly inside it); both ordered, a row may be cut several times."""
    source = np.repeat(np.arange(len(rows.start)), np.bincount(row, minlength=len(rows.start)) + 1)
    later = row + np.arange(1, len(row) + 1)
    start, end = rows.start[source], rows.end[source]
    start[later], end[later - 1] = ts, ts
    return Cut(
        replace(
            rows,
            offset=rows.offset + np.searchsorted(row, rows.offset, side="left"),
            start=start,
            end=end,
            status=rows.status[source],
            slot=rows.slot[source],
        ),
        source,
    )
