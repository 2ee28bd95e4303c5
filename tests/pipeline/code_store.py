"""A store with one ticket and one repository, filled in steps, and its links by natural names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.records import (
    Commit,
    Entity,
    MergeRequest,
    MergeState,
    Person,
    Project,
    Record,
    Repository,
    StatusCategory,
    WorkflowStatus,
    WorkItem,
)
from core.settings import Settings
from pipeline.correlate import correlate
from pipeline.database import Database
from pipeline.stages import CORRELATE
from store import dirty, frames
from store.models import build, git_commit, merge_request, work_item
from store.records import save_records
from store.sources import SourceRow, ensure_sources

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TICKET: tuple[Record, ...] = (
    WorkflowStatus("1", "To Do", StatusCategory.NEW),
    Project("10", "SHOP", "Shop"),
    WorkItem("1", "SHOP-1", "SHOP", "Story", "Pay", START, START, "1"),
)
HOME = Repository("42", "shop/web", "main", "https://gitlab.example/shop/web")
SETTINGS = Settings.model_validate(
    {
        "sources": [
            {"name": "jira", "kind": "jira", "url": "https://j.example", "projects": ["SHOP"]},
            {"name": "gitlab", "kind": "gitlab", "url": "https://gitlab.example"},
            {"name": "jenkins", "kind": "jenkins", "url": "https://ci.example"},
        ]
    }
)
_NAMES = {
    Entity.ITEM: work_item.c.key,
    Entity.COMMIT: git_commit.c.sha,
    Entity.MERGE_REQUEST: merge_request.c.number,
    Entity.BUILD: build.c.external_id,
}


def commit(sha: str, at: datetime, message: str = "Retry the payment", **more: Any) -> Commit:
    """Written at the start by one person, committed at `at`."""
    told: dict[str, Any] = {"parents": None, "author": Person("dana@example.com"), **more}
    written = told.pop("authored_at", START)
    return Commit("42", sha, written, at, message, **told)


def request(commits: tuple[str, ...], **more: Any) -> MergeRequest:
    told: dict[str, Any] = {
        "title": "Retry",
        "description": "",
        "source_branch": "feature/shop-1-retry",
        "target_branch": "main",
        "state": MergeState.OPEN,
        "created_at": START,
        "updated_at": START,
        **more,
    }
    return MergeRequest("r12", "42", 12, commits=commits, **told)


def save(database: Database, source: str, *records: Record) -> None:
    with database.writing() as session:
        rows = [SourceRow(one.name, one.kind, "") for one in SETTINGS.sources]
        ids = ensure_sources(session, rows)
        saved = save_records(session, ids[source], records)
        assert saved.skipped == []
        for entity, found in saved.ids.items():
            dirty.mark(session, CORRELATE, entity, found)


def links(database: Database) -> dict[str, set[tuple[str, str]]]:
    """After correlating: the linked pairs of each rule, by key, sha, number and vendor id."""
    correlate(SETTINGS, database)
    found: dict[str, set[tuple[str, str]]] = {}
    with database.read() as session:
        known: Mapping[Entity, dict[int, str]] = {
            kind: {row[0]: str(row[1]) for row in session.execute(select(name.table.c.id, name))}
            for kind, name in _NAMES.items()
        }
        for a in _NAMES:
            for b in _NAMES:
                for row in frames.links(session, a, b).itertuples():
                    pair = (known[a][row.a_id], known[b][row.b_id])
                    found.setdefault(row.rule, set()).add(pair)
    return found
