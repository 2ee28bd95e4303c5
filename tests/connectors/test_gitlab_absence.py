"""Open things are asked again by lists, and what is no longer listed is asked for before it is
called gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest

from connectors.stream import Census, Payload, Reading, Scope, Watch
from core.errors import SourceAuthError
from core.records import Entity, MergeRequest
from tests.connectors.gitlab_site import PROJECT, SCOPE, Site, saved, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as opened:
        yield opened


def watch_of(site: Site, name: str) -> Watch:
    found = site.stream(name).watch
    assert found is not None
    return found


def census_of(site: Site, name: str) -> Census:
    found = site.stream(name).census
    assert found is not None
    return found


def request(number: int, **changes: Any) -> Payload:
    common = saved("merge_requests")[0] | {"id": 9000 + number, "iid": number, "state": "opened"}
    return {**common, "created_at": f"2026-01-{number:02}T09:00:00Z", **changes}


@pytest.mark.parametrize(
    ("name", "row", "still"),
    [
        ("merge_requests", {"state": "opened"}, True),
        ("merge_requests", {"state": "locked"}, True),
        ("merge_requests", {"state": "merged"}, False),
        ("pipelines", {"status": "running"}, True),
        ("child_pipelines", {"status": "created"}, True),
        ("pipelines", {"status": "manual"}, False),
        ("pipelines", {"status": "failed"}, False),
        ("deployments", {"status": "blocked"}, True),
        ("deployments", {"status": "created"}, True),
        ("deployments", {"status": "success"}, False),
    ],
)
def test_what_may_go_on_without_the_list_is_watched(
    site: Site, name: str, row: Payload, still: bool
) -> None:
    assert watch_of(site, name).open(row) is still


def test_a_push_to_an_open_request_is_seen_by_its_head_in_one_list(site: Site) -> None:
    """The time of its last change is the same; its commits are read again."""
    stored = [request(number, _details={"commits": []}) for number in (1, 2, 3)]
    pushed = request(2, sha="new1")
    route = site.get("merge_requests").respond(json=[request(1), pushed, request(3)])
    found = list(watch_of(site, "merge_requests").read(site.client, SCOPE, stored))
    assert [(row["iid"], row["sha"]) for row in found] == [(1, "aaa2"), (2, "new1"), (3, "aaa2")]
    assert (route.call_count, dict(route.calls[0].request.url.params)) == (
        1,
        {"scope": "all", "state": "opened", "per_page": "100"},
    )
    site.get("merge_requests/2/notes").respond(json=[])
    site.get("merge_requests/2/commits").respond(
        json=[{"id": "new1", "created_at": "2026-01-02T09:00:00Z"}]
    )
    made = site.completed("merge_requests", [found[1]])[0]
    assert isinstance(made, MergeRequest)
    assert (made.head_sha, made.commits) == ("new1", ("new1",))


def test_what_left_the_list_is_asked_for_alone_and_looks_as_in_the_list(site: Site) -> None:
    """One was merged meanwhile, one was deleted."""
    site.get("merge_requests").respond(json=[])
    detail = request(1, state="merged", diff_refs={"head_sha": "aaa2"}, changes_count="4")
    site.get("merge_requests/1").respond(json=detail)
    site.get("merge_requests/2").respond(404, json={"message": "404 Not found"})
    stored = [request(1, _details={}), request(2)]
    found = list(watch_of(site, "merge_requests").read(site.client, SCOPE, stored))
    assert found == [request(1, state="merged")]


def test_open_pipelines_are_asked_for_by_their_states(site: Site) -> None:
    pipeline = saved("pipeline")
    del pipeline["_details"]
    stored = [pipeline | {"id": n, "status": s} for n, s in ((1, "running"), (2, "pending"))]
    route = site.get("pipelines").mock(
        side_effect=lambda asked: httpx.Response(
            200, json=[row for row in stored if row["status"] == asked.url.params["status"]]
        )
    )
    assert list(watch_of(site, "pipelines").read(site.client, SCOPE, stored)) == stored
    assert route.call_count == 2
    list(watch_of(site, "child_pipelines").read(site.client, SCOPE, stored[:1]))
    assert route.calls.last.request.url.params["source"] == "parent_pipeline"


def test_a_lost_permission_is_no_answer_about_what_is_watched(site: Site) -> None:
    site.get("deployments").respond(403, json={"message": "403 Forbidden"})
    stored = [{"id": 1, "status": "running"}]
    with pytest.raises(SourceAuthError):
        list(watch_of(site, "deployments").read(site.client, SCOPE, stored))


def census_ids(site: Site, name: str, since: date | None = None) -> list[str]:
    reading = Reading(site.client, SCOPE, {"watermark": "x"}, lambda _ids: set(), since)
    return [id for page in census_of(site, name).ids(reading) for id in page]


def test_a_census_lists_everything_in_an_order_that_changes_do_not_disturb(site: Site) -> None:
    route = site.get("merge_requests").respond(json=[request(1), request(2)])
    assert census_ids(site, "merge_requests", date(2026, 1, 1)) == ["9001", "9002"]
    asked = route.calls[0].request.url.params
    assert (asked["order_by"], asked["sort"], asked["state"]) == ("created_at", "asc", "all")
    assert asked["updated_after"] == "2026-01-01T00:00:00.000Z"
    assert census_of(site, "merge_requests").entity is Entity.MERGE_REQUEST
    assert census_of(site, "issues").entity is Entity.ITEM


def test_what_was_never_read_is_taken_from_the_list(site: Site) -> None:
    site.get("merge_requests").respond(json=[request(1), request(2), request(3)])
    census = census_of(site, "merge_requests")
    assert census.read is not None
    found = [row for page in census.read(site.client, SCOPE, ["9001", "9003"]) for row in page]
    assert found == [request(1), request(3)]


def listed(site: Site, what: str, rows: list[Payload], hidden: list[Payload]) -> list[str]:
    """Lists `rows`; `hidden` are given only when their numbers are asked for. Answers what is
    asked by number.
    """
    numbers: list[str] = []

    def answer(asked: httpx.Request) -> httpx.Response:
        wanted = asked.url.params.get_list("iids[]")
        numbers.extend(wanted)
        found = [row for row in hidden if str(row["iid"]) in wanted] if wanted else rows
        return httpx.Response(200, json=found)

    site.get(what).mock(side_effect=answer)
    return numbers


def test_a_request_is_deleted_only_if_its_number_is_gone_too(site: Site) -> None:
    """Number 2 slipped out of the list while it was paged, 4 was deleted."""
    numbers = listed(site, "merge_requests", [request(1), request(3), request(5)], [request(2)])
    census = census_of(site, "merge_requests")
    assert census.missing(site.client, SCOPE, ["9002", "9004"]) == {"9004": "deleted"}
    assert numbers == ["2", "4", "6", "7"]


@pytest.mark.parametrize(
    ("level", "why"), [(20, "deleted"), (30, "deleted"), (10, "not_visible"), (None, "not_visible")]
)
def test_an_issue_that_may_be_confidential_is_not_called_deleted(
    site: Site, level: int | None, why: str
) -> None:
    """Confidential issues are seen from the Reporter role on."""
    listed(site, "issues", [request(1)], [])
    access = {"access_level": level} if level else None
    permissions = {"project_access": None, "group_access": access}
    site.router.get("/projects/42").respond(json={**PROJECT, "permissions": permissions})
    found = census_of(site, "issues").missing(site.client, SCOPE, ["9002"])
    assert found == {"9002": why}


def test_where_nothing_at_all_is_seen_nothing_is_called_deleted(site: Site) -> None:
    listed(site, "merge_requests", [], [])
    found = census_of(site, "merge_requests").missing(site.client, SCOPE, ["9001", "9002"])
    assert found == dict.fromkeys(["9001", "9002"], "not_visible")


def test_projects_are_gone_when_they_answer_404_but_not_when_moved_or_archived(site: Site) -> None:
    archived = PROJECT | {"id": 44, "archived": True}
    location = {"location": "http://gitlab.example/api/v4/projects/45"}
    site.router.get("/projects/43").respond(404, json={"message": "404 Project Not Found"})
    site.router.get("/projects/44").respond(json=archived)
    site.router.get("/projects/45").respond(301, headers=location)
    census = census_of(site, "projects")
    assert [list(page) for page in census.ids(Reading(site.client, Scope(), {}, set))] == [["42"]]
    found = census.missing(site.client, Scope(), ["43", "44", "45"])
    assert found == {"43": "not_visible"}
    assert census.entity is Entity.REPOSITORY
