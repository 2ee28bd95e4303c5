"""GitHub's commits, refs and pull requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx

from connectors.github_parse import parse_environment, tier
from connectors.http import SourceClient
from connectors.stream import Payload
from core.errors import PayloadError
from core.records import Commit, MergeRequest, MergeState, Ref, Review, ReviewKind
from tests.connectors.github_site import (
    SCOPE,
    commit,
    completed,
    linked,
    opened,
    repository_stream,
    site,
)
from tests.connectors.readers import payloads, read

PATH = "/repos/shop/api"


@pytest.fixture
def mock() -> Iterator[respx.Router]:
    with site() as router:
        yield router


@pytest.fixture
def client() -> Iterator[SourceClient]:
    with opened() as found:
        yield found


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


def pull(number: int = 7, **changes: Any) -> Payload:
    at = "2026-02-03T10:00:00Z"
    whole = {"id": 42, "open_issues_count": number, "pushed_at": at}
    return {
        "id": 9000 + number,
        "number": number,
        "title": "Add a basket",
        "body": None,
        "state": "open",
        "user": {"login": "dana", "type": "User"},
        "labels": [{"id": 1, "name": "hotfix", "color": "f00"}],
        "head": {"ref": "basket", "sha": "b2", "repo": whole},
        "base": {"ref": "main", "sha": "m1", "repo": whole},
        "created_at": "2026-02-01T10:00:00Z",
        "updated_at": at,
        "closed_at": None,
        "merged_at": None,
        "merge_commit_sha": "trial",
    } | changes


def merged(sha: str, **changes: Any) -> Payload:
    at = "2026-02-03T10:00:00Z"
    return pull(state="closed", closed_at=at, merged_at=at, merge_commit_sha=sha, **changes)


def test_requests_are_read_newest_change_first_without_what_moves_with_each_push(
    client: SourceClient, mock: respx.Router
) -> None:
    route = mock.get(f"{PATH}/pulls")
    route.side_effect = [
        linked([pull(9), pull(8)], "/pulls", 2),
        httpx.Response(200, json=[pull(7)]),
    ]
    found = read(repository_stream(client, "pull_requests"), client, scope=SCOPE)
    assert [row["number"] for row in payloads(found)] == [9, 8, 7]
    asked = route.calls[0].request.url.params
    told = (asked["state"], asked["sort"], asked["direction"], "since" in asked)
    assert told == ("all", "updated", "desc", False)
    assert found[-1].cursor == {"watermark": "2026-02-03T10:00:00.000Z"}
    row = payloads(found)[2]
    assert row["head"] == {"ref": "basket", "sha": "b2"}
    assert "merge_commit_sha" not in row


def test_open_requests_are_read_again_as_the_list_gives_them(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get(f"{PATH}/pulls").respond(json=[pull(7)])
    one = repository_stream(client, "pull_requests")
    listed = payloads(read(one, client, scope=SCOPE))
    assert one.watch is not None
    assert one.watch.open(listed[0])
    assert not one.watch.open(merged("m9"))
    mock.get(f"{PATH}/pulls/7").respond(json=pull(7) | {"mergeable": True, "commits": 2})
    mock.get(f"{PATH}/pulls/8").respond(404, json={"message": "Not Found"})
    again = one.watch.read(client, SCOPE, [*listed, pull(8)])
    assert list(again) == listed


def details(
    router: respx.Router, *, commits: list[Payload], landed: Payload | None = None
) -> respx.Route:
    router.get(f"{PATH}/pulls/7/commits").respond(json=commits)
    router.get(f"{PATH}/pulls/7/reviews").respond(json=[])
    sha = landed["sha"] if landed else "none"
    return router.get(f"{PATH}/commits/{sha}").respond(json=landed)


def shas(client: SourceClient, given: Payload) -> tuple[str | None, str | None, str | None]:
    found = completed(client, "pull_requests", [given])
    request = next(record for record in found if isinstance(record, MergeRequest))
    return request.merge_sha, request.squash_sha, request.head_sha


def test_a_merge_commit_has_two_parents(client: SourceClient, mock: respx.Router) -> None:
    details(mock, commits=[commit("b2", "m1")], landed=commit("m9", "m8", "b2"))
    assert shas(client, merged("m9")) == ("m9", None, "b2")


def test_a_squash_has_one_parent_and_other_words(client: SourceClient, mock: respx.Router) -> None:
    landed = commit("m9", "m8", at="2026-02-03T10:00:00Z", message="Add a basket (#7)")
    details(mock, commits=[commit("b1", "m1"), commit("b2", "b1")], landed=landed)
    assert shas(client, merged("m9")) == (None, "m9", "b2")


def test_a_rebase_copies_the_last_commit(client: SourceClient, mock: respx.Router) -> None:
    """Author date and words stay, committer and sha are new."""
    last = commit("b2", "b1")
    landed = commit("m9", "m8", message=last["commit"]["message"])
    landed["commit"]["committer"] = {"name": "GitHub", "date": "2026-02-03T10:00:00Z"}
    details(mock, commits=[commit("b1", "m1"), last], landed=landed)
    assert shas(client, merged("m9")) == ("m9", None, "b2")


def test_a_fast_forward_lands_the_branch_itself(client: SourceClient, mock: respx.Router) -> None:
    route = details(mock, commits=[commit("b2", "m1")], landed=commit("b2", "m1"))
    assert shas(client, merged("b2")) == (None, None, "b2")
    assert not route.called


def test_what_landed_and_is_gone_is_still_named(client: SourceClient, mock: respx.Router) -> None:
    details(mock, commits=[])
    mock.get(f"{PATH}/commits/m9").respond(422, json={"message": "No commit found"})
    assert shas(client, merged("m9")) == ("m9", None, "b2")


def test_a_trial_merge_is_no_merge(client: SourceClient, mock: respx.Router) -> None:
    details(mock, commits=[commit("b2", "m1")])
    assert shas(client, pull()) == (None, None, "b2")
    closed = pull(state="closed", closed_at="2026-02-03T10:00:00Z")
    (request, *_) = completed(client, "pull_requests", [closed])
    assert (request.state, request.merge_sha) == (MergeState.CLOSED, None)


def test_requests_get_the_commits_of_their_branch_over_all_pages(
    client: SourceClient, mock: respx.Router
) -> None:
    details(mock, commits=[])
    mock.get(f"{PATH}/pulls/7/commits").side_effect = [
        linked([commit("b1", "m1")], "/pulls/7/commits", 2),
        httpx.Response(200, json=[commit("b2", "b1")]),
    ]
    found = completed(client, "pull_requests", [pull()])
    assert found[0].commits == ("b1", "b2")
    assert [(r.sha, r.parents) for r in found if isinstance(r, Commit)] == [
        ("b1", ("m1",)),
        ("b2", ("b1",)),
    ]
    assert found[0].labels == ("hotfix",)


def test_reviews_are_what_other_people_gave(client: SourceClient, mock: respx.Router) -> None:
    """Not the author's own comments, not those of bots, not one that is still being written."""
    details(mock, commits=[])
    at = "2026-02-02T09:00:00Z"

    def review(number: int, state: str, login: str, **extra: Any) -> Payload:
        user = {"login": login, "type": extra.pop("type", "User")}
        return {"id": number, "state": state, "user": user, "submitted_at": at, "body": "x"} | extra

    given = [
        review(1, "COMMENTED", "dana"),
        review(2, "COMMENTED", "renovate-shop"),
        review(3, "APPROVED", "checker", type="Bot"),
        review(4, "CHANGES_REQUESTED", "eli"),
        review(5, "DISMISSED", "fay"),
        review(6, "APPROVED", "eli") | {"user": None},
        review(7, "PENDING", "eli") | {"submitted_at": None},
    ]
    mock.get(f"{PATH}/pulls/7/reviews").respond(json=given)
    found = [r for r in completed(client, "pull_requests", [pull()]) if isinstance(r, Review)]
    assert [(r.id, r.kind, r.person.identity if r.person else None) for r in found] == [
        ("4", ReviewKind.CHANGES_REQUESTED, "eli"),
        ("5", ReviewKind.COMMENTED, "fay"),
        ("6", ReviewKind.APPROVED, None),
    ]
    assert {(r.repository, r.merge_request) for r in found} == {("42", "9007")}


@pytest.mark.usefixtures("mock")
def test_an_odd_request_is_refused_alone(client: SourceClient) -> None:
    one = repository_stream(client, "pull_requests")
    with pytest.raises(PayloadError, match="unknown state"):
        list(one.parse(pull(state="merging"), SCOPE))
    with pytest.raises(KeyError):
        list(one.parse({"id": 1}, SCOPE))
