"""The lists of a GitHub repository: filters and orders, as the API names them.

What a list does not know, it ignores: pull requests have no `since`, `sort=merged` is no order.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from starlette.datastructures import QueryParams

from simulator.github_index import Deployed
from simulator.gitlab_index import Project
from simulator.model import Build, Commit, MergeRequest

MOST_FILTERED = 1000
"""A filtered list of runs ends there, however many it counts."""
_RUN_FILTERS = ("actor", "branch", "check_suite_id", "created", "event", "head_sha", "status")


def commits(project: Project, query: QueryParams) -> list[Commit]:
    """What a branch, tag or sha was built on, newest first; `path` leaves out merges."""
    path = query.get("path")
    head = project.head(query.get("sha", project.default_branch))
    since, until = _moment(query.get("since")), _moment(query.get("until"))
    return [
        commit
        for commit in project.reachable([head] if head else [])
        if (since is None or commit.committed >= since)
        and (until is None or commit.committed <= until)
        and (not path or commit.touches(path))
    ]


def issues(rows: Iterable[MergeRequest], query: QueryParams) -> list[MergeRequest]:
    """Open ones unless asked otherwise, changed at or after `since`."""
    since = _moment(query.get("since"))
    found = [row for row in _of_state(rows, query) if since is None or row.updated >= since]
    by_update = query.get("sort") == "updated"
    found.sort(key=lambda row: (row.updated if by_update else row.created, row.id))
    return found if query.get("direction") == "asc" else found[::-1]


def pulls(rows: Iterable[MergeRequest], query: QueryParams) -> list[MergeRequest]:
    """By creation, newest first; another order is ascending unless asked otherwise."""
    order = query.get("sort", "created")
    found = _of_state(rows, query)
    found.sort(key=lambda row: (row.updated if order == "updated" else row.created, row.id))
    newest_first = query.get("direction", "desc" if order == "created" else "asc") == "desc"
    return found[::-1] if newest_first else found


def _of_state(rows: Iterable[MergeRequest], query: QueryParams) -> list[MergeRequest]:
    states = {"open": ("opened",), "closed": ("merged", "closed")}
    wanted = states.get(query.get("state", "open"), ("opened", "merged", "closed"))
    return [row for row in rows if row.state in wanted]


def runs(rows: Iterable[Build], query: QueryParams) -> list[Build]:
    """Newest first, whatever is asked for."""
    low, high = _span(query.get("created", ""))
    found = [
        row
        for row in rows
        if (low is None or row.queued >= low) and (high is None or row.queued <= high)
    ]
    for name, field in (("branch", "ref"), ("head_sha", "sha")):
        if name in query:
            found = [row for row in found if getattr(row, field) == query[name]]
    return sorted(found, key=lambda row: (row.queued, row.id), reverse=True)


def is_filtered(query: QueryParams) -> bool:
    return any(name in query for name in _RUN_FILTERS)


def deployments(rows: Iterable[Deployed], query: QueryParams) -> list[Deployed]:
    """Newest first; there is neither an order nor a filter by the last change."""
    wanted = query.get("environment")
    found = [row for row in rows if wanted in (None, row.of.recorded_environment)]
    return sorted(found, key=lambda row: (row.of.created, row.id), reverse=True)


def _span(text: str) -> tuple[datetime | None, datetime | None]:
    """`2026-01-01..2026-01-31`, `>=2026-01-01`, `<=2026-01-31`; `*` is open."""
    if text.startswith(">="):
        return _moment(text[2:]), None
    if text.startswith("<="):
        return None, _moment(text[2:])
    low, _, high = text.partition("..")
    return _moment(low), _moment(high)


def _moment(text: str | None) -> datetime | None:
    if text in (None, "", "*"):
        return None
    found = datetime.fromisoformat(str(text))
    return found if found.tzinfo else found.replace(tzinfo=UTC)
