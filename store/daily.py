"""Writes the daily numbers, only where they differ, and what they were made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import orjson
import pandas as pd
from sqlalchemy import ColumnElement, Table, delete, select
from sqlalchemy.orm import Session

from store.fact_differences import difference
from store.fact_rows import columns_of
from store.insert import insert_columns
from store.models import delay_cost_day, service_day, stream_day
from store.read import read_frame
from store.settings import get_setting, set_setting
from store.upsert import delete_rows, upsert_columns

_SETTING = "daily"
_MADE = "as_of_ts"
"""When a row was made: not what it tells."""


@dataclass(frozen=True, slots=True)
class Made:
    """Of what the daily numbers were made, and when. until_ts: the end of their last day."""

    version: str
    zone: str
    until_ts: int
    as_of_ts: int


def last_made(session: Session) -> Made | None:
    """None where they never were."""
    told = get_setting(session, _SETTING)
    return None if told is None else Made(**orjson.loads(told))


def note_made(session: Session, made: Made) -> None:
    """Keep what they were made of."""
    set_setting(session, _SETTING, orjson.dumps(asdict(made)).decode())


def replace_stream_days(session: Session, stream_id: int, days: pd.DataFrame) -> None:
    """Make these the only days of a stream."""
    _replace(session, stream_day, stream_id, days)


def replace_costs(session: Session, stream_id: int, costs: Iterable[pd.DataFrame]) -> None:
    """Make these frames, one after the other, the only costs of a stream; their parts are counted
    from 0.
    """
    part, count = delay_cost_day.c.part, 0
    for frame in costs:
        begin, count = count, count + len(frame)
        _replace(session, delay_cost_day, stream_id, frame, (part >= begin, part < count))
    own = delay_cost_day.c.stream_id == stream_id
    session.execute(delete(delay_cost_day).where(own, part >= count))


def replace_service_days(session: Session, service_id: int, days: pd.DataFrame) -> None:
    """Make these the only days of a service."""
    _replace(session, service_day, service_id, days)


def forget_others(session: Session, streams: Sequence[int], services: Sequence[int]) -> None:
    """Drop what is there of any other: it is no longer configured."""
    for table, name, ids in (
        (delay_cost_day, "stream_id", streams),
        (stream_day, "stream_id", streams),
        (service_day, "service_id", services),
    ):
        session.execute(delete(table).where(table.c[name].not_in(list(ids))))


def _replace(
    session: Session,
    table: Table,
    number: int,
    rows: pd.DataFrame,
    where: Sequence[ColumnElement[bool]] = (),
) -> None:
    """Make these the only rows of an owner, among those for which `where` holds; what is there as
    it should be is left alone, with the time at which it was made.
    """
    owner, key = table.primary_key.columns
    names = [name for name in rows.columns if name != _MADE]
    stored = select(*(table.c[name] for name in names)).where(owner == number, *where)
    found = difference(read_frame(session, stored), rows[names], [key.key])
    gone = found.before[key.key].to_numpy()[found.deleted].tolist()
    delete_rows(session, table, [{owner.key: number, key.key: one} for one in gone])
    fixed, differing = {owner.key: number}, columns_of(table, rows.take(found.now))
    upsert_columns(session, table, fixed, differing, key=(owner.key, key.key))
    insert_columns(session, table, fixed, columns_of(table, rows.take(found.inserted)))
