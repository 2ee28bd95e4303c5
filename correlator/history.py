"""The commits of a graph in an order in which nothing comes before what it is built on."""

from __future__ import annotations

import heapq

from correlator.graph import CommitGraph


def in_order_of_history(graph: CommitGraph) -> list[int]:
    """Positions of all commits: parents first, else by commit time, then by id.

    A commit in a circle, which no git makes, is left out.
    """
    count = len(graph.ids)
    children: list[list[int]] = [[] for _ in range(count)]
    missing = [0] * count
    for commit in range(count):
        for place in range(graph.starts[commit], graph.starts[commit + 1]):
            children[graph.parents[place]].append(commit)
            missing[commit] += 1
    times = graph.committed_ts.tolist()
    waiting = [(times[commit], commit) for commit in range(count) if not missing[commit]]
    heapq.heapify(waiting)
    found: list[int] = []
    while waiting:
        _, commit = heapq.heappop(waiting)
        found.append(commit)
        for child in children[commit]:
            missing[child] -= 1
            if not missing[child]:
                heapq.heappush(waiting, (times[child], child))
    return found
