"""Reads of a few rows go by an index: where it may, SQLite goes through all there is instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from core.records import Build, Entity, Result
from store import frames, neighbours
from store.records import save_records
from store.session import read_sessions, sessions
from store.sources import SourceRow, ensure_sources


def _plan(engine: Engine, read: Callable[[Session], object]) -> str:
    """How SQLite goes about what is read."""
    asked: list[tuple[str, Any]] = []

    def note(*told: Any) -> None:
        asked.append((told[2], told[3]))

    with read_sessions(engine)() as session:
        event.listen(engine, "before_cursor_execute", note)
        read(session)
        event.remove(engine, "before_cursor_execute", note)
        connection = session.connection()
        return "\n".join(
            str(row)
            for words, values in asked
            if words.startswith("SELECT")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values)
        )


def test_what_is_linked_to_a_few_requests_is_found_by_those(sqlite_engine: Engine) -> None:
    kinds = Entity.COMMIT, Entity.MERGE_REQUEST
    plan = _plan(sqlite_engine, lambda one: neighbours.linked_from(one, *kinds, b_ids=[1, 2]))
    assert "SEARCH link USING INDEX ix_link_b_kind_b_id (b_kind=? AND b_id=?)" in plan


def test_builds_that_others_started_are_found_by_those(sqlite_engine: Engine) -> None:
    with sessions(sqlite_engine).begin() as session:
        home = ensure_sources(session, [SourceRow("jenkins", "jenkins")])["jenkins"]
        save_records(session, home, [Build("b#1", "b", 1, Result.SUCCESS)])
    plan = _plan(sqlite_engine, lambda one: neighbours.is_deploying(one, [1]))
    assert "ix_build_upstream (upstream=?)" in plan
    assert "SCAN build" not in plan


def test_blocks_of_a_few_items_are_read_by_those(sqlite_engine: Engine) -> None:
    plan = _plan(sqlite_engine, lambda one: frames.item_blocks(one, 1, item_ids=[1, 2]))
    assert "SEARCH work_item USING INTEGER PRIMARY KEY" in plan
    assert "ix_work_item_source_id_project" not in plan
