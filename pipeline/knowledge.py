"""What was known at a moment: how far the sources had been read, and under which configuration."""

from __future__ import annotations

from dataclasses import dataclass

from core.settings import Settings
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.history_status import back_to, parts_left
from pipeline.measure import Remapped
from store import cursors
from store.mapping import config_hashes
from store.readings import Reading, note_reading

_GAP = 3
"""So many intervals of a source: after them its numbers are stale."""


@dataclass(frozen=True, slots=True)
class Configured:
    """What tells whether a stream or a service is configured as before, by name."""

    streams: dict[str, str]
    services: dict[str, str]

    def since(self, before: Configured) -> Remapped:
        """What was there before and is another one now."""
        moved = {
            name
            for name, told in self.streams.items()
            if name in before.streams and before.streams[name] != told
        }
        services = any(
            before.services[name] != told
            for name, told in self.services.items()
            if name in before.services
        )
        return Remapped(frozenset(moved), services)


def configured(database: Database) -> Configured:
    """As the tables have it now."""
    with database.read() as session:
        return Configured(*config_hashes(session))


def note_readings(settings: Settings, database: Database) -> None:
    """Keep how far each source is read, for answers about this moment that are asked later."""
    now = now_ts()
    every = {one.name: int(one.every.total_seconds()) for one in settings.polled}
    with database.writing() as session:
        states = cursors.all_states(session)
        for state in states:
            if state.key.stream or state.source not in every:
                continue
            own = [one for one in states if one.source == state.source]
            reading = Reading(state.watermark_ts, back_to(parts_left(own)))
            gap_s = _GAP * every[state.source]
            note_reading(session, state.key.source_id, reading, now_ts=now, gap_s=gap_s)
