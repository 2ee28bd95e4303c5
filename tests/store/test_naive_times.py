"""No time without a zone enters the store, whichever record carries it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

import store
from core.records import Build, Deployment, Record, Result, WorkItem
from store.records import save_records
from store.sources import SourceRow, ensure_sources

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
NAIVE = NOON.replace(tzinfo=None)


@pytest.mark.parametrize(
    "record",
    [
        WorkItem("1", "A-1", "10", "Story", "a", NAIVE, NOON, "3"),
        WorkItem("1", "A-1", "10", "Story", "a", NOON, NOON, "3", resolved_at=NAIVE),
        Build("1", "job", 1, Result.SUCCESS, finished_at=NAIVE),
        Deployment("1", "production", Result.SUCCESS, NAIVE),
    ],
    ids=lambda record: type(record).__name__,
)
def test_a_record_with_a_time_without_a_zone_is_not_stored(
    session: Session, record: Record
) -> None:
    ensure_sources(session, [SourceRow("tool")])
    with pytest.raises(ValueError, match="a time without a zone: 2026-03-29T12:00:00"):
        save_records(session, 1, [record])


def test_the_store_makes_seconds_of_times_in_one_place_only() -> None:
    folder = Path(str(store.__file__)).parent
    pattern = re.compile(r"(?<!\bpa)\.timestamp\(|timegm|mktime")  # of Arrow it is a type
    assert [p.name for p in folder.glob("*.py") if pattern.search(p.read_text("utf-8"))] == []
