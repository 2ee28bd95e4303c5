"""Facts of the items of one stream: one row per delivery, and every visit to a stage (2.0).

Nothing here depends on now: an open delivery is summed up to the start of its last row, and that
row has no end. So the facts of an item change only when the item, its links or the mapping change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.frames import NONE
from core.records import LEFT
from metrics import blocks as blocked_times
from metrics.episodes import episodes, in_process
from metrics.fact_frames import deliveries, item_frame, joined
from metrics.intervals import ItemArrays, Moves, Rows, cut, status_rows
from metrics.mapping import Codes, Flags, Ints, StatusTable, status_table
from metrics.move_order import COLUMNS, in_order
from metrics.raw_facts import RawFacts
from metrics.states import (
    ACTIVE,
    BLOCKED,
    CODES,
    IGNORED,
    NEW,
    PARKED,
    RETURNED,
    WAITING,
)
from metrics.visit_columns import VisitColumns

_CHUNK = 8_192
"""Items handled at once: the arrays of a chunk stay in the processor's cache."""


@dataclass(frozen=True)
class Rules:
    """What the configuration of a stream says about its items.

    `kinds` maps a vendor's type to feature, defect, risk or debt; others become "".
    `blocked_statuses` are status ids. `count_ignored` False takes IGNORED time out of the numbers.
    """

    reopen_window_s: int = 14 * 86_400
    count_ignored: bool = True
    blocked_statuses: frozenset[int] = frozenset()
    kinds: Mapping[str, str] = field(default_factory=dict)
    expects_code: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FactInputs:
    """The frames of one stream; missing integers are NONE, extra columns are not read.

    items: item_id, type, status_id, created_ts, updated_ts, resolved_ts, value_cents,
        changelog_complete, gone; an item that is deleted or moved away has no facts.
    transitions: item_id, ts, seq, from_id, to_id; status changes in any order, fastest in this one.
    blocks: item_id, start_ts, end_ts. mapping, stages, statuses: see `status_table`.
    ideas: item_id, idea_ts; an item that is not there has its creation.
    releases: item_id, first_released_ts, released_ts, release_reason, has_code; an item that is not
        there is not released, reason "no_commits".
    """

    items: pd.DataFrame
    transitions: pd.DataFrame
    blocks: pd.DataFrame
    mapping: pd.DataFrame
    stages: pd.DataFrame
    statuses: pd.DataFrame
    ideas: pd.DataFrame
    releases: pd.DataFrame


@dataclass(frozen=True)
class Facts:
    """Columns of the tables `item_fact` and `stage_visit` without `stream_id`.

    Episodes and ordinals count from 1. Text is categorical. A row of `visits` is a stretch of one
    status, cut where a block begins or ends and where the mapping changes: touching rows of one
    item with the same status and stage are one visit. Its `state` is what the time counts as,
    `reason` why (blocked, returned, ignored); the end of a row that lasts is NONE.
    """

    items: pd.DataFrame
    visits: pd.DataFrame


def item_facts(inputs: FactInputs, rules: Rules) -> Facts:
    """Facts and visits of every item of the stream, ordered by item, then episode or time."""
    table = status_table(
        inputs.mapping,
        inputs.stages,
        inputs.statuses,
        blocked_statuses=rules.blocked_statuses,
    )
    items = _there(inputs.items)
    ids = _ints(items, "item_id")
    transitions, first, last = _ordered(ids, inputs.transitions)
    arrays = _item_arrays(items, first, last)
    blocks = _positions(ids, inputs.blocks)
    visits = VisitColumns(len(ids) + len(transitions["ts"]) + 2 * len(blocks.item))
    runs = []
    for low in range(0, len(ids), _CHUNK):
        part = slice(low, low + _CHUNK)
        raw = _chunk(arrays, part, transitions, blocks, table=table, rules=rules)
        visits.add(raw, table)
        runs.append(deliveries(raw, before=low))
    return Facts(
        items=item_frame(
            joined(runs),
            items,
            table=table,
            ideas=inputs.ideas,
            releases=inputs.releases,
            rules=rules,
        ),
        visits=visits.frame(),
    )


def _there(items: pd.DataFrame) -> pd.DataFrame:
    """Those that are not gone for good, by id; most often all of them, in this order."""
    left = items["gone"].isin(LEFT).to_numpy(np.bool_)
    items = items[~left] if left.any() else items
    ids = _ints(items, "item_id")
    return items.sort_values("item_id") if (ids[1:] < ids[:-1]).any() else items


def _ints(frame: pd.DataFrame, column: str) -> Ints:
    return frame[column].to_numpy(np.int64)


def _ordered(ids: Ints, frame: pd.DataFrame) -> tuple[dict[str, Ints], Ints, Ints]:
    """The transitions of `ids` ordered by (item, ts, seq), and where each item begins and ends."""
    columns = in_order(*(_ints(frame, name) for name in (*COLUMNS, "seq")))
    first, last = _bounds(columns["item_id"], ids)
    if (last - first).sum() != len(columns["item_id"]):
        kept = np.isin(columns["item_id"], ids)
        columns = {name: values[kept] for name, values in columns.items()}
        first, last = _bounds(columns["item_id"], ids)
    return columns, first, last


def _bounds(item: Ints, ids: Ints) -> tuple[Ints, Ints]:
    """Where the run of each id begins and ends in `item`, both ordered."""
    heads = np.flatnonzero(np.append(True, item[1:] != item[:-1])[: len(item)])
    known, bounds = np.append(item[heads], NONE), np.append(heads, len(item))
    place = np.searchsorted(known[:-1], ids)
    return bounds[place], bounds[place + (known[place] == ids)]


def _item_arrays(items: pd.DataFrame, first: Ints, last: Ints) -> ItemArrays:
    return ItemArrays(
        item=_ints(items, "item_id"),
        status=_ints(items, "status_id"),
        created=_ints(items, "created_ts"),
        updated=_ints(items, "updated_ts"),
        resolved=_ints(items, "resolved_ts"),
        complete=items["changelog_complete"].to_numpy(np.bool_),
        first=first,
        last=last,
    )


def _positions(ids: Ints, frame: pd.DataFrame) -> blocked_times.Blocks:
    """The joined blocks of the items that are there; `item` is the position in `ids`."""
    item = _ints(frame, "item_id")
    place = np.minimum(np.searchsorted(ids, item), max(len(ids) - 1, 0))
    known = ids[place] == item if len(ids) else np.zeros(len(item), np.bool_)
    start, end = _ints(frame, "start_ts")[known], _ints(frame, "end_ts")[known]
    return blocked_times.union(place[known], start, end)


def _chunk(
    arrays: ItemArrays,
    part: slice,
    transitions: dict[str, Ints],
    blocks: blocked_times.Blocks,
    *,
    table: StatusTable,
    rules: Rules,
) -> RawFacts:
    items = ItemArrays(**{name: values[part] for name, values in vars(arrays).items()})
    span = slice(int(items.first[0]), int(items.last[-1]))
    moves = Moves(*(transitions[name][span] for name in ("ts", "from_id", "to_id")))
    near = slice(*np.searchsorted(blocks.item, [part.start, part.start + len(items.item)]))
    local = blocked_times.Blocks(
        blocks.item[near] - part.start, blocks.start[near], blocks.end[near]
    )
    return _facts(items, status_rows(items, moves, table), local, table=table, rules=rules)


def _facts(
    items: ItemArrays,
    rows: Rows,
    blocks: blocked_times.Blocks,
    *,
    table: StatusTable,
    rules: Rules,
) -> RawFacts:
    code = table.code[rows.slot]
    found = episodes(rows, code, reopen_window_s=rules.reopen_window_s)
    running = in_process(found, len(code))
    counted = np.where(running, _inside(table, rules)[rows.slot], code)
    episode_rows = found.last_row - found.first_row + 1
    if len(blocks.item):
        wanted = running & _waits_or_works(counted)
        row, ts = blocked_times.cuts(rows, blocks, wanted)
        parts = cut(rows, row, ts)
        rows, running, counted = parts.rows, running[parts.source], counted[parts.source]
        np.add.at(episode_rows, np.searchsorted(found.first_row, row, side="right") - 1, 1)
        covered = blocked_times.covered(rows, blocks)
        counted[covered[running[covered] & _waits_or_works(counted[covered])]] = BLOCKED
    return RawFacts(
        found=found,
        rows=rows,
        counted=counted,
        item_id=items.item,
        episode_rows=episode_rows,
        seconds=_seconds(rows, episode_rows, counted, running=running),
    )


def _inside(table: StatusTable, rules: Rules) -> Codes:
    """What a slot counts as inside a running delivery; outside it is its own code."""
    inside = table.code.copy()
    inside[table.code == NEW] = RETURNED
    if rules.count_ignored:
        inside[table.code == IGNORED] = PARKED
    inside[table.blocked & _waits_or_works(inside)] = BLOCKED
    return inside


def _waits_or_works(code: Codes) -> Flags:
    found: Flags = (code == ACTIVE) | (code == WAITING) | (code == RETURNED) | (code == PARKED)
    return found


def _seconds(rows: Rows, episode_rows: Ints, counted: Codes, *, running: Flags) -> Ints:
    """Seconds by code and episode, of the rows in process that have ended; exact below 2**53."""
    count = len(episode_rows)
    key = np.repeat(np.arange(count), episode_rows) + counted.astype(np.int64) * count
    lasted = np.where(running & (rows.end != NONE), rows.end - rows.start, 0)
    sums = np.bincount(key, weights=lasted, minlength=count * CODES)
    return sums.astype(np.int64).reshape(CODES, count)
