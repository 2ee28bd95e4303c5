"""Releases that items are planned for: what the list says counts, and a plan that is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records import Entity, PlannedIn, PlannedRelease, Record
from store import frames
from store.models import planned_in, planned_release, work_item
from store.records import save_records
from store.sources import SourceRow, ensure_sources
from tests.store.test_records_items import DOING, ITEM, TODO

_OTHER = replace(ITEM, id="10002", key="SHOP-2")
_NEXT = PlannedRelease("7", "2.7", date(2026, 7, 10))


@pytest.fixture
def jira(session: Session) -> int:
    source = ensure_sources(session, [SourceRow("jira", "jira")])["jira"]
    save_records(session, source, [TODO, DOING])
    return source


def _releases(session: Session) -> list[tuple[str, str, bool]]:
    names = (planned_release.c.name, planned_release.c.due_on, planned_release.c.released)
    return [tuple(row) for row in session.execute(select(*names).order_by(planned_release.c.id))]


def _plans(session: Session) -> set[tuple[str, str]]:
    joined = planned_in.join(work_item).join(planned_release)
    rows = session.execute(
        select(work_item.c.key, planned_release.c.external_id).select_from(joined)
    )
    return {(key, release) for key, release in rows}


def _planned(item: str, *releases: str) -> list[Record]:
    told: list[Record] = []
    for name in releases:
        told += [replace(_NEXT, id=name, listed=False), PlannedIn(item, name)]
    return told


def test_an_item_is_planned_for_several_and_told_again_for_fewer(
    session: Session, jira: int
) -> None:
    both = [ITEM, *_planned("10001", "7", "8"), _OTHER, *_planned("10002", "7")]
    touched = save_records(session, jira, both)
    assert touched.skipped == []
    assert _plans(session) == {("SHOP-1", "7"), ("SHOP-1", "8"), ("SHOP-2", "7")}
    assert not save_records(session, jira, both)
    later = replace(ITEM, updated_at=ITEM.updated_at + timedelta(days=1))
    assert save_records(session, jira, [later, *_planned("10001", "8")])[Entity.ITEM]
    assert _plans(session) == {("SHOP-1", "8"), ("SHOP-2", "7")}
    save_records(session, jira, [later])
    assert _plans(session) == {("SHOP-2", "7")}


def test_a_release_keeps_its_items_when_it_is_renamed_and_moved(
    session: Session, jira: int
) -> None:
    save_records(session, jira, [ITEM, *_planned("10001", "7")])
    save_records(session, jira, [replace(_NEXT, name="3.0", due_on=None)])
    assert _releases(session) == [("3.0", "", False)]
    assert _plans(session) == {("SHOP-1", "7")}


def test_what_the_list_says_counts_before_what_an_item_says(session: Session, jira: int) -> None:
    save_records(session, jira, [ITEM, *_planned("10001", "7")])
    stale = _planned("10001", "7")
    out = replace(_NEXT, name="2.7 LTS", released=True)
    save_records(session, jira, [out])
    save_records(session, jira, [ITEM, *stale])
    assert _releases(session) == [("2.7 LTS", "2026-07-10", True)]
    # In whatever order they come within a batch.
    save_records(session, jira, [replace(out, released=False), *stale, ITEM])
    assert _releases(session) == [("2.7 LTS", "2026-07-10", False)]


def test_the_same_number_at_another_source_is_another_release(session: Session, jira: int) -> None:
    other = ensure_sources(session, [SourceRow("gitlab", "gitlab")])["gitlab"]
    save_records(session, jira, [_NEXT])
    save_records(session, other, [replace(_NEXT, name="18.0")])
    assert [name for name, _, _ in _releases(session)] == ["2.7", "18.0"]


def test_a_plan_of_what_is_not_stored_is_left_out_and_told(session: Session, jira: int) -> None:
    touched = save_records(session, jira, [_NEXT, PlannedIn("10009", "7"), PlannedIn("10001", "9")])
    assert len(touched.left_out) == 2
    assert any("item 10009 is not stored" in one for one in touched.skipped)
    assert _plans(session) == set()


def test_due_dates_are_those_of_items_that_have_one(session: Session, jira: int) -> None:
    save_records(session, jira, [replace(ITEM, due_on=date(2026, 3, 9)), _OTHER])
    ids = list(session.execute(select(work_item.c.id).order_by(work_item.c.id)).scalars())
    found = frames.due_days(session, ids)
    assert found.to_dict("records") == [{"item_id": ids[0], "due_on": "2026-03-09"}]
    assert frames.due_days(session, []).empty
    save_records(session, jira, [ITEM])
    assert frames.due_days(session, ids).empty
