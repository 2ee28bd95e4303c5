"""Brings the mapping tables in line with the configuration, and marks what a changed mapping
touches.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from core.records import Entity
from core.settings import Settings
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.stages import CORRELATE, MEASURE
from store import dirty, facts, frames
from store.mapping import load_mapping


def apply_mapping(
    settings: Settings, database: Database, *, unread: Collection[str] = ()
) -> Sequence[str]:
    """Lines for a person about statuses that the configuration names and no tracker knows.

    unread: sources that could not be read; what they know is not known.
    """
    with database.writing() as session:
        found = load_mapping(session, settings)
        for name in found.changed:
            dirty.mark(session, MEASURE, Entity.ITEM, _concerned(session, found.streams[name]))
        if found.changed_teams:
            # No fact depends on them, but answers do: who is kept in memory is told by its version.
            now = max(now_ts(), facts.last_written_ts(session))
            for number in found.streams.values():
                facts.bump_version(session, number, now)
        if found.changed_services:
            deployments = frames.deployments(session)["deployment_id"]
            incidents = frames.incidents(session)["incident_id"]
            dirty.mark(session, CORRELATE, Entity.DEPLOYMENT, [int(one) for one in deployments])
            dirty.mark(session, CORRELATE, Entity.INCIDENT, [int(one) for one in incidents])
    tracker = {stream.name: stream.items.source for stream in settings.streams}
    return [
        f'stream "{stream}": no status "{status}" is known at its tracker; check the name'
        for stream, status in found.unknown_statuses
        if tracker[stream] not in unread
    ]


def _concerned(session: Session, stream_id: int) -> set[int]:
    """The items of a stream, and those that no longer are but still have facts in it."""
    items = frames.stream_items(session, stream_id)["item_id"]
    facts = frames.item_facts(session, stream_id)["item_id"]
    return {int(one) for one in items} | {int(one) for one in facts}
