"""GitHub's issues as work items: statuses, history, blocks, links, absence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import respx

from connectors.http import SourceClient
from connectors.stream import Payload, Reading, Wanted
from connectors.times import iso, utc
from core.records import (
    Block,
    BlockKind,
    Entity,
    Field,
    ItemKey,
    ItemLink,
    StatusCategory,
    Transition,
    WorkflowStatus,
    WorkItem,
)
from tests.connectors.github_site import (
    SCOPE,
    URL,
    connected,
    linked,
    opened,
    repository_stream,
    site,
)
from tests.connectors.readers import payloads, read, stream

PATH = "/repos/shop/api/issues"
AT = utc("2026-04-01T10:00:00Z")
WANTED = Wanted(blocking_labels=frozenset({"Blocked"}), blocking_links=frozenset({"is blocked by"}))


@pytest.fixture
def mock() -> Iterator[respx.Router]:
    with site() as router:
        yield router


@pytest.fixture
def client() -> Iterator[SourceClient]:
    with opened() as found:
        yield found


def issue(number: int = 12, **changes: Any) -> Payload:
    labels = [{"id": 1, "name": name, "color": "f00"} for name in changes.pop("labels", ())]
    return {
        "id": 5000 + number,
        "number": number,
        "title": "Basket loses items",
        "body": "secret plans",
        "state": "open",
        "state_reason": None,
        "user": {"login": "dana"},
        "labels": labels,
        "assignees": [],
        "comments": 3,
        "reactions": {"total_count": 1},
        "html_url": f"https://github.example/shop/api/issues/{number}",
        "repository_url": f"{URL}/repos/shop/api",
        "created_at": iso(AT),
        "updated_at": iso(AT + timedelta(hours=1)),
        "closed_at": None,
    } | changes


def event(minute: int, kind: str, **extra: Any) -> Payload:
    names = {name: {"name": value} for name, value in extra.items() if name.endswith(("l", "type"))}
    people = {"assignee": {"login": extra["assignee"]}} if "assignee" in extra else {}
    at = iso(AT + timedelta(minutes=minute))
    actor = {"login": "eli", "type": "User", "url": "u"}
    row = {"id": 100 + minute, "event": kind, "created_at": at, "actor": actor}
    return row | extra | names | people


def records(
    client: SourceClient, router: respx.Router, given: Payload, *timeline: Payload
) -> list[Any]:
    router.get(f"{PATH}/{given['number']}/timeline").respond(json=list(timeline))
    one = stream(connected(client, WANTED, status_labels=["status: *"]), "issues")
    assert one.complete is not None
    one.complete(client, SCOPE, [given])
    return list(one.parse(given, SCOPE))


def moves(found: list[Any], kind: Field = Field.STATUS) -> list[tuple[int, str | None, str | None]]:
    return [
        (int((r.at - AT).total_seconds() // 60), r.from_id, r.to_id)
        for r in found
        if isinstance(r, Transition) and r.field is kind
    ]


def item(found: list[Any]) -> WorkItem:
    (one,) = [record for record in found if isinstance(record, WorkItem)]
    return one


def test_an_issue_is_an_item_by_the_numbers_of_repository_and_issue(
    client: SourceClient, mock: respx.Router
) -> None:
    found = records(client, mock, issue(type={"id": 1, "name": "Bug"}, labels=["ui"]))
    one = item(found)
    assert (one.id, one.key, one.project, one.type) == ("42#12", "shop/api#12", "shop/api", "Bug")
    assert (one.status_id, one.labels, one.changelog_complete) == ("open", ("ui",), True)
    assert ItemKey("42#12", "shop/api#12", current=True) in found
    assert item(records(client, mock, issue(13))).type == "Issue"


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


def test_closing_and_opening_again_are_moves(client: SourceClient, mock: respx.Router) -> None:
    given = issue(state="closed", state_reason="not_planned", closed_at=iso(AT))
    found = records(
        client,
        mock,
        given,
        event(10, "closed", state_reason="completed"),
        event(20, "reopened"),
        event(30, "closed"),
        {"event": "commented", "id": 1, "created_at": iso(AT), "body": "x"},
    )
    assert moves(found) == [
        (10, "open", "closed"),
        (20, "closed", "open"),
        (30, "open", "not_planned"),
    ]
    one = item(found)
    assert (one.status_id, one.resolution, one.resolved_at) == ("not_planned", "not_planned", AT)
    actors = {r.actor.identity for r in found if isinstance(r, Transition) and r.actor}
    assert actors == {"eli"}


def test_labels_that_stand_for_a_status_are_moves_while_the_issue_is_open(
    client: SourceClient, mock: respx.Router
) -> None:
    """The one that was put on last counts; taking it off leads back to the one before."""
    found = records(
        client,
        mock,
        issue(labels=["status: build", "ui"]),
        event(1, "labeled", label="status: build"),
        event(2, "labeled", label="ui"),
        event(3, "labeled", label="status: review"),
        event(4, "unlabeled", label="status: review"),
        event(5, "closed"),
        event(6, "reopened"),
    )
    build, review = "label:status: build", "label:status: review"
    assert moves(found) == [
        (1, "open", build),
        (3, build, review),
        (4, review, build),
        (5, build, "closed"),
        (6, "closed", build),
    ]
    assert item(found).status_id == build
    assert item(found).changelog_complete


def test_a_label_from_before_the_timeline_was_on_from_the_beginning(
    client: SourceClient, mock: respx.Router
) -> None:
    found = records(client, mock, issue(), event(4, "unlabeled", label="status: build"))
    assert moves(found) == [(4, "label:status: build", "open")]


def test_a_history_that_does_not_lead_to_the_present_is_not_whole(
    client: SourceClient, mock: respx.Router
) -> None:
    one = item(records(client, mock, issue(state="closed", state_reason="completed")))
    assert (one.status_id, one.changelog_complete) == ("closed", False)


def test_assignees_and_types_are_moves(client: SourceClient, mock: respx.Router) -> None:
    found = records(
        client,
        mock,
        issue(),
        event(1, "assigned", assignee="dana"),
        event(2, "assigned", assignee="eli"),
        event(3, "unassigned", assignee="dana"),
        event(4, "issue_type_added", issue_type="Bug"),
        event(5, "issue_type_changed", issue_type="Task", prev_issue_type="Bug"),
        event(6, "unassigned", assignee="eli"),
    )
    assert moves(found, Field.ASSIGNEE) == [(1, None, "dana"), (3, "dana", "eli"), (6, "eli", None)]
    assert moves(found, Field.TYPE) == [(4, "Issue", "Bug"), (5, "Bug", "Task")]


def test_blocks_are_by_label_and_by_issue(client: SourceClient, mock: respx.Router) -> None:
    other = {"html_url": "https://github.example/shop/web/issues/3", "title": "x"}
    found = records(
        client,
        mock,
        issue(labels=["blocked"]),
        event(1, "labeled", label="Blocked"),
        event(2, "unlabeled", label="Blocked"),
        event(3, "blocked_by_added", blocked_by=other),
        event(4, "labeled", label="blocked"),
        event(9, "blocked_by_removed", blocked_by=other),
    )
    minutes = timedelta(minutes=1)
    assert [r for r in found if isinstance(r, Block)] == [
        Block("42#12", BlockKind.LABEL, "blocked", AT + minutes, AT + 2 * minutes),
        Block("42#12", BlockKind.LABEL, "blocked", AT + 4 * minutes, None),
        Block(
            "42#12", BlockKind.LINK, "is blocked by shop/web#3", AT + 3 * minutes, AT + 9 * minutes
        ),
    ]
    assert not [r for r in found if isinstance(r, ItemLink)]


def test_links_name_what_stands_in_the_way_and_what_is_above(
    client: SourceClient, mock: respx.Router
) -> None:
    other = {"url": f"{URL}/repos/shop/web/issues/3"}
    given = issue(parent_issue_url=f"{URL}/repos/Shop/api/issues/4")
    found = records(client, mock, given, event(3, "blocked_by_added", blocked_by=other))
    assert [r for r in found if isinstance(r, ItemLink)] == [
        ItemLink("42#12", "is blocked by", "shop/web#3", AT + timedelta(minutes=3)),
        ItemLink("42#12", "parent", "Shop/api#4", None),
    ]
    assert (item(found).parent_id, item(found).subtask) == ("42#4", True)


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


def test_the_census_tells_deleted_issues_from_those_that_cannot_be_seen(
    client: SourceClient, mock: respx.Router
) -> None:
    """A transferred issue leads elsewhere, where it is another issue."""
    one = repository_stream(client, "issues")
    assert one.census is not None
    assert one.census.entity is Entity.ITEM
    elsewhere = {"location": f"{URL}/repositories/7/issues/1"}
    mock.get(f"{PATH}/1").respond(301, json={"message": "Moved"}, headers=elsewhere)
    mock.get(f"{PATH}/2").respond(410, json={"message": "This issue was deleted"})
    mock.get(f"{PATH}/3").respond(404, json={"message": "Not Found"})
    mock.get(f"{PATH}/4").respond(json=issue(4))
    given = [f"42#{number}" for number in range(1, 5)]
    assert one.census.missing(client, SCOPE, given) == {
        "42#1": "deleted",
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
