"""GitLab's issues as work items, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
import pytest

from connectors.gitlab_issues import IssueRules, parse_issue
from connectors.stream import Payload, Wanted
from core.records import (
    Block,
    BlockKind,
    Field,
    ItemKey,
    ItemLink,
    Person,
    StatusCategory,
    Transition,
    WorkflowStatus,
    WorkItem,
)
from tests.connectors.gitlab_site import SCOPE, Site, linked, serving

R = TypeVar("R")
RULES = IssueRules(
    ("workflow::*",),
    Wanted(blocking_labels=frozenset({"Blocked"}), blocking_links=frozenset({"is blocked by"})),
)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as opened:
        yield opened


def at(day: int, hour: int = 9, second: int = 0) -> datetime:
    return datetime(2026, 2, day, hour, 0, second, tzinfo=UTC)


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def issue(**changes: Any) -> Payload:
    return {
        "id": 8001,
        "iid": 12,
        "project_id": 42,
        "title": "Pay by invoice",
        "state": "opened",
        "created_at": iso(at(1)),
        "updated_at": iso(at(20)),
        "closed_at": None,
        "labels": [],
        "issue_type": "issue",
        "web_url": "https://gitlab.example/shop/api/-/issues/12",
        "references": {"short": "#12", "relative": "#12", "full": "shop/api#12"},
        "_details": {"states": [], "labels": [], "links": []},
    } | changes


def state(number: int, when: datetime, word: str) -> Payload:
    user = {"username": "dana", "name": "Dana"}
    return {"id": number, "created_at": iso(when), "state": word, "user": user}


def label(number: int, when: datetime, action: str, name: str | None) -> Payload:
    return {"id": number, "created_at": iso(when), "action": action, "label": name, "user": {}}


def with_events(*events: Payload, **changes: Any) -> Payload:
    details = {
        "states": [row for row in events if "state" in row],
        "labels": [row for row in events if "action" in row],
        "links": [],
    }
    return issue(_details=details, **changes)


def parsed(payload: Payload, kind: type[R]) -> list[R]:
    return [r for r in parse_issue(payload, SCOPE, how=RULES) if isinstance(r, kind)]


def moves(payload: Payload) -> list[tuple[datetime, str | None, str | None]]:
    return [(move.at, move.from_id, move.to_id) for move in parsed(payload, Transition)]


def test_an_issue_is_an_item_of_its_project() -> None:
    payload = issue(labels=["backend", {"name": "later"}])
    assert parsed(payload, WorkItem) == [
        WorkItem(
            id="8001",
            key="shop/api#12",
            project="shop/api",
            type="Issue",
            title="Pay by invoice",
            created_at=at(1),
            updated_at=at(20),
            status_id="opened",
            url="https://gitlab.example/shop/api/-/issues/12",
            labels=("backend", "later"),
        )
    ]
    assert parsed(payload, ItemKey) == [ItemKey("8001", "shop/api#12", current=True)]
    assert parsed(payload, WorkflowStatus) == [
        WorkflowStatus("opened", "opened", StatusCategory.NEW)
    ]


@pytest.mark.parametrize(
    ("word", "type", "below"),
    [
        ("issue", "Issue", False),
        ("incident", "Incident", False),
        ("task", "Task", True),
        ("test_case", "Test Case", False),
        (None, "Issue", False),
    ],
)
def test_the_type_of_an_issue_is_its_kind_and_a_task_is_part_of_another(
    word: str | None, type: str, below: bool
) -> None:
    (item,) = parsed(issue(issue_type=word), WorkItem)
    assert (item.type, item.subtask) == (type, below)


def test_an_old_server_that_writes_no_full_reference_is_known_by_its_project() -> None:
    payload = issue()
    del payload["references"]
    assert parsed(payload, ItemKey) == [ItemKey("8001", "shop/api#12", current=True)]


def test_the_first_opening_is_in_no_event_but_closing_and_reopening_are() -> None:
    payload = with_events(
        state(1, at(3), "closed"),
        state(2, at(4), "reopened"),
        state(3, at(5), "closed"),
        state="closed",
        closed_at=iso(at(5)),
    )
    assert moves(payload) == [
        (at(3), "opened", "closed"),
        (at(4), "closed", "opened"),
        (at(5), "opened", "closed"),
    ]
    (item,) = parsed(payload, WorkItem)
    assert (item.status_id, item.resolved_at) == ("closed", at(5))
    first = parsed(payload, Transition)[0]
    assert (first.field, first.actor) == (Field.STATUS, Person("dana"))
    assert (first.from_name, first.to_name) == ("opened", "closed")


def test_a_label_that_matches_is_the_status_and_changing_it_is_one_change() -> None:
    """GitLab takes a scoped label away by itself when another of its scope is put on."""
    payload = with_events(
        label(1, at(2), "add", "workflow::ready"),
        label(2, at(2), "add", "backend"),
        label(3, at(3), "remove", "workflow::ready"),
        label(4, at(3), "add", "workflow::in dev"),
        state(9, at(6), "closed"),
        state="closed",
        labels=["backend", "workflow::in dev"],
    )
    ready, doing = "label:workflow::ready", "label:workflow::in dev"
    assert moves(payload) == [
        (at(2), "opened", ready),
        (at(3), ready, doing),
        (at(6), doing, "closed"),
    ]
    assert {(s.id, s.name, s.category) for s in parsed(payload, WorkflowStatus)} == {
        ("opened", "opened", StatusCategory.NEW),
        ("closed", "closed", StatusCategory.DONE),
        (ready, "workflow::ready", StatusCategory.ACTIVE),
        (doing, "workflow::in dev", StatusCategory.ACTIVE),
    }


def test_a_reopened_issue_has_the_status_of_its_label_again() -> None:
    payload = with_events(
        label(1, at(2), "add", "workflow::in dev"),
        state(1, at(3), "closed"),
        label(2, at(4), "add", "workflow::verify"),
        label(3, at(4), "remove", "workflow::in dev"),
        state(2, at(5), "reopened"),
        labels=["workflow::verify"],
    )
    assert moves(payload)[1:] == [
        (at(3), "label:workflow::in dev", "closed"),
        (at(5), "closed", "label:workflow::verify"),
    ]
    assert parsed(payload, WorkItem)[0].status_id == "label:workflow::verify"


def test_a_label_set_before_events_were_recorded_was_there_from_the_beginning() -> None:
    never_changed = with_events(labels=["workflow::ready"])
    assert moves(never_changed) == []
    assert parsed(never_changed, WorkItem)[0].status_id == "label:workflow::ready"
    taken_off = with_events(label(1, at(4), "remove", "workflow::ready"))
    assert moves(taken_off) == [(at(4), "label:workflow::ready", "opened")]


def test_the_event_of_a_deleted_label_tells_nothing() -> None:
    payload = with_events(label(1, at(2), "add", None), label(2, at(3), "remove", None))
    assert (moves(payload), parsed(payload, WorkItem)[0].status_id) == ([], "opened")


def test_other_labels_are_no_status_and_patterns_can_be_changed() -> None:
    payload = with_events(label(1, at(2), "add", "status/doing"), labels=["status/doing"])
    assert moves(payload) == []
    rules = IssueRules(("status/*",), Wanted())
    records = list(parse_issue(payload, SCOPE, how=rules))
    (move,) = [record for record in records if isinstance(record, Transition)]
    assert (move.from_id, move.to_id) == ("opened", "label:status/doing")


def test_a_blocking_label_blocks_from_its_adding_to_its_removal() -> None:
    payload = with_events(
        label(1, at(2), "add", "blocked"),
        label(2, at(3), "remove", "blocked"),
        label(3, at(7), "add", "blocked"),
        labels=["blocked"],
    )
    assert parsed(payload, Block) == [
        Block("8001", BlockKind.LABEL, "blocked", at(2), at(3)),
        Block("8001", BlockKind.LABEL, "blocked", at(7), None),
    ]
    always = with_events(labels=["BLOCKED"])
    assert parsed(always, Block) == [Block("8001", BlockKind.LABEL, "blocked", at(1), None)]


def test_a_blocking_label_that_is_renamed_blocks_no_longer_than_to_the_last_update() -> None:
    payload = with_events(
        label(1, at(2), "add", "blocked"), labels=["waiting"], updated_at=iso(at(8))
    )
    assert parsed(payload, Block) == [Block("8001", BlockKind.LABEL, "blocked", at(2), at(8))]


def test_links_are_told_from_this_side_and_those_that_block_do_so_while_they_stand() -> None:
    links = [
        {"kind": "is blocked by", "key": "shop/web#7", "since": iso(at(4))},
        {"kind": "relates to", "key": "shop/api#13", "since": None},
    ]
    payload = issue(_details={"states": [], "labels": [], "links": links})
    assert parsed(payload, ItemLink) == [
        ItemLink("8001", "is blocked by", "shop/web#7", at(4)),
        ItemLink("8001", "relates to", "shop/api#13", None),
    ]
    assert parsed(payload, Block) == [
        Block("8001", BlockKind.LINK, "is blocked by shop/web#7", at(4), None)
    ]


def routes(site: Site, number: int, **answers: httpx.Response) -> None:
    for name in ("resource_state_events", "resource_label_events", "links"):
        site.get(f"issues/{number}/{name}").mock(
            return_value=answers.get(name, httpx.Response(200, json=[]))
        )


def test_changed_issues_get_their_events_and_links_over_all_pages(site: Site) -> None:
    """Three requests for each; of events and links only what is read is kept."""
    row = issue(labels=["workflow::ready"])
    del row["_details"]
    user = {"id": 5, "username": "dana", "name": "Dana", "avatar_url": "https://x"}
    added = {"resource_type": "Issue", "label": {"id": 7, "name": "workflow::ready"}, "user": user}
    path = "/projects/42/issues/12/resource_label_events"
    site.get("issues/12/resource_label_events").side_effect = [
        linked([label(4, at(2), "add", "backend") | {"label": {"name": "backend"}}], path, 2),
        httpx.Response(200, json=[{**label(5, at(3), "add", ""), **added}]),
    ]
    site.get("issues/12/resource_state_events").respond(json=[state(1, at(4), "closed")])
    other = {"id": 9, "iid": 7, "project_id": 41, "references": {"full": "shop/web#7"}}
    site.get("issues/12/links").respond(
        json=[{**other, "link_type": "is_blocked_by", "link_created_at": iso(at(5))}]
    )
    records = site.completed("issues", [row])
    assert [r.to_id for r in records if isinstance(r, Transition)] == [
        "label:workflow::ready",
        "closed",
    ]
    assert [r for r in records if isinstance(r, ItemLink)] == [
        ItemLink("8001", "is blocked by", "shop/web#7", at(5))
    ]
    assert row["_details"]["labels"][1] == {
        "id": 5,
        "created_at": iso(at(3)),
        "user": {"username": "dana", "name": "Dana"},
        "action": "add",
        "label": "workflow::ready",
    }


def test_events_that_cannot_be_seen_leave_the_history_incomplete(site: Site) -> None:
    row = issue()
    routes(
        site,
        12,
        resource_label_events=httpx.Response(403, json={}),
        links=httpx.Response(404, json={}),
    )
    (item,) = [r for r in site.completed("issues", [row]) if isinstance(r, WorkItem)]
    assert not item.changelog_complete
    routes(site, 12)
    (item,) = [r for r in site.completed("issues", [issue()]) if isinstance(r, WorkItem)]
    assert item.changelog_complete
