"""GitHub's issues as work items: statuses, history, blocks, links."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import respx

from connectors.http import SourceClient
from connectors.stream import Payload, Wanted
from connectors.times import iso
from core.records import (
    Block,
    BlockKind,
    Field,
    ItemKey,
    ItemLink,
    Transition,
    WorkItem,
)
from tests.connectors.github.issue import AT, event, issue
from tests.connectors.github.site import (
    SCOPE,
    URL,
    connected,
)
from tests.connectors.readers import stream

PATH = "/repos/shop/api/issues"
WANTED = Wanted(blocking_labels=frozenset({"Blocked"}), blocking_links=frozenset({"is blocked by"}))


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


def test_a_label_that_is_renamed_or_deleted_blocks_no_longer_than_to_the_last_update(
    client: SourceClient, mock: respx.Router
) -> None:
    """GitHub writes no event for that; an issue that stands in the way still does."""
    other = {"html_url": "https://github.example/shop/web/issues/3"}
    later = (AT + timedelta(hours=1)).isoformat()
    found = records(
        client,
        mock,
        issue(labels=["waiting"], updated_at=later),
        event(1, "labeled", label="blocked"),
        event(3, "blocked_by_added", blocked_by=other),
    )
    assert [(r.start - AT, r.end) for r in found if isinstance(r, Block)] == [
        (timedelta(minutes=1), AT + timedelta(hours=1)),
        (timedelta(minutes=3), None),
    ]


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
