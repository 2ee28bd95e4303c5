"""Of which things the payload as it came is needed no more, once its records are stored.

What stands here may lose its body, never its hash. Left out is whatever a later pass reads again
out of the stored payload: what other streams are read over (projects, jobs, boards), what a tool
may later show less of than it did (changelogs of Jira), what is followed when it moves (issues of
GitHub), builds of Jenkins that end without being seen, and what is small.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from connectors.github_pulls import watch_pulls
from connectors.github_runs import watch_runs
from connectors.gitlab_streams import OPEN_DEPLOYMENTS, OPEN_PIPELINES, OPEN_REQUESTS
from connectors.stream import Payload

IsFinal = Callable[[Payload], bool]
"""Whether nothing reads a thing again by itself, unasked: it is closed, or done."""


def _always(_payload: Payload) -> bool:
    return True


def _not_in(name: str, open: frozenset[str]) -> IsFinal:
    return lambda payload: str(payload.get(name)) not in open


FORGETTABLE: Final[Mapping[str, Mapping[str, IsFinal]]] = {
    "gitlab": {
        "commits": _always,
        "tags": _always,
        "releases": _always,
        "merge_requests": _not_in("state", OPEN_REQUESTS),
        "pipelines": _not_in("status", OPEN_PIPELINES),
        "child_pipelines": _not_in("status", OPEN_PIPELINES),
        "deployments": _not_in("status", OPEN_DEPLOYMENTS),
        "issues": _not_in("state", frozenset({"opened"})),
    },
    "github": {
        "commits": _always,
        "tags": _always,
        "releases": _always,
        "pull_requests": lambda payload: not watch_pulls.open(payload),
        "workflow_runs": lambda payload: not watch_runs.open(payload),
        "deployments": _always,
    },
    "jira": {"worklogs": _always},
    "servicenow": {
        "changes": _always,
        "incidents": _always,
        "audit": _always,
        "metrics": _always,
        "tasks": _always,
        "problems": _always,
    },
}
"""By kind of source and stream; what is not here keeps its payloads."""
