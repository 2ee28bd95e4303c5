"""The streams of GitLab: refs, commits, merge requests, pipelines, environments, deployments, each
per project.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from connectors import gitlab_parse
from connectors.http import Params, SourceClient, body_of, for_each
from connectors.paging import fetched, pages
from connectors.stream import (
    Page,
    Payload,
    Read,
    Reading,
    Scope,
    Stream,
    Wanted,
    own_id,
    text_of,
)
from connectors.times import iso, utc
from connectors.walk import graph_walk
from connectors.windows import Window, listing
from core.records import Record

API = "api/v4/"
PER_PAGE = 100
_OVERLAP = timedelta(minutes=10)
_LAG = timedelta(minutes=2)
_OFF = (403, 404)
_REPEATED_IN_JOBS = ("user", "commit", "pipeline", "project", "runner", "artifacts")

Parse = Callable[[Payload, Scope], Iterable[Record]]
Complete = Callable[[SourceClient, Scope, list[Payload]], None]
ExternalId = Callable[[Payload, Scope], str]


def streams(projects: Sequence[Payload], wanted: Wanted) -> list[Stream]:
    """All streams; every one but the first is read per project."""
    bots = wanted.bots
    sha = partial(_id_in_project, "id")
    name = partial(_id_in_project, "name")
    walk = graph_walk(heads=_heads, log=_log, id=sha)
    requests: Params = {"scope": "all", "state": "all"}
    parse_request = partial(gitlab_parse.parse_merge_request, bots=bots)
    return [
        Stream(
            name="projects",
            read=fetched(projects),
            id=own_id,
            parse=gitlab_parse.parse_project,
        ),
        _per_project("branches", _whole("repository/branches"), name, gitlab_parse.parse_branch),
        _per_project("tags", _newest_tags, name, gitlab_parse.parse_tag),
        _per_project("commits", walk, sha, partial(gitlab_parse.parse_commit, bots=bots)),
        _changing("merge_requests", parse_request, _add_commits, requests),
        _changing("pipelines", gitlab_parse.parse_pipeline, _add_jobs),
        _per_project(
            "environments", _whole("environments"), own_id, gitlab_parse.parse_environment
        ),
        _changing("deployments", gitlab_parse.parse_deployment, _add_tiers),
    ]


def _per_project(
    name: str, read: Read, id: ExternalId, parse: Parse, complete: Complete | None = None
) -> Stream:
    """Optional: a project may have its repository, CI or environments switched off, a 403 or 404
    even for its owner.
    """
    return Stream(
        name=name,
        read=read,
        id=id,
        parse=parse,
        complete=complete,
        over="projects",
        scope=lambda project: Scope(str(project["id"]), project),
        optional=True,
    )


def _changing(name: str, parse: Parse, complete: Complete, extra: Params | None = None) -> Stream:
    """A list by the last change; GitLab wants filter and order to name the same time."""

    def between(_scope: Scope, since: datetime | None, until: datetime | None) -> Params:
        return {
            **(extra or {}),
            "order_by": "updated_at",
            "sort": "asc",
            "per_page": PER_PAGE,
            "updated_after": iso(since) if since else None,
            "updated_before": iso(until) if until else None,
        }

    def params(scope: Scope, since: datetime | None) -> Params:
        return between(scope, since, None)

    window = Window(at=_updated_at, overlap=_OVERLAP, lag=_LAG, reanchor=True, between=between)
    read = listing(path=partial(_in_project, name), params=params, window=window)
    return _per_project(name, read, own_id, parse, complete)


def _whole(what: str) -> Read:
    """A list without a filter by time, read whole each time."""
    return listing(
        path=partial(_in_project, what), params=lambda _scope, _since: {"per_page": PER_PAGE}
    )


def _newest_tags(reading: Reading) -> Iterator[Page]:
    """Tags, the newest first; after a complete pass only up to a page without a new one."""
    params: Params = {"order_by": "updated", "sort": "desc", "per_page": PER_PAGE}
    for rows in pages(reading.client, _in_project("repository/tags", reading.scope), params):
        ids = {_id_in_project("name", row, reading.scope) for row in rows}
        # Asked before the page is handed on: once it is stored, everything on it is known.
        nothing_new = bool(reading.cursor) and reading.known(ids) == ids
        yield Page(rows, reading.cursor)
        if nothing_new:
            break
    yield Page([], {"complete": True})


def _in_project(what: str, scope: Scope) -> str:
    return f"{API}projects/{scope.id}/{what}"


def _id_in_project(key: str, payload: Payload, scope: Scope) -> str:
    return f"{scope.id}:{text_of(payload, key)}"


def _updated_at(row: Payload) -> datetime:
    return utc(row["updated_at"])


def _heads(reading: Reading) -> list[str]:
    """The shas of all branch heads, the default branch first: most others end on its history."""
    path = _in_project("repository/branches", reading.scope)
    found = [row for page in pages(reading.client, path, {"per_page": PER_PAGE}) for row in page]
    found.sort(key=lambda branch: not branch.get("default"))
    return [branch["commit"]["id"] for branch in found]


def _log(reading: Reading, sha: str) -> Iterator[list[Payload]]:
    path = _in_project("repository/commits", reading.scope)
    params: Params = {"ref_name": sha, "per_page": PER_PAGE}
    return pages(reading.client, path, params, none_on=(404,))


def _add_commits(client: SourceClient, scope: Scope, requests: list[Payload]) -> None:
    """The commits of each request, which git forgets once the branch is squashed and deleted."""

    def add(request: Payload) -> None:
        path = _in_project(f"merge_requests/{request['iid']}/commits", scope)
        commits = list(_rows(client, path))
        request["_details"] = {"commits": commits}

    for_each(client, add, requests)


def _add_jobs(client: SourceClient, scope: Scope, pipelines: list[Payload]) -> None:
    """The jobs with earlier attempts. They have the times that the list leaves out; where there
    are none to see, the pipeline itself is asked.
    """

    def add(pipeline: Payload) -> None:
        path = _in_project(f"pipelines/{pipeline['id']}", scope)
        jobs = [
            {name: value for name, value in job.items() if name not in _REPEATED_IN_JOBS}
            for job in _rows(client, f"{path}/jobs", {"include_retried": True})
        ]
        pipeline["_details"] = {"pipeline": {} if jobs else _one(client, path), "jobs": jobs}

    for_each(client, add, pipelines)


def _add_tiers(client: SourceClient, scope: Scope, deployments: list[Payload]) -> None:
    """The tier of each environment, which a deployment does not repeat; one list for the page."""
    found = _rows(client, _in_project("environments", scope))
    tiers = {environment["id"]: environment.get("tier") for environment in found}
    for deployment in deployments:
        environment = deployment.get("environment") or {}
        deployment["_details"] = {"tier": tiers.get(environment.get("id"))}


def _one(client: SourceClient, path: str) -> Payload:
    answer = client.get(path, none_on=_OFF)
    found: Payload = body_of(answer, path) if answer.status_code == 200 else {}
    return found


def _rows(client: SourceClient, path: str, extra: Params | None = None) -> Iterator[Payload]:
    """All rows of a list; none where the feature is switched off."""
    for page in pages(client, path, {**(extra or {}), "per_page": PER_PAGE}, none_on=_OFF):
        yield from page
