"""What a small company has in GitLab beside code, collected: reviews, issues, child pipelines, and
what it costs in requests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from sqlalchemy import select

from connectors import gitlab
from connectors.http import SourceClient
from connectors.stream import Reading, Scope, Stream, Wanted
from core.frames import to_ts
from core.source_settings import GitlabSource
from pipeline.database import Database, opened
from simulator.calendar import HOUR
from simulator.model import MergeRequest, World
from simulator.world import build_world
from store import models
from tests.connectors.readers import payloads, read
from tests.e2e.company import NOW
from tests.e2e.small import ITEMS, Small, small_company, synced

PROJECT = "/api/v4/projects/[0-9]*"


@pytest.fixture(scope="module")
def company() -> Iterator[Small]:
    with small_company() as running:
        yield running


@pytest.fixture(scope="module")
def collected(
    company: Small, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Counter[tuple[str, str]]]]:
    """The database, and how often each path was asked for in the first pass."""
    _, settings = company.home(tmp_path_factory.mktemp("gitlab"))
    before = Counter(company.server.requests)
    assert not synced(settings).failed
    asked = Counter(company.server.requests) - before
    with opened(settings.database) as database:
        yield database, asked


def test_the_reviews_are_those_of_people_other_than_the_author(
    company: Small, collected: tuple[Database, Counter[tuple[str, str]]]
) -> None:
    kinds = {
        "approved this merge request": "approved",
        "requested changes": "changes_requested",
    }
    requests = {request.id: request for request in company.world.merge_requests}
    expected = set()
    for note in company.world.notes:
        asked = note.body.startswith("requested review from")
        own = note.author is requests[note.request].author
        if not note.author.bot and (asked or not own):
            kind = "requested" if asked else kinds.get(note.body, "commented")
            expected.add((str(note.request), str(note.id), kind, to_ts(note.at)))
    joined = models.review.join(models.merge_request)
    columns = (
        models.merge_request.c.external_id.label("request"),
        models.review.c.external_id,
        models.review.c.kind,
        models.review.c.ts,
    )
    with collected[0].read() as session:
        found = session.execute(select(*columns).select_from(joined)).all()
    assert {tuple(row) for row in found} == expected
    assert {row.kind for row in found} >= {"approved", "commented", "requested"}


def test_the_issues_are_items_with_every_change_of_status(
    company: Small, collected: tuple[Database, Counter[tuple[str, str]]]
) -> None:
    """A scoped label takes the place of another by two events, and is one change."""
    with collected[0].read() as session:
        items = session.execute(
            select(models.work_item).where(models.work_item.c.key.contains("#"))
        ).all()
        keys = session.execute(select(models.item_key)).all()
        moves = session.execute(select(models.transition)).all()
    issues = {str(issue.id): issue for issue in company.world.issues}
    assert {row.external_id for row in items} == {
        id for id, issue in issues.items() if not issue.moved_to
    }
    for row in items:
        issue = issues[row.external_id]
        times = {to_ts(event.at) for event in issue.events}
        assert {move.ts for move in moves if move.item_id == row.id} == times
        assert (row.project, row.type) == (issue.repository, issue.type.title())
        assert row.changelog_complete
    [moved] = [issue for issue in issues.values() if issue.moved_to]
    owner = {row.id: row.external_id for row in items}
    old = {row.key: owner[row.item_id] for row in keys if "#" in row.key and not row.current}
    assert old == {f"{moved.repository}#{moved.iid}": str(moved.moved_to)}


def test_deployments_of_child_pipelines_are_grouped_by_the_one_above(
    company: Small, collected: tuple[Database, Counter[tuple[str, str]]]
) -> None:
    services = {s.name: s for plan in company.world.streams for s in plan.services}
    expected = {
        str(number): str(row.build)
        for row in company.world.deployments
        if services[row.service].deploys == "gitlab"
        for number in row.job_ids
    }
    with collected[0].read() as session:
        rows = session.execute(select(models.deployment)).all()
    found = {row.external_id: row for row in rows if row.external_id in expected}
    assert {name: row.group_key for name, row in found.items()} == expected
    children = {str(build.id) for build in company.world.builds if build.parent}
    by_child = {
        row.build_external_id for row in found.values() if row.build_external_id in children
    }
    assert by_child == children


def test_a_first_load_asks_once_for_each_thing_that_has_no_list(
    company: Small, collected: tuple[Database, Counter[tuple[str, str]]]
) -> None:
    """Commits and notes of a request, jobs of a pipeline, events and links of an issue; all else
    is lists of a hundred, and a question for each commit whose deployments children made.
    """
    world, asked = company.world, collected[1]

    def count(path: str) -> int:
        return sum(n for (kind, p), n in asked.items() if kind == "gitlab" and fnmatchcase(p, path))

    requests = len(world.merge_requests)
    assert count(f"{PROJECT}/merge_requests/[0-9]*/commits") == requests
    assert count(f"{PROJECT}/merge_requests/[0-9]*/notes") == requests
    pipelines = sum(build.system == "gitlab" for build in world.builds)
    assert count(f"{PROJECT}/pipelines/[0-9]*/jobs") == pipelines
    assert count(f"{PROJECT}/pipelines/[0-9]*") == pipelines + count(
        f"{PROJECT}/pipelines/*/bridges"
    )
    roots = {build.parent for build in world.builds if build.parent}
    assert count(f"{PROJECT}/pipelines/*/bridges") <= len(roots)
    issues = len(world.issues)
    assert count(f"{PROJECT}/issues/[0-9]*/*") == 3 * issues
    # History is read in three parts, each by a run that also asks what is new: five lists for each
    # stream and project, and one more for pages beyond the first.
    streams = {"merge_requests": 1, "issues": 2, "deployments": 1, "pipelines": 2, "releases": 1}
    most = {name: 6 * 5 * number for name, number in streams.items()}
    most["pipelines"] += 2 * len(roots)
    assert not {name for name in most if count(f"{PROJECT}/{name}") > most[name]}


@pytest.fixture
def changing(tmp_path: Path) -> Iterator[tuple[Small, SourceClient, dict[str, Stream]]]:
    """A company that may change, and GitLab's streams there."""
    with small_company() as company:
        _, settings = company.home(tmp_path)
        [source] = [one for one in settings.sources if isinstance(one, GitlabSource)]
        client = gitlab.open_client_for(source)
        found = gitlab.connect(client, source, Wanted())
        yield company, client, {one.name: one for one in found.streams}
        client.http.close()


def other_day(company: Small, request: MergeRequest, *, head: str = "") -> World:
    """The same company, in which somebody pushed to a request, or (no head) deleted it."""
    world = build_world(company.world.seed, NOW, items=ITEMS)
    for row in world.merge_requests:
        if row.id == request.id:
            row.head_sha = head
    world.merge_requests = [row for row in world.merge_requests if row.head_sha]
    return world


def scope_of(client: SourceClient, streams: dict[str, Stream], request: MergeRequest) -> Scope:
    projects = payloads(read(streams["projects"], client))
    [own] = [one for one in projects if one["path_with_namespace"] == request.repository]
    return Scope(str(own["id"]), own)


def test_a_push_that_moves_no_time_is_found_by_watching(
    changing: tuple[Small, SourceClient, dict[str, Stream]],
) -> None:
    company, client, streams = changing
    known = company.world.merge_requests
    # Not the last one to change, which is within the time that each run reads again.
    one = next(
        row
        for row in known
        if row.state == "opened"
        and any(
            other.repository == row.repository and other.updated > row.updated + HOUR
            for other in known
        )
    )
    scope, requests = scope_of(client, streams, one), streams["merge_requests"]
    pages = read(requests, client, scope=scope)
    head = company.world.commits[0].sha
    company.server.advance(other_day(company, one, head=head))
    late = read(requests, client, scope=scope, cursor=pages[-1].cursor)
    assert one.id not in {row["id"] for row in payloads(late)}
    assert requests.watch is not None
    watched = [row for row in payloads(pages) if requests.watch.open(row)]
    again = {row["id"]: row["sha"] for row in requests.watch.read(client, scope, watched)}
    assert len(again) == len(watched)
    assert again.pop(one.id) == head
    assert again == {row["id"]: row["sha"] for row in watched if row["id"] in again}


def test_a_deleted_request_is_missed_by_a_census_and_by_its_number(
    changing: tuple[Small, SourceClient, dict[str, Stream]],
) -> None:
    company, client, streams = changing
    one = next(row for row in company.world.merge_requests if row.state == "merged")
    scope, census = scope_of(client, streams, one), streams["merge_requests"].census
    assert census is not None
    reading = Reading(client, scope, {}, lambda _ids: set())
    before = {id for page in census.ids(reading) for id in page}
    company.server.advance(other_day(company, one))
    after = {id for page in census.ids(reading) for id in page}
    assert before - after == {str(one.id)}
    still = next(iter(after))
    assert census.missing(client, scope, [str(one.id), still]) == {str(one.id): "deleted"}
