"""The lists of a GitLab project: filters and orders, as the API names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TypeVar

from starlette.datastructures import QueryParams

from simulator.gitlab_ci import SOURCES, pipeline_updated, source_of
from simulator.gitlab_index import JobDeployment, Project, job_number
from simulator.model import Build, Commit, MergeRequest, Stage
from simulator.model_gitlab import Issue

UNPAIRED_UPDATE = "`updated_at` filter and `updated_at` sorting must be paired"
UNPAIRED_FINISH = (
    "`finished_at` filter and `finished_at` sorting must be paired"
    " and combined with `success` status"
)
BOTH_FILTERS = "Both `updated_at` filter and `finished_at` filter can not be specified"


T = TypeVar("T")
N = TypeVar("N", MergeRequest, Issue)


class BadRequestError(Exception):
    """A query that GitLab answers with 400."""


def moment(query: QueryParams, name: str) -> datetime | None:
    """A time of the query. A plus sign that was not encoded arrives as a blank, and is refused."""
    text = query.get(name)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRequestError(f"{name} is invalid") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def commits(project: Project, query: QueryParams) -> list[Commit]:
    """Newest first. `all` walks every branch; `ref_name` may be a branch, a tag or a sha; `path`
    leaves out merges, as git does.
    """
    since, until = moment(query, "since"), moment(query, "until")
    if query.get("all") == "true":
        heads = list(project.branches.values())
    else:
        head = project.head(query.get("ref_name", project.default_branch))
        heads = [head] if head else []
    listed = project.reachable(heads, first_parent=query.get("first_parent") == "true")
    path = query.get("path")
    if path:
        listed = [commit for commit in listed if commit.touches(path)]
    if since is None and until is None:
        return listed
    return [
        commit
        for commit in listed
        if (since is None or commit.committed >= since)
        and (until is None or commit.committed <= until)
    ]


def tags(project: Project, query: QueryParams) -> list[str]:
    """By name unless ordered by `updated`, the date of the commit; descending unless asked
    otherwise.
    """
    newest_first = query.get("sort", "desc") != "asc"
    if query.get("order_by", "name") != "updated":
        return sorted(project.tags, reverse=newest_first)
    dated = {name: project.commits[sha].committed for name, sha in project.tags.items()}
    return sorted(project.tags, key=lambda name: (dated[name], name), reverse=newest_first)


def merge_requests(rows: Iterable[MergeRequest], query: QueryParams) -> list[MergeRequest]:
    """By `created_at` descending unless asked otherwise; requests of others need scope `all`."""
    state = query.get("state", "all")
    found = [row for row in numbered(rows, query) if state in ("all", row.state)]
    found = within(found, query, "updated", lambda row: row.updated)
    found = within(found, query, "created", lambda row: row.created)
    by_update = query.get("order_by", "created_at") == "updated_at"
    return ordered(
        found, query, lambda row: row.updated if by_update else row.created, lambda row: row.id
    )


def issues(rows: Iterable[Issue], query: QueryParams) -> list[Issue]:
    """By `created_at` descending unless asked otherwise; a project shows those of everybody."""
    state = query.get("state", "all")
    found = [
        row
        for row in numbered(rows, query)
        if state in ("all", "closed" if row.closed else "opened")
    ]
    found = within(found, query, "updated", lambda row: row.updated)
    found = within(found, query, "created", lambda row: row.created)
    by_update = query.get("order_by", "created_at") == "updated_at"
    return ordered(
        found, query, lambda row: row.updated if by_update else row.created, lambda row: row.id
    )


def numbered(rows: Iterable[N], query: QueryParams) -> list[N]:
    """Of things with numbers of their own in a project those asked for, or all."""
    wanted = query.getlist("iids[]")
    return [row for row in rows if not wanted or str(row.iid) in wanted]


def releases(project: Project, query: QueryParams) -> list[str]:
    """Each tag was released when its commit was made; the newest first unless asked otherwise."""
    return sorted(
        project.tags,
        key=lambda name: (project.commits[project.tags[name]].committed, name),
        reverse=query.get("sort", "desc") != "asc",
    )


def pipelines(rows: Iterable[Build], query: QueryParams) -> list[Build]:
    """By id descending unless asked otherwise. Children are left out unless their source is asked
    for.
    """
    wanted = query.get("source")
    if wanted not in (None, *SOURCES.values(), "push"):
        raise BadRequestError("source does not have a valid value")
    shown = [row for row in rows if wanted or row.parent is None]
    if wanted:
        shown = [row for row in shown if source_of(row) == wanted]
    found = within(shown, query, "updated", pipeline_updated)
    for name in ("ref", "sha", "status"):
        if name in query:
            found = [row for row in found if getattr(row, name) == query[name]]
    if query.get("order_by", "id") == "updated_at":
        return ordered(found, query, pipeline_updated, lambda row: row.id)
    return sorted(found, key=lambda row: row.id, reverse=query.get("sort", "desc") != "asc")


def jobs(build: Build, query: QueryParams) -> list[Stage]:
    """Newest id first; of a job that was retried only the last attempt, unless asked for all."""
    stages = list(build.stages)
    if query.get("include_retried") != "true":
        stages = list({stage.name: stage for stage in stages}.values())
    return sorted(stages, key=lambda stage: job_number(build, stage), reverse=True)


def deployments(rows: Iterable[JobDeployment], query: QueryParams) -> list[JobDeployment]:
    """By id ascending unless asked otherwise. A filter on a time demands the order by that time."""
    order = query.get("order_by", "id")
    by_update = any(f"updated_{side}" in query for side in ("after", "before"))
    by_finish = any(f"finished_{side}" in query for side in ("after", "before"))
    if by_update and by_finish:
        raise BadRequestError(BOTH_FILTERS)
    if by_update and order != "updated_at":
        raise BadRequestError(UNPAIRED_UPDATE)
    if by_finish and (order != "finished_at" or query.get("status") != "success"):
        raise BadRequestError(UNPAIRED_FINISH)
    found = within(rows, query, "updated", lambda row: row.updated)
    found = within(found, query, "finished", lambda row: row.updated)
    found = [row for row in found if query.get("status", row.status) == row.status]
    wanted = query.get("environment")
    found = [row for row in found if wanted in (None, row.of.recorded_environment)]
    if order in ("updated_at", "finished_at"):
        return ordered(found, query, lambda row: row.updated, lambda row: row.id, default="asc")
    if order == "created_at":
        return ordered(found, query, lambda row: row.of.created, lambda row: row.id, default="asc")
    return sorted(found, key=lambda row: row.id, reverse=query.get("sort", "asc") == "desc")


def within(
    rows: Iterable[T], query: QueryParams, field: str, value: Callable[[T], datetime]
) -> list[T]:
    """Rows from `<field>_after` to `<field>_before`, both included."""
    after, before = moment(query, f"{field}_after"), moment(query, f"{field}_before")
    return [
        row
        for row in rows
        if (after is None or value(row) >= after) and (before is None or value(row) <= before)
    ]


def ordered(
    rows: list[T],
    query: QueryParams,
    value: Callable[[T], datetime],
    tie: Callable[[T], int],
    default: str = "desc",
) -> list[T]:
    """By a time in the asked direction; equal times by id, descending."""
    by_tie = sorted(rows, key=tie, reverse=True)
    return sorted(by_tie, key=value, reverse=query.get("sort", default) == "desc")
