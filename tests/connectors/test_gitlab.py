"""GitLab as the runner meets it: which projects are read, and what is asked for."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
import respx

from connectors import gitlab
from connectors.http import SourceClient
from core.errors import SourceAnswerError, SourceAuthError, SourceUnavailableError
from tests.connectors.gitlab_site import (
    PROJECT,
    SCOPE,
    URL,
    answer_connecting,
    connected,
    linked,
    project_stream,
    saved,
    source,
)
from tests.connectors.readers import payloads, read, stream


@pytest.fixture
def mock() -> Iterator[respx.Router]:
    with respx.mock(base_url=f"{URL}/api/v4", assert_all_called=False) as router:
        answer_connecting(router)
        yield router


@pytest.fixture
def client() -> Iterator[SourceClient]:
    opened = gitlab.open_client_for(source(), sleep=lambda _seconds: None)
    yield opened
    opened.http.close()


def test_connecting_tells_who_we_are_and_sends_the_private_token(
    client: SourceClient, mock: respx.Router
) -> None:
    found = connected(client)
    assert (found.identity.account, found.identity.version) == ("reader", "18.5.2")
    assert mock.calls[0].request.headers["private-token"] == "glpat"
    names = [one.name for one in found.streams]
    assert names[0] == "projects"
    assert all(one.over == "projects" and one.optional for one in found.streams[1:])


@pytest.mark.usefixtures("mock")
def test_projects_are_kept_without_their_secrets(client: SourceClient) -> None:
    (project,) = payloads(read(project_stream(client, "projects"), client))
    assert project == {"id": 42, "path_with_namespace": "shop/api"}


def test_projects_of_a_group_are_read_with_its_subgroups_and_each_once(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get("/groups/shop%2Fteam").respond(json={"id": 7})
    other = {"id": 41, "path_with_namespace": "shop/web"}
    route = mock.get("/groups/7/projects")
    route.side_effect = [
        linked([PROJECT], "/groups/7/projects", 2),
        httpx.Response(200, json=[other]),
    ]
    found = connected(client, groups=["shop/team"])
    assert [p["id"] for p in payloads(read(stream(found, "projects"), client))] == [41, 42]
    asked = route.calls[0].request.url.params
    assert (asked["include_subgroups"], asked["with_shared"]) == ("true", "false")


def test_without_a_choice_all_projects_of_ours_are_read_by_key(
    client: SourceClient, mock: respx.Router
) -> None:
    route = mock.get("/projects").respond(json=[PROJECT])
    found = connected(client, projects=[])
    assert [p["id"] for p in payloads(read(stream(found, "projects"), client))] == [42]
    assert route.calls[0].request.url.params["pagination"] == "keyset"


def test_what_is_not_visible_is_named(client: SourceClient, mock: respx.Router) -> None:
    mock.get("/projects/shop%2Fgone").respond(404, json={"message": "404 Project Not Found"})
    mock.get("/groups/secret").respond(404, json={"message": "404 Group Not Found"})
    with pytest.raises(SourceAuthError, match="project shop/gone, group secret"):
        connected(client, projects=["shop/api", "shop/gone"], groups=["secret"])


def test_a_moved_project_is_found_by_its_number(client: SourceClient, mock: respx.Router) -> None:
    location = "http://gitlab.example/api/v4/projects/42"
    mock.get("/projects/old%2Fapi").respond(301, headers={"location": location})
    mock.get("/projects/42").respond(json=PROJECT)
    found = connected(client, projects=["old/api"])
    assert [p["id"] for p in payloads(read(stream(found, "projects"), client))] == [42]


def test_a_redirect_to_a_login_page_is_a_matter_of_credentials(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get("/projects/shop%2Fapi").respond(302, headers={"location": f"{URL}/users/sign_in"})
    with pytest.raises(SourceAuthError, match="login page"):
        connected(client)


def test_wrong_credentials_stop_at_the_first_question(
    client: SourceClient, mock: respx.Router
) -> None:
    route = mock.get("/user").respond(401, json={"message": "401 Unauthorized"})
    with pytest.raises(SourceAuthError, match="401"):
        connected(client)
    assert route.call_count == 1


def test_merge_requests_are_read_by_their_last_change_from_everybody(
    client: SourceClient, mock: respx.Router
) -> None:
    """The second page begins anew a second before the last request of the first."""
    one, two = saved("merge_requests")
    three = two | {"id": 9003, "iid": 13, "updated_at": "2026-02-06T10:00:00.000Z"}
    path = "/projects/42/merge_requests"
    route = mock.get(path)
    route.side_effect = [
        linked([one, two], path, 2),
        httpx.Response(200, json=[two, three]),
        httpx.Response(200, json=[]),
    ]
    requests = project_stream(client, "merge_requests")
    found = read(requests, client, scope=SCOPE)
    assert [p["id"] for p in payloads(found)] == [9001, 9002, 9003]
    assert found[-1].cursor["watermark"] == "2026-02-06T10:00:00.000Z"
    read(requests, client, scope=SCOPE, cursor=found[-1].cursor)
    first, second, third = (call.request.url.params for call in route.calls)
    told = (first["scope"], first["state"], first["order_by"], first["sort"])
    assert told == ("all", "all", "updated_at", "asc")
    assert "updated_after" not in first
    assert second["updated_after"] == "2026-02-05T09:59:59.000Z"
    assert third["updated_after"] == "2026-02-06T09:50:00.000Z"


def test_a_filter_that_is_ignored_is_an_error(client: SourceClient, mock: respx.Router) -> None:
    mock.get("/projects/42/pipelines").respond(json=[saved("pipeline")])
    cursor = {"watermark": "2026-06-01T00:00:00.000Z", "asked": ""}
    with pytest.raises(SourceAnswerError, match="700 is not among"):
        read(project_stream(client, "pipelines"), client, scope=SCOPE, cursor=cursor)


def test_429_in_plain_text_is_waited_out_and_html_is_an_error(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get("/projects/42/pipelines").side_effect = [
        httpx.Response(429, text="Retry later\n", headers={"retry-after": "2"}),
        httpx.Response(200, json=[saved("pipeline")]),
        httpx.Response(200, html="<h1>Sign in</h1>"),
    ]
    pipelines = project_stream(client, "pipelines")
    assert len(payloads(read(pipelines, client, scope=SCOPE))) == 1
    with pytest.raises(SourceAuthError, match="a login page came instead of JSON"):
        read(pipelines, client, scope=SCOPE)


def test_a_feature_that_is_switched_off_says_so_by_its_status(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get("/projects/42/deployments").respond(403, json={"message": "403 Forbidden"})
    with pytest.raises(SourceAuthError) as caught:
        read(project_stream(client, "deployments"), client, scope=SCOPE)
    assert caught.value.status == 403


def test_an_odd_payload_does_not_stop_the_others(client: SourceClient, mock: respx.Router) -> None:
    """It is handed on, to be kept raw and counted; the watermark rests on the readable ones."""
    odd = {"id": 1, "status": "success"}
    mock.get("/projects/42/pipelines").respond(json=[odd, saved("pipeline")])
    pipelines = project_stream(client, "pipelines")
    (page,) = read(pipelines, client, scope=SCOPE)
    assert [pipelines.id(p, SCOPE) for p in page.payloads] == ["1", "700"]
    assert page.cursor["watermark"] == "2026-02-04T10:20:00.000Z"
    with pytest.raises(KeyError):
        list(pipelines.parse(odd, SCOPE))


def test_an_answer_that_stays_away_ends_this_run(client: SourceClient, mock: respx.Router) -> None:
    mock.get("/projects/42/environments").respond(502, html="<h1>Bad gateway</h1>")
    with pytest.raises(SourceUnavailableError, match="still 502"):
        read(project_stream(client, "environments"), client, scope=SCOPE)
