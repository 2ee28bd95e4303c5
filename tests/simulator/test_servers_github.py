"""GitHub's paging, caps, orders that it does not know, and refusals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from simulator.faults import Fault, Faults
from simulator.github import Github
from simulator.server import CompanyServer, running
from tests.simulator.login import client
from tests.simulator.tiny import tiny_world
from tests.simulator.tiny_names import COMMITS, HOUR, PIPELINES, START, sha

WEB = "/repos/shop/web"


@pytest.fixture(scope="module")
def github() -> Iterator[httpx.Client]:
    with running(tiny_world(), code="github") as server, client(server, "github") as opened:
        yield opened


def rows(github: httpx.Client, path: str, *, items: str = "", **query: str) -> list[dict[str, Any]]:
    """Every row, by the Link header to its end."""
    found: list[dict[str, Any]] = []
    answer = github.get(path, params={"per_page": "10", **query})
    while True:
        assert answer.status_code == 200, answer.text
        found += answer.json()[items] if items else answer.json()
        following = answer.links.get("next")
        if following is None:
            return found
        answer = github.get(following["url"])


def test_a_repository_is_found_by_name_and_by_number(github: httpx.Client) -> None:
    by_name = github.get(WEB).json()
    assert github.get(f"/repositories/{by_name['id']}").json() == by_name
    assert (by_name["full_name"], by_name["default_branch"]) == ("shop/web", "main")
    assert github.get("/repos/shop/none").status_code == 404
    assert [row["full_name"] for row in github.get("/orgs/shop/repos").json()] == [
        "shop/payments",
        "shop/web",
    ]


def test_a_wrong_token_is_refused_and_nobody_may_write(github: httpx.Client) -> None:
    wrong = github.get("/user", headers={"Authorization": "Bearer nothing"})
    assert (wrong.status_code, wrong.json()["message"]) == (401, "Bad credentials")
    assert github.post(f"{WEB}/issues", json={}).status_code == 404


def test_one_page_has_no_link_and_the_last_leads_back_only(github: httpx.Client) -> None:
    whole = github.get(f"{WEB}/commits", params={"per_page": "100"})
    assert "link" not in whole.headers
    last = github.get(f"{WEB}/commits", params={"per_page": "10", "page": "5"})
    assert set(last.links) == {"prev", "first"}
    assert len(last.json()) == COMMITS - 40


def test_commits_of_a_sha_are_what_it_was_built_on(github: httpx.Client) -> None:
    listed = rows(github, f"{WEB}/commits", sha=sha("feature"))
    assert [row["sha"] for row in listed][:2] == [sha("feature"), sha("web 20")]
    assert len(listed) == 22
    assert github.get(f"{WEB}/commits", params={"sha": sha("nothing")}).status_code == 422


def test_pull_requests_know_no_since_and_ignore_orders_that_do_not_exist(
    github: httpx.Client,
) -> None:
    since = (START + 30 * HOUR).isoformat()
    assert len(github.get(f"{WEB}/pulls", params={"state": "all", "since": since}).json()) == 2
    assert [row["number"] for row in rows(github, f"{WEB}/pulls", state="all")] == [1, 2]
    changed = rows(github, f"{WEB}/pulls", state="all", sort="updated", direction="desc")
    assert [row["number"] for row in changed] == [2, 1]
    merged = rows(github, f"{WEB}/pulls", state="all", sort="merged", direction="desc")
    assert [row["number"] for row in merged] == [1, 2]
    assert [row["number"] for row in github.get(f"{WEB}/pulls").json()] == [2]


def test_issues_hold_the_pull_requests_and_know_since(github: httpx.Client) -> None:
    since = (START + 30 * HOUR).isoformat().replace("+00:00", "Z")
    listed = rows(github, f"{WEB}/issues", state="all", since=since, sort="updated")
    assert [(row["number"], "pull_request" in row) for row in listed] == [(2, True)]


def test_what_landed_is_named_and_a_trial_merge_too(github: httpx.Client) -> None:
    merged, opened = github.get(f"{WEB}/pulls/1").json(), github.get(f"{WEB}/pulls/2").json()
    assert (merged["merge_commit_sha"], merged["state"]) == (sha("web 9"), "closed")
    assert opened["merged_at"] is None
    assert len(opened["merge_commit_sha"]) == 40
    assert [row["sha"] for row in rows(github, f"{WEB}/pulls/1/commits")] == [
        sha("work 1"),
        sha("work 2"),
    ]


def test_a_filtered_list_of_runs_counts_all_and_shows_a_thousand() -> None:
    world = tiny_world()
    [one, *_] = [build for build in world.builds if build.repository == "shop/web"]
    many = [replace(one, id=10_000 + n, queued=START + n * HOUR / 60) for n in range(1500)]
    with (
        running(replace(world, builds=[*world.builds, *many]), code="github") as server,
        client(server, "github") as github,
    ):
        path = f"{WEB}/actions/runs"
        answer = github.get(path, params={"created": ">=2026-01-01T00:00:00Z"})
        assert answer.json()["total_count"] == 1500 + PIPELINES
        shown = rows(github, path, items="workflow_runs", created=">=2026-01-01", per_page="100")
        assert len(shown) == 1000
        every = rows(github, path, items="workflow_runs", per_page="100")
        assert len(every) == 1500 + PIPELINES


def test_runs_are_newest_first_within_a_span(github: httpx.Client) -> None:
    span = "2026-01-05T12:00:00Z..2026-01-05T14:00:00Z"
    found = rows(
        github, f"{WEB}/actions/runs", items="workflow_runs", created=span, direction="asc"
    )
    assert [row["run_number"] for row in found] == [5, 4, 3]


def test_jobs_of_earlier_attempts_are_shown_to_those_who_ask(github: httpx.Client) -> None:
    path = f"{WEB}/actions/runs/301/jobs"
    last = [(row["name"], row["run_attempt"]) for row in rows(github, path, items="jobs")]
    assert last == [("deploy:eu", 2), ("deploy:us", 1)]
    every = rows(github, path, items="jobs", filter="all")
    assert [(row["name"], row["run_attempt"], row["conclusion"]) for row in every] == [
        ("deploy:eu", 1, "failure"),
        ("deploy:eu", 2, "success"),
        ("deploy:us", 1, "success"),
    ]


def test_a_status_moves_its_deployment_and_what_is_replaced_becomes_inactive() -> None:
    world = tiny_world()
    [first, second] = [replace(world.deployments[0], job_ids=[801, 802]) for _ in range(2)]
    later = {"created": first.created + HOUR, "started": first.started + HOUR}
    second = replace(second, build=302, job_ids=[803, 804], **later)
    assert first.finished is not None
    second = replace(second, finished=first.finished + HOUR)
    with (
        running(replace(world, deployments=[first, second]), code="github") as server,
        client(server, "github") as github,
    ):
        listed = rows(github, f"{WEB}/deployments")
        assert [row["id"] for row in listed] == [804, 803, 802, 801]
        old = listed[-1]
        statuses = rows(github, f"{WEB}/deployments/801/statuses")
        assert [row["state"] for row in statuses] == ["inactive", "success", "in_progress"]
        assert old["updated_at"] == statuses[0]["created_at"] > old["created_at"]
        assert statuses[0]["log_url"].endswith("/actions/runs/301/job/7011")


def test_what_is_known_already_is_not_sent_again_and_costs_nothing(github: httpx.Client) -> None:
    first = github.get(f"{WEB}/branches")
    again = github.get(f"{WEB}/branches", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    used = [int(answer.headers["x-ratelimit-used"]) for answer in (first, again)]
    assert used[0] == used[1]
    assert github.get(f"{WEB}/branches").headers["x-ratelimit-used"] == str(used[1] + 1)


def test_the_secondary_limit_is_a_403_that_says_so() -> None:
    faults = Faults([Fault("rate_limit", vendor="github", times=1)])
    with (
        running(tiny_world(), code="github", faults=faults) as server,
        client(server, "github") as github,
    ):
        refused = github.get("/user")
        assert (refused.status_code, refused.headers["retry-after"]) == (403, "1")
        assert "secondary rate limit" in refused.json()["message"]
        assert github.get("/user").json()["login"] == "headwater"


def test_hidden_repositories_are_not_there() -> None:
    with (
        running(
            tiny_world(), code="github", faults=Faults(hidden={"github": {"shop/web"}})
        ) as server,
        client(server, "github") as github,
    ):
        assert github.get(WEB).status_code == 404
        assert [row["name"] for row in github.get("/user/repos").json()] == ["payments"]


def test_a_company_has_either_github_or_gitlab_and_jenkins() -> None:
    with running(tiny_world(), code="github") as server:
        assert tuple(server.urls) == ("jira", "github", "servicenow")
        assert isinstance(server.vendors["github"], Github)
        assert httpx.get(server.url("gitlab"), timeout=60).status_code == 404
    assert tuple(CompanyServer(Faults(), "cloud").urls)[1:3] == ("gitlab", "jenkins")
