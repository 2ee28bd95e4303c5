"""Jira's payloads as records, worked out by hand from the saved issues."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.jira_parse import (
    EPIC_LINK,
    Layout,
    layout_of,
    parse_issue,
    parse_project,
    parse_status,
)
from connectors.stream import Payload, Scope, Wanted
from core.errors import PayloadError
from core.records import (
    Block,
    BlockKind,
    Field,
    ItemKey,
    ItemLink,
    Person,
    Project,
    Record,
    StatusCategory,
    Transition,
    WorkflowStatus,
    WorkItem,
)

DATA = Path(__file__).parent / "data"
WANTED = Wanted(
    value_field="Cost of delay per week",
    blocking_labels=frozenset({"Waiting"}),
    blocking_links=frozenset({"is blocked by"}),
)
FIELDS: list[Payload] = [
    {"id": "customfield_10014", "name": "Epic Link", "schema": {"custom": EPIC_LINK}},
    {"id": "customfield_10021", "name": "flagged", "schema": {"type": "array"}},
    {"id": "customfield_10050", "name": "Cost of delay per week", "schema": {"type": "number"}},
    {"id": "summary", "name": "Summary"},
]
LAYOUT = layout_of(FIELDS, browse_url="https://jira.example", wanted=WANTED)


def feb(day: int) -> datetime:
    return datetime(2026, 2, day, 9, tzinfo=UTC)


def issue(edition: str = "cloud", **fields: Any) -> Payload:
    found: Payload = json.loads((DATA / f"jira_issue_{edition}.json").read_text())
    found["fields"] |= fields
    return found


def parsed(payload: Payload, layout: Layout = LAYOUT) -> list[Record]:
    return list(parse_issue(payload, Scope(), layout=layout))


def of(kind: type[Any], payload: Payload, layout: Layout = LAYOUT) -> list[Any]:
    return [record for record in parsed(payload, layout) if isinstance(record, kind)]


def with_changes(*items: dict[str, Any], **fields: Any) -> Payload:
    """The issue with one changelog entry a day from the second day of February on."""
    payload = issue(issuelinks=[], labels=[], **fields)
    histories = [
        {"id": str(600 + n), "created": f"2026-02-{2 + n:02}T09:00:00.000+0000", "items": [item]}
        for n, item in enumerate(items)
    ]
    payload["changelog"] = {"total": len(histories), "histories": histories}
    return payload


def test_an_issue_becomes_a_work_item() -> None:
    assert of(WorkItem, issue()) == [
        WorkItem(
            id="10042",
            key="SHOP-7",
            project="SHOP",
            type="Story",
            title="Pay by invoice",
            created_at=feb(1),
            updated_at=feb(9),
            status_id="6",
            url="https://jira.example/browse/SHOP-7",
            priority="Medium",
            resolution="Done",
            resolved_at=feb(9),
            parent_id="10001",
            labels=("api",),
            value_per_week=1250.5,
        )
    ]


def test_changes_are_in_order_with_ids_and_without_names_of_people() -> None:
    lee, dana = Person("acc-lee"), Person("acc-dana")
    found = of(Transition, issue())
    rows = [(t.at, t.seq, t.field, t.from_id, t.to_id, t.from_name, t.to_name) for t in found]
    assert rows == [
        (feb(2), 501 * 64, Field.PARENT, None, "10001", "", "SHOP-1"),
        (feb(3), 502 * 64, Field.PROJECT, "100", "101", "Old Shop", "Shop"),
        (feb(4), 503 * 64, Field.STATUS, "9", "1", "Idea", "Open"),
        (feb(4), 504 * 64, Field.STATUS, "1", "3", "Open", "In Progress"),
        (feb(4), 504 * 64 + 1, Field.ASSIGNEE, None, "acc-dana", "", ""),
        (feb(9), 509 * 64, Field.STATUS, "3", "6", "In Progress", "Done"),
    ]
    assert [t.actor for t in found] == [lee, lee, lee, dana, dana, dana]


def test_old_keys_are_kept_beside_the_present_one() -> None:
    assert of(ItemKey, issue()) == [
        ItemKey("10042", "OLD-12", current=False),
        ItemKey("10042", "SHOP-7", current=True),
    ]


def test_links_are_worded_for_this_issue_and_dated_where_the_changelog_knows() -> None:
    assert of(ItemLink, issue()) == [
        ItemLink("10042", "implements", "IDEA-5"),
        ItemLink("10042", "is blocked by", "OPS-4"),
        ItemLink("10042", "parent", "SHOP-1", feb(2)),
    ]


def test_blocks_are_read_from_flag_label_and_link() -> None:
    """The label was there from the beginning, and so was the link that no entry mentions."""
    assert of(Block, issue()) == [
        Block("10042", BlockKind.FLAG, "flagged", feb(5), feb(7)),
        Block("10042", BlockKind.LABEL, "waiting", feb(1), feb(7)),
        Block("10042", BlockKind.LINK, "is blocked by OPS-3", feb(6), feb(8)),
        Block("10042", BlockKind.LINK, "is blocked by OPS-4", feb(1), None),
    ]


def test_data_center_is_read_by_field_names() -> None:
    """Its changelog has no field ids; a custom field called Status is not the status."""
    payload = issue("datacenter")
    (item,) = of(WorkItem, payload)
    assert (item.parent_id, item.status_id, item.value_per_week) == ("20000", "3", None)
    start = datetime(2026, 1, 6, 9, tzinfo=UTC)
    assert [(t.field, t.at, t.to_id) for t in of(Transition, payload)] == [
        (Field.STATUS, start, "3"),
        (Field.PARENT, start + timedelta(days=1), "20000"),
    ]
    assert of(Transition, payload)[0].actor == Person("JIRAUSER101")
    assert of(Block, payload) == [Block("20001", BlockKind.FLAG, "flagged", start, None)]
    assert of(ItemLink, payload) == [
        ItemLink("20001", "parent", "PLAT-1", start + timedelta(days=1))
    ]


def test_a_cut_changelog_is_marked_and_the_full_one_repairs_it() -> None:
    """The bulk answer writes times as numbers; entries known from both are taken once."""
    payload = issue()
    full = payload["changelog"]["histories"]
    payload["changelog"]["histories"] = full[:3]
    assert not of(WorkItem, payload)[0].changelog_complete
    numbers = [
        {**e, "created": int(datetime.fromisoformat(e["created"]).timestamp() * 1000)} for e in full
    ]
    payload["_details"] = {"changelog": numbers}
    assert parsed(payload) == parsed(issue())


def test_entries_without_numeric_ids_are_ordered_by_time_and_position() -> None:
    payload = issue()
    for entry in payload["changelog"]["histories"]:
        entry["id"] = f"x{entry['id']}"
    seqs = [t.seq for t in of(Transition, payload)]
    assert seqs == sorted(seqs)
    assert len(set(seqs)) == len(seqs)


def test_an_app_is_a_bot() -> None:
    item = {"field": "status", "fieldtype": "jira", "fieldId": "status", "from": "1", "to": "2"}
    payload = with_changes(item)
    author = {"accountId": "acc-flow", "displayName": "Flow", "accountType": "app"}
    payload["changelog"]["histories"][0]["author"] = author
    assert of(Transition, payload)[0].actor == Person("acc-flow", bot=True)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("80", 80.0),
        (0, 0.0),
        ("much", None),
        ({"id": 1}, None),
        ("NaN", None),
        ("inf", None),
        (-80, None),
        (1e30, None),
        (10**400, None),
        (10_000_000_000, 1e10),
    ],
)
def test_a_value_that_is_no_number_is_unknown_and_not_zero(
    value: Any, expected: float | None
) -> None:
    assert of(WorkItem, issue(customfield_10050=value))[0].value_per_week == expected


def test_fields_that_this_site_does_not_have_are_not_invented() -> None:
    layout = layout_of([{"id": "summary", "name": "Summary"}], browse_url="", wanted=Wanted())
    assert (layout.flags, layout.value, layout.epic) == ({}, "", "")
    (item,) = of(WorkItem, issue(), layout)
    assert (item.url, item.value_per_week) == ("", None)
    assert of(Block, issue(), layout) == []


@pytest.mark.parametrize(
    "broken", [{"created": None}, {"created": "2026-02-01T09:00:00"}, {"updated": "soon"}]
)
def test_an_issue_without_readable_times_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(PayloadError):
        parsed(issue(**broken))


@pytest.mark.parametrize("missing", ["created", "issuetype", "status"])
def test_an_issue_without_a_needed_field_is_refused(missing: str) -> None:
    payload = issue()
    del payload["fields"][missing]
    with pytest.raises(KeyError):
        parsed(payload)


@pytest.mark.parametrize(
    ("key", "category"),
    [
        ("new", StatusCategory.NEW),
        ("indeterminate", StatusCategory.ACTIVE),
        ("done", StatusCategory.DONE),
        ("undefined", StatusCategory.UNKNOWN),
    ],
)
def test_statuses_keep_the_vendors_category(key: str, category: StatusCategory) -> None:
    payload = {"id": 3, "name": "In Progress", "statusCategory": {"key": key}}
    assert list(parse_status(payload, Scope())) == [WorkflowStatus("3", "In Progress", category)]


def test_a_project_is_known_by_its_key() -> None:
    payload = {"id": "101", "key": "SHOP", "name": "Shop"}
    assert list(parse_project(payload, Scope())) == [Project("101", "SHOP", "Shop")]
