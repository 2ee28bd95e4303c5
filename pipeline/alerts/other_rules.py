"""Rules about what is read: a source that fails, and a status that no stage names."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from core.written import day, duration
from pipeline.alerts.causes import Cause, Ground, key_of, seconds_of
from pipeline.alerts.message import moment
from pipeline.mapping_answers import unmapped
from pipeline.snapshot import StreamFacts
from store import cursors

_FRESH_S: Final = 7 * 86_400


def source_causes(ground: Ground) -> list[Cause]:
    """Configured sources that fail, and have not been read well for so long."""
    least = int(ground.settings.alerts.source_after.total_seconds())
    names = {source.name for source in ground.settings.polled}
    zone = ground.settings.server.timezone
    found = []
    for state in cursors.all_states(ground.session):
        if state.source not in names or state.key.stream or not state.last_error:
            continue
        read = state.last_success_ts
        failing = ground.as_of - (read if read is not None else state.last_start_ts or 0)
        if read is not None and failing < least:
            continue
        reach = state.watermark_ts
        found.append(
            Cause(
                key=key_of("source", state.source),
                rule="source",
                subject=state.source,
                what=_failing(state.source, failing if read is not None else None),
                why=[
                    state.last_error,
                    "what it tells is not known"
                    if reach is None
                    else f"complete to {moment(reach, zone)}; numbers that need it stand still",
                    *_needed_by(ground, state.source),
                ],
                page="/connectors",
                explain=f"/v1/sources/{quote(state.source)}",
                since_ts=read,
            )
        )
    return found


def _failing(name: str, seconds: int | None) -> str:
    if seconds is None:
        return f"The source {name} could not be read yet"
    return f"The source {name} has not been read for {duration(seconds)}"


def _needed_by(ground: Ground, source: str) -> list[str]:
    own = [one.name for one in ground.settings.streams if one.items.source == source]
    return [f"items of {', '.join(own)} come from it"] if own else []


def status_causes(ground: Ground, stream: StreamFacts) -> list[Cause]:
    """Statuses in no stage, in which items are, or that were first seen in the last week. The alert
    stays until the status is mapped.
    """
    name = stream.config.name
    body = unmapped(
        ground.session, ground.settings, ground.snapshot, as_of=ground.as_of, stream=name
    )
    found = []
    for row in body["items"]:
        if row["what"] != "status":
            continue
        since = seconds_of(row["since"])
        fresh = since is not None and since >= ground.as_of - _FRESH_S
        first = f", first on {day(row['since'])}" if row["since"] else ""
        found.append(
            Cause(
                key=key_of("status", name, row["id"]),
                rule="status",
                subject=str(row["name"]),
                what=f'The status "{row["name"]}" is in no stage of {stream.title}',
                why=[
                    f"{row['items_now']} items are in it, {row['items']} were{first}",
                    f"{row['days']:.3g} days were spent there that count as neither work nor wait",
                    f"add to stages: {row['line']}",
                ],
                page=f"/definitions?stream={quote(name)}#unmapped",
                explain=f"/v1/mappings/unmapped?stream={quote(name)}",
                stream=name,
                since_ts=since,
                begins=bool(row["items_now"]) or fresh,
            )
        )
    return found
