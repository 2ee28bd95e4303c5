"""A GitHub with one repository, for the tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import respx
from pydantic import SecretStr

from connectors import github
from connectors.http import SourceClient
from connectors.stream import Connection, Payload, Scope, Stream, Wanted
from core.source_settings import Auth, GithubSource
from tests.connectors.readers import stream

URL = "https://github.example/api/v3"
GRAPHQL = "https://github.example/api/graphql"
REPOSITORY: Payload = {
    "id": 42,
    "name": "api",
    "full_name": "shop/api",
    "default_branch": "main",
    "has_issues": True,
    "created_at": "2026-01-10T00:00:00Z",
    "html_url": "https://github.example/shop/api",
    "open_issues_count": 7,
    "temp_clone_token": "s3cret",
}
SCOPE = Scope("42", REPOSITORY)


def source(**changes: Any) -> GithubSource:
    auth = Auth(token=SecretStr("ghp"))
    given = {
        "name": "github",
        "kind": "github",
        "url": URL,
        "auth": auth,
        "repositories": ["shop/api"],
    }
    return GithubSource.model_validate(given | changes)


@contextmanager
def site() -> Iterator[respx.Router]:
    """The routes, with those that connecting asks for."""
    with respx.mock(base_url=URL, assert_all_called=False) as router:
        quota = {"limit": "5000", "remaining": "4990", "reset": "1790000000"}
        headers = {f"x-ratelimit-{name}": value for name, value in quota.items()}
        router.get("/user").respond(json={"login": "reader"}, headers=headers)
        router.get("/meta").respond(json={"installed_version": "3.19.1"})
        router.get("/repos/shop/api").respond(json=REPOSITORY)
        graphql(router).respond(404, json={"message": "Not Found"})
        yield router


def graphql(router: respx.Router) -> respx.Route:
    """The route of GraphQL, which an enterprise server has beside REST; without another answer it
    is refused.
    """
    return router.routes.add(respx.Route(method="POST", url=GRAPHQL), name="graphql")


@contextmanager
def opened() -> Iterator[SourceClient]:
    client = github.open_client_for(source(), sleep=lambda _seconds: None)
    yield client
    client.http.close()


def connected(client: SourceClient, wanted: Wanted | None = None, **changes: Any) -> Connection:
    return github.connect(client, source(**changes), wanted or Wanted(bots=("renovate*",)))


def repository_stream(client: SourceClient, name: str, **changes: Any) -> Stream:
    return stream(connected(client, **changes), name)


def linked(body: Any, path: str, page: int) -> httpx.Response:
    """A page that names the next one, as GitHub does by the repository's number."""
    link = f'<{URL}/repositories/42{path}?page={page}&per_page=100>; rel="next"'
    return httpx.Response(200, json=body, headers={"link": link})


def commit(sha: str, *parents: str, at: str = "2026-02-01T10:00:00Z", **extra: Any) -> Payload:
    """A commit as GitHub lists it, written and committed at the same time."""
    who = {"name": "Dana", "email": "Dana@example.com", "date": at}
    told = {"author": who, "committer": who, "message": f"Say {sha}", "url": "u"} | extra
    links = [{"sha": parent, "url": "u"} for parent in parents]
    user = {"login": "dana", "type": "User", "url": "u"}
    return {"sha": sha, "url": "u", "commit": told, "author": user, "parents": links}


def completed(client: SourceClient, name: str, given: list[Payload], **changes: Any) -> list[Any]:
    """The records of payloads after their details were added."""
    one = repository_stream(client, name, **changes)
    assert one.complete is not None
    one.complete(client, SCOPE, given)
    return [record for row in given for record in one.parse(row, SCOPE)]
