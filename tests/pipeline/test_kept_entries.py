"""Lists that a source cuts shorter later on: what was stored of them stays."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from connectors import jira
from connectors.jira_parse import layout_of
from connectors.stream import Page, Payload, Scope, Stream, Wanted
from pipeline.database import Database, over
from pipeline.reading import Prepared, Task, prepared_pages
from store import raw
from store.sources import SourceRow, ensure_sources
from tests.connectors.readers import quick_client

URL = "http://127.0.0.1:9"


@pytest.fixture
def database(engine: Engine) -> Database:
    return over(engine)


def _entry(number: int) -> Payload:
    move = {"field": "status", "fieldId": "status", "from": "1", "to": str(number)}
    created = f"2026-02-01T10:{number:02}:00.000+0000"
    return {"id": str(number), "created": created, "items": [move]}


def _issue(shown: range, *, title: str, total: int | None = None) -> Payload:
    """An issue whose changelog shows these entries; `total` where it tells how many there are."""
    log: dict[str, Any] = {"histories": [_entry(number) for number in shown]}
    fields = {
        "summary": title,
        "issuetype": {"name": "Story"},
        "status": {"id": "3"},
        "created": "2026-02-01T10:00:00.000+0000",
        "updated": "2026-02-03T10:00:00.000+0000",
    }
    counted = {"total": len(shown) if total is None else total}
    return {"id": "1", "key": "SHOP-1", "fields": fields, "changelog": log | counted}


def _stored(database: Database, source_id: int, payload: Payload, *, full: bool) -> Prepared:
    """Read the issue as a page of Data Center, and store it."""
    layout = layout_of([], browse_url="", wanted=Wanted())
    streams = jira.streams([], [], layout=layout, cloud=False)
    issues = next(one for one in streams if one.name == "issues")
    page = Stream(
        name="issues",
        read=lambda _reading: iter([Page([payload], {})]),
        id=issues.id,
        parse=issues.parse,
        kept=issues.kept,
    )
    task = Task(source_id, page, Scope(), {}, None, full)
    (prepared,) = prepared_pages(task, quick_client(URL), database)
    with database.writing() as session:
        raw.save(session, source_id, "issues", "", prepared.rows, fetched_ts=1)
    return prepared


@pytest.mark.parametrize("full", [False, True])
def test_entries_that_a_changelog_no_longer_shows_stay_stored_and_are_parsed_again(
    database: Database, full: bool
) -> None:
    with database.writing() as session:
        source_id = ensure_sources(session, [SourceRow("jira", "jira")])["jira"]
    _stored(database, source_id, _issue(range(1, 31), title="Pay"), full=full)
    shorter = _issue(range(21, 33), title="Pay by card")
    prepared = _stored(database, source_id, shorter, full=full)
    moves = [one for one in prepared.records if type(one).__name__ == "Transition"]
    assert len(moves) == 32
    _stored(database, source_id, _issue(range(32, 34), title="Pay by bank"), full=full)
    with database.read() as session:
        payload = raw.payloads(session, source_id, "issues", ["1"])["1"]
    shown = [*payload["_details"]["changelog"], *payload["changelog"]["histories"]]
    assert sorted(int(entry["id"]) for entry in shown) == list(range(1, 34))


def test_an_odd_payload_that_was_stored_keeps_nothing_from_being_read(database: Database) -> None:
    with database.writing() as session:
        source_id = ensure_sources(session, [SourceRow("jira", "jira")])["jira"]
    odd = {"id": "1", "key": "SHOP-1", "fields": None, "changelog": "none", "_details": 5}
    assert _stored(database, source_id, odd, full=False).unparsed == 1
    sound = _stored(database, source_id, _issue(range(1, 3), title="Pay"), full=False)
    assert sound.unparsed == 0
