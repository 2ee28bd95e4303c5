"""A second pass over a company in which nothing happened, and the same pass on PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from sqlalchemy import select

from pipeline.database import Database, opened
from store.models import value_stream
from tests.e2e.dumps import differences, exact_rows
from tests.e2e.small import Small, rows_of, small_company, synced, undisturbed

CONNECTING = {
    ("jira", "/rest/api/2/serverInfo"),
    ("jira", "/rest/api/3/myself"),
    ("gitlab", "/api/v4/user"),
    ("gitlab", "/api/v4/version"),
    ("jenkins", "/me/api/json"),
    ("servicenow", "/api/now/v2/table/sys_user"),
    ("servicenow", "/api/now/v2/table/cmdb_ci_service"),
}
"""Who we are there, and what the server is: no stream. `check` asks the same."""

STREAMS = {
    ("jira", "/rest/api/3/field"): 1,
    ("jira", "/rest/api/3/project/search"): 1,
    ("jira", "/rest/api/3/status"): 1,
    ("jira", "/rest/api/3/search/jql"): 1,
    ("jira", "/rest/api/3/worklog/updated"): 1,
    ("jira", "/rest/api/3/worklog/deleted"): 1,
    # The configured projects are looked up by path, one request each: the stream `projects`.
    ("gitlab", "/api/v4/projects/*%2F*"): 1,
    # The streams `branches` and `commits`, whose walk begins at the heads, share one list.
    ("gitlab", "/api/v4/projects/[0-9]*/repository/branches"): 1,
    ("gitlab", "/api/v4/projects/[0-9]*/repository/tags"): 1,
    ("gitlab", "/api/v4/projects/[0-9]*/merge_requests"): 1,
    # GitLab leaves child pipelines out of its list: they are a stream, and a list, of their own.
    ("gitlab", "/api/v4/projects/[0-9]*/pipelines"): 2,
    # Issues that were moved away are read once all others are, as a stream of their own.
    ("gitlab", "/api/v4/projects/[0-9]*/issues"): 2,
    ("gitlab", "/api/v4/projects/[0-9]*/releases"): 1,
    ("gitlab", "/api/v4/projects/[0-9]*/environments"): 1,
    ("gitlab", "/api/v4/projects/[0-9]*/deployments"): 1,
    # `connect` asks whether any job is visible; the stream `jobs` asks for the tree of them.
    ("jenkins", "/api/json"): 2,
    ("jenkins", "/job/*/api/json"): 1,
    # `connect` asks each table for one row, to see whether it may be read.
    ("servicenow", "/api/now/v2/table/change_request"): 2,
    ("servicenow", "/api/now/v2/table/incident"): 2,
    ("servicenow", "/api/now/v2/table/sys_audit"): 2,
    ("servicenow", "/api/now/v2/table/change_task"): 1,
    ("servicenow", "/api/now/v2/table/problem"): 1,
}
"""How often a path may be asked for: once for each stream and scope that lives there."""


@pytest.fixture(scope="module")
def company() -> Iterator[Small]:
    with small_company() as running:
        yield running


def test_a_second_pass_with_nothing_new_writes_only_how_it_went(
    company: Small, tmp_path: Path
) -> None:
    _, settings = company.home(tmp_path)
    assert not synced(settings).failed
    with opened(settings.database) as database:
        before = exact_rows(database.engine, but="stream_state")
        versions = _versions(database)
        asked = Counter(company.server.requests)
        report = synced(settings)
        asked = Counter(company.server.requests) - asked
        assert exact_rows(database.engine, but="stream_state") == before
        assert _versions(database) == versions
    assert not report.failed
    assert [one.changed for one in report.sources] == [0, 0, 0, 0]
    assert not report.links.ran
    assert report.facts.changed == 0
    assert {path: count for path, count in asked.items() if count > _allowed(*path)} == {}
    assert sum(one.requests for one in report.sources) == asked.total()


def test_a_whole_pass_makes_the_same_rows_on_postgresql_as_on_sqlite(
    company: Small, tmp_path: Path, postgres_url: str
) -> None:
    sqlite = undisturbed(company, tmp_path / "sqlite")
    _, settings = company.home(tmp_path / "postgres", url=postgres_url)
    assert not synced(settings).failed
    assert differences(rows_of(settings), sqlite) == {}


def _versions(database: Database) -> dict[str, int]:
    with database.read() as session:
        found = session.execute(select(value_stream.c.name, value_stream.c.facts_version))
        return {row.name: row.facts_version for row in found}


def _allowed(kind: str, path: str) -> int:
    if (kind, path) in CONNECTING:
        return 1
    return max(
        (n for (k, glob), n in STREAMS.items() if k == kind and fnmatchcase(path, glob)), default=0
    )
