"""Which commits reached the default branch of their repository."""

from __future__ import annotations

import pandas as pd

from correlator.graph import commit_graph


def on_default_branch(
    commits: pd.DataFrame, parents: pd.DataFrame, heads: pd.DataFrame
) -> pd.Series[int]:
    """The ids of all commits that are, or are ancestors of, the head of a default branch.

    commits: commit_id, repository_id, sha, committed_ts, parents. parents: commit_id, parent_id.
    heads: repository_id, sha of each default branch; a head that was not collected gives nothing.
    """
    graph = commit_graph(commits, parents)
    table = heads.merge(commits[["commit_id", "repository_id", "sha"]], on=["repository_id", "sha"])
    todo = [node for node in graph.nodes_of(table["commit_id"]) if node >= 0]
    reached = bytearray(len(graph.ids))
    for node in todo:
        reached[node] = 1
    while todo:
        node = todo.pop()
        for place in range(graph.starts[node], graph.starts[node + 1]):
            parent = graph.parents[place]
            if not reached[parent]:
                reached[parent] = 1
                todo.append(parent)
    found = [
        int(graph.ids[node]) for node, mark in enumerate(reached) if mark and graph.known[node]
    ]
    return pd.Series(found, dtype="int64", name="commit_id")
