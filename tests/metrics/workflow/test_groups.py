"""Types of one workflow belong together, those of another do not."""

from __future__ import annotations

from metrics.workflow.groups import by_workflow
from tests.metrics.workflow.items import moved

ENDS = {"Open", "Done"}


def test_types_that_pass_the_same_statuses_are_one_group() -> None:
    stories = [moved("Open 1 Dev 1 Test 1 Done")] * 9
    bugs = [moved("Open 1 Dev 1 Done", kind="Bug")] * 6
    assert by_workflow([*bugs, *stories], ends=ENDS) == [("Story", "Bug")]


def test_another_workflow_is_a_group_of_its_own() -> None:
    stories = [moved("Open 1 Dev 1 Test 1 Done")] * 9
    requests = [moved("Open 1 Triage 1 Answer 1 Done", kind="Request")] * 6
    assert by_workflow([*requests, *stories], ends=ENDS) == [("Story",), ("Request",)]


def test_few_items_and_those_that_never_began_make_no_workflow() -> None:
    stories = [moved("Open 1 Dev 1 Done")] * 9
    odd = [moved("Open 1 Elsewhere 1 Done", kind="Odd")] * 4
    waiting = [moved("Open", kind="Idea")] * 7
    assert by_workflow([*stories, *odd, *waiting], ends=ENDS) == [("Story", "Idea", "Odd")]


def test_no_history_is_no_group() -> None:
    assert by_workflow([]) == []
