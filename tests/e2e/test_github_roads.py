"""GitHub read in bulk by GraphQL and one by one by REST: the same company, row for row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.limits import HOSTS
from core.settings import Settings
from simulator.faults import Fault
from simulator.github_shapes import node_id
from simulator.model import MergeRequest
from tests.e2e.dumps import HOW_OFTEN, Rows, differences
from tests.e2e.small import Small, rows_of, small_company, synced

LONG = 30
"""So many commits are a second page of a list that comes with twenty."""
ONE_BY_ONE = (
    "/repos/*/*/pulls/*/commits",
    "/repos/*/*/pulls/*/reviews",
    "/repos/*/*/commits/*",
    "/repos/*/*/deployments/*/statuses",
)


@pytest.fixture(scope="module")
def running() -> Iterator[Small]:
    with small_company(items=24, code="github") as company:
        long = _longest(company)
        shas = [one.sha for one in company.world.commits if one.repository == long.repository]
        long.commits = [*long.commits, *(sha for sha in shas if sha not in long.commits)][:LONG]
        assert len(long.commits) == LONG
        company.server.advance(company.world)
        yield company


def _longest(company: Small) -> MergeRequest:
    counts = Counter(one.repository for one in company.world.commits)
    (most, _), *_ = counts.most_common(1)
    return next(one for one in company.world.merge_requests if one.repository == most)


@pytest.fixture
def company(running: Small) -> Iterator[Small]:
    yield running
    running.server.faults.clear()
    running.server.faults.refused_nodes.clear()
    running.server.faults.points_per_hour = 5000
    running.server.advance(running.world)
    HOSTS.forget()


@pytest.fixture(scope="module")
def in_bulk(running: Small, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    before = Counter(running.server.requests)
    rows = _read(running.home(tmp_path_factory.mktemp("bulk"))[1])
    asked = Counter(running.server.requests) - before
    assert [path for kind, path in asked if kind == "github" and _alone(path)] == []
    assert len(rows["review"]) > 10
    return rows


def _read(settings: Settings) -> dict[str, Rows]:
    report = synced(settings)
    assert not report.failed
    return rows_of(settings)


def _different(one: dict[str, Rows], other: dict[str, Rows]) -> dict[str, Any]:
    """By table; but for when each list was read, which follows the clock."""
    return differences(one, other, but=["stream_state"])


def _alone(path: str) -> bool:
    return any(re.fullmatch(glob.replace("*", "[^/]+"), path) is not None for glob in ONE_BY_ONE)


def test_what_is_read_one_by_one_is_what_is_read_in_bulk_to_the_last_row(
    company: Small, in_bulk: dict[str, Rows], tmp_path: Path
) -> None:
    company.server.faults.add(Fault("nothing_here", "github", "/graphql"))
    before = sum(company.server.count("github", glob) for glob in ONE_BY_ONE)
    rows = _read(company.home(tmp_path)[1])
    asked = sum(company.server.count("github", glob) for glob in ONE_BY_ONE) - before
    assert asked > 2 * len(company.world.merge_requests)
    assert _different(rows, in_bulk) == {}
    told = [row for row in rows["stream_state"] if "GraphQL is refused here" in row]
    assert ["'repositories'" in row for row in told] == [True]


def test_what_graphql_keeps_to_itself_is_asked_for_by_rest_and_nothing_else_is(
    company: Small, in_bulk: dict[str, Rows], tmp_path: Path
) -> None:
    kept = _longest(company)
    deployment = company.server.vendors["github"].index.actions[kept.repository].deployments[0]
    company.server.faults.refused_nodes |= {
        node_id("PullRequest", kept.id),
        node_id("Deployment", deployment.id),
    }
    company.server.advance(company.world)
    before = Counter(company.server.requests)
    assert _different(_read(company.home(tmp_path)[1]), in_bulk) == {}
    asked = Counter(company.server.requests) - before
    below = f"/repos/{kept.repository}"
    alone = {path for kind, path in asked if kind == "github" and _alone(path)}
    alone -= {f"{below}/commits/{kept.merge_sha}", f"{below}/commits/{kept.squash_sha}"}
    assert alone == {
        f"{below}/pulls/{kept.iid}/commits",
        f"{below}/pulls/{kept.iid}/reviews",
        f"{below}/deployments/{deployment.id}/statuses",
    }


def test_spent_points_hold_up_what_needs_them_and_the_next_pass_goes_on(
    company: Small, in_bulk: dict[str, Rows], tmp_path: Path
) -> None:
    _, settings = company.home(tmp_path)
    company.server.faults.points_per_hour = 0
    company.server.advance(company.world)
    report = synced(settings)
    (github,) = (one for one in report.sources if one.source == "github")
    assert github.paused
    assert github.problems == []
    assert {name for name, counts in github.streams.items() if counts.paused} == {
        "pull_requests",
        "deployments",
    }
    assert rows_of(settings)["commit_parent"]
    company.server.faults.points_per_hour = 5000
    company.server.advance(company.world)
    HOSTS.forget()
    assert differences(_read(settings), in_bulk, but=["stream_state", *HOW_OFTEN]) == {}
