"""What is restated: facts that a change of a record moved, not those that older history moved."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import select

from connectors.http import SourceClient
from connectors.registry import KINDS, Kind
from connectors.stream import Connection, Identity, Page, Payload, Reading, Scope, Stream
from core.records import Field, Record, Transition, WorkItem
from core.settings import Settings
from core.source_settings import JiraSource
from pipeline.database import Database
from pipeline.sync import sync
from store.models import fact_change, item_fact
from tests.pipeline.shop import DAY, STAGES, START, STATUSES

SETTINGS = Settings.model_validate(
    {
        "sources": [
            {"name": "jira", "kind": "jira", "url": "https://j.example", "projects": ["SHOP"]}
        ],
        "streams": [
            {
                "name": "checkout",
                "items": {"source": "jira", "projects": ["SHOP"], "types": ["Story"]},
                "stages": STAGES,
            }
        ],
    }
)


class Tracker:
    """A story, done on day 5, and the epic above it, which lies in the older part of the history.

    done_again: the story came back on day 6 and was done on this one.
    """

    def __init__(self) -> None:
        self.done_again: int | None = None

    def read(self, reading: Reading) -> Iterator[Page]:
        story: Payload = {"id": "1", "type": "Story", "day": 0, "again": self.done_again}
        if not reading.cursor:
            yield Page([story], {"older": {"until": "2026-01-01T00:00:00Z"}})
        elif "older" in reading.cursor:
            yield Page([{"id": "9", "type": "Epic", "day": -200}], {"at": 1})
        else:
            yield Page([story], reading.cursor)


def _parse(payload: Payload, _scope: Scope) -> Iterable[Record]:
    name, created = str(payload["id"]), START + payload["day"] * DAY
    parent = "9" if name == "1" else None
    yield from STATUSES
    yield WorkItem(
        *(name, f"SHOP-{name}", "SHOP", payload["type"], "Pay", created, created, "3"),
        parent_id=parent,
    )
    if parent:
        yield Transition(name, START + DAY, 1, Field.STATUS, "1", "2")
        yield Transition(name, START + 5 * DAY, 2, Field.STATUS, "2", "3")
    if payload.get("again"):
        yield Transition(name, START + 6 * DAY, 3, Field.STATUS, "3", "2")
        yield Transition(name, START + payload["again"] * DAY, 4, Field.STATUS, "2", "3")


def _client(source: JiraSource, *, sleep: Callable[[float], None]) -> SourceClient:
    sleep(0)
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json=[]))
    return SourceClient(httpx.Client(transport=transport, base_url=source.url))


@pytest.fixture
def tracker(monkeypatch: pytest.MonkeyPatch) -> Tracker:
    found = Tracker()
    stream = Stream(name="issues", read=found.read, id=lambda row, _: str(row["id"]), parse=_parse)
    made = Connection(Identity("me", "Tracker"), [stream])
    monkeypatch.setitem(KINDS, "jira", Kind(lambda *_: made, _client))
    return found


def _idea_day(database: Database) -> int:
    """On which day, counted from the start, the story was first an idea."""
    with database.read() as session:
        ts = session.execute(select(item_fact.c.idea_ts)).scalar_one()
    return (datetime.fromtimestamp(ts, UTC) - START).days


def _restated(database: Database) -> dict[str, tuple[float, str]]:
    """By column of the item's facts: how many days it moved after it had been told, and why."""
    told = fact_change.c.restates & (fact_change.c.fact == "item_fact")
    with database.read() as session:
        rows = session.execute(select(fact_change).where(told)).all()
    return {
        name: ((new - old) / 86_400, row.cause)
        for row in rows
        for name, (old, new) in json.loads(row.changes).items()
        if name.endswith(("_ts", "_s"))
    }


def test_facts_that_older_history_moves_are_not_restated_and_those_that_a_change_moves_are(
    database: Database, tracker: Tracker
) -> None:
    assert not sync(SETTINGS, database).failed
    assert _idea_day(database) == -200, "the older part came in the same call"
    assert _restated(database) == {}
    assert not sync(SETTINGS, database).failed
    assert _restated(database) == {}
    tracker.done_again = 8
    assert not sync(SETTINGS, database).failed
    logged = _restated(database)
    assert logged["done_ts"] == (3, "records")
    assert logged["active_s"] == (2, "records")
    assert "idea_ts" not in logged
