"""How far sources had been read at a moment: spans without a gap, few rows."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.models import source, source_reading
from store.readings import Reading, note_reading, read_before, readings_at


@pytest.fixture(autouse=True)
def _sources(session: Session) -> None:
    session.execute(source.insert(), [{"id": 1, "name": "jira"}, {"id": 2, "name": "gitlab"}])


def _note(session: Session, at: int, reading: Reading, *, source_id: int = 1) -> None:
    note_reading(session, source_id, reading, now_ts=at, gap_s=30)


def test_passes_without_a_gap_are_one_span_and_a_gap_begins_another(session: Session) -> None:
    for at in (110, 120, 130, 200, 210):
        _note(session, at, Reading(at - 2))
    count = select(func.count()).select_from(source_reading)
    assert session.execute(count).scalar_one() == 2
    marks = {at: readings_at(session, at) for at in (109, 110, 125, 160, 199, 205, 999)}
    assert marks.pop(109) == {}
    assert {at: found["jira"].watermark_ts for at, found in marks.items()} == {
        110: 110,
        125: 125,
        160: 128,
        199: 128,
        205: 205,
        999: 208,
    }


def test_how_far_history_reached_back_is_told_as_of_then(session: Session) -> None:
    _note(session, 100, Reading(99, 50))
    _note(session, 110, Reading(109, 20))
    _note(session, 120, Reading(119))
    told = [readings_at(session, at)["jira"].back_to_ts for at in (100, 109, 110, 119, 120)]
    assert told == [50, 50, 20, 20, None]


def test_what_was_told_before_is_what_every_source_was_read_to(session: Session) -> None:
    assert read_before(session, ["jira", "gitlab"]) is None
    _note(session, 100, Reading(99))
    _note(session, 100, Reading(70), source_id=2)
    _note(session, 200, Reading(199))
    assert read_before(session, ["jira", "gitlab"]) == 70
    assert read_before(session, ["jira"]) == 199
