"""GitHub's issues: how they are listed, completed and counted."""

from __future__ import annotations

from datetime import timedelta

import httpx
import respx

from connectors.http import SourceClient
from connectors.stream import Reading
from connectors.times import iso
from core.records import Entity, StatusCategory, WorkflowStatus
from tests.connectors.github.issue import AT, event, issue
from tests.connectors.github.site import (
    SCOPE,
    URL,
    connected,
    linked,
    repository_stream,
)
from tests.connectors.readers import payloads, read, stream

PATH = "/repos/shop/api/issues"


def test_issues_are_read_by_their_last_change_without_pull_requests_and_texts(
    client: SourceClient, mock: respx.Router
) -> None:
    route = mock.get(PATH)
    request = issue(13) | {"pull_request": {"url": "u"}, "updated_at": iso(AT + timedelta(hours=2))}
    route.side_effect = [
        linked([issue(12), request], "/issues", 2),
        httpx.Response(200, json=[request]),
        httpx.Response(200, json=[]),
    ]
    one = repository_stream(client, "issues")
    found = read(one, client, scope=SCOPE)
    assert [one.id(row, SCOPE) for row in payloads(found)] == ["42#12"]
    assert not {"body", "reactions", "comments", "user"} & set(payloads(found)[0])
    read(one, client, scope=SCOPE, cursor=found[-1].cursor)
    asked = [call.request.url.params for call in route.calls]
    told = (asked[0]["state"], asked[0]["sort"], asked[0]["direction"], "since" in asked[0])
    assert told == ("all", "updated", "asc", False)
    # The last change that was seen is the pull request's; ten minutes before it.
    assert asked[-1]["since"] == "2026-04-01T11:50:00.000Z"


def test_timelines_are_read_over_all_pages_and_kept_without_comments(
    client: SourceClient, mock: respx.Router
) -> None:
    route = mock.get(f"{PATH}/12/timeline")
    comment = {"event": "commented", "id": 1, "created_at": iso(AT), "body": "secret plans"}
    route.side_effect = [
        linked([comment, event(1, "closed")], "/issues/12/timeline", 2),
        httpx.Response(200, json=[event(2, "reopened")]),
    ]
    one = repository_stream(client, "issues")
    given = issue()
    assert one.complete is not None
    one.complete(client, SCOPE, [given])
    assert [row["event"] for row in given["_details"]["timeline"]] == ["closed", "reopened"]
    assert given["_details"]["timeline"][1]["actor"] == {"login": "eli", "type": "User"}


def test_statuses_are_those_of_every_issue_and_the_labels_that_stand_for_one(
    client: SourceClient, mock: respx.Router
) -> None:
    names = [{"id": 1, "name": "Status: Review"}, {"id": 2, "name": "ui"}]
    mock.get("/repos/shop/api/labels").respond(json=names)
    found = connected(client, status_labels=["status: *"])
    told = []
    for name in ("statuses", "labels"):
        one = stream(found, name)
        for row in payloads(read(one, client, scope=SCOPE)):
            told += list(one.parse(row, SCOPE))
    assert told == [
        WorkflowStatus("open", "open", StatusCategory.NEW),
        WorkflowStatus("closed", "closed", StatusCategory.DONE),
        WorkflowStatus("not_planned", "not_planned", StatusCategory.DONE),
        WorkflowStatus("label:Status: Review", "Status: Review", StatusCategory.ACTIVE),
    ]
    assert "labels" not in [one.name for one in connected(client).streams]


def test_the_census_tells_deleted_issues_from_those_that_moved_or_cannot_be_seen(
    client: SourceClient, mock: respx.Router
) -> None:
    """A transferred issue leads elsewhere, where it is another issue; one that leads to itself is
    there, in a repository that is being renamed.
    """
    one = repository_stream(client, "issues")
    assert one.census is not None
    assert one.census.entity is Entity.ITEM
    elsewhere = {"location": f"{URL}/repositories/7/issues/1"}
    mock.get(f"{PATH}/1").respond(301, json={"message": "Moved"}, headers=elsewhere)
    mock.get(f"{PATH}/2").respond(410, json={"message": "This issue was deleted"})
    mock.get(f"{PATH}/3").respond(404, json={"message": "Not Found"})
    mock.get(f"{PATH}/4").respond(json=issue(4))
    itself = {"location": f"{URL}/repositories/42/issues/5"}
    mock.get(f"{PATH}/5").respond(301, json={"message": "Moved"}, headers=itself)
    given = [f"42#{number}" for number in range(1, 6)]
    assert one.census.missing(client, SCOPE, given) == {
        "42#1": "moved",
        "42#2": "deleted",
        "42#3": "not_visible",
    }


def test_the_census_lists_every_number(client: SourceClient, mock: respx.Router) -> None:
    route = mock.get(PATH)
    route.side_effect = [
        linked([issue(1), issue(2)], "/issues", 2),
        httpx.Response(200, json=[issue(3), issue(4) | {"pull_request": {"url": "u"}}]),
    ]
    one = repository_stream(client, "issues")
    assert one.census is not None
    reading = Reading(client, SCOPE, {}, lambda _ids: set())
    found = [name for page in one.census.ids(reading) for name in page]
    assert found == ["42#1", "42#2", "42#3"]
    assert route.calls[0].request.url.params["sort"] == "created"


def test_an_issue_that_came_from_elsewhere_is_read_by_its_number(
    client: SourceClient, mock: respx.Router
) -> None:
    one = repository_stream(client, "issues")
    assert one.census is not None
    assert one.census.read is not None
    mock.get(f"{PATH}/8").respond(json=issue(8) | {"closed_by": None})
    mock.get(f"{PATH}/9").respond(404, json={"message": "Not Found"})
    (found,) = one.census.read(client, SCOPE, ["42#8", "42#9"])
    assert [one.id(row, SCOPE) for row in found] == ["42#8"]
    assert "body" not in found[0]
