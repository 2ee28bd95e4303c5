"""First deployment that contains each commit: a walk of the commit graph that never looks twice.

Deployments are taken in order of finish. Each walks back from its commit and stops at commits that
an earlier one of the same service, environment and repository has claimed, so every commit and
every edge is read once per environment, however many deployments there are.

A failed deployment claims nothing; what it carried goes to the next that succeeds. Where the
deployment before is not known (the first known one, or one whose commit is not known lies between),
claims are marked `unknown_predecessor` and the count is `NONE`; of the very first one in production
only those that an earlier release contains. A deployment that brings nothing new and runs what was
delivered before the present version of its environment is a rollback; a region that lags behind
another one goes forward.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.frames import NONE
from core.records import Result
from correlator.graph import CommitGraph, commit_graph
from correlator.parts import Line, Parts

_LINE: Final = ["service_id", "target", "repository_id"]
_PLACE: Final = [*_LINE, "environment"]
PRODUCTION: Final = "production"


class Release(NamedTuple):
    """A tag that is a release: its commit, what it is called, since when it is there."""

    commit_id: int
    name: str
    ts: int


Released = Mapping[Line, Sequence[Release]]


@dataclass(frozen=True, slots=True)
class Releases:
    """`claims`: commit_id, deployment_id, service_id, target, unknown_predecessor (bool).

    `deployments`: deployment_id, service_id, target, commits (`NONE`: not known exactly),
    commits_reason ("" or why: `not_successful`, `unknown_predecessor`, `history_cut` (the walk came
    to where the collected history ends), `paths_not_read` (all commits of the repository are
    claimed, as nobody knows yet which touch the service), or the reason given why the commit is not
    known), rollback (bool), previous_release (the tag behind which nothing that the first known
    deployment brought is sure, "" for none); one row per row given, in their order.
    """

    claims: pd.DataFrame
    deployments: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Walk:
    """What the walk leaves behind: per step the number of claims; `claimed` holds them in order."""

    claimed: NDArray[np.int64]
    counts: NDArray[np.int64]
    rollback: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    known: NDArray[np.bool_]
    released: dict[int, tuple[str, set[int]]]


@dataclass(slots=True)
class _Claims:
    """The same while the walk goes on, in plain lists: the graph is read one commit at a time."""

    claimed: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    rollback: list[bool] = field(default_factory=list)
    unknown: list[bool] = field(default_factory=list)
    released: dict[int, tuple[str, set[int]]] = field(default_factory=dict)

    def walked(self, heads: Sequence[int]) -> _Walk:
        return _Walk(
            np.array(self.claimed, dtype="int64"),
            np.array(self.counts, dtype="int64"),
            np.array(self.rollback, dtype=bool),
            np.array(self.unknown, dtype=bool),
            np.array(heads, dtype="int64") >= 0,
            self.released,
        )


def first_deployments(
    deployments: pd.DataFrame,
    commits: pd.DataFrame,
    parents: pd.DataFrame,
    *,
    parts: Parts | None = None,
    released: Released | None = None,
) -> Releases:
    """Which commits each successful deployment brought first to its service and environment.

    deployments: deployment_id, service_id, target, environment (as its source names it),
    repository_id, commit_id (`NONE`: not known), commit_reason, result, created_ts, started_ts,
    finished_ts; jobs already merged.
    commits: commit_id, committed_ts (`NONE`: known by sha alone), parents (number, `NONE`: not
    told). parents: commit_id, parent_id.
    parts: a service that is a part of a repository claims only what touches it, and no merges; a
    deployment of it that brings nothing of that is one all the same. released: the tags of each
    service that are releases.

    """
    graph = commit_graph(commits, parents)
    table = deployments.reset_index(drop=True)
    steps = in_order(table)
    heads = graph.nodes_of(steps["commit_id"])
    walk = _walk(graph, heads, steps, released or {})
    owner = np.repeat(np.arange(len(steps)), walk.counts)
    unsure = _unsure(walk, owner)
    cut = np.bincount(owner, weights=graph.cut[walk.claimed], minlength=len(steps)) > 0
    whole, unread = _of_parts(graph, steps, walk, owner, parts or Parts())
    real = graph.known[walk.claimed] & whole
    claims = _claims(graph.ids[walk.claimed[real]], owner[real], steps, unsure[real])
    counts = np.bincount(owner[real], minlength=len(steps)).astype("int64")
    outcome = _outcome(table, steps, counts, walk, {"history_cut": cut, "paths_not_read": unread})
    return Releases(claims, outcome)


def _unsure(walk: _Walk, owner: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Per claim: whether an unknown deployment may have brought the commit before."""
    unsure = walk.unknown[owner]
    for step, (_, old) in walk.released.items():
        begin, end = np.searchsorted(owner, [step, step + 1])
        unsure[begin:end] = np.isin(walk.claimed[begin:end], np.fromiter(old, "int64", len(old)))
    return unsure


def _of_parts(
    graph: CommitGraph, steps: pd.DataFrame, walk: _Walk, owner: NDArray[np.int64], parts: Parts
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Per claim: whether the service is concerned. Per step: whether nobody knows yet."""
    concerned = np.ones(len(owner), dtype=bool)
    unread = np.zeros(len(steps), dtype=bool)
    if steps.empty or not (parts.touched or parts.unread):
        return concerned, unread
    pairs = list(zip(steps["service_id"].tolist(), steps["repository_id"].tolist(), strict=True))
    lines = steps["line"].to_numpy(dtype="int64")
    firsts = np.flatnonzero(np.diff(lines, prepend=-1))
    for first, last in zip(firsts, [*firsts[1:], len(steps)], strict=True):
        unread[first:last] = pairs[first] in parts.unread
        if pairs[first] in parts.touched:
            begin, end = np.searchsorted(owner, [first, last])
            claimed = walk.claimed[begin:end]
            touching = np.isin(graph.ids[claimed], parts.touched[pairs[first]])
            concerned[begin:end] = touching & ~graph.merge[claimed]
    return concerned, unread


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """The successful deployments by line and time; `line` numbers service, target, repository,
    `place` the environments of each.
    """
    done = table[table["result"] == Result.SUCCESS.value].copy()
    started = done["started_ts"].where(done["started_ts"] != NONE, done["created_ts"])
    done["at"] = done["finished_ts"].where(done["finished_ts"] != NONE, started)
    done["line"] = done.groupby(_LINE, sort=True).ngroup()
    done["place"] = done.groupby(_PLACE, sort=True).ngroup()
    return done.sort_values(["line", "at", "created_ts", "deployment_id"], kind="stable")


def _walk(
    graph: CommitGraph, heads: Sequence[int], steps: pd.DataFrame, released: Released
) -> _Walk:
    """Claim commits step by step.

    `mark[c]` is the step that claimed commit c last; below the first step of a line it belongs to
    another line and counts as free, so nothing is cleared between lines.
    """
    mark = [-1] * len(graph.ids)
    found = _Claims()
    running: dict[int, int] = {}
    base, before_it, line = 0, -1, -1
    lines, places = steps["line"].tolist(), steps["place"].tolist()
    for step, (head, own, place) in enumerate(zip(heads, lines, places, strict=True)):
        if own != line:
            base, before_it, line = step, -1, own
        found.unknown.append(before_it < 0)
        before = len(found.claimed)
        if head >= 0 and mark[head] < base:
            _claim(graph, head, mark, step, base, found.claimed)
        count = len(found.claimed) - before
        found.counts.append(count)
        if step == base and head >= 0 and released:
            found.released |= _released_before(graph, head, mark, step, steps, released)
        current = running.get(place, -1)
        old = head >= 0 and current >= 0 and count == 0 and head != current
        found.rollback.append(old and _delivered_before(graph, mark, head, current))
        before_it = running[place] = head
    return found.walked(heads)


def _released_before(
    graph: CommitGraph,
    head: int,
    mark: list[int],
    step: int,
    steps: pd.DataFrame,
    released: Released,
) -> dict[int, tuple[str, set[int]]]:
    """By step: the youngest release that the head contains, is older than the deployment and not
    the head itself; and all that such releases contain. Empty where there is none.
    """
    row = steps.iloc[step]
    tags = released.get((int(row["service_id"]), int(row["repository_id"])), ())
    if row["target"] != PRODUCTION or not len(tags):
        return {}
    nodes = graph.nodes_of(pd.Series([tag.commit_id for tag in tags], dtype="int64"))
    inside = [
        (tag.ts, tag.name, node)
        for tag, node in zip(tags, nodes, strict=True)
        if node not in (-1, head) and mark[node] == step and tag.ts < row["at"]
    ]
    if not inside:
        return {}
    return {step: (max(inside)[1], graph.before(node for _, _, node in inside))}


def _claim(
    graph: CommitGraph, head: int, mark: list[int], step: int, base: int, claimed: list[int]
) -> None:
    """Mark `head` and every ancestor that no step since `base` has; append them to `claimed`."""
    starts, parents = graph.starts, graph.parents
    mark[head] = step
    stack = [head]
    while stack:
        commit = stack.pop()
        claimed.append(commit)
        for place in range(starts[commit], starts[commit + 1]):
            parent = parents[place]
            if mark[parent] < base:
                mark[parent] = step
                stack.append(parent)


def _delivered_before(graph: CommitGraph, mark: list[int], head: int, current: int) -> bool:
    """Whether `head` is older than `current`, both claimed: an ancestor is never claimed later.

    Two commits that came with one deployment are told apart by their commit time.
    """
    if mark[head] != mark[current]:
        return mark[head] < mark[current]
    return bool(graph.committed_ts[head] <= graph.committed_ts[current])


def _claims(
    commit_ids: NDArray[np.int64],
    owner: NDArray[np.int64],
    steps: pd.DataFrame,
    unsure: NDArray[np.bool_],
) -> pd.DataFrame:
    table = steps[["deployment_id", "service_id", "target"]].iloc[owner]
    table = table.assign(commit_id=commit_ids, unknown_predecessor=unsure)
    columns = ["commit_id", "deployment_id", "service_id", "target", "unknown_predecessor"]
    ordered = table[columns].sort_values(["service_id", "deployment_id", "target", "commit_id"])
    return ordered.reset_index(drop=True)


def _outcome(
    table: pd.DataFrame,
    steps: pd.DataFrame,
    counts: NDArray[np.int64],
    walk: _Walk,
    doubts: Mapping[str, NDArray[np.bool_]],
) -> pd.DataFrame:
    """The frame of deployments, from the steps back to the rows given."""
    reason = np.select(
        [~walk.known, walk.unknown, *doubts.values()],
        [
            steps["commit_reason"].replace("", "unknown_sha").to_numpy(dtype=object),
            "unknown_predecessor",
            *doubts,
        ],
        default="",
    ).astype(object)
    result = table[["deployment_id", "service_id", "target"]].assign(
        commits=NONE,
        commits_reason=pd.Series("not_successful", index=table.index, dtype="object"),
        rollback=False,
        previous_release=pd.Series("", index=table.index, dtype="object"),
    )
    result.loc[steps.index, "commits"] = np.where(reason == "", counts, NONE)
    result.loc[steps.index, "commits_reason"] = reason
    result.loc[steps.index, "rollback"] = walk.rollback
    for step, (name, _) in walk.released.items():
        result.loc[steps.index[step], "previous_release"] = name
    return result
