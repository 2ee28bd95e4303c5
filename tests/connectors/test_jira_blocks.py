"""When an issue was blocked, by flags and links, worked out by hand from its changelog."""

from __future__ import annotations

from typing import Any

import pytest

from core.records import Block, BlockKind, ItemLink
from tests.connectors.test_jira_parse import feb, of, with_changes


def flag(was: str, now: str) -> dict[str, Any]:
    return {
        "field": "Flagged",
        "fieldtype": "custom",
        "fieldId": "customfield_10021",
        "from": was,
        "fromString": "Impediment" if was.strip("[]") else "",
        "to": now,
        "toString": "Impediment" if now.strip("[]") else "",
    }


@pytest.mark.parametrize(
    ("items", "present", "expected"),
    [
        ([], None, []),
        ([], [{"value": "Impediment"}], [(1, None)]),
        ([flag("[7]", "[]")], None, [(1, 2)]),
        ([flag("", "[7]"), flag("[7]", "")], None, [(2, 3)]),
        ([flag("", "[7]"), flag("[7]", ""), flag("", "[7]")], [{}], [(2, 3), (4, None)]),
        ([flag("[7]", "[8]"), flag("[8]", "")], None, [(1, 3)]),
        ([flag("", "[7]")], None, [(2, 9)]),
        ([flag("[7]", "")], [{"value": "Impediment"}], [(1, 2), (9, None)]),
    ],
)
def test_a_flag_is_followed_from_its_state_at_creation_to_the_present_one(
    items: list[dict[str, Any]], present: Any, expected: list[tuple[int, int | None]]
) -> None:
    """What changed without an entry did so at the last update, on the ninth, at the latest."""
    found = of(Block, with_changes(*items, customfield_10021=present))
    assert [(b.start, b.end) for b in found] == [
        (feb(start), feb(end) if end else None) for start, end in expected
    ]


def test_of_a_flag_that_is_not_shown_the_entries_alone_tell() -> None:
    payload = with_changes(flag("", "[7]"))
    payload["fields"].pop("customfield_10021", None)
    assert [(b.start, b.end) for b in of(Block, payload)] == [(feb(2), None)]


def linked(was: str | None, now: str | None) -> dict[str, Any]:
    """An entry of the changelog: the link to one issue is taken away, that to another is made."""
    texts = {key: f"This issue is blocked by {key}" for key in (was, now) if key}
    return {
        **{"field": "Link", "fieldtype": "jira", "from": was, "to": now},
        **{"fromString": texts.get(was or ""), "toString": texts.get(now or "")},
    }


@pytest.mark.parametrize(
    ("items", "present", "expected"),
    [
        # The other issue is deleted: Jira takes the link away and writes no entry.
        ([linked(None, "OPS-1")], [], [("OPS-1", 2, 9)]),
        # The other issue is moved, once or twice, and then unlinked or still linked.
        ([linked(None, "OLD-1"), linked("OPS-1", None)], [], [("OPS-1", 2, 3)]),
        ([linked(None, "OLD-1")], ["OPS-1"], [("OPS-1", 2, None)]),
        (
            [linked(None, "OLD-1"), linked("OPS-1", None), linked(None, "OPS-1")],
            ["WEB-1"],
            [("WEB-1", 2, 3), ("WEB-1", 4, None)],
        ),
        # Two are moved: the one that was linked first is taken for the one unlinked first.
        (
            [linked(None, "OLD-1"), linked(None, "OLD-2"), linked("OPS-8", None)],
            ["OPS-9"],
            [("OPS-8", 2, 4), ("OPS-9", 3, None)],
        ),
        # No link that vanished could be the one taken away: it stood from the creation on.
        ([linked("OPS-1", None), linked(None, "OPS-2")], [], [("OPS-1", 1, 2), ("OPS-2", 3, 9)]),
        ([linked(None, "OPS-1")], ["OPS-1", "OPS-2"], [("OPS-1", 2, None), ("OPS-2", 1, None)]),
    ],
)
def test_a_link_ends_though_the_other_issue_is_deleted_or_moved(
    items: list[dict[str, Any]], present: list[str], expected: list[tuple[str, int, int | None]]
) -> None:
    kind = {"inward": "is blocked by", "outward": "blocks"}
    payload = with_changes(*items)
    payload["fields"]["issuelinks"] = [
        {"type": kind, "inwardIssue": {"key": key}} for key in present
    ]
    assert of(Block, payload) == [
        Block(
            *("10042", BlockKind.LINK, f"is blocked by {key}"),
            *(feb(start), feb(end) if end else None),
        )
        for key, start, end in expected
    ]


def test_a_link_to_an_issue_that_moved_keeps_its_time() -> None:
    payload = with_changes(linked(None, "OLD-1"))
    kind = {"inward": "is blocked by", "outward": "blocks"}
    payload["fields"]["issuelinks"] = [{"type": kind, "inwardIssue": {"key": "OPS-1"}}]
    assert ItemLink("10042", "is blocked by", "OPS-1", feb(2)) in of(ItemLink, payload)
