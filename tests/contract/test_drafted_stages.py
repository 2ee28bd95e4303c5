"""A real changelog of Jira as stages: a status was renamed, and the item reopened."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from core.records import StatusCategory, Transition, WorkflowStatus, WorkItem
from pipeline.draft.sampling import sample_from
from pipeline.draft.stages import stages_of
from tests.contract.table import parsed

FILES = "jira/devlake/agile-board-issue-due-date/page-*.json"
LISTED = [WorkflowStatus("10068", "Finished", StatusCategory.DONE)]


def test_the_stages_are_those_that_the_item_passed(fixtures_dir: Path) -> None:
    records = [*LISTED, *parsed(fixtures_dir, FILES, WorkItem)]
    sample = sample_from("EE", [*records, *parsed(fixtures_dir, FILES, Transition)], ())
    (history,) = sample.histories
    # Read off the file: Inbox, Ready for Dev, In Development (called In Progress three hours later,
    # by the same id), Open, Closed, and nine months later what is the end today.
    assert history.path == ("10020", "10029", "3", "1", "6", "10068")
    inbox, ready = history.visits[:2]
    assert inbox.left_at is not None
    assert inbox.left_at - inbox.entered_at == timedelta(minutes=92, seconds=11, milliseconds=133)
    assert (inbox.assigned, ready.assigned) == (True, True)  # since 09:16, half an hour before
    found = stages_of(sample.histories, sample.statuses)
    assert [(stage.name, stage.statuses) for stage in found.stages] == [
        ("Inbox", ("id:10020",)),
        ("Ready for Dev", ("id:10029",)),
        ("In Progress", ("id:3",)),
        ("Open", ("id:1",)),
        ("Closed", ("id:6",)),
        ("Finished", ("Finished",)),
    ]
    states = [stage.state for stage in found.stages]
    assert states == ["new", "waiting", "active", "active", "done", "done"]
