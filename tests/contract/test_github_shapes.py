"""The simulated GitHub answers in the shapes that GitHub describes, on every path that is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.model_gitlab import Note
from simulator.server import running
from tests.contract.openapi import Described, described
from tests.simulator.login import client
from tests.simulator.tiny import tiny_world

REPO = "/repos/{owner}/{repo}"
PATHS = {
    "/user": "/user",
    "/meta": "/meta",
    "/user/repos": "/user/repos",
    "/orgs/{org}/repos": "/orgs/shop/repos",
    REPO: "",
    f"{REPO}/branches": "/branches",
    f"{REPO}/tags": "/tags",
    f"{REPO}/releases": "/releases",
    f"{REPO}/commits": "/commits",
    f"{REPO}/commits/{{ref}}": "/commits/{sha}",
    f"{REPO}/issues": "/issues?state=all",
    f"{REPO}/issues/{{issue_number}}/timeline": "/issues/1/timeline",
    f"{REPO}/pulls": "/pulls?state=all",
    f"{REPO}/pulls/{{pull_number}}": "/pulls/1",
    f"{REPO}/pulls/{{pull_number}}/commits": "/pulls/1/commits",
    f"{REPO}/pulls/{{pull_number}}/reviews": "/pulls/1/reviews",
    f"{REPO}/actions/runs": "/actions/runs",
    f"{REPO}/actions/runs/{{run_id}}": "/actions/runs/301",
    f"{REPO}/actions/runs/{{run_id}}/jobs": "/actions/runs/301/jobs?filter=all",
    f"{REPO}/environments": "/environments",
    f"{REPO}/deployments": "/deployments",
    f"{REPO}/deployments/{{deployment_id}}": "/deployments/801",
    f"{REPO}/deployments/{{deployment_id}}/statuses": "/deployments/801/statuses",
}
"""Path as described, and what is asked: below the repository unless it is described elsewhere."""

EMPTY = {f"{REPO}/releases", f"{REPO}/issues/{{issue_number}}/timeline"}
"""The company publishes no releases there and has its tickets in Jira."""


@pytest.fixture(scope="module")
def github_api(fixtures_dir: Path) -> Described:
    return described(fixtures_dir, "github-api.github.com.json.gz")


@pytest.fixture(scope="module")
def github() -> Iterator[httpx.Client]:
    world = tiny_world()
    one = next(row for row in world.merge_requests if (row.repository, row.iid) == ("shop/web", 1))
    world.notes.append(Note(1, one.id, one.created, one.author, "Why not earlier?"))
    with running(world, code="github") as server, client(server, "github") as opened:
        yield opened


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_is_as_it_is_described(
    github_api: Described, github: httpx.Client, path: str
) -> None:
    body = _asked(github, path)
    assert github_api.faults(path, body) == []
    assert (body == []) == (path in EMPTY)


def _asked(github: httpx.Client, path: str) -> Any:
    below = PATHS[path]
    if path.startswith(REPO):
        head = github.get("/repos/shop/web/branches").json()[0]["commit"]["sha"]
        below = f"/repos/shop/web{below.format(sha=head)}"
    answer = github.get(below)
    assert answer.status_code == 200
    return answer.json()


def test_a_field_that_is_missing_is_noticed(github_api: Described, github: httpx.Client) -> None:
    path = f"{REPO}/deployments"
    body = _asked(github, path)
    body[0]["creator"] = 7
    del body[0]["sha"]
    told = " ".join(github_api.faults(path, body))
    assert "'sha' is a required property" in told
    assert "$[0].creator" in told
