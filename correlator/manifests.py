"""Deployments of services by a repository in which the version that runs is written down (GitOps).

What is deployed there are manifests. A service is deployed by those commits that name it together
with a version of its own repository; one manifest repository serves many services.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import pandas as pd

from core.frames import NONE
from core.records import Result
from correlator.graph import CommitGraph, commit_graph
from correlator.history import in_order_of_history
from correlator.manifest_changes import Change, changes_of
from correlator.manifest_messages import Names, names_of_services
from correlator.releases import first_deployments, in_order
from correlator.services import ServicePlan
from correlator.versions import UNKNOWN, Found, Homes, Versions, homes_of, put, with_columns

_STEP: Final = ["deployment_id", "target", "repository_id"]
Row = tuple[int, int, str]
"""A deployment, a service and a target."""


class Version(NamedTuple):
    """What a service runs since a commit of the manifests (by its position), and its words."""

    node: int
    found: Found
    text: str


def follow_manifests(
    deployments: pd.DataFrame,
    commits: pd.DataFrame,
    parents: pd.DataFrame,
    services: Sequence[ServicePlan],
    versions: Versions,
) -> pd.DataFrame:
    """The deployments, those of manifests turned into deployments of the services they name.

    deployments: after `resolve_versions`, with `found_by`. commits: commit_id, repository_id, sha,
    committed_ts, parents, message. parents: commit_id, parent_id.
    A successful deployment that brings commits of the manifests to an environment gives a service
    that they name the commit of the last version they name; taking a commit back gives it the
    version before. Manifests that go back to an older commit do the same to every service whose
    version differs there. A service that is not named was not deployed: the row is left out, as are
    those of a deployment that failed, of which nobody knows what it would have changed.
    """
    chosen = _of_manifests(deployments, services, versions)
    if not chosen.any():
        return deployments
    found: dict[Row, Version] = {}
    plans = homes_of(services, versions)
    for home, rows in deployments[chosen].groupby("repository_id"):
        concerned = {int(service) for service in rows["service_id"]}
        own = {plan.id: plans[plan.id] for plan in services if plan.id in concerned}
        names = names_of_services(
            {p.id: (p.name, *p.repositories) for p in services if p.id in own}
        )
        history = commits[commits["repository_id"] == home]
        found |= _deployed(rows, history, parents, own, names, versions)
    return _rewritten(deployments, chosen.tolist(), found, versions, commits)


def _of_manifests(
    deployments: pd.DataFrame, services: Iterable[ServicePlan], versions: Versions
) -> pd.Series[bool]:
    """Which rows are of a service by its manifests, and not told otherwise by a version."""
    pairs = {
        (plan.id, home)
        for plan in services
        for home, path in versions.paths.items()
        if path in plan.manifests
    }
    rows = zip(deployments["service_id"], deployments["repository_id"], strict=True)
    listed = pd.Series([row in pairs for row in rows], deployments.index, dtype=bool)
    return listed & deployments["commit_by"].isin(["", "sha"])


def _deployed(
    rows: pd.DataFrame,
    commits: pd.DataFrame,
    parents: pd.DataFrame,
    homes: Mapping[int, Homes],
    names: Names,
    versions: Versions,
) -> dict[Row, Version]:
    """What each deployment of one manifest repository gave which service."""
    steps = rows.drop_duplicates(_STEP).assign(service_id=0)
    claims = first_deployments(steps, commits, parents).claims
    graph = commit_graph(commits, parents)
    order = {node: place for place, node in enumerate(in_order_of_history(graph))}
    changes = changes_of(
        graph, sorted(order, key=order.__getitem__), commits, homes, names, versions
    )
    brought: dict[tuple[int, str], list[int]] = defaultdict(list)
    nodes = graph.nodes_of(claims["commit_id"])
    for deployment, target, node in zip(
        claims["deployment_id"], claims["target"], nodes, strict=True
    ):
        if node in changes:
            brought[deployment, target].append(node)
    ordered = in_order(steps)
    heads = graph.nodes_of(ordered["commit_id"])
    found: dict[Row, Version] = {}
    lines: dict[str, _Line] = {}
    for deployment, target, head in zip(
        ordered["deployment_id"], ordered["target"], heads, strict=True
    ):
        line = lines.setdefault(target, _Line(graph, changes, order))
        new = sorted(brought[deployment, target], key=order.__getitem__)
        given = line.deploy(head, new)
        found |= {(deployment, service, target): version for service, version in given.items()}
    return found


class _Line:
    """The manifests of one target as they went on: which versions each service had, in order."""

    def __init__(
        self, graph: CommitGraph, changes: Mapping[int, list[Change]], order: Mapping[int, int]
    ) -> None:
        self._graph, self._changes, self._order = graph, changes, order
        self._head = -1
        self._had: dict[int, list[Version]] = {}

    def deploy(self, head: int, new: Sequence[int]) -> dict[int, Version]:
        """The services that a deployment of `head` gives a version; new: the commits it brings that
        name any, in order.
        """
        if head < 0:
            return {}
        moved, self._head = self._head not in (-1, head), head
        if new or not moved:
            return self._told(self._apply(self._had, new))
        before = self._told(self._had)
        within = [node for node in self._graph.before([head]) if node in self._changes]
        self._had = {}
        self._apply(self._had, sorted(within, key=self._order.__getitem__))
        now = self._told(self._had)
        other = {s: one for s, one in now.items() if s not in before or one != before[s]}
        gone = {service: _NOTHING for service in before if service not in now}
        return {**other, **gone}

    def _told(self, services: Iterable[int]) -> dict[int, Version]:
        had = ((service, self._had.get(service)) for service in services)
        return {service: found[-1] if found else _NOTHING for service, found in had}

    def _apply(self, had: dict[int, list[Version]], nodes: Iterable[int]) -> set[int]:
        """The services whose version these commits set."""
        touched: set[int] = set()
        for node in nodes:
            for change in self._changes[node]:
                own = had.setdefault(change.service, [])
                if change.undone is None:
                    own.append(Version(node, change.found, change.text))
                    touched.add(change.service)
                elif change.undone in {one.node for one in own}:
                    # Only what ran goes back; what was followed by another version stays as it is.
                    ran = own[-1].node == change.undone
                    own[:] = [one for one in own if one.node != change.undone]
                    touched |= {change.service} if ran else set()
        return touched


_NOTHING: Final = Version(-1, Found(), "")


def _rewritten(
    deployments: pd.DataFrame,
    chosen: list[bool],
    found: Mapping[Row, Version],
    versions: Versions,
    commits: pd.DataFrame,
) -> pd.DataFrame:
    """The rows with what was found; without those of services that were not deployed."""
    names = ("repository_id", "commit_id", "commit_reason", "commit_by", "sha", "version")
    table: dict[str, list[Any]] = {name: deployments[name].tolist() for name in names}
    shas = dict(zip(commits["commit_id"].tolist(), commits["sha"].tolist(), strict=True))
    keys = zip(*(deployments[n] for n in ("deployment_id", "service_id", "target")), strict=True)
    named = (deployments["found_by"] == "name").tolist()
    good = (deployments["result"] == Result.SUCCESS.value).tolist()
    keep = []
    for place, key in enumerate(keys):
        version = found.get(key)
        keep.append(not chosen[place] or named[place] or (good[place] and version is not None))
        if not chosen[place] or not good[place] or not keep[-1]:
            continue
        where = versions.paths[table["repository_id"][place]]
        sha = shas.get(table["commit_id"][place], "")
        put(table, place, version.found if version else Found(reason=UNKNOWN))
        if version and version.found.commit_id != NONE:
            table["commit_by"][place] = f"manifest {where}@{sha[:8]}, {version.found.by}"
            table["version"][place] = table["version"][place] or version.text
    return with_columns(deployments, table)[keep].reset_index(drop=True)
