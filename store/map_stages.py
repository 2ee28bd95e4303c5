"""Stages of a stream, and which status means which of them: names become ids, and keep them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import ConfigError
from core.frames import to_ts
from core.settings import Stage, ValueStream
from store.lookup import read_rows
from store.models import item_fact, stage, stage_mapping, stage_visit, workflow_status
from store.rows import write_children
from store.settings import get_setting, set_setting
from store.upsert import delete_rows, upsert

Names = dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class StageChange:
    """Whether stages or their statuses differ from before; unknown: names that no status has."""

    changed: bool
    unknown: tuple[str, ...]


def map_stages(
    session: Session, stream_id: int, stream: ValueStream, source_id: int | None, *, zone: ZoneInfo
) -> StageChange:
    """Write a stream's stages and map its source's statuses to them.

    A status is found by its name, in any case, or as "id:10012". What a name once meant it goes on
    meaning while it is configured, so a status that is renamed at the source stays in its stage.
    """
    stages, stages_changed = _write_stages(session, stream_id, stream)
    names = [name for item in stream.stages for name in item.statuses]
    found = _resolve(session, stream_id, names, source_id)
    at = partial(_since, zone=zone)
    rows = [
        {
            "stream_id": stream_id,
            "status_id": status,
            "stage_id": stages[item.name],
            "since_ts": at(item),
        }
        for item in stream.stages
        for name in item.statuses
        for status in found.get(name, ())
    ]
    mapped = write_children(session, stage_mapping, rows, parent="stream_id", whole=[stream_id])
    _drop_stages(session, stream_id, stages.values())
    unknown = dict.fromkeys(name for name in names if not found.get(name))
    return StageChange(stages_changed or bool(mapped), tuple(unknown))


def _since(item: Stage, *, zone: ZoneInfo) -> int:
    day = item.since
    return 0 if day is None else to_ts(datetime(day.year, day.month, day.day, tzinfo=zone))


def _write_stages(
    session: Session, stream_id: int, stream: ValueStream
) -> tuple[dict[str, int], bool]:
    rows: dict[str, dict[str, Any]] = {}
    for item in stream.stages:
        row = {"state": item.state, "team": item.team, "value": item.value}
        first = rows.setdefault(
            item.name, {"stream_id": stream_id, "ordinal": len(rows), "name": item.name, **row}
        )
        if any(first[name] != value for name, value in row.items()):
            raise ConfigError(
                f'streams.{stream.name}: stage "{item.name}" is there twice with another state,'
                " team or value: give the second one its own name"
            )
    written = upsert(session, stage, rows.values(), key=("stream_id", "name"))
    stored = read_rows(session, stage, "stream_id", [stream_id])
    return {row["name"]: row["id"] for row in stored if row["name"] in rows}, bool(written)


def _drop_stages(session: Session, stream_id: int, kept: Collection[int]) -> None:
    """Facts of a stage that is gone wait without one until they are computed again."""
    gone = select(stage.c.id).where(stage.c.stream_id == stream_id, stage.c.id.not_in(kept))
    ids = list(session.execute(gone).scalars())
    if not ids:
        return
    for table in (item_fact, stage_visit):
        session.execute(update(table).where(table.c.stage_id.in_(ids)).values(stage_id=None))
    delete_rows(session, stage, [{"id": found} for found in ids])


def _resolve(session: Session, stream_id: int, names: list[str], source_id: int | None) -> Names:
    """Ids of statuses by configured name; what was found is remembered for the next time."""
    if source_id is None:
        return {}
    memory = f"statuses_of_stream_{stream_id}"
    remembered: Names = orjson.loads(get_setting(session, memory) or "{}")
    found: Names = {name: remembered.get(name, []) for name in dict.fromkeys(names)}
    taken = {status for ids in found.values() for status in ids}
    by_name, by_id = _statuses(session, source_id)
    # What is named by id is not also found by a name that two statuses share.
    for name in sorted(found, key=lambda one: not one.startswith("id:")):
        here = by_id.get(name[3:], []) if name.startswith("id:") else by_name[name.casefold()]
        found[name] = sorted({*found[name], *(status for status in here if status not in taken)})
        taken.update(found[name])
    set_setting(session, memory, orjson.dumps(found, option=orjson.OPT_SORT_KEYS).decode())
    return found


def _statuses(session: Session, source_id: int) -> tuple[defaultdict[str, list[int]], Names]:
    by_name: defaultdict[str, list[int]] = defaultdict(list)
    by_id: Names = {}
    for row in read_rows(session, workflow_status, "source_id", [source_id]):
        by_name[row["name"].casefold()].append(row["id"])
        by_id[row["external_id"]] = [row["id"]]
    return by_name, by_id
