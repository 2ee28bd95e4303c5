"""The company with all its code, builds and deployments in GitHub: other shapes, the same truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase

import httpx
import pytest

from core.frames import NONE, to_ts
from core.records import Entity
from simulator.credentials import GITHUB_TOKEN
from simulator.github import Github
from store import frames
from tests.e2e import test_truth
from tests.e2e.company import Company, collected
from tests.e2e.dumps import exact_rows
from tests.e2e.small import synced


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    home = tmp_path_factory.mktemp("company")
    with collected(home, seed=7, items=200, code="github") as found:
        yield found


def test_everything_was_collected_without_a_problem(company: Company) -> None:
    assert not [problem for one in company.report.sources for problem in one.problems]
    assert not company.report.warnings
    unparsed = [count.unparsed for one in company.report.sources for count in one.streams.values()]
    assert sum(unparsed) == 0
    assert [one.source for one in company.report.sources] == ["jira", "github", "snow"]


def test_the_jobs_of_a_run_are_asked_for_once_though_runs_and_deployments_need_them(
    company: Company,
) -> None:
    asked = {
        path.split("/")[-2]: n
        for (_, path), n in company.server.requests.items()
        if path.endswith("/jobs")
    }
    assert set(asked) == {str(build.id) for build in company.world.builds}
    # One that still runs is looked at again as soon as a minute has gone by.
    ended = {str(build.id) for build in company.world.builds if build.finished is not None}
    assert ended
    assert {asked[run] for run in ended} == {1}


def test_every_commit_is_there_with_its_parents(company: Company) -> None:
    with company.database.read() as session:
        commits = frames.commits(session)
        parents = frames.commit_parents(session)
    shas = dict(zip(commits["commit_id"], commits["sha"], strict=True))
    told: dict[str, set[str]] = {
        sha: set() for sha, ts in zip(commits["sha"], commits["committed_ts"], strict=True)
        if ts != NONE
    }  # fmt: skip
    for child, parent in zip(parents["commit_id"], parents["parent_id"], strict=True):
        told[shas[child]].add(shas[parent])
    listed = {sha for one in company.world.merge_requests for sha in one.commits}
    reached = _reached(company)
    expected = {
        one.sha: set(one.parents)
        for one in company.world.commits
        if one.sha in reached | listed
    }  # fmt: skip
    assert told == expected


def _reached(company: Company) -> set[str]:
    parents = {one.sha: one.parents for one in company.world.commits}
    todo = [sha for heads in company.world.branches.values() for sha in heads.values()]
    found: set[str] = set()
    while todo:
        sha = todo.pop()
        if sha not in found:
            found.add(sha)
            todo += parents[sha]
    return found


def test_pull_requests_are_those_of_the_company_with_what_they_landed_as(company: Company) -> None:
    with company.database.read() as session:
        found = frames.merge_requests(session)
        paths = frames.repositories(session).set_index("repository_id")["path"]
    told = {
        (paths[row.repository_id], row.number): (
            row.state, row.merged_ts, row.head_sha, row.merge_sha, row.squash_sha,
        )
        for row in found.itertuples()
    }  # fmt: skip
    assert told == {
        (one.repository, one.iid): (
            "open" if one.state == "opened" else one.state,
            to_ts(one.merged),
            one.head_sha,
            one.merge_sha or "",
            one.squash_sha or "",
        )
        for one in company.world.merge_requests
    }
    kinds = Counter(bool(one.squash_sha) for one in company.world.merge_requests if one.merged)
    assert min(kinds[True], kinds[False]) > 5


def test_ticket_commit_links_are_precise_and_complete(company: Company) -> None:
    test_truth.test_ticket_commit_links_are_precise_and_complete(company)
    test_truth.test_nothing_is_missed_that_has_a_key(company)


def test_every_production_deployment_is_counted_once(company: Company) -> None:
    """D2: three jobs of a run are one deployment; one that was replaced has not failed."""
    test_truth.test_deployments_are_counted_exactly(company)


def test_every_commit_has_its_lead_time_to_the_second(company: Company) -> None:
    test_truth.test_change_lead_times_are_exact_pairs(company)


def test_first_deployments_are_the_true_ones(company: Company) -> None:
    test_truth.test_commit_deployment_links_are_the_first_deployments(company)


def test_every_run_has_its_jobs_and_made_its_deployments(company: Company) -> None:
    with company.database.read() as session:
        builds = frames.builds(session)
        links = frames.links(session, Entity.BUILD, Entity.DEPLOYMENT)
    told = {row.external_id: (row.result, row.finished_ts) for row in builds.itertuples()}
    assert told == {str(one.id): (one.status, to_ts(one.finished)) for one in company.world.builds}
    assert links["a_id"].nunique() == len({one.build for one in company.world.deployments})


def test_a_second_pass_asks_once_for_each_stream_and_repository_and_changes_nothing(
    company: Company,
) -> None:
    before = exact_rows(company.database.engine, but="stream_state")
    used = 1 + _spent(company)
    asked = Counter(company.server.requests)
    report = synced(company.settings)
    asked = Counter(company.server.requests) - asked
    spent = _spent(company) - used
    assert not report.failed
    assert [one.changed for one in report.sources] == [0, 0, 0]
    assert exact_rows(company.database.engine, but="stream_state") == before
    ours = {path: count for (kind, path), count in asked.items() if kind == "github"}
    assert {path: n for path, n in ours.items() if n > _allowed(path)} == {}
    # Lists that are as they were answer 304, which is free; an empty one is always looked at.
    github = company.server.vendors["github"]
    assert isinstance(github, Github)
    lists = [
        rows
        for path, project in github.index.code.projects.items()
        for rows in (project.branches, project.tags, github.index.actions[path].environments)
    ]
    assert len(lists) > 10
    free = ours["/graphql"] + sum(1 for rows in lists if rows)
    assert spent == sum(ours.values()) - free


def _spent(company: Company) -> int:
    """Requests that GitHub counted, this one left out."""
    url = f"{company.server.url('github')}/meta"
    answer = httpx.get(url, headers={"authorization": f"Bearer {GITHUB_TOKEN}"}, timeout=60)
    return int(answer.headers["x-ratelimit-used"]) - 1


_LISTS = {
    "/user": 1,
    "/meta": 1,
    "/graphql": 1,  # whether it answers; what is read by it are only things that changed
    "/repos/*/*/branches": 2,  # `branches`, and `commits` for the heads where its walk begins
    "/repos/*/*/tags": 1,
    "/repos/*/*/releases": 1,
    "/repos/*/*/issues": 1,
    "/repos/*/*/pulls": 1,
    "/repos/*/*/actions/runs": 1,
    "/repos/*/*/environments": 1,
    "/repos/*/*/deployments": 1,
}


def _allowed(path: str) -> int:
    """A repository itself is looked up in connecting. Below it, nothing is read one by one."""
    if path.count("/") == 3 and path.startswith("/repos/"):
        return 1
    return next((count for glob, count in _LISTS.items() if _same(path, glob)), 0)


def _same(path: str, glob: str) -> bool:
    return path.count("/") == glob.count("/") and fnmatchcase(path, glob)
