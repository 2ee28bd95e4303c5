"""What real payloads of versions and milestones say, against the files read by plainer means."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

from core.records import PlannedIn, PlannedRelease, WorkItem
from tests.contract.table import parsed, raw

ISSUE = "jira/devlake/agile-board-issue-due-date/page-*.json"
ASF = "jira/asf-dc/versions.json"


def test_an_issue_with_a_version_and_a_due_date(fixtures_dir: Path) -> None:
    [item] = parsed(fixtures_dir, ISSUE, WorkItem)
    [release] = parsed(fixtures_dir, ISSUE, PlannedRelease)
    [fields] = [issue["fields"] for issue in raw(fixtures_dir, ISSUE)]
    assert item.due_on == date(2025, 3, 9) == date.fromisoformat(fields["duedate"])
    assert release == PlannedRelease(
        "10026", "v2.7.0", date(2020, 7, 10), released=True, listed=False
    )
    assert parsed(fixtures_dir, ISSUE, PlannedIn) == [PlannedIn(item.id, "10026")]


def test_the_versions_of_a_project(fixtures_dir: Path) -> None:
    rows, found = raw(fixtures_dir, ASF), parsed(fixtures_dir, ASF, PlannedRelease)
    assert [one.name for one in found] == [row["name"] for row in rows]
    plain = Counter((row["released"], row["archived"]) for row in rows)
    assert Counter((one.released, one.archived) for one in found) == plain
    days = [one.due_on.isoformat() if one.due_on else None for one in found]
    assert days == [row.get("releaseDate") for row in rows]
    assert any(days)
    third = parsed(fixtures_dir, "jira/faros/project_versions.json", PlannedRelease)[0]
    assert (third.name, third.due_on, third.released) == ("Version 3.0", None, False)


def test_milestones_of_a_project(fixtures_dir: Path) -> None:
    files = "gitlab/go-gitlab/api-v4-projects-5-milestones__*.json"
    assert parsed(fixtures_dir, files, PlannedRelease) == [PlannedRelease("12", "10.0")]
