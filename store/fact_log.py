"""What undoes a change of a published fact, and whether the change restates what was told before.

Rows are mappings by column key, as the tables of facts have them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from core.frames import NONE
from store.insert import insert_columns
from store.lookup import Key, Row, found_in
from store.models import fact_change, item_fact, service, stage_visit, value_stream
from store.upsert import delete_rows

Flags = npt.NDArray[np.bool_]

KNOWN = "known_ts"

_ENDS: Mapping[str, Sequence[str]] = {
    "item_fact": ("done_ts", "cancelled_ts"),
    "stage_visit": ("end_ts",),
    "tool_time": ("released_ts",),
    "change_fact": ("deployed_ts",),
    "request_fact": ("merged_ts",),
    "deployment_fact": ("finished_ts",),
    "incident_fact": ("opened_ts",),
}
"""When what a fact tells was over: from then on numbers of the past rest on it."""

_GOES_ON: Mapping[str, frozenset[str]] = {
    "item_fact": frozenset({"release_reason", "has_code", "stage_id", "state"}),
    "deployment_fact": frozenset({"restored_by"}),
}
"""Columns that go on changing after that in the ordinary course of the work."""

_NOT_FOUND_LATE = frozenset({"stage_visit", "tool_time", "request_fact"})
"""The item, or the change, that they are of tells it."""


@dataclass(frozen=True, slots=True)
class Recording:
    """When and why facts are written.

    before_ts: up to when the sources had been read before, None where nothing had been told: then
    nothing is restated.
    """

    now_ts: int
    cause: str
    before_ts: int | None = None


@dataclass(frozen=True, slots=True)
class Differing:
    """Rows by column key that differ (`changed`: key, before, after; of these at least the columns
    of `looked_at`), or vanish (`gone`: key, before); and the keys of those that are new and of a
    time already told (`found`).
    """

    changed: Iterable[tuple[Key, Row, Row]] = ()
    gone: Sequence[tuple[Key, Row]] = ()
    found: Sequence[Key] = ()


def looked_at(table: Table, differing: Collection[str]) -> frozenset[str]:
    """The columns by which rows that differ in some are logged."""
    return frozenset((*differing, *_ENDS[table.name]))


def record(session: Session, table: Table, rows: Differing, recording: Recording) -> None:
    """Log what differs. Before the rows are written: what vanishes takes with it since when it was
    known.
    """
    columns: dict[str, list[Any]] = {}
    for entry in entries(session, table, rows, recording):
        for name, value in entry.items():
            columns.setdefault(name, []).append(value)
    if columns:
        insert_columns(session, fact_change, {}, columns)


def entries(
    session: Session, table: Table, rows: Differing, recording: Recording
) -> Iterator[dict[str, Any]]:
    """What `record` would log, one by one: all at once would be walked by the collector of garbage
    again and again. Nothing is written.
    """
    yield from _changed(table, rows, recording)
    yield from _gone(session, table, rows, recording)
    for key in rows.found:
        yield _entry(table, key, "found", {}, recording, late=True)


def tells_of_the_past(table: Table, frame: pd.DataFrame, recording: Recording) -> Flags:
    """Which of these new rows are of a time already told: the others are no news of the past."""
    before_ts = recording.before_ts
    late = np.zeros(len(frame), np.bool_)
    if before_ts is None or table.name in _NOT_FOUND_LATE:
        return late
    began = ("committed_ts",) if table.name == "item_fact" else ()
    for name in (*began, *_ENDS[table.name]):
        ts = frame[name].to_numpy(np.int64)
        late |= (ts != NONE) & (ts < before_ts)
    return late


def leave_stages(
    session: Session, stream_id: int, ids: Collection[int], recording: Recording
) -> None:
    """Facts in these stages, which will be no more, wait without one; the log undoes it."""
    for table in (item_fact, stage_visit):
        key = list(table.primary_key.columns)
        own = (table.c.stream_id == stream_id, table.c.stage_id.in_(list(ids)))
        rows = session.execute(select(*key, table.c.stage_id).where(*own)).all()
        logged = [
            _entry(
                table,
                tuple(row[:-1]),
                "changed",
                {"stage_id": [row[-1], None]},
                recording,
                late=False,
            )
            for row in rows
        ]
        if logged:
            session.connection().execute(fact_change.insert().inline(), logged)
            session.execute(update(table).where(*own).values(stage_id=None))


def begin_knowing(session: Session, now_ts: int) -> tuple[set[int], set[int]]:
    """Streams and services of which nothing was known before: from now on it is."""
    found: list[set[int]] = []
    for table in (value_stream, service):
        new = table.c.known_since_ts.is_(None)
        found.append(set(session.execute(select(table.c.id).where(new)).scalars()))
        session.execute(update(table).where(new).values(known_since_ts=now_ts))
    return found[0], found[1]


def forget_services(session: Session, ids: Sequence[int]) -> None:
    """Drop what was logged of services that are no more: their numbers may be given again."""
    kinds = ("change_fact", "request_fact", "deployment_fact", "incident_fact")
    rows = [{"fact": kind, "owner_id": number} for number in ids for kind in kinds]
    delete_rows(session, fact_change, rows)


def _changed(table: Table, rows: Differing, recording: Recording) -> Iterator[dict[str, Any]]:
    for key, old, new in rows.changed:
        names = [name for name in old if old[name] != new[name]]
        late = _alters_the_past(table.name, old, new, names, recording)
        changes = {name: [old[name], new[name]] for name in names}
        yield _entry(table, key, "changed", changes, recording, late=late)


def _gone(
    session: Session, table: Table, rows: Differing, recording: Recording
) -> Iterator[dict[str, Any]]:
    if not rows.gone:
        return
    names = [column.key for column in table.primary_key.columns]
    since = {}
    for owner in {key[0] for key, _ in rows.gone}:
        ids = {key[1] for key, _ in rows.gone if key[0] == owner}
        stored = found_in(session, table, [*names, KNOWN], names[1], ids, **{names[0]: owner})
        since.update({tuple(row[:-1]): row[-1] for row in stored})
    told = recording.before_ts is not None
    for key, was in rows.gone:
        old = {**was, KNOWN: since.get(key, 0)}
        changes = {
            name: [value, None]
            for name, value in old.items()
            if name not in names and value is not None
        }
        yield _entry(table, key, "gone", changes, recording, late=told)


def _alters_the_past(
    fact: str, old: Row, new: Row, names: Sequence[str], recording: Recording
) -> bool:
    """Whether a number of a time already told changes with it; a time that passes does not."""
    before_ts = recording.before_ts
    if before_ts is None:
        return False
    times = [name for name in names if name.endswith("_ts")]
    told = [ts for name in times for ts in (old[name], new[name]) if ts is not None]
    if any(ts < before_ts for ts in told):
        return True
    others = set(names) - set(times) - _GOES_ON.get(fact, frozenset())
    ends = [old[name] for name in _ENDS[fact]]
    return bool(others) and any(ts is not None and ts < before_ts for ts in ends)


def _entry(
    table: Table, key: Key, what: str, changes: Row, recording: Recording, *, late: bool
) -> dict[str, Any]:
    return {
        "fact": table.name,
        "owner_id": key[0],
        "entity_id": key[1],
        "part": key[2] if len(key) > 2 else 0,
        "what": what,
        "changes": orjson.dumps({str(name): told for name, told in changes.items()}).decode(),
        "restates": late,
        "recorded_ts": recording.now_ts,
        "cause": recording.cause,
    }
