"""GitLab's paging, pairs of filter and order, and refusals."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from simulator.config import company_secrets
from simulator.faults import Faults
from simulator.server import CompanyServer, running
from tests.simulator.login import client
from tests.simulator.tiny import tiny_world
from tests.simulator.tiny_names import COMMITS, PIPELINES, sha

WEB = "/api/v4/projects/shop%2Fweb"


def rows(gitlab: httpx.Client, path: str, **query: str) -> list[dict[str, Any]]:
    """Every row, by the Link header to its end."""
    found: list[dict[str, Any]] = []
    answer = gitlab.get(path, params={"per_page": "10", **query})
    while True:
        assert answer.status_code == 200, answer.text
        found += answer.json()
        following = answer.links.get("next")
        if following is None:
            return found
        answer = gitlab.get(following["url"])


def test_a_project_is_found_by_number_and_by_encoded_path(gitlab: httpx.Client) -> None:
    by_path = gitlab.get(WEB).json()
    assert gitlab.get(f"/api/v4/projects/{by_path['id']}").json() == by_path
    assert by_path["default_branch"] == "main"
    assert gitlab.get("/api/v4/projects/shop/web").status_code == 404


def test_commits_of_a_branch_are_what_it_reaches_newest_first(gitlab: httpx.Client) -> None:
    listed = rows(gitlab, f"{WEB}/repository/commits", ref_name="main")
    assert [row["id"] for row in listed] == [sha(f"web {n}") for n in reversed(range(COMMITS))]
    assert listed[0]["parent_ids"] == [sha(f"web {COMMITS - 2}")]
    assert (listed[0]["title"], listed[0]["author_email"]) == ("SHOP-2 web 44", "anna@acme.example")


def test_all_commits_are_those_of_every_branch_but_not_squashed_away(gitlab: httpx.Client) -> None:
    listed = {row["id"] for row in rows(gitlab, f"{WEB}/repository/commits", all="true")}
    assert sha("feature") in listed
    assert sha("work 1") not in listed
    assert len(listed) == COMMITS + 1


def test_commits_are_cut_by_time_and_carry_no_totals(gitlab: httpx.Client) -> None:
    answer = gitlab.get(
        f"{WEB}/repository/commits",
        params={"since": "2026-01-05T10:00:00Z", "until": "2026-01-05T12:00:00Z"},
    )
    assert [row["id"] for row in answer.json()] == [sha("web 3"), sha("web 2"), sha("web 1")]
    assert "x-total" not in answer.headers


def test_a_plus_sign_that_was_not_encoded_is_refused(gitlab: httpx.Client) -> None:
    answer = gitlab.get(f"{WEB}/repository/commits?since=2026-01-05T10:00:00+01:00")
    assert answer.status_code == 400


def test_requests_are_ordered_by_what_is_asked(gitlab: httpx.Client) -> None:
    def order(**query: str) -> list[int]:
        return [row["iid"] for row in rows(gitlab, f"{WEB}/merge_requests", **query)]

    assert order() == [1, 2]
    assert order(order_by="updated_at", sort="asc") == [1, 2]
    assert order(order_by="updated_at", sort="desc") == [2, 1]
    assert order(updated_after="2026-01-06T00:00:00Z") == [2]
    assert order(state="merged") == [1]


def test_the_global_list_of_requests_needs_a_scope(gitlab: httpx.Client) -> None:
    assert rows(gitlab, "/api/v4/merge_requests") == []
    assert len(rows(gitlab, "/api/v4/merge_requests", scope="all")) == 2


def test_a_squashed_request_still_tells_its_commits_without_parents(gitlab: httpx.Client) -> None:
    request = gitlab.get(f"{WEB}/merge_requests/1").json()
    assert (request["sha"], request["squash_commit_sha"]) == (sha("work 2"), sha("web 9"))
    assert request["merge_commit_sha"] is None
    listed = rows(gitlab, f"{WEB}/merge_requests/1/commits")
    assert [row["id"] for row in listed] == [sha("work 2"), sha("work 1")]
    assert listed[0]["parent_ids"] == []


def test_pipelines_tell_their_times_only_one_by_one(gitlab: httpx.Client) -> None:
    listed = rows(gitlab, f"{WEB}/pipelines", order_by="updated_at", sort="asc")
    assert [row["id"] for row in listed] == [300 + n for n in range(1, PIPELINES + 1)]
    assert not {"duration", "started_at", "finished_at"} & set(listed[0])
    detail = gitlab.get(f"{WEB}/pipelines/301").json()
    assert (detail["started_at"], detail["duration"]) == ("2026-01-05T10:01:00.000Z", 480.0)


def test_earlier_attempts_of_a_job_are_told_only_when_asked_for(gitlab: httpx.Client) -> None:
    last = rows(gitlab, f"{WEB}/pipelines/301/jobs")
    assert [(job["name"], job["status"]) for job in last] == [
        ("deploy:us", "success"),
        ("deploy:eu", "success"),
    ]
    assert len(rows(gitlab, f"{WEB}/pipelines/301/jobs", include_retried="true")) == 3


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"updated_after": "2026-01-01T00:00:00Z"}, 400),
        ({"updated_after": "2026-01-01T00:00:00Z", "order_by": "created_at"}, 400),
        ({"updated_after": "2026-01-01T00:00:00Z", "order_by": "updated_at"}, 200),
        ({"finished_after": "2026-01-01T00:00:00Z", "order_by": "finished_at"}, 400),
        (
            {
                "finished_after": "2026-01-01T00:00:00Z",
                "order_by": "finished_at",
                "status": "success",
            },
            200,
        ),
    ],
)
def test_a_filter_on_deployments_must_be_paired_with_its_order(
    gitlab: httpx.Client, query: dict[str, str], status: int
) -> None:
    assert gitlab.get(f"{WEB}/deployments", params=query).status_code == status


def test_each_job_of_a_deployment_is_a_deployment(gitlab: httpx.Client) -> None:
    first, second = rows(gitlab, f"{WEB}/deployments")
    assert {first["id"], second["id"]} == {801, 802}
    assert first["deployable"]["pipeline"]["id"] == second["deployable"]["pipeline"]["id"] == 301
    assert first["environment"]["name"] == "production"
    [place] = rows(gitlab, f"{WEB}/environments")
    assert (place["tier"], place["id"]) == ("production", first["environment"]["id"])


def test_branches_and_tags_name_their_heads(gitlab: httpx.Client) -> None:
    heads = {b["name"]: b["commit"]["id"] for b in rows(gitlab, f"{WEB}/repository/branches")}
    assert heads == {"feature/SHOP-3": sha("feature"), "main": sha("web 44")}
    [tag] = rows(gitlab, f"{WEB}/repository/tags")
    assert (tag["name"], tag["commit"]["id"]) == ("v1.0.0", sha("web 10"))


def test_pages_hold_100_at_most_and_20_unasked(gitlab: httpx.Client) -> None:
    plain = gitlab.get(f"{WEB}/pipelines")
    assert (len(plain.json()), plain.headers["x-next-page"]) == (20, "2")
    assert (plain.headers["x-total"], plain.headers["x-total-pages"]) == ("25", "2")
    many = gitlab.get(f"{WEB}/pipelines", params={"per_page": "1000"})
    assert (many.headers["x-per-page"], many.headers["x-next-page"]) == ("100", "")
    assert set(plain.links) == {"first", "next", "last"}


def test_many_rows_are_not_counted() -> None:
    with (
        running(tiny_world(), faults=Faults(totals_up_to=24)) as server,
        client(server, "gitlab") as gitlab,
    ):
        answer = gitlab.get(f"{WEB}/pipelines")
        assert "x-total" not in answer.headers
        assert set(answer.links) == {"first", "next"}
        assert len(rows(gitlab, f"{WEB}/pipelines")) == PIPELINES


def test_keyset_pages_end_with_an_empty_one_without_link(gitlab: httpx.Client) -> None:
    query = {"pagination": "keyset", "order_by": "id", "sort": "asc", "per_page": "1"}
    answer, names, pages = gitlab.get("/api/v4/projects", params=query), [], 1
    while "next" in answer.links:
        names += [project["path_with_namespace"] for project in answer.json()]
        answer, pages = gitlab.get(answer.links["next"]["url"]), pages + 1
    assert answer.json() == []
    assert (names, pages) == (["shop/web", "shop/payments"], 3)


def test_a_group_lists_its_projects(gitlab: httpx.Client) -> None:
    assert len(rows(gitlab, "/api/v4/groups/shop/projects")) == 2
    assert gitlab.get("/api/v4/groups/none/projects").status_code == 404


def test_a_token_is_needed_in_either_header(company: CompanyServer) -> None:
    token = company_secrets()["DEMO_GITLAB_TOKEN"]
    with httpx.Client(base_url=company.url("gitlab"), timeout=60) as stranger:
        assert stranger.get("/api/v4/user").json() == {"message": "401 Unauthorized"}
        bearer = {"Authorization": f"Bearer {token}"}
        assert stranger.get("/api/v4/user", headers=bearer).json()["username"] == "headwater"


def test_a_hidden_project_is_not_found() -> None:
    with (
        running(tiny_world(), faults=Faults(hidden={"gitlab": {"shop/web"}})) as server,
        client(server, "gitlab") as gitlab,
    ):
        assert gitlab.get(WEB).json() == {"message": "404 Project Not Found"}
        [project] = rows(gitlab, "/api/v4/projects")
        assert project["path_with_namespace"] == "shop/payments"
