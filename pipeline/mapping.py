"""Brings the mapping tables in line with the configuration, and marks what a changed mapping
touches.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from core.records import Entity
from core.settings import Settings
from pipeline.database import Database
from pipeline.stages import CORRELATE, MEASURE
from store import dirty, frames
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
            items = frames.stream_items(session, found.streams[name])["item_id"]
            dirty.mark(session, MEASURE, Entity.ITEM, [int(one) for one in items])
        if found.changed_services:
            deployments = frames.deployments(session)["deployment_id"]
            dirty.mark(session, CORRELATE, Entity.DEPLOYMENT, [int(one) for one in deployments])
    tracker = {stream.name: stream.items.source for stream in settings.streams}
    return [
        f'stream "{stream}": no status "{status}" is known at its tracker; check the name'
        for stream, status in found.unknown_statuses
        if tracker[stream] not in unread
    ]
