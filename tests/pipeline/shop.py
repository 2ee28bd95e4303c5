"""A small shop to store and compute: a project with its workflow, items, a stream over them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.records import Field, Record, StatusCategory, Transition, WorkflowStatus, WorkItem
from core.settings import Settings
from pipeline.database import Database
from pipeline.stages import CORRELATE
from store import dirty, frames
from store.models import value_stream
from store.records import save_records
from store.sources import SourceRow, ensure_sources

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)
STATUSES = (
    WorkflowStatus("1", "To Do", StatusCategory.NEW),
    WorkflowStatus("2", "In Progress", StatusCategory.ACTIVE),
    WorkflowStatus("3", "Done", StatusCategory.DONE),
)
STAGES = [
    {"name": "Ideas", "state": "new", "statuses": ["To Do"]},
    {"name": "Build", "state": "active", "statuses": ["In Progress"]},
    {"name": "Live", "state": "done", "statuses": ["Done"]},
]


def stream(name: str = "checkout", **more: Any) -> dict[str, Any]:
    items = {"source": "jira", "projects": more.pop("projects", ["SHOP"])}
    if "types" in more:
        items["types"] = more.pop("types")
    return {"name": name, "items": items, "stages": STAGES, **more}


def settings_of(*streams: dict[str, Any], **more: Any) -> Settings:
    jira = {"name": "jira", "kind": "jira", "url": "https://j.example", "projects": ["SHOP"]}
    gitlab = {"name": "gitlab", "kind": "gitlab", "url": "https://g.example"}
    desk = {"name": "desk", "kind": "servicenow", "url": "https://d.example"}
    document = {"sources": [jira, gitlab, desk], "streams": list(streams) or [stream()]}
    return Settings.model_validate(document | more)


def item(number: int, project: str = "SHOP", *, key: str = "", **more: Any) -> list[Record]:
    """Created on day 0, begun on day 1, done on day 5."""
    name = str(number)
    given = {"type": "Story", "title": "Pay", "status_id": "3", **more}
    return [
        WorkItem(
            name, key or f"{project}-{number}", project, created_at=START, updated_at=START, **given
        ),
        Transition(name, START + DAY, 1, Field.STATUS, "1", "2"),
        Transition(name, START + 5 * DAY, 2, Field.STATUS, "2", "3"),
    ]


def save(database: Database, *records: Record, source: str = "jira") -> None:
    with database.writing() as session:
        ids = ensure_sources(session, [SourceRow(source, source, f"https://{source}.example")])
        saved = save_records(session, ids[source], records)
        assert saved.skipped == []
        for entity, found in saved.ids.items():
            dirty.mark(session, CORRELATE, entity, found)


def facts_of(database: Database, stream: str = "checkout") -> Any:
    """The facts of a stream by the key of their item."""
    with database.read() as session:
        known = frames.value_streams(session).set_index("name")["stream_id"]
        facts = frames.item_facts(session, int(known[stream]))
        keys = frames.item_keys(session).query("current").set_index("item_id")["key"]
        return facts.assign(key=facts["item_id"].map(keys)).set_index("key")


def version_of(database: Database, stream: str = "checkout") -> int:
    with database.read() as session:
        column = value_stream.c.facts_version
        return int(
            session.execute(select(column).where(value_stream.c.name == stream)).scalar_one()
        )
