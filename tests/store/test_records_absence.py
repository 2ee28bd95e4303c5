"""Reviews, worklogs, and what a source no longer shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from core.frames import to_ts
from core.records import (
    Entity,
    Gone,
    MergeRequest,
    MergeState,
    Person,
    Record,
    Repository,
    Review,
    ReviewKind,
    StatusCategory,
    WorkflowStatus,
    WorkItem,
    Worklog,
)
from store import frames
from store.batch import Touched
from store.models import review, work_item, worklog
from store.records import save_records
from store.sources import SourceRow, ensure_sources

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
STATUS = WorkflowStatus("1", "To Do", StatusCategory.NEW)
ITEM = WorkItem("10", "SHOP-1", "SHOP", "Story", "Pay", START, START, "1")
REPOSITORY = Repository("7", "shop/web", "main", "https://gitlab.example/shop/web")
REQUEST = MergeRequest(
    *("70", "7", 3, "Pay", "", "pay", "main", MergeState.OPEN), created_at=START, updated_at=START
)
ANNA = Person("anna@acme.example")


def _save(session: Session, *records: Record, source: str = "one") -> Touched:
    ids = ensure_sources(session, [SourceRow(source, "jira", f"https://{source}.example")])
    return save_records(session, ids[source], records)


def _rows(session: Session, table: Table) -> list[Any]:
    return list(session.execute(select(table)))


def test_a_review_belongs_to_its_request_and_is_stored_once(session: Session) -> None:
    approval = Review("7", "70", "n1", ReviewKind.APPROVED, START + HOUR, ANNA)
    touched = _save(session, REPOSITORY, REQUEST, approval)
    assert len(touched[Entity.MERGE_REQUEST]) == 1
    again = _save(session, approval)
    assert not again
    (row,) = _rows(session, review)
    assert (row.kind, row.ts) == ("approved", int((START + HOUR).timestamp()))
    assert row.person_id is not None


def test_a_review_of_a_request_that_is_not_stored_is_told(session: Session) -> None:
    touched = _save(session, REPOSITORY, Review("7", "71", "n1", ReviewKind.COMMENTED, START))
    assert touched.skipped == ["review n1: its merge request 7 71 is not stored"]


def test_a_worklog_changes_and_goes_with_its_source_alone(session: Session) -> None:
    log = Worklog("10", "w1", START, 3600, ANNA)
    for source in ("one", "two"):
        _save(session, STATUS, ITEM, log, source=source)
    assert len(_save(session, Worklog("10", "w1", START, 7200, ANNA))[Entity.ITEM]) == 1
    touched = _save(session, Gone(Entity.WORKLOG, "w1", "deleted"))
    assert len(touched[Entity.ITEM]) == 1
    assert [row.spent_s for row in _rows(session, worklog)] == [3600]


def test_an_item_that_is_gone_keeps_its_row_until_it_is_seen_again(session: Session) -> None:
    def told() -> list[tuple[str, int | None]]:
        return [(row.gone, row.gone_ts) for row in _rows(session, work_item)]

    _save(session, STATUS, ITEM)
    assert _save(session, Gone(Entity.ITEM, "10", "deleted", START))
    noticed = to_ts(START)
    assert told() == [("deleted", noticed)]
    assert not _save(session, Gone(Entity.ITEM, "10", "deleted", START + timedelta(days=1)))
    assert told() == [("deleted", noticed)], "when it was noticed first stays"
    assert _save(session, ITEM)
    assert told() == [("", None)]


@pytest.mark.parametrize(("why", "stays"), [("deleted", 0), ("moved", 0), ("not_visible", 1)])
def test_what_is_gone_for_good_is_no_more_to_be_linked_to(
    session: Session, why: str, stays: int
) -> None:
    _save(session, STATUS, ITEM)
    _save(session, Gone(Entity.ITEM, "10", why))
    assert len(frames.item_keys(session)) == stays
    assert len(frames.item_parents(session)) == stays
    _save(session, ITEM)
    assert len(frames.item_keys(session)) == 1
