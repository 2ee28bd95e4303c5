"""Recorded answers, served on loopback and collected into a database by the real connectors.

These are the sets whose recorded requests the connectors make: method and path are the same, the
query is not, as each program asks for its own fields and pages. `sites` says what was recorded
and what is filled in. ServiceNow's sets name no request, and nobody recorded Jira Cloud's search.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, Table, func, select

from connectors.stream import Wanted
from core.source_settings import AnySource, Auth, GitlabSource, JenkinsSource, JiraSource
from pipeline.collect import collect
from pipeline.database import over
from pipeline.source_report import SourceReport
from store import models
from tests.contract.replay import Query, Site, always, load, recorded, serving
from tests.contract.sites import examples_site, jenkins_site, jira_site, pipelines_site

TOKEN = Auth(token=SecretStr("secret"))


def none_of(count: int, source: str) -> str:
    return (
        f"none of {count} payloads could be understood; they are kept raw, nothing is lost: bring"
        f" Headwater up to date, then run headwater sync --source {source} --full"
    )


class Collector:
    """Collects sites into one database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def twice(self, site: Site, source: Callable[[str], AnySource]) -> SourceReport:
        """The report of the first pass; the second finds nothing new and nothing else wrong."""
        with serving(site) as url:
            # In one go: a recorded list can't be asked for a part of its history.
            first = collect(source(url), over(self.engine), Wanted(), full=True)
            second = collect(source(url), over(self.engine), Wanted())
        assert set(second.problems) <= set(first.problems)
        assert second.changed == 0
        return first

    def rows(self, table: Table) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(select(table)))

    def count(self, table: Table) -> int:
        with self.engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()


@pytest.fixture
def store(sqlite_engine: Engine) -> Collector:
    return Collector(sqlite_engine)


def counts(report: SourceReport, stream: str) -> tuple[int, int, int]:
    """Payloads seen, those new or changed, and those of them unparsed."""
    found = report.streams[stream]
    return found.seen, found.changed, found.unparsed


def test_builds_and_stages_of_jenkins(fixtures_dir: Path, store: Collector) -> None:
    folder = fixtures_dir / "jenkins/devlake"
    site = jenkins_site(folder)
    report = store.twice(site, lambda url: JenkinsSource(kind="jenkins", name="ci", url=url))
    assert report.problems == []
    asked = {*recorded(folder / "job-allBuilds"), *recorded(folder / "wfapi-describe-stages")}
    assert asked <= set(site.asked)
    assert counts(report, "jobs") == (7, 7, 0)
    # 14 recorded builds; of the 12 runs with stages one is among them.
    assert counts(report, "builds") == (25, 25, 0)
    builds = {build.external_id: build for build in store.rows(models.build)}
    assert len(builds) == 25
    assert builds["devlake#31"].started_ts == 1650024049
    assert builds["dir-test/pipeline-test#23"].result == "success"
    # A stage that was copied once per status under one id is one stage: 24 - 1 - 6 - 1.
    stages = store.rows(models.build_stage)
    names = {build.id: name for name, build in builds.items()}
    assert Counter(names[stage.build_id] for stage in stages) == {
        **{f"pipeline-test2#{number}": 2 for number in (1, 2, 3)},
        **{f"Auto Init Gitlab#{number}": 1 for number in (1, 18, 23, 58)},
        "Auto Init Gitlab#19": 2,
        "Pipeline expirement#5": 1,
        **{f"Test Gitlab Sync#{number}": 1 for number in (3, 10, 12)},
    }


def test_pipelines_of_gitlab_have_the_times_of_their_details(
    fixtures_dir: Path, store: Collector
) -> None:
    folder = fixtures_dir / "gitlab/devlake/pipeline-detail"
    site = pipelines_site(folder)
    report = store.twice(
        site,
        lambda url: GitlabSource(
            kind="gitlab", name="code", url=url, auth=TOKEN, projects=("12345678",)
        ),
    )
    assert report.problems == []
    details = recorded(folder)
    assert set(details) <= set(site.asked)
    assert counts(report, "pipelines") == (16, 16, 0)
    assert {
        (build.external_id, build.started_ts, build.finished_ts)
        for build in store.rows(models.build)
    } == {
        (str(row["id"]), seconds(row["started_at"]), seconds(row["finished_at"]))
        for row in details.values()
    }


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def collect_examples(fixtures_dir: Path, store: Collector) -> tuple[Site, SourceReport]:
    site = examples_site(fixtures_dir / "gitlab/go-gitlab")
    report = store.twice(
        site,
        lambda url: GitlabSource(
            kind="gitlab", name="code", url=url, auth=TOKEN, projects=("1", "278964")
        ),
    )
    return site, report


def test_lists_of_gitlab_are_stored(fixtures_dir: Path, store: Collector) -> None:
    site, report = collect_examples(fixtures_dir, store)
    inside = "/api/v4/projects"
    assert {
        f"{inside}/1/environments",
        f"{inside}/1/repository/tags",
        f"{inside}/1/repository/commits",
        f"{inside}/1/deployments",
        f"{inside}/278964/merge_requests",
    } <= set(site.asked)
    assert counts(report, "tags") == (2, 2, 1)
    assert counts(report, "merge_requests") == (3, 3, 0)
    assert {(ref.kind, ref.name) for ref in store.rows(models.ref)} == {
        ("branch", "master"),
        ("tag", "1.0.0"),
    }
    assert [one.name for one in store.rows(models.environment)] == ["review/fix-foo"]
    assert {one.number for one in store.rows(models.merge_request)} == {15440, 15441, 15442}


def test_examples_without_times_are_kept_and_said(fixtures_dir: Path, store: Collector) -> None:
    _, report = collect_examples(fixtures_dir, store)
    assert sorted(report.problems) == [
        "commits: " + none_of(1, "code"),
        "deployments: " + none_of(1, "code"),
    ]
    assert (store.count(models.git_commit), store.count(models.deployment)) == (0, 0)
    unread = [row.stream for row in store.rows(models.raw_record) if row.problem]
    assert sorted(unread) == ["commits", "deployments", "tags"]


def jira_source(*projects: str) -> Callable[[str], JiraSource]:
    return lambda url: JiraSource(
        kind="jira", name="tickets", url=url, auth=TOKEN, projects=projects
    )


def test_a_search_of_jira_server(fixtures_dir: Path, store: Collector) -> None:
    """Recorded: the search. Its project is in no recorded list."""
    folder = fixtures_dir / "jira"
    page = load(folder / "hygieia-server/issueresponse-story.json")
    site = jira_site(folder, always(page), [{"id": "12515", "key": "WO", "name": "Orchestrator"}])
    report = store.twice(site, jira_source("WO"))
    assert report.problems == []
    assert counts(report, "issues") == (1, 1, 0)
    assert counts(report, "statuses") == (37, 37, 0)
    item = store.rows(models.work_item)[0]
    assert (item.external_id, item.key) == ("3861672", "WO-2014")
    assert item.created_ts == seconds("2019-01-09T10:29:29-05:00")
    assert [link.other_key for link in store.rows(models.item_link)] == ["WO-1926"]


def test_projects_of_jira_and_a_search_that_finds_nothing(
    fixtures_dir: Path, store: Collector
) -> None:
    """Recorded: both, the projects with their request."""
    folder = fixtures_dir / "jira"
    projects = recorded(folder / "devlake/project")["/rest/api/2/project"]
    name = "go-jira/cloud/rest-api-2-search__TestIssueService_SearchPages_EmptyResult.json"
    site = jira_site(folder, always(load(folder / name)), projects)
    keys = [project["key"] for project in projects]
    report = store.twice(site, jira_source(*keys))
    assert report.problems == []
    assert counts(report, "projects") == (12, 12, 0)
    assert counts(report, "issues") == (0, 0, 0)
    assert {row.key for row in store.rows(models.project)} == set(keys)


def test_a_search_without_the_fields_asked_for_is_kept_and_said(
    fixtures_dir: Path, store: Collector
) -> None:
    """Recorded: the search. Nine lines, of which one issue has two."""
    folder = fixtures_dir / "jira"
    page = load(folder / "asf-dc/search__committer-cli-1.0.0.json")
    site = jira_site(folder, always(page), [{"id": "12310710", "key": "SLING", "name": "Sling"}])
    report = store.twice(site, jira_source("SLING"))
    assert report.problems == ["issues: " + none_of(8, "tickets")]
    assert counts(report, "issues") == (9, 8, 8)
    assert store.count(models.work_item) == 0
    kept = [row for row in store.rows(models.raw_record) if row.stream == "issues"]
    assert [row.problem for row in kept] == ["KeyError: 'created'"] * 8


def test_a_search_ends_at_an_empty_page_below_its_total(
    fixtures_dir: Path, store: Collector
) -> None:
    """Recorded: two pages of one search, the second without a row though six are promised."""
    folder = fixtures_dir / "jira"
    cloud = folder / "go-jira/cloud"
    first = load(cloud / "rest-api-2-search__TestIssueService_Search.json")
    last = load(cloud / "rest-api-2-search__TestIssueService_SearchPages_EmptyResult.json")

    def search(query: Query) -> Any:
        return first if query["startAt"] == "0" else last

    site = jira_site(folder, search, [{"id": "10000", "key": "BULK", "name": "Bulk"}])
    report = store.twice(site, jira_source("BULK"))
    assert report.problems == ["issues: " + none_of(2, "tickets")]
    assert counts(report, "issues") == (2, 2, 2)
    assert site.asked.count("/rest/api/2/search") == 4
