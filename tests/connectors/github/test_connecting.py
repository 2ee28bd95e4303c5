"""GitHub as the runner meets it: who we are, which repositories are read, what answers mean."""

from __future__ import annotations

import httpx
import pytest
import respx
from pydantic import ValidationError

from connectors import github
from connectors.github_streams import ONE_BY_ONE
from connectors.http import SourceClient
from core.errors import ConfigError, SourceAnswerError, SourceAuthError, SourceUnavailableError
from core.records import Project, Repository
from core.source_settings import Auth
from tests.connectors.github.site import (
    REPOSITORY,
    SCOPE,
    URL,
    connected,
    linked,
    repository_stream,
    source,
)
from tests.connectors.readers import payloads, read, stream


def test_connecting_tells_who_we_are_what_it_is_and_how_much_is_left(
    client: SourceClient, mock: respx.Router
) -> None:
    found = connected(client)
    told = found.identity
    assert (told.account, told.product, told.version) == (
        "reader",
        "GitHub Enterprise Server",
        "3.19.1",
    )
    assert mock.calls[0].request.headers["authorization"] == "Bearer ghp"
    assert [(one.name, one.ok, one.detail) for one in found.probes] == [
        ("repositories", True, "1 visible"),
        ("quota", True, "4990 of 5000 requests left, renewed at 14:13 UTC"),
        ("graphql", True, ONE_BY_ONE),
    ]


def test_a_spent_quota_is_told(client: SourceClient, mock: respx.Router) -> None:
    spent = {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "0"}
    mock.get("/user").respond(json={"login": "reader"}, headers=spent)
    mock.get("/meta").respond(404, json={"message": "Not Found"})
    found = connected(client)
    assert (found.identity.product, found.identity.version) == ("GitHub", "")
    assert [one.ok for one in found.probes] == [True, False, True]


def test_a_repository_that_left_the_list_is_asked_for_by_its_number(
    client: SourceClient, mock: respx.Router
) -> None:
    """It was archived or given away, and can be read all the same; or it can not."""
    found = connected(client)
    assert found.visible == {"42": "repository shop/api"}
    mock.get("/repositories/7").respond(json=REPOSITORY | {"id": 7, "archived": True})
    mock.get("/repositories/8").respond(404, json={"message": "Not Found"})
    assert found.still is not None
    assert [found.still(number) for number in ("7", "8")] == [True, False]


def test_an_installation_of_an_app_is_no_user(client: SourceClient, mock: respx.Router) -> None:
    mock.get("/user").respond(403, json={"message": "Resource not accessible by integration"})
    owner = {"owner": {"login": "shop"}}
    path = "/installation/repositories"
    mock.get(path).respond(json={"total_count": 1, "repositories": [REPOSITORY | owner]})
    found = connected(client, repositories=[])
    assert found.identity.account == "app installation (shop)"
    assert [p["id"] for p in payloads(read(stream(found, "repositories"), client))] == [42]


@pytest.mark.usefixtures("mock")
def test_repositories_are_kept_without_counts_and_secrets_and_are_trackers_too(
    client: SourceClient,
) -> None:
    one = repository_stream(client, "repositories")
    (row,) = payloads(read(one, client))
    assert not {"open_issues_count", "temp_clone_token"} & set(row)
    assert list(one.parse(row, SCOPE)) == [
        Repository("42", "shop/api", "main", "https://github.example/shop/api"),
        Project("42", "shop/api", "api"),
    ]


def test_an_organization_or_a_user_gives_what_is_not_archived(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get("/orgs/shop").respond(json={"login": "shop"})
    mock.get("/orgs/dana").respond(404, json={"message": "Not Found"})
    mock.get("/users/dana").respond(json={"login": "dana"})
    other = REPOSITORY | {"id": 41, "full_name": "shop/web"}
    old = REPOSITORY | {"id": 40, "full_name": "shop/old", "archived": True}
    mock.get("/orgs/shop/repos").side_effect = [
        linked([REPOSITORY, old], "/repos", 2),
        httpx.Response(200, json=[other]),
    ]
    mock.get("/users/dana/repos").respond(json=[])
    found = connected(client, organizations=["shop", "dana"])
    assert [p["id"] for p in payloads(read(stream(found, "repositories"), client))] == [41, 42]


def test_what_is_not_visible_is_named(client: SourceClient, mock: respx.Router) -> None:
    for path in ("/repos/shop/gone", "/orgs/secret", "/users/secret"):
        mock.get(path).respond(404, json={"message": "Not Found"})
    with pytest.raises(SourceAuthError, match="repository shop/gone, organization secret"):
        connected(client, repositories=["shop/api", "shop/gone"], organizations=["secret"])


def test_a_renamed_repository_is_found_by_its_number(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get("/repos/old/api").respond(301, headers={"location": f"{URL}/repositories/42"})
    mock.get("/repositories/42").respond(json=REPOSITORY)
    found = connected(client, repositories=["old/api"])
    (row,) = payloads(read(stream(found, "repositories"), client))
    assert row["full_name"] == "shop/api"


def test_a_redirect_elsewhere_is_a_matter_of_credentials(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get("/repos/shop/api").respond(302, headers={"location": "https://sso.example/login"})
    with pytest.raises(SourceAuthError, match="login page"):
        connected(client)


def test_wrong_credentials_stop_at_the_first_question(
    client: SourceClient, mock: respx.Router
) -> None:
    route = mock.get("/user").respond(401, json={"message": "Bad credentials"})
    with pytest.raises(SourceAuthError, match="401"):
        connected(client)
    assert route.call_count == 1


def test_a_token_and_names_with_an_owner_are_needed() -> None:
    with pytest.raises(ConfigError, match=r"auth\.token"):
        github.open_client_for(source(auth=Auth()))
    with pytest.raises(ValidationError):
        source(repositories=["api"])


def test_429_is_waited_out_and_a_page_is_an_error(client: SourceClient, mock: respx.Router) -> None:
    mock.get("/repos/shop/api/branches").side_effect = [
        httpx.Response(429, json={"message": "secondary rate limit"}, headers={"retry-after": "2"}),
        httpx.Response(200, json=[{"name": "main", "commit": {"sha": "a1"}}]),
        httpx.Response(200, html="<h1>Unicorn!</h1>"),
    ]
    branches = repository_stream(client, "branches")
    assert len(payloads(read(branches, client, scope=SCOPE))) == 1
    with pytest.raises(SourceAnswerError, match="not JSON"):
        read(branches, client, scope=SCOPE)


def test_403_with_a_limit_is_waited_out(client: SourceClient, mock: respx.Router) -> None:
    limits = {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "0",
        "retry-after": "1",
    }
    spent = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes"}
    mock.get("/repos/shop/api/tags").side_effect = [
        httpx.Response(403, json=spent, headers=limits),
        httpx.Response(200, json=[{"name": "v1", "commit": {"sha": "a1"}}]),
    ]
    assert len(payloads(read(repository_stream(client, "tags"), client, scope=SCOPE))) == 1


def test_a_part_that_is_switched_off_says_so_by_its_status(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get("/repos/shop/api/environments").respond(404, json={"message": "Not Found"})
    one = repository_stream(client, "environments")
    assert one.optional
    with pytest.raises(SourceAnswerError) as caught:
        read(one, client, scope=SCOPE)
    assert caught.value.status == 404


def test_an_answer_that_stays_away_ends_this_run(client: SourceClient, mock: respx.Router) -> None:
    mock.get("/repos/shop/api/tags").respond(502, html="<h1>Unicorn</h1>")
    with pytest.raises(SourceUnavailableError, match="still 502"):
        read(repository_stream(client, "tags"), client, scope=SCOPE)


@pytest.mark.usefixtures("mock")
def test_a_repository_without_issues_is_not_asked_for_them(client: SourceClient) -> None:
    found = connected(client, status_labels=["status: *"])
    without = REPOSITORY | {"has_issues": False}
    passed = {one.name for one in found.streams if one.scope and one.scope(without) is None}
    assert passed == {"issues", "labels"}
    assert all(one.over == "repositories" and one.optional for one in found.streams if one.over)
