"""What the records of Jira's real payloads say, against the files read by plainer means."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
import respx

from connectors.jira_boards import board_streams
from connectors.jira_changelog import changes
from connectors.stream import Scope
from core.records import Field, ItemLink, StatusCategory, Transition, WorkflowStatus, WorkItem
from tests.connectors.readers import URL, payloads, quick_client, read
from tests.contract.table import at, parsed, raw

BOARD = "jira/devlake/agile-board-issue-"


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """A table that another program made of the same payloads."""
    path = folder / "jira/devlake/expected" / name
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(("name", "rows"), [("due-date", 1), ("external-epics", 3)])
def test_issues_are_what_another_program_made_of_them(
    fixtures_dir: Path, name: str, rows: int
) -> None:
    items = parsed(fixtures_dir, f"{BOARD}{name}/page-*.json", WorkItem)
    expected = table(fixtures_dir, f"_tool_jira_issues_for_{name.replace('-', '_')}.csv")
    assert len(expected) == rows
    assert [
        (
            item.id,
            item.key,
            item.type,
            item.title,
            item.priority,
            item.parent_id,
            item.created_at,
            item.updated_at,
            item.resolved_at,
        )
        for item in items
    ] == [
        (
            row["issue_id"],
            row["issue_key"],
            row["type"],
            row["summary"],
            row["priority_name"],
            row["parent_id"] if row["parent_id"] != "0" else None,
            at(row["created"]),
            at(row["updated"]),
            at(row["resolution_date"]) if row["resolution_date"] else None,
        )
        for row in expected
    ]
    assert all(item.changelog_complete for item in items)


def test_a_changelog_is_what_another_program_made_of_it(fixtures_dir: Path) -> None:
    entries = raw(fixtures_dir, "jira/devlake/issue-changelog-small/page-*.json")
    found = changes({"_details": {"changelog": entries}})
    expected = table(fixtures_dir, "_tool_jira_issue_changelogs.csv")
    assert {(str(change.seq // 64), change.at) for change in found} == {
        (row["changelog_id"], at(row["created"])) for row in expected
    }
    assert len(expected) == 3
    # That program blanked the account of the author; nobody is made of it.
    assert {row["author_account_id"] for row in expected} == {""}
    assert {change.actor for change in found} == {None}
    assigned = parsed(fixtures_dir, "jira/devlake/issue-changelog-small/page-*.json", Transition)
    assert [(one.field, one.from_id, one.to_id) for one in assigned] == [
        (Field.ASSIGNEE, None, "assignee_uid1")
    ]


@pytest.mark.parametrize(
    ("files", "fields"),
    [
        (f"{BOARD}due-date/page-*.json", {"STATUS": 5, "ASSIGNEE": 1, "PARENT": 1, "SPRINT": 1}),
        (f"{BOARD}external-epics/page-*.json", {"PARENT": 4}),
        ("jira/faros/issues.json", {"STATUS": 3, "TYPE": 1, "PARENT": 1, "SPRINT": 1}),
    ],
)
def test_the_changes_that_are_kept_are_those_of_six_fields(
    fixtures_dir: Path, files: str, fields: dict[str, int]
) -> None:
    kept = {
        "status": "STATUS",
        "assignee": "ASSIGNEE",
        "issuetype": "TYPE",
        "Epic Link": "PARENT",
        "IssueParentAssociation": "PARENT",
        "Sprint": "SPRINT",
    }
    plain = Counter(
        kept[change["field"]]
        for issue in raw(fixtures_dir, files)
        for entry in issue["changelog"]["histories"]
        for change in entry["items"]
        if change["field"] in kept
    )
    found = Counter(one.field.name for one in parsed(fixtures_dir, files, Transition))
    assert found == plain == fields


def test_a_status_has_its_own_history(fixtures_dir: Path) -> None:
    moves = parsed(fixtures_dir, f"{BOARD}due-date/page-*.json", Transition)
    entries = raw(fixtures_dir, f"{BOARD}due-date/page-*.json")[0]["changelog"]["histories"]
    plain = [
        (at(entry["created"]), change["from"], change["to"], change["toString"])
        for entry in sorted(entries, key=lambda entry: int(entry["id"]))
        for change in entry["items"]
        if change["field"] == "status"
    ]
    found = [one for one in moves if one.field is Field.STATUS]
    assert [(one.at, one.from_id, one.to_id, one.to_name) for one in found] == plain
    assert len(plain) == 5


def test_a_changelog_that_was_cut_is_known_to_be_incomplete(fixtures_dir: Path) -> None:
    items = parsed(fixtures_dir, "jira/faros/issues.json", WorkItem)
    # TEST-2 says 2 entries and has none, TEST-4 says 2 and has one.
    assert {item.key: item.changelog_complete for item in items} == {
        "TEST-1": True,
        "TEST-2": False,
        "TEST-3": True,
        "TEST-4": False,
    }


def test_links_say_their_kind_and_the_other_item(fixtures_dir: Path) -> None:
    epics = parsed(fixtures_dir, f"{BOARD}external-epics/page-*.json", ItemLink)
    assert [(one.item, one.kind, one.other_key) for one in epics] == [
        ("20708", "parent", "K5-1"),
        ("20709", "parent", "K5-4"),
    ]
    assert [one.since for one in epics] == [
        at("2022-07-16T06:30:23.343+08:00"),
        at("2022-07-16T06:31:38.616+08:00"),
    ]
    story = parsed(fixtures_dir, "jira/hygieia-server/issueresponse-story.json", ItemLink)
    assert story == [ItemLink("3861672", "clones", "WO-1926")]


def test_statuses_keep_jiras_category(fixtures_dir: Path) -> None:
    found = parsed(fixtures_dir, "jira/go-jira/mock-data/all_statuses.json", WorkflowStatus)
    assert Counter(status.category for status in found) == {
        StatusCategory.NEW: 13,
        StatusCategory.ACTIVE: 11,
        StatusCategory.DONE: 5,
        StatusCategory.UNKNOWN: 8,  # Jira's `undefined`
    }


@pytest.mark.parametrize(
    ("name", "file", "rows"),
    [
        ("sprints", "go-jira/mock-data/sprints.json", 6),
        ("boards", "hygieia-server/boardsresponse.json", 4),
    ],
)
@respx.mock
def test_boards_and_sprints_of_servers_that_give_no_total_are_read(
    fixtures_dir: Path, name: str, file: str, rows: int
) -> None:
    answer = json.loads((fixtures_dir / "jira" / file).read_text(encoding="utf-8"))
    assert "total" not in answer
    route = respx.get(url__startswith=URL).respond(json=answer)
    one, client = next(s for s in board_streams() if s.name == name), quick_client(URL)
    found = payloads(read(one, client, scope=Scope("7")))
    client.http.close()
    assert (len(found), found, route.call_count) == (rows, answer["values"], 1)
