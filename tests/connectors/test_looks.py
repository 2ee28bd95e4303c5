"""First looks at sources: bounded, and sober where something is refused, missing or odd."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
import respx

from connectors import github_look, gitlab_look, jenkins_look, jira_look, servicenow_look
from connectors.http import SourceClient
from connectors.look import MOST_PLACES, Board, Column
from connectors.stream import Payload, Scope
from core.errors import SourceAuthError
from tests.connectors.readers import URL, quick_client

SHOP = Scope("7", {"path_with_namespace": "shop/web", "full_name": "shop/web"})


@pytest.fixture
def client() -> Iterator[SourceClient]:
    opened = quick_client(URL)
    with opened.http:
        yield opened


@pytest.fixture
def tool() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=URL, assert_all_called=False) as router:
        yield router


def answers(router: respx.MockRouter, path: str, body: object, status: int = 200) -> respx.Route:
    return router.get(path).mock(return_value=httpx.Response(status, json=body))


def site(tool: respx.MockRouter, kind: str) -> None:
    answers(tool, "/rest/api/2/serverInfo", {"deploymentType": kind, "version": "10"})
    me = {"displayName": "Reader", "name": "reader"}
    answers(tool, "/rest/api/2/myself", me)
    answers(tool, "/rest/api/3/myself", {**me, "emailAddress": "reader@acme.example"})


def test_a_site_of_thousands_of_projects_is_asked_for_a_few_pages(
    client: SourceClient, tool: respx.MockRouter
) -> None:
    def page(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params["startAt"])
        assert request.url.params["orderBy"] == "-lastIssueUpdatedTime"
        rows = [{"key": f"P{start + n}", "name": "x"} for n in range(50)]
        body = {"values": rows, "startAt": start, "isLast": False, "total": 9_000}
        return httpx.Response(200, json=body)

    site(tool, "Cloud")
    asked = tool.get("/rest/api/3/project/search").mock(side_effect=page)
    found = jira_look.places(client)
    assert (len(found.places), found.more) == (MOST_PLACES, True)
    assert asked.call_count == MOST_PLACES // 50 + 1
    assert found.account == "Reader <reader@acme.example>"


def test_projects_of_a_data_center_stand_by_their_keys(
    client: SourceClient, tool: respx.MockRouter
) -> None:
    site(tool, "Server")
    answers(tool, "/rest/api/2/project", [{"key": "B", "name": "Bee"}, {"key": "A"}])
    found = jira_look.places(client)
    assert [(one.key, one.title) for one in found.places] == [("A", ""), ("B", "Bee")]
    assert (found.product, found.more) == ("Jira Data Center 10", False)


def test_who_is_a_stranger_is_told_before_an_empty_list_comes(
    client: SourceClient, tool: respx.MockRouter
) -> None:
    site(tool, "Cloud")
    answers(tool, "/rest/api/3/myself", {}, 401)
    projects = answers(tool, "/rest/api/3/project/search", {"values": [], "isLast": True})
    with pytest.raises(SourceAuthError):
        jira_look.places(client)
    assert not projects.called


@pytest.mark.parametrize(
    ("status", "refused"), [(401, True), (403, True), (404, False), (400, False)]
)
def test_boards_that_cannot_be_read_are_none(
    status: int, refused: bool, client: SourceClient, tool: respx.MockRouter
) -> None:
    answers(tool, "/rest/agile/1.0/board", {}, status)
    assert jira_look.board(client, "SHOP") == Board(refused=refused)


def test_columns_hold_the_ids_of_statuses(client: SourceClient, tool: respx.MockRouter) -> None:
    answers(tool, "/rest/agile/1.0/board", {"values": [{"id": 4, "name": "Shop"}, {"id": 9}]})
    columns = [{"name": "Doing", "statuses": [{"id": 3}, {"id": "5"}]}, {"name": "Empty"}]
    told = {"columnConfig": {"columns": columns}}
    answers(tool, "/rest/agile/1.0/board/4/configuration", told)
    assert jira_look.board(client, "SHOP") == Board(
        "Shop", (Column("Doing", ("3", "5")), Column("Empty", ()))
    )


def test_types_above_others_come_lowest_first(client: SourceClient, tool: respx.MockRouter) -> None:
    rows = [
        {"name": "Initiative", "hierarchyLevel": 2},
        {"name": "Story", "hierarchyLevel": 0},
        {"name": "Part", "hierarchyLevel": -1},
        {"name": "Epic", "hierarchyLevel": 1},
    ]
    answers(tool, "/rest/api/2/issuetype", rows)
    assert jira_look.parent_types(client) == ("Epic", "Initiative")
    answers(tool, "/rest/api/2/issuetype", [{"name": "Epic"}, {"name": "Bug"}])
    assert jira_look.parent_types(client) == ("Epic",)


def test_labels_of_a_board_stand_from_left_to_right(
    client: SourceClient, tool: respx.MockRouter
) -> None:
    lists = [
        {"position": 1, "label": {"name": "Review"}},
        {"position": 0, "label": {"name": "Doing"}},
        {"position": 2, "label": None},
    ]
    answers(tool, "/api/v4/projects/7/boards", [{"lists": lists}])
    assert gitlab_look.board_labels(client, SHOP) == ("Doing", "Review")
    answers(tool, "/api/v4/projects/7/labels", {}, 403)
    assert gitlab_look.labels(client, SHOP) == ()


def test_what_a_gitlab_project_refuses_is_named(
    client: SourceClient, tool: respx.MockRouter
) -> None:
    answers(tool, "/api/v4/projects/7/environments", [{"name": "prod", "tier": "production"}])
    answers(tool, "/api/v4/projects/7/deployments", {}, 403)
    answers(tool, "/api/v4/projects/7/merge_requests", [{"title": "A-1", "source_branch": "b"}])
    found = gitlab_look.look(client, SHOP)
    assert found.refused == ("deployments",)
    assert [(one.name, one.tier, one.runs) for one in found.environments] == [
        ("prod", "production", 0)
    ]
    assert found.requests == ("A-1 b",)


def test_deployments_of_github_are_counted_by_environment(
    client: SourceClient, tool: respx.MockRouter
) -> None:
    rows = [
        {"environment": "prod", "created_at": "2026-03-01T10:00:00Z"},
        {"environment": "prod", "created_at": "2026-03-02T10:00:00Z"},
        {"environment": "", "created_at": "2026-03-03T10:00:00Z"},
    ]
    answers(tool, "/repos/shop/web/environments", {"environments": [{"name": "demo"}]})
    answers(tool, "/repos/shop/web/deployments", rows)
    answers(tool, "/repos/shop/web/pulls", [{"title": "A-1", "head": None}])
    found = github_look.look(client, SHOP)
    assert [(one.name, one.runs) for one in found.environments] == [("prod", 2), ("demo", 0)]
    assert f"{found.environments[0].last_at:%d}" == "02"
    assert found.requests == ("A-1 ",)


@pytest.mark.parametrize(
    ("name", "deploys"),
    [
        ("shop/deploy-web", True),
        ("DeployWeb", True),
        ("web_release", True),
        ("shop/Prod", True),
        ("deploy/web-ci", False),
        ("product-tests", False),
        ("olive", False),
    ],
)
def test_a_job_deploys_by_its_own_name(name: str, deploys: bool) -> None:
    assert jenkins_look.seems_to_deploy(name) is deploys


def test_builds_tell_what_they_check_out_and_where_to(
    client: SourceClient, tool: respx.MockRouter
) -> None:
    build = {
        "number": 2,
        "timestamp": 1_772_359_200_000,
        "result": "SUCCESS",
        "actions": [
            {},
            {"remoteUrls": ["git@git.example:shop/web.git"]},
            {"parameters": [{"name": "TARGET_ENV", "value": "prod"}, {"name": "V", "value": "1"}]},
        ],
    }
    running = {"number": 3, "result": None, "timestamp": 1_772_359_300_000}
    answers(tool, "/job/shop/job/deploy/api/json", {"builds": [running, build]})
    jobs: list[Payload] = [
        {"fullName": "shop/deploy", "lastBuild": {"number": 3}},
        {"fullName": "shop/web-ci"},
        {"fullName": "shop/deploy/main", "_branch_job": True},
    ]
    found = jenkins_look.look(client, jobs)
    (job,) = found.deploying
    assert (found.count, found.folders) == (3, ("shop",))
    assert (job.ran.runs, job.ran.succeeded) == (1, 1)
    assert job.repositories == ("git@git.example:shop/web.git",)
    assert job.places == ("prod",)


def test_a_desk_that_refuses_one_table_is_read_by_the_other(
    client: SourceClient, tool: respx.MockRouter
) -> None:
    table = "/api/now/v2/table"
    answers(tool, f"{table}/change_request", {}, 403)
    rows = [{"sys_id": str(n), "cmdb_ci": "c1", "business_service": ""} for n in range(3)]
    answers(tool, f"{table}/incident", {"result": rows})
    answers(tool, f"{table}/cmdb_ci", {"result": [{"sys_id": "c1", "name": "Web Shop"}]})
    for name in ("cmdb_ci_service", "sys_choice"):
        answers(tool, f"{table}/{name}", {"result": []})
    found = servicenow_look.look(client)
    assert (found.items, found.rows) == ((("Web Shop", 3),), 3)
