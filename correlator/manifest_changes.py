"""What each commit of a manifest repository does to the versions of services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from core.frames import NONE
from correlator.graph import CommitGraph
from correlator.manifest_messages import Names, meant_title, title_of, told_in, undoes
from correlator.reverts import quoted_title, reverts
from correlator.versions import Found, Homes, Versions


class Change(NamedTuple):
    """A service gets the commit `found`, named by `text`; or loses what commit `undone` (by its
    position) gave it.
    """

    service: int
    found: Found
    text: str
    undone: int | None = None


def changes_of(
    graph: CommitGraph,
    order: Sequence[int],
    commits: pd.DataFrame,
    homes: Mapping[int, Homes],
    names: Names,
    versions: Versions,
) -> dict[int, list[Change]]:
    """By position of the commit, of those that name a service with a version that exists, or take
    such a one back.

    order: positions, parents first. commits: commit_id, repository_id, sha, message.
    """
    messages = dict(zip(commits["commit_id"].tolist(), commits["message"].tolist(), strict=True))
    ids = graph.ids.tolist()
    taken = reverts(commits)
    nodes = zip(
        graph.nodes_of(taken["commit_id"]), graph.nodes_of(taken["reverted_id"]), strict=True
    )
    reverted = {node: other for node, other in nodes if node >= 0 and other >= 0}
    titled: dict[str, int] = {}
    found: dict[int, list[Change]] = defaultdict(list)
    for node in order:
        message = messages[ids[node]]
        changes = _again(node, message, reverted, titled, found)
        if changes is None:
            text = meant_title(message) if quoted_title(message) else message
            changes = _set(text, homes, names, versions)
        if changes:
            found[node] = changes
            titled[title_of(message)] = node
    return dict(found)


def _again(
    node: int,
    message: str,
    reverted: Mapping[int, int],
    titled: Mapping[str, int],
    found: Mapping[int, list[Change]],
) -> list[Change] | None:
    """What a commit does that takes an earlier one back, or brings it back; None for another."""
    if undoes(message):
        other = reverted.get(node, titled.get(meant_title(message), -1))
        return [Change(one.service, Found(), "", other) for one in found.get(other, ())]
    if quoted_title(message):
        # The revert of a revert names the revert, and that one what both are about.
        first = reverted.get(reverted.get(node, -1), titled.get(meant_title(message), -1))
        return list(found[first]) if first in found else None
    return None


def _set(
    message: str, homes: Mapping[int, Homes], names: Names, versions: Versions
) -> list[Change]:
    """The last version of each service that the message names and that exists."""
    found: dict[int, Change] = {}
    for service, text in told_in(message, names):
        if service in homes:
            commit = versions.commit_of(text, *homes[service])
            if commit.commit_id != NONE:
                found[service] = Change(service, commit, text)
    return [found[service] for service in sorted(found)]
