"""What must hold after troubles: looked at from outside, by SQL, by the API and in the log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, text

from api.app import create_app
from core.settings import Settings
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.source_status import source_standings
from simulator.credentials import SECRETS
from tests.api.client import Client

_PARTS = ("stage", "team", "reason", "kind")
_NAMES = ("DEMO_JIRA_USER", "DEMO_JENKINS_USER", "DEMO_SNOW_USER")
"""These are no secrets: they are the names of accounts."""
_TRACE = "Traceback (most recent call last)"


def of_log(log: Path) -> Iterator[str]:
    """Secrets that it tells, and errors that nobody put in words."""
    told = log.read_text("utf-8") if log.exists() else ""
    for name, secret in SECRETS.items():
        if name not in _NAMES and secret in told:
            yield f"the log tells {name}"
    if _TRACE in told:
        yield "the log has a stack: " + told[told.index(_TRACE) :].strip().splitlines()[-1]


def of_ending(before: str) -> Iterator[str]:
    """`before`: how the pass ended, or before which statement."""
    if before.startswith(("broke", "status")) and before != "status 9":
        yield f"the pass {before}"


def of_sources(settings: Settings, database: Database) -> Iterator[str]:
    """A source that is red says why, and one that has a reason is not green."""
    with database.read() as session:
        for one in source_standings(session, settings, as_of=now_ts()):
            if one["state"] == "red" and len(one["message"] or "") < 20:
                yield f"{one['name']} is red and says {one['message']!r}"
            if one["state"] == "green" and one["message"]:
                yield f"{one['name']} is green and says {one['message']!r}"


def of_file(engine: Engine) -> Iterator[str]:
    """The database is whole, and no row points to one that is not there."""
    if engine.dialect.name != "sqlite":
        return  # PostgreSQL holds to both by itself
    with engine.connect() as connection:
        whole = connection.execute(text("PRAGMA integrity_check")).scalars().all()
        loose = connection.execute(text("PRAGMA foreign_key_check")).all()
    if whole != ["ok"]:
        yield f"the file is not whole: {whole[:3]}"
    if loose:
        yield f"rows without what they point to: {loose[:3]}"


def of_parts(settings: Settings, database: Database) -> Iterator[str]:
    """What the waiting cost, by whatever it is split, adds up to the whole; so do days and stages
    of each delivery, of which none is told twice.
    """
    client = Client(create_app(settings, database))
    for stream in settings.streams:
        for by in _PARTS:
            told = client.json(f"/v1/streams/{stream.name}/delay-cost?by={by}&from=2024-01-01")
            parts = sum(row["cost_cents"] or 0 for row in told["items"])
            if parts != (told["cost_cents"] or 0):
                yield f"{stream.name} by {by}: parts {parts}, whole {told['cost_cents']}"
    with database.engine.connect() as connection:
        yield from (f"visits overlap: {row}" for row in connection.execute(text(_OVERLAPS)).all())


_OVERLAPS = """
SELECT a.stream_id, a.item_id, a.start_ts, a.end_ts, b.start_ts AS next_ts
FROM stage_visit a JOIN stage_visit b
ON a.stream_id = b.stream_id AND a.item_id = b.item_id AND a.ordinal < b.ordinal
WHERE a.end_ts IS NULL OR a.end_ts > b.start_ts LIMIT 3
"""
