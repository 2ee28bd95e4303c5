"""GitHub's commits, refs and tiers."""

from __future__ import annotations

import httpx
import pytest
import respx

from connectors.github_parse import parse_environment, tier
from connectors.http import SourceClient
from connectors.stream import Payload, Reading
from core.errors import SourceAnswerError
from core.records import Commit, Ref
from tests.connectors.github.site import (
    SCOPE,
    commit,
    completed,
    repository_stream,
)
from tests.connectors.readers import payloads, read

PATH = "/repos/shop/api"


def branches(router: respx.Router, **heads: str) -> None:
    rows = [{"name": name, "commit": {"sha": sha, "url": "u"}} for name, sha in heads.items()]
    router.get(f"{PATH}/branches").respond(json=rows)


def log(router: respx.Router, **commits: tuple[str, ...]) -> respx.Route:
    """Answers with all commits below the asked one, 422 for one that is gone."""

    def answer(request: httpx.Request) -> httpx.Response:
        sha = request.url.params["sha"]
        if sha not in commits:
            return httpx.Response(422, json={"message": f"No commit found for SHA: {sha}"})
        todo, found = [sha], list[str]()
        while todo:
            one = todo.pop(0)
            found += [] if one in found else [one]
            todo += commits[one]
        return httpx.Response(200, json=[commit(one, *commits[one]) for one in found])

    return router.get(f"{PATH}/commits").mock(side_effect=answer)


def test_commits_are_walked_from_every_head_each_once(
    client: SourceClient, mock: respx.Router
) -> None:
    branches(mock, fix="f1", main="m2")
    route = log(mock, m2=("m1",), m1=(), f1=("m1",))
    one = repository_stream(client, "commits")
    found = read(one, client, scope=SCOPE)
    assert [row["id"] for row in payloads(found)] == ["m2", "m1", "f1"]
    assert [call.request.url.params["sha"] for call in route.calls] == ["m2", "f1"]
    records = [record for row in payloads(found) for record in one.parse(row, SCOPE)]
    told = [(r.sha, r.parents) for r in records if isinstance(r, Commit)]
    assert told == [("m2", ("m1",)), ("m1", ()), ("f1", ("m1",))]
    people = {r.author.identity for r in records if isinstance(r, Commit) and r.author}
    assert people == {"dana@example.com"}


def test_a_late_push_is_found_whatever_its_date(client: SourceClient, mock: respx.Router) -> None:
    branches(mock, main="m2", late="l1")
    log(mock, m2=("m1",), m1=(), l1=("m1",))
    one = repository_stream(client, "commits")
    known = ["42:m1", "42:m2"]
    found = read(one, client, scope=SCOPE, cursor={"frontier": []}, known=known)
    assert [one.id(row, SCOPE) for row in payloads(found)] == ["42:l1"]


def test_a_forced_push_brings_its_new_commits_and_a_lost_sha_holds_up_nothing(
    client: SourceClient, mock: respx.Router
) -> None:
    branches(mock, main="n2")
    log(mock, n2=("m1",), m1=())
    one = repository_stream(client, "commits")
    known = ["42:m1", "42:m2"]
    found = read(one, client, scope=SCOPE, cursor={"frontier": ["gone"]}, known=known)
    assert [row["id"] for row in payloads(found)] == ["n2"]
    assert found[-1].cursor == {"frontier": []}


def test_a_permission_lost_while_commits_are_walked_ends_no_history(
    client: SourceClient, mock: respx.Router
) -> None:
    refused = httpx.Response(404, json={"message": "Not Found"})
    heads = httpx.Response(200, json=[{"name": "main", "commit": {"sha": "m2"}}])
    mock.get(f"{PATH}/branches").side_effect = [heads, refused]
    log = httpx.Response(200, json=[commit("m2", "m1")])
    mock.get(f"{PATH}/commits").side_effect = [log, refused]
    one = repository_stream(client, "commits")
    pages = one.read(Reading(client, SCOPE, {}, lambda _ids: set()))
    assert next(pages).cursor == {"frontier": ["m1"]}
    with pytest.raises(SourceAnswerError, match="404"):
        next(pages)


def test_an_empty_repository_has_no_commits(client: SourceClient, mock: respx.Router) -> None:
    branches(mock, main="m1")
    mock.get(f"{PATH}/commits").respond(409, json={"message": "Git Repository is empty."})
    found = read(repository_stream(client, "commits"), client, scope=SCOPE)
    assert payloads(found) == []


def test_commits_of_apps_are_those_of_bots(client: SourceClient, mock: respx.Router) -> None:
    branches(mock, main="m1")
    row = commit("m1") | {"author": {"login": "renew", "type": "Bot"}}
    mock.get(f"{PATH}/commits").respond(json=[row])
    one = repository_stream(client, "commits")
    (payload,) = payloads(read(one, client, scope=SCOPE))
    (record,) = one.parse(payload, SCOPE)
    assert isinstance(record, Commit)
    assert record.author is not None
    assert record.author.bot


def test_releases_get_the_commits_of_their_tags_and_drafts_are_none(
    client: SourceClient, mock: respx.Router
) -> None:
    route = mock.get(f"{PATH}/tags").respond(json=[{"name": "v1", "commit": {"sha": "m1"}}])
    at = "2026-02-01T10:00:00Z"
    given: list[Payload] = [
        {"id": 1, "tag_name": "v1", "draft": False, "published_at": at},
        {"id": 2, "tag_name": "v2", "draft": False, "published_at": at},
        {"id": 3, "tag_name": "v3", "draft": True, "published_at": None},
    ]
    found = completed(client, "releases", given)
    assert [(r.kind, r.name, r.sha) for r in found if isinstance(r, Ref)] == [
        ("release", "v1", "m1"),
        ("release", "v2", ""),
    ]
    assert len(found) == 2
    assert route.call_count == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("production", "production"),
        ("eu-prod", "production"),
        ("pre-production", "staging"),
        ("Staging (EU)", "staging"),
        ("qa2", "testing"),
        ("review/feature-1", "development"),
        ("github-pages", "other"),
        ("product-catalogue", "other"),
    ],
)
def test_tiers_are_told_by_the_words_of_a_name(name: str, expected: str) -> None:
    (found,) = parse_environment({"id": 1, "name": name}, SCOPE)
    assert tier(name) == getattr(found, "tier", None) == expected
