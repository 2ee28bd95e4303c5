"""The commit graph as integer arrays: those of commit i are `parents[starts[i]:starts[i + 1]]`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.frames import NONE


@dataclass(frozen=True, slots=True)
class CommitGraph:
    """Commits by position. `known` False: nothing but its sha; `cut`: its parents are not told;
    `merge`: it has several.
    """

    ids: NDArray[np.int64]
    committed_ts: NDArray[np.int64]
    known: NDArray[np.bool_]
    cut: NDArray[np.bool_]
    merge: NDArray[np.bool_]
    starts: list[int]
    parents: list[int]

    def nodes_of(self, commit_ids: pd.Series[int]) -> list[int]:
        """Positions of commits, -1 for those that are not in the graph or known by sha alone."""
        if not len(self.ids):
            return [-1] * len(commit_ids)
        wanted = commit_ids.to_numpy(dtype="int64")
        at = np.searchsorted(self.ids, wanted).clip(max=len(self.ids) - 1)
        found = (self.ids[at] == wanted) & self.known[at]
        return [int(node) for node in np.where(found, at, -1)]

    def before(self, nodes: Iterable[int]) -> set[int]:
        """These commits and everything that they are built on."""
        reached = set(nodes)
        todo = list(reached)
        while todo:
            commit = todo.pop()
            for place in range(self.starts[commit], self.starts[commit + 1]):
                parent = self.parents[place]
                if parent not in reached:
                    reached.add(parent)
                    todo.append(parent)
        return reached


def commit_graph(commits: pd.DataFrame, parents: pd.DataFrame) -> CommitGraph:
    """The graph of commits (commit_id, committed_ts, parents) and parents (commit_id, parent_id).

    An edge from or to a commit that is not among `commits` is left out.
    """
    order = np.argsort(commits["commit_id"].to_numpy(dtype="int64"), kind="stable")
    ids = commits["commit_id"].to_numpy(dtype="int64")[order]
    committed_ts = commits["committed_ts"].to_numpy(dtype="int64")[order]
    told = commits["parents"].to_numpy(dtype="int64")[order]
    child = _positions(ids, parents["commit_id"].to_numpy(dtype="int64"))
    parent = _positions(ids, parents["parent_id"].to_numpy(dtype="int64"))
    inside = (child >= 0) & (parent >= 0)
    child, parent = child[inside], parent[inside]
    by_child = np.argsort(child, kind="stable")
    counts = np.bincount(child, minlength=len(ids))
    starts = np.concatenate([np.zeros(1, dtype="int64"), np.cumsum(counts, dtype="int64")])
    known = committed_ts != NONE
    cut = ~known | (told == NONE) | (told > counts)
    merge = (told > 1) | (counts > 1)
    edges = parent[by_child].tolist()
    return CommitGraph(ids, committed_ts, known, cut, merge, starts.tolist(), edges)


def _positions(ids: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    if not len(ids):
        return np.full(len(wanted), -1, dtype="int64")
    at = np.searchsorted(ids, wanted).clip(max=len(ids) - 1)
    return np.where(ids[at] == wanted, at, -1)
