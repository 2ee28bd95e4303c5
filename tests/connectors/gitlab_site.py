"""A GitLab with one project, for the tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import respx
from pydantic import SecretStr

from connectors import gitlab
from connectors.http import SourceClient
from connectors.stream import Connection, Payload, Scope, Stream, Wanted
from core.source_settings import Auth, GitlabSource
from tests.connectors.readers import stream

URL = "https://gitlab.example"
DATA = Path(__file__).parent / "data"
PROJECT: Payload = {"id": 42, "path_with_namespace": "shop/api", "runners_token": "s3cret"}
SCOPE = Scope("42", PROJECT)


def source(**changes: Any) -> GitlabSource:
    auth = Auth(token=SecretStr("glpat"))
    given = {"name": "gitlab", "kind": "gitlab", "url": URL, "auth": auth, "projects": ["shop/api"]}
    return GitlabSource.model_validate(given | changes)


def connected(client: SourceClient, **changes: Any) -> Connection:
    return gitlab.connect(client, source(**changes), Wanted(bots=("renovate*",)))


def project_stream(client: SourceClient, name: str) -> Stream:
    return stream(connected(client), name)


def saved(name: str) -> Any:
    return json.loads((DATA / f"gitlab_{name}.json").read_text())


def linked(rows: list[Payload], path: str, page: int) -> httpx.Response:
    link = f'<{URL}/api/v4{path}?page={page}&per_page=100>; rel="next"'
    return httpx.Response(200, json=rows, headers={"link": link})


def answer_connecting(router: respx.Router) -> None:
    """What connecting asks for."""
    router.get("/user").respond(json={"id": 1, "username": "reader"})
    router.get("/version").respond(json={"version": "18.5.2"})
    router.get("/projects/shop%2Fapi").respond(json=PROJECT)


@dataclass(frozen=True)
class Site:
    """The project's server, and a client that does not sleep."""

    router: respx.Router
    client: SourceClient

    def get(self, path: str) -> respx.Route:
        """What is asked below the project."""
        return self.router.get(f"/projects/42/{path}")

    def stream(self, name: str, **changes: Any) -> Stream:
        return stream(connected(self.client, **changes), name)

    def completed(self, name: str, rows: list[Payload]) -> list[Any]:
        """The records of rows after their details were added."""
        one = self.stream(name)
        assert one.complete is not None
        one.complete(self.client, SCOPE, rows)
        return [record for row in rows for record in one.parse(row, SCOPE)]

    def asked(self, route: respx.Route) -> list[str]:
        """The queries that a route was asked, decoded."""
        return [str(call.request.url.params) for call in route.calls]


@contextmanager
def serving() -> Iterator[Site]:
    with respx.mock(base_url=f"{URL}/api/v4", assert_all_called=False) as router:
        answer_connecting(router)
        client = gitlab.open_client_for(source(), sleep=lambda _seconds: None)
        yield Site(router, client)
        client.http.close()
