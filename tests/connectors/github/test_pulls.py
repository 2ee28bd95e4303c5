"""GitHub's pull requests: how they are read, what they landed as, who reviewed them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import respx

from connectors.http import SourceClient
from connectors.stream import Payload
from core.errors import PayloadError
from core.records import Commit, MergeRequest, MergeState, Review, ReviewKind
from tests.connectors.github.site import (
    SCOPE,
    commit,
    completed,
    linked,
    repository_stream,
)
from tests.connectors.readers import payloads, read

PATH = "/repos/shop/api"


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


def test_several_open_requests_are_read_again_by_one_list_and_what_left_it_by_number(
    client: SourceClient, mock: respx.Router
) -> None:
    one = repository_stream(client, "pull_requests")
    listed = mock.get(f"{PATH}/pulls").respond(json=[pull(n) for n in range(1, 6)])
    closed = pull(6, state="closed", closed_at="2026-02-04T10:00:00Z")
    alone = mock.get(f"{PATH}/pulls/6").respond(json=closed)
    assert one.watch is not None
    stored = [pull(n) for n in (2, 3, 5, 6)]
    again = {row["number"]: row["state"] for row in one.watch.read(client, SCOPE, stored)}
    assert again == {2: "open", 3: "open", 5: "open", 6: "closed"}
    assert (listed.call_count, alone.call_count) == (1, 1)
    assert listed.calls[0].request.url.params["state"] == "open"


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
