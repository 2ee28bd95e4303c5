"""The streams of GitHub and GitHub Actions, each but the first two per repository."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from connectors import github_deployments, github_issues, github_parse, github_pulls, github_runs
from connectors.github_absence import issues_census
from connectors.github_graph import Graph
from connectors.github_jobs import JobNames
from connectors.github_lists import whole
from connectors.github_rest import PER_PAGE, in_repository, rows, short_commit
from connectors.http import Params, SourceClient
from connectors.ordered import beginning
from connectors.paging import fetched, pages
from connectors.path_lists import PATHS, configured, parse_path, path_id, path_lists
from connectors.stream import (
    Census,
    Named,
    Page,
    Payload,
    Read,
    Reading,
    Scope,
    Stream,
    Wanted,
    Watch,
    own_id,
    text_of,
)
from connectors.times import iso
from connectors.unread import keep_details
from connectors.walk import graph_walk
from core.records import Record

Parse = Callable[[Payload, Scope], Iterable[Record]]
Complete = Callable[[SourceClient, Scope, list[Payload]], None]
ONE_BY_ONE = (
    "GraphQL is refused here; commits, reviews and statuses are asked for one by one by REST"
)
_NO_LOG = (404, 409, 422)
"""A sha that is gone, an empty repository."""


def streams(
    repositories: Sequence[Payload], status_labels: Sequence[str], wanted: Wanted, *, graph: Graph
) -> list[Stream]:
    """All streams; those of issues only over repositories that have issues."""
    note = {} if graph.usable else {"note": ONE_BY_ONE}
    ids = {str(one["full_name"]).lower(): str(one["id"]) for one in repositories}
    layout = github_issues.Layout(github_issues.patterns(status_labels), ids, wanted)
    return [
        Stream(
            name="repositories",
            read=lambda _reading: iter([Page(repositories, note)]),
            id=own_id,
            parse=github_parse.parse_repository,
        ),
        Stream(
            name="statuses",
            read=fetched(github_issues.STATUSES),
            id=own_id,
            parse=github_issues.parse_status,
        ),
        *_code(wanted.bots, graph),
        *_parts(wanted.paths),
        *_issues(layout),
        *_delivery(graph),
    ]


def _code(bots: Sequence[str], graph: Graph) -> list[Stream]:
    walk = graph_walk(heads=_heads, log=_log, check=_check, id=partial(_in, "id"))
    parse_commit = partial(github_parse.parse_commit, bots=bots)
    return [
        _stream("branches", whole("branches"), github_parse.parse_branch, id=partial(_in, "name")),
        _stream("tags", whole("tags"), github_parse.parse_tag, id=partial(_in, "name")),
        _stream("releases", whole("releases"), github_parse.parse_release, complete=_add_shas),
        _stream("commits", walk, parse_commit, id=partial(_in, "id")),
        _stream(
            "pull_requests",
            github_pulls.read_pulls,
            partial(github_pulls.parse_pull, bots=bots),
            complete=partial(github_pulls.add_details, graph=graph),
            kept=keep_details,
            watch=github_pulls.watch_pulls,
            named=github_pulls.named_pulls,
        ),
    ]


def _parts(paths: Mapping[str, tuple[str, ...]]) -> list[Stream]:
    """Only where parts of repositories are configured; a list for each branch that moved."""
    if not paths:
        return []
    read = path_lists(paths, "full_name", tips=_heads, log=_log_of_part)
    scope = partial(configured, paths, "full_name")
    behind = ("commits",)
    return [_stream(PATHS, read, parse_path, id=path_id, scope=scope, behind=behind)]


def _issues(layout: github_issues.Layout) -> list[Stream]:
    found = [
        _stream(
            "issues",
            github_issues.read_issues,
            partial(github_issues.parse_issue, layout=layout),
            id=github_issues.issue_id,
            complete=github_issues.add_timelines,
            census=issues_census(layout),
            named=github_issues.named_issues,
            scope=_with_issues,
        )
    ]
    if layout.labels:
        parse = partial(github_issues.parse_label, layout=layout)
        labels = whole("labels")
        found.append(_stream("labels", labels, parse, id=partial(_in, "id"), scope=_with_issues))
    return found


def _delivery(graph: Graph) -> list[Stream]:
    names = JobNames()
    return [
        _stream(
            "workflow_runs",
            github_runs.read_runs,
            github_runs.parse_run,
            complete=partial(github_runs.add_jobs, names=names),
            kept=keep_details,
            watch=github_runs.watch_runs,
            named=github_runs.named_runs,
        ),
        _stream(
            "environments",
            whole("environments", items="environments"),
            github_parse.parse_environment,
        ),
        _stream(
            "deployments",
            github_deployments.read_deployments,
            github_deployments.parse_deployment,
            complete=partial(github_deployments.add_statuses, graph=graph, names=names),
            behind=("workflow_runs",),
            kept=keep_details,
            named=github_deployments.named_deployments,
        ),
    ]


def _scope(repository: Payload) -> Scope:
    return Scope(str(repository["id"]), repository)


def _with_issues(repository: Payload) -> Scope | None:
    """A repository without issues answers 410, which elsewhere means that an API was removed."""
    return _scope(repository) if repository.get("has_issues") else None


def _stream(
    name: str,
    read: Read,
    parse: Parse,
    *,
    id: Callable[[Payload, Scope], str] = own_id,
    complete: Complete | None = None,
    kept: Callable[[Payload, Payload], None] | None = None,
    watch: Watch | None = None,
    census: Census | None = None,
    named: Named | None = None,
    behind: tuple[str, ...] = (),
    scope: Callable[[Payload], Scope | None] = _scope,
) -> Stream:
    """Optional: Actions or environments may be switched off, or left out of the permissions."""
    return Stream(
        name=name,
        read=read,
        id=id,
        parse=parse,
        complete=complete,
        kept=kept,
        over="repositories",
        scope=scope,
        optional=True,
        watch=watch,
        census=census,
        named=named,
        behind=behind,
    )


def _in(key: str, payload: Payload, scope: Scope) -> str:
    return f"{scope.id}:{text_of(payload, key)}"


def _heads(reading: Reading) -> list[str]:
    """The shas of all branch heads, the default branch first: most others end on its history."""
    path = in_repository("branches", reading.scope)
    found = [row for page in pages(reading.client, path, {"per_page": PER_PAGE}) for row in page]
    default = reading.scope.payload.get("default_branch")
    found.sort(key=lambda branch: branch["name"] != default)
    return [branch["commit"]["sha"] for branch in found]


def _check(reading: Reading) -> None:
    reading.client.get(in_repository("branches", reading.scope), {"per_page": 1})


def _log(reading: Reading, sha: str) -> Iterator[list[Payload]]:
    """What a sha was built on, with the three fields that the walk goes by."""
    path = in_repository("commits", reading.scope)
    asked: Params = {"sha": sha, "per_page": PER_PAGE}
    for page in pages(reading.client, path, asked, none_on=_NO_LOG):
        yield [_walked(row) for row in page]


def _walked(row: Payload) -> Payload:
    commit = short_commit(row)
    return {
        "id": commit["sha"],
        "parent_ids": [parent["sha"] for parent in commit["parents"]],
        "committed_date": (commit["commit"].get("committer") or {}).get("date"),
        **commit,
    }


def _add_shas(client: SourceClient, scope: Scope, releases: list[Payload]) -> None:
    """The commits of the tags, which a release does not tell; one list for the page."""
    found = rows(client, in_repository("tags", scope))
    tags = {tag["name"]: tag["commit"]["sha"] for tag in found}
    for release in releases:
        release["_details"] = {"sha": tags.get(release.get("tag_name"))}


def _log_of_part(reading: Reading, sha: str, path: str) -> Iterator[list[Payload]]:
    first = beginning(reading)
    asked: Params = {"sha": sha, "path": path, "per_page": PER_PAGE}
    since: Params = {"since": iso(first)} if first else {}
    where = in_repository("commits", reading.scope)
    for page in pages(reading.client, where, {**asked, **since}, none_on=_NO_LOG):
        yield [{"id": text_of(row, "sha")} for row in page]
