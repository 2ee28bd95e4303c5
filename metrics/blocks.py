"""Blocked times of items: joined, then laid over the rows of history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.frames import NONE
from metrics.intervals import Rows
from metrics.mapping import Flags, Ints, ranges

_SPAN = 1 << 40
_FOREVER = _SPAN - 1


@dataclass(frozen=True)
class Blocks:
    """Disjoint blocked times, ordered by item and start; an open one ends at 2**40 - 1."""

    item: Ints
    start: Ints
    end: Ints


def union(item: Ints, start: Ints, end: Ints) -> Blocks:
    """Join overlapping and touching blocks of one item; empty and reversed ones are left out."""
    start, end = np.maximum(start, 0), np.where(end == NONE, _FOREVER, end)
    kept = np.flatnonzero(end > start)
    order = kept[np.lexsort((start[kept], item[kept]))]
    item, start, end = item[order], start[order], end[order]
    rank = _ranks(item)
    reach = np.maximum.accumulate(rank * _SPAN + end)
    fresh = np.ones(len(item), np.bool_)
    fresh[1:] = (rank * _SPAN + start)[1:] > reach[:-1]
    heads = np.flatnonzero(fresh)
    tails = np.append(heads[1:], len(item)) - 1
    last = reach[tails] - rank[tails] * _SPAN if len(heads) else end
    return Blocks(item[heads], start[heads], last)


def cuts(rows: Rows, blocks: Blocks, wanted: Flags) -> tuple[Ints, Ints]:
    """(row, ts), ordered, of each edge of a block strictly inside a `wanted` row of its item.

    `blocks.item` is the position of the item among the rows' items.
    """
    scope, key = _keys(rows, blocks)
    rank = _ranks(blocks.item)
    edges = np.concatenate([blocks.start, blocks.end])
    ranks = np.concatenate([rank, rank])
    inside = np.flatnonzero((edges > 0) & (edges < _FOREVER))
    edges, ranks = edges[inside], ranks[inside]
    place = np.searchsorted(key, ranks * _SPAN + edges, side="right") - 1
    row = scope[np.maximum(place, 0)]
    end = np.where(rows.end[row] == NONE, _FOREVER, rows.end[row])
    hit = (place >= 0) & (key[place] // _SPAN == ranks)
    hit &= (edges > rows.start[row]) & (edges < end) & wanted[row]
    row, edges = row[hit], edges[hit]
    order = np.lexsort((edges, row))
    return row[order], edges[order]


def covered(rows: Rows, blocks: Blocks) -> Ints:
    """The rows that start inside a block of their item."""
    scope, key = _keys(rows, blocks)
    rank = _ranks(blocks.item)
    place = np.searchsorted(rank * _SPAN + blocks.start, key, side="right") - 1
    found = np.maximum(place, 0)
    hit = (place >= 0) & (rank[found] == key // _SPAN) & (key % _SPAN < blocks.end[found])
    rows_hit: Ints = scope[hit]
    return rows_hit


def _keys(rows: Rows, blocks: Blocks) -> tuple[Ints, Ints]:
    """The rows of blocked items and their sort keys: rank of the item, then start."""
    items = blocks.item[np.diff(blocks.item, prepend=-1) != 0]
    bounds = np.append(rows.offset, len(rows.start))
    count = bounds[items + 1] - bounds[items]
    scope = ranges(bounds[items], count)
    rank = np.repeat(np.arange(len(items)), count)
    return scope, rank * _SPAN + rows.start[scope]


def _ranks(item: Ints) -> Ints:
    """0 for the first item, 1 for the next, and so on; `item` is ordered."""
    return np.cumsum(np.diff(item, prepend=item[:1]) != 0)
