"""Stages of a stream, and which status means which of them: names become ids, and keep them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True, slots=True)
class StagePlan:
    """What a configuration means for a stream: rows of its stages (name, state, team, value,
    ordinal), found: ids of statuses by configured name, meant: (status id, stage's name, since_ts)
    of each status of a stage. Nothing is written to make it.
    """

    stages: tuple[dict[str, Any], ...]
    found: Names
    meant: tuple[tuple[int, str, int], ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names that no status has."""
        return tuple(name for name, ids in self.found.items() if not ids)


def plan_stages(
    session: Session,
    stream_id: int | None,
    stream: ValueStream,
    source_id: int | None,
    *,
    zone: ZoneInfo,
) -> StagePlan:
    """What `map_stages` would write; stream_id None: of a stream that is not stored yet.

    `ConfigError` for two stages of one name that differ.
    """
    names = [name for item in stream.stages for name in item.statuses]
    found = _resolve(session, stream_id, names, source_id)
    # A status that two names of one day mean is in the last of their stages.
    meant = {
        (status, _since(item, zone=zone)): item.name
        for item in stream.stages
        for name in item.statuses
        for status in found.get(name, ())
    }
    return StagePlan(
        tuple(_stage_rows(stream)),
        found,
        tuple(sorted((status, stage, since) for (status, since), stage in meant.items())),
    )


def map_stages(
    session: Session, stream_id: int, stream: ValueStream, source_id: int | None, *, zone: ZoneInfo
) -> StageChange:
    """Write a stream's stages and map its source's statuses to them.

    A status is found by its name, in any case, or as "id:10012". What a name once meant it goes on
    meaning while it is configured, so a status that is renamed at the source stays in its stage.
    """
    plan = plan_stages(session, stream_id, stream, source_id, zone=zone)
    if source_id is not None:
        remembered = orjson.dumps(plan.found, option=orjson.OPT_SORT_KEYS).decode()
        set_setting(session, _memory(stream_id), remembered)
    stages, stages_changed = _write_stages(session, stream_id, plan)
    rows = [
        {"stream_id": stream_id, "status_id": status, "stage_id": stages[name], "since_ts": since}
        for status, name, since in plan.meant
    ]
    mapped = write_children(session, stage_mapping, rows, parent="stream_id", whole=[stream_id])
    _drop_stages(session, stream_id, stages.values())
    return StageChange(stages_changed or bool(mapped), plan.unknown)


def _since(item: Stage, *, zone: ZoneInfo) -> int:
    day = item.since
    return 0 if day is None else to_ts(datetime(day.year, day.month, day.day, tzinfo=zone))


def _stage_rows(stream: ValueStream) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for item in stream.stages:
        row = {"state": item.state, "team": item.team, "value": item.value}
        first = rows.setdefault(item.name, {"ordinal": len(rows), "name": item.name, **row})
        if any(first[name] != value for name, value in row.items()):
            raise ConfigError(
                f'streams.{stream.name}: stage "{item.name}" is there twice with another state,'
                " team or value: give the second one its own name"
            )
    return list(rows.values())


def _write_stages(session: Session, stream_id: int, plan: StagePlan) -> tuple[dict[str, int], bool]:
    rows = [{"stream_id": stream_id, **row} for row in plan.stages]
    written = upsert(session, stage, rows, key=("stream_id", "name"))
    names = {row["name"] for row in rows}
    stored = read_rows(session, stage, "stream_id", [stream_id])
    return {row["name"]: row["id"] for row in stored if row["name"] in names}, bool(written)


def _drop_stages(session: Session, stream_id: int, kept: Collection[int]) -> None:
    """Facts of a stage that is gone wait without one until they are computed again."""
    gone = select(stage.c.id).where(stage.c.stream_id == stream_id, stage.c.id.not_in(kept))
    ids = list(session.execute(gone).scalars())
    if not ids:
        return
    for table in (item_fact, stage_visit):
        session.execute(update(table).where(table.c.stage_id.in_(ids)).values(stage_id=None))
    delete_rows(session, stage, [{"id": found} for found in ids])


def _memory(stream_id: int) -> str:
    return f"statuses_of_stream_{stream_id}"


def _resolve(
    session: Session, stream_id: int | None, names: list[str], source_id: int | None
) -> Names:
    """Ids of statuses by configured name, and by what the name was found to mean before."""
    if source_id is None:
        return {name: [] for name in names}
    memory = None if stream_id is None else get_setting(session, _memory(stream_id))
    remembered: Names = orjson.loads(memory or "{}")
    found: Names = {name: remembered.get(name, []) for name in dict.fromkeys(names)}
    taken = {status for ids in found.values() for status in ids}
    by_name, by_id = _statuses(session, source_id)
    # What is named by id is not also found by a name that two statuses share.
    for name in sorted(found, key=lambda one: not one.startswith("id:")):
        here = by_id.get(name[3:], []) if name.startswith("id:") else by_name[name.casefold()]
        found[name] = sorted({*found[name], *(status for status in here if status not in taken)})
        taken.update(found[name])
    return found


def _statuses(session: Session, source_id: int) -> tuple[defaultdict[str, list[int]], Names]:
    by_name: defaultdict[str, list[int]] = defaultdict(list)
    by_id: Names = {}
    for row in read_rows(session, workflow_status, "source_id", [source_id]):
        by_name[row["name"].casefold()].append(row["id"])
        by_id[row["external_id"]] = [row["id"]]
    return by_name, by_id
