"""GitHub's recorded answers with their headers, asked for by the connector."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from pydantic import SecretStr

from connectors import github
from connectors.http import SourceClient
from connectors.stream import Scope, Wanted
from core.source_settings import Auth, GithubSource
from tests.connectors.readers import payloads, read, stream

URL = "https://api.github.com"
OWNER = "octokit-fixture-org"


@pytest.fixture
def client() -> Iterator[SourceClient]:
    opened = github.open_client_for(_source("any"), sleep=lambda _seconds: None)
    yield opened
    opened.http.close()


def _source(name: str) -> GithubSource:
    return GithubSource(
        name="github",
        kind="github",
        auth=Auth(token=SecretStr("ghp")),
        repositories=(f"{OWNER}/{name}",),
    )


def recorded(fixtures: Path, name: str) -> list[dict[str, Any]]:
    path = fixtures / "github" / "recorded" / f"{name}.json"
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _answer(one: dict[str, Any]) -> httpx.Response:
    kept = {name: one["headers"][name] for name in ("link", "location") if name in one["headers"]}
    return httpx.Response(one["status"], json=one["response"], headers=kept)


def test_five_pages_are_followed_by_their_links_to_the_repositorys_number(
    fixtures_dir: Path, client: SourceClient
) -> None:
    pages = recorded(fixtures_dir, "paginate-issues")
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params.get("page", "1"))
        return _answer(pages[int(asked[-1]) - 1])

    name = f"{OWNER}/paginate-issues"
    repository = {"id": 1000, "full_name": name, "name": "x", "has_issues": True}
    with respx.mock(base_url=URL) as router:
        router.get("/user").respond(json={"login": "reader"})
        router.get("/meta").respond(json={})
        router.post("/graphql").respond(404, json={"message": "Not Found"})
        router.get(f"/repos/{name}").respond(json=repository)
        router.get(f"/repos/{name}/issues").mock(side_effect=answer)
        issues = stream(github.connect(client, _source("paginate-issues"), Wanted()), "issues")
        found = payloads(read(issues, client, scope=Scope("1000", repository)))
    # All of one moment, so they are looked through once more: one that moved would hide another.
    assert asked == ["1", "2", "3", "4", "5"] * 2
    assert [row["number"] for row in found] == list(range(13, 0, -1))


def test_a_renamed_repository_is_followed_to_its_number(
    fixtures_dir: Path, client: SourceClient
) -> None:
    gets = [one for one in recorded(fixtures_dir, "rename-repository") if one["method"] == "get"]
    assert [one["status"] for one in gets] == [301, 200]
    with respx.mock(base_url=URL) as router:
        router.get("/user").respond(json={"login": "reader"})
        router.get("/meta").respond(json={})
        router.post("/graphql").respond(404, json={"message": "Not Found"})
        for one in gets:
            router.get(one["path"]).mock(return_value=_answer(one))
        opened = github.connect(client, _source("rename-repository"), Wanted())
    (row,) = payloads(read(stream(opened, "repositories"), client))
    assert row["full_name"] == f"{OWNER}/rename-repository-newname"
