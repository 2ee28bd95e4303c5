"""Checks of the sources by what their last passes left; none of them is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.settings import Settings
from pipeline.credentials import credentials_answer
from pipeline.database import Database
from pipeline.doctor.finding import Finding
from pipeline.health import CLOCK_LIMIT_S, decoded
from pipeline.lease import WHOLE
from pipeline.source_status import SourceLevel, source_levels, source_states
from store.cursors import StreamState

_LATE: Final = 3
_OTHERS_READ: Final = "others on this machine"


def readings(settings: Settings, database: Database, *, now: int) -> Iterator[Finding]:
    """Each source: failing, never read, late; its clock; how it signs in."""
    with database.read() as session:
        states = source_states(session)
        told = {
            source.name: credentials_answer(session, settings, source.name, as_of=now)["findings"]
            for source in settings.sources
        }
    for level in source_levels(states, settings, as_of=now):
        whole = [one for one in states.get(level.name, ()) if one.key.stream == WHOLE]
        yield from _standing(level, whole)
        for line in told[level.name]:
            if line.startswith(_OTHERS_READ):
                continue  # told of all files together
            what, _, do = line.rpartition(": ")
            yield Finding("credentials", "warning", f"{level.name}: {what or line}", do or line)


def _standing(level: SourceLevel, whole: list[StreamState]) -> Iterator[Finding]:
    for state in whole:
        if level.state == "red":
            do = "see what it means in docs/operations.md, or ask the source: headwater check"
            yield Finding("sources", "fault", f"{level.name}: {state.last_error}", do)
        offset = decoded(state.health).clock_offset_s
        if offset is not None and abs(offset) > CLOCK_LIMIT_S:
            told = f"{level.name}: its clock is {offset:+.0f} s from this machine's"
            yield Finding("clock", "warning", told, "set one of the two, or waits come out wrong")
    if level.state == "never" and level.every_s is not None:
        told = f"{level.name} was never read to its end"
        yield Finding("sources", "warning", told, "run: headwater sync")
    elif level.lag_s is not None and level.every_s and level.lag_s > _LATE * level.every_s:
        told = (
            f"{level.name} is read up to {level.lag_s / 3600:.1f} h ago, and should be read every"
        )
        told += f" {level.every_s / 60:.0f} min"
        do = "see that headwater serve or headwater worker runs, and what its log says"
        yield Finding("sources", "warning", told, do)
