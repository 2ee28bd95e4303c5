"""The streams of GitLab, each but the first per project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from connectors import gitlab_issues, gitlab_milestones, gitlab_parse
from connectors.gitlab_absence import census, project_census, watch
from connectors.gitlab_branches import Branches
from connectors.gitlab_details import (
    CHILD,
    add_commits_and_notes,
    add_jobs,
    add_tiers_and_roots,
)
from connectors.gitlab_named import DEPLOYMENT, PIPELINE, by_id, by_number
from connectors.gitlab_project import (
    PER_PAGE,
    changing,
    id_in_project,
    in_project,
    newest,
    per_project,
    whole,
)
from connectors.gitlab_reviews import with_gitlab_bots
from connectors.hourly import hourly
from connectors.http import Params
from connectors.ordered import beginning
from connectors.paging import fetched, pages
from connectors.path_lists import (
    EVERYWHERE,
    PATHS,
    configured,
    parse_path,
    path_id,
    path_lists,
)
from connectors.stream import Page, Payload, Reading, Stream, Wanted, own_id
from connectors.times import iso
from connectors.unread import keep_details
from connectors.walk import graph_walk
from core.records import Entity

_EVERYBODY: Params = {"scope": "all"}
OPEN_PIPELINES = frozenset(
    {
        "created",
        "waiting_for_resource",
        "waiting_for_callback",
        "preparing",
        "pending",
        "running",
        "canceling",
        "scheduled",
    }
)
"""A pipeline that waits for somebody (`manual`) is not among them: it may wait for ever, and when
it goes on the list of changes shows it."""
OPEN_REQUESTS = frozenset({"opened", "locked"})
OPEN_DEPLOYMENTS = frozenset({"created", "running", "blocked"})
_NEWEST_TAGS: Params = {"order_by": "updated", "sort": "desc"}
_ABOVE_TOO: Params = {"include_ancestors": True}
_NEWEST_RELEASES: Params = {"order_by": "released_at", "sort": "desc"}


def streams(
    projects: Sequence[Payload],
    wanted: Wanted,
    *,
    status_labels: Sequence[str] = (),
    children: bool = True,
) -> list[Stream]:
    """status_labels: patterns of labels that are statuses. children: whether the server lists child
    pipelines at all, as from version 17 on.
    """
    wanted = replace(wanted, bots=with_gitlab_bots(wanted.bots))
    first = Stream(
        name="projects",
        read=fetched(projects),
        id=own_id,
        parse=gitlab_parse.parse_project,
        census=project_census(projects),
    )
    return [
        first,
        *_code(wanted.bots),
        *_parts(wanted.paths),
        *_requests(wanted.bots),
        *_runs(children=children),
        *_issues(gitlab_issues.IssueRules(tuple(status_labels), wanted)),
    ]


def _code(bots: Sequence[str]) -> Iterator[Stream]:
    name, sha = partial(id_in_project, "name"), partial(id_in_project, "id")
    tag = partial(id_in_project, "tag_name")
    branches = Branches()
    walk = graph_walk(heads=branches.heads, log=_log, check=_check, id=sha)
    parse_commit = partial(gitlab_parse.parse_commit, bots=bots)
    tags = newest("repository/tags", _NEWEST_TAGS, name)
    releases = newest("releases", _NEWEST_RELEASES, tag)
    yield per_project("branches", branches.read, name, gitlab_parse.parse_branch)
    yield per_project("tags", tags, name, gitlab_parse.parse_tag)
    yield per_project("releases", releases, tag, gitlab_parse.parse_release)
    yield per_project("commits", walk, sha, parse_commit)


def _parts(paths: Mapping[str, tuple[str, ...]]) -> Iterator[Stream]:
    """Only where parts of repositories are configured; one list for all branches."""
    name = "path_with_namespace"
    if paths:
        read = path_lists(paths, name, tips=lambda _reading: [EVERYWHERE], log=_log_of_part)
        declared = per_project(PATHS, read, path_id, parse_path)
        scope = partial(configured, paths, name)
        yield replace(declared, scope=scope, behind=("commits",))


def _requests(bots: Sequence[str]) -> Iterator[Stream]:
    yield per_project(
        "merge_requests",
        changing("merge_requests", {**_EVERYBODY, "state": "all"}),
        own_id,
        partial(gitlab_parse.parse_merge_request, bots=bots),
        complete=add_commits_and_notes,
        kept=keep_details,
        # A push does not move the time of the last change; the head of the open ones tells.
        watch=watch(
            "merge_requests",
            by="state",
            number="iid",
            open=OPEN_REQUESTS,
            extra=_EVERYBODY,
        ),
        census=census("merge_requests", Entity.MERGE_REQUEST, {**_EVERYBODY, "state": "all"}),
        named=by_number("merge_requests", {**_EVERYBODY, "state": "all"}),
    )


def _runs(*, children: bool) -> Iterator[Stream]:
    kinds: dict[str, Params] = {"pipelines": {}}
    if children:
        kinds["child_pipelines"] = {"source": CHILD}
    for name, extra in kinds.items():
        belongs = partial(_is_of, extra.get("source"))
        yield per_project(
            name,
            changing("pipelines", extra, belongs=belongs),
            own_id,
            gitlab_parse.parse_pipeline,
            complete=add_jobs,
            kept=keep_details,
            watch=watch("pipelines", by="status", open=OPEN_PIPELINES, extra=extra),
            named=by_id("pipelines", PIPELINE, belongs=partial(_is_named, bool(extra))),
        )
    yield per_project("environments", whole("environments"), own_id, gitlab_parse.parse_environment)
    yield per_project(
        "deployments",
        changing("deployments"),
        own_id,
        gitlab_parse.parse_deployment,
        complete=add_tiers_and_roots,
        kept=keep_details,
        watch=watch("deployments", by="status", open=OPEN_DEPLOYMENTS),
        named=by_id("deployments", DEPLOYMENT),
    )


def _is_of(source: object, pipeline: Payload) -> bool:
    """A server that does not know the filter would give every pipeline a second time."""
    return source is None or pipeline.get("source") == source


def _is_named(child: bool, pipeline: Payload) -> bool:
    """Asked for by itself, a pipeline is answered whichever of the two lists has it."""
    return (pipeline.get("source") == CHILD) is child


def _issues(how: gitlab_issues.IssueRules) -> Iterator[Stream]:
    yield per_project(
        "issues",
        changing("issues", _EVERYBODY),
        own_id,
        partial(gitlab_issues.parse_issue, how=how),
        complete=gitlab_issues.add_history,
        kept=keep_details,
        census=census("issues", Entity.ITEM, _EVERYBODY),
        named=by_number("issues", _EVERYBODY),
    )
    # An issue is not told as changed when its milestone gets another date or is closed.
    milestones = hourly(whole("milestones", _ABOVE_TOO))
    own = partial(id_in_project, "id")
    yield per_project("milestones", milestones, own, gitlab_milestones.parse_milestone)
    # After all issues of all history: what an issue has become must be stored before its old key.
    yield per_project(
        "moved_issues",
        _moved,
        own_id,
        gitlab_issues.parse_moved,
        after=("issues",),
        patient=True,
    )


def _moved(reading: Reading) -> Iterator[Page]:
    """Issues that were moved away; they are closed, and there is no filter for more."""
    for page in changing("issues", {**_EVERYBODY, "state": "closed"})(reading):
        yield replace(page, payloads=[row for row in page.payloads if row.get("moved_to_id")])


def _check(reading: Reading) -> None:
    """The branches and not the project: that one stays visible when its repository is hidden."""
    reading.client.get(in_project("repository/branches", reading.scope), {"per_page": 1})


def _log(reading: Reading, sha: str) -> Iterator[list[Payload]]:
    path = in_project("repository/commits", reading.scope)
    params: Params = {"ref_name": sha, "per_page": PER_PAGE}
    return pages(reading.client, path, params, none_on=(404,))


def _log_of_part(reading: Reading, _sha: str, path: str) -> Iterator[list[Payload]]:
    first = beginning(reading)
    params: Params = {"all": True, "path": path, "per_page": PER_PAGE}
    since: Params = {"since": iso(first)} if first else {}
    where = in_project("repository/commits", reading.scope)
    return pages(reading.client, where, {**params, **since}, none_on=(404,))
