"""The sample of a project: bounded, the newest first, one level of items."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from connectors.http import SourceClient
from connectors.stream import Connection, Identity, Page, Payload, Reading, Scope, Stream, own_id
from core.errors import SourceAuthError
from core.records import (
    Field,
    ItemLink,
    Record,
    StatusCategory,
    Transition,
    WorkflowStatus,
    WorkItem,
)
from pipeline.draft.sampling import sample_from, sample_of
from pipeline.draft.status_labels import status_labels

AT = datetime(2026, 3, 2, tzinfo=UTC)
OLD, RECENT = 1_000, 5


def item(id: str, kind: str = "Story", *, parent: str = "", part: bool = False) -> WorkItem:
    above = parent or None
    return WorkItem(id, f"A-{id}", "A", kind, "", AT, AT, "1", parent_id=above, subtask=part)


def connection(read: object, *, optional: bool = False) -> Connection:
    def parse(payload: Payload, _scope: Scope) -> Iterator[Record]:
        yield item(str(payload["id"]))

    issues = Stream(name="issues", read=read, id=own_id, parse=parse, optional=optional)  # type: ignore[arg-type]
    return Connection(Identity("me", "Tracker"), [issues])


@pytest.fixture
def client() -> Iterator[SourceClient]:
    with httpx.Client() as http:
        yield SourceClient(http)


class Listed:
    """A list of changes, oldest first; `asked` counts the rows that were handed out."""

    def __init__(self, ages: list[int]) -> None:
        self.rows = [(age, {"id": number}) for number, age in enumerate(sorted(ages, reverse=True))]
        self.asked = 0

    def read(self, reading: Reading) -> Iterator[Page]:
        today = datetime.now(UTC).date()
        since = reading.since or date(2000, 1, 1)
        fitting = [row for age, row in self.rows if today - timedelta(days=age) >= since]
        for start in range(0, len(fitting), 100):
            page = fitting[start : start + 100]
            self.asked += len(page)
            yield Page(page, {})


def test_a_busy_project_is_read_no_further_than_the_sample(client: SourceClient) -> None:
    listed = Listed([3] * 5_000)
    sample = sample_of(client, connection(listed.read), "A", most=200)
    assert len(sample.histories) == 200
    assert listed.asked == 200


def test_what_changed_lately_is_in_it_where_older_fills_it_up(client: SourceClient) -> None:
    listed = Listed([OLD] * 900 + [RECENT] * 30)
    told: list[int] = []
    sample_of(client, connection(listed.read), "A", most=100, tell=told.append)
    assert told == [30, 30, 30, 100]


def test_issues_that_are_switched_off_are_none(client: SourceClient) -> None:
    def refused(_reading: Reading) -> Iterator[Page]:
        raise SourceAuthError("no", status=403)
        yield

    assert sample_of(client, connection(refused, optional=True), "A", most=10).histories == ()
    with pytest.raises(SourceAuthError):
        sample_of(client, connection(refused), "A", most=10)


def test_a_payload_that_makes_no_sense_is_left_to_the_sync(client: SourceClient) -> None:
    found = connection(Listed([1]).read)
    issues = found.streams[0]

    def broken(_payload: Payload, _scope: Scope) -> Iterator[Record]:
        raise KeyError("status")
        yield

    odd = Stream(name="issues", read=issues.read, id=own_id, parse=broken)
    assert sample_of(client, Connection(found.identity, [odd]), "A", most=10).histories == ()


def test_one_level_is_counted() -> None:
    records = [item("1", "Epic"), item("2", parent="1"), item("3", "Task", part=True, parent="2")]
    sample = sample_from("A", records, ["Epic", "Saga"])
    assert [one.type for one in sample.histories] == ["Story"]
    assert (sample.parents, sample.parts) == (("Epic",), ("Task",))
    assert sample_from("A", [item("1")], ["Epic"]).parents == ()
    assert sample_from("A", [item("1", parent="7")], ["Epic", "Saga"]).parents == ("Epic",)


def test_links_count_items_by_the_project_that_they_lead_to() -> None:
    links = [
        ItemLink("1", "implements", "IDEA-1"),
        ItemLink("1", "implements", "IDEA-2"),
        ItemLink("2", "implements", "IDEA-1"),
        ItemLink("9", "implements", "IDEA-1"),  # of an item that was not read
    ]
    sample = sample_from("A", [item("1"), item("2"), *links], ())
    assert sample.links == {("implements", "IDEA"): 2}


def test_statuses_have_the_name_of_now_and_else_the_last_that_was_told() -> None:
    listed = WorkflowStatus("1", "Open", StatusCategory.NEW)
    moves = [
        Transition("1", AT, 1, Field.STATUS, "1", "2", "Opened", "Dev"),
        Transition("1", AT + timedelta(days=1), 2, Field.STATUS, "2", "3", "Develop", "Gone"),
    ]
    found = sample_from("A", [item("1"), listed, *moves], ()).statuses
    assert found["1"] == listed
    assert (found["2"].name, found["2"].listed) == ("Develop", False)
    assert found["3"].category is StatusCategory.UNKNOWN


@pytest.mark.parametrize(
    ("names", "board", "found"),
    [
        (["workflow::ready", "workflow::dev", "bug"], (), ("workflow::*",)),
        (["status: ready", "Status: done", "status: test"], (), ("status: *",)),
        (["stage/one", "bug"], (), ()),  # one label is no set of statuses
        (["bug"], ("Doing", "Review"), ("Doing", "Review")),
        (["workflow::a", "workflow::b"], ("workflow::a", "Doing"), ("workflow::*", "Doing")),
        ([], ("odd [1]*",), ()),
    ],
)
def test_labels_of_statuses_are_known_by_their_beginning_or_the_board(
    names: list[str], board: tuple[str, ...], found: tuple[str, ...]
) -> None:
    assert status_labels(names, board) == found
