"""Stores computed facts: writes what differs, deletes what vanished, and logs what was restated."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from sqlalchemy import Boolean, Table, func, select, update
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.frames import NONE
from store.fact_log import KNOWN, Differing, Recording, record
from store.lookup import Key, Row, found_in
from store.models import (
    change_fact,
    deployment_fact,
    incident_fact,
    item_fact,
    stage_visit,
    value_stream,
)
from store.settings import get_setting, set_setting
from store.upsert import delete_rows, upsert

_SERVICES = "services_facts_version"


@dataclass(slots=True)
class FactChange:
    """Keys, in the order of the primary key, of the rows that are new, differ or are gone."""

    inserted: set[Key] = field(default_factory=set)
    updated: set[Key] = field(default_factory=set)
    deleted: set[Key] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Whether anything was written."""
        return bool(self.inserted or self.updated or self.deleted)

    @property
    def keys(self) -> set[Key]:
        """All of them."""
        return self.inserted | self.updated | self.deleted


def replace_item_facts(
    session: Session,
    stream_id: int,
    facts: pd.DataFrame,
    *,
    recording: Recording,
    item_ids: Collection[int] | None = None,
) -> FactChange:
    """Make `facts` the only facts of these items of the stream (None: of all).

    As all that replace facts here, this logs in `fact_change` what undoes each change of a row that
    was there; a new row says itself since when it is known.
    """
    return _replace(session, item_fact, stream_id, facts, recording, item_ids)


def replace_stage_visits(
    session: Session,
    stream_id: int,
    visits: pd.DataFrame,
    *,
    recording: Recording,
    item_ids: Collection[int] | None = None,
) -> FactChange:
    """Make `visits` the only stage visits of these items of the stream (None: of all)."""
    return _replace(session, stage_visit, stream_id, visits, recording, item_ids)


def replace_change_facts(
    session: Session, service_id: int, facts: pd.DataFrame, *, recording: Recording
) -> FactChange:
    """Make `facts` the only change facts of the service."""
    return _replace(session, change_fact, service_id, facts, recording, None)


def replace_deployment_facts(
    session: Session, service_id: int, facts: pd.DataFrame, *, recording: Recording
) -> FactChange:
    """Make `facts` the only deployment facts of the service; `failed` is 1, 0 or -1 unknown."""
    return _replace(session, deployment_fact, service_id, facts, recording, None)


def replace_incident_facts(
    session: Session, service_id: int, facts: pd.DataFrame, *, recording: Recording
) -> FactChange:
    """Make `facts` the only incident facts of the service."""
    return _replace(session, incident_fact, service_id, facts, recording, None)


def last_written_ts(session: Session) -> int:
    """When facts were last written, 0 for never: what is written now is not known earlier, whatever
    the clock says.
    """
    return session.execute(select(func.max(value_stream.c.facts_ts))).scalar_one_or_none() or 0


def bump_version(session: Session, stream_id: int, ts: int) -> int:
    """The stream's facts are other ones since `ts`: answers their new version."""
    version = value_stream.c.facts_version
    where = value_stream.c.id == stream_id
    values = {"facts_version": version + 1, "facts_ts": ts}
    session.execute(update(value_stream).where(where).values(values))
    found = session.execute(select(version).where(where)).scalar_one_or_none()
    if found is None:
        raise NotFoundError(f"no value stream has the id {stream_id}")
    return int(found)


def services_version(session: Session) -> int:
    """Moves whenever a fact of any service did; 0 before the first."""
    return int(get_setting(session, _SERVICES) or 0)


def bump_services(session: Session) -> None:
    """Facts of services are other ones from now on."""
    set_setting(session, _SERVICES, str(services_version(session) + 1))


def _replace(
    session: Session,
    table: Table,
    owner_id: int,
    frame: pd.DataFrame,
    recording: Recording,
    ids: Collection[int] | None,
) -> FactChange:
    """`ids`: of the second key column."""
    key = [column.key for column in table.primary_key.columns]
    differing = difference(session, table, owner_id, frame, item_ids=ids)
    change = FactChange(
        inserted=set(differing.found),
        updated=set(differing.changed),
        deleted=set(differing.gone),
    )
    record(session, table, differing, recording)
    delete_rows(session, table, [dict(zip(key, one, strict=True)) for one in differing.gone])
    wanted = differing.after
    new = [{**wanted[one], KNOWN: recording.now_ts} for one in change.inserted]
    upsert(session, table, new, key=key)
    upsert(session, table, [wanted[one] for one in change.updated], key=key)
    return change


def difference(
    session: Session,
    table: Table,
    owner_id: int,
    frame: pd.DataFrame,
    *,
    item_ids: Collection[int] | None = None,
    gone_stages: Collection[int] = (),
) -> Differing:
    """How `frame` differs from the stored facts of its owner; nothing is written.

    item_ids: only those whose second key column is one of these. gone_stages: ids of stages that
    will be no more, whose facts then wait without one.
    """
    key = [column.key for column in table.primary_key.columns]
    wanted = {_key(row, key): row for row in _rows(table, frame, key[0], owner_id)}
    if item_ids is not None:
        scope = set(item_ids)
        wanted = {found: row for found, row in wanted.items() if found[1] in scope}
    stored = {_key(row, key): row for row in _stored(session, table, key, owner_id, item_ids)}
    for row in stored.values() if gone_stages else ():
        if row["stage_id"] in gone_stages:
            row["stage_id"] = None
    both = wanted.keys() & stored.keys()
    return Differing(
        stored,
        wanted,
        sorted(found for found in both if wanted[found] != stored[found]),
        sorted(stored.keys() - wanted.keys()),
        wanted.keys() - stored.keys(),
    )


def _key(row: Row, key: Sequence[str]) -> Key:
    return tuple(row[name] for name in key)


def _stored(
    session: Session,
    table: Table,
    key: Sequence[str],
    owner_id: int,
    ids: Collection[int] | None,
) -> Iterator[dict[str, Any]]:
    names = [column.key for column in table.c if column.key != KNOWN]
    if ids is None:
        rows = found_in(session, table, names, key[0], [owner_id])
    else:
        rows = found_in(session, table, names, key[1], ids, **{key[0]: owner_id})
    for row in rows:
        yield dict(zip(names, row, strict=True))


def _rows(table: Table, frame: pd.DataFrame, owner: str, owner_id: int) -> Iterator[dict[str, Any]]:
    """Rows for the table; columns that it does not have are left out, the owner's id is added."""
    names = [column.key for column in table.c if column.key not in (owner, KNOWN)]
    columns = [_values(table, name, frame[name]) for name in names]
    for values in zip(*columns, strict=True):
        yield {owner: owner_id, **dict(zip(names, values, strict=True))}


def _values(table: Table, name: str, found: pd.Series[Any]) -> list[Any]:
    if isinstance(table.c[name].type, Boolean):
        return [None if value == -1 else bool(value) for value in found.tolist()]
    return [None if value == NONE else value for value in found.tolist()]
