"""Writes the daily numbers, and what they were made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import orjson
import pandas as pd
from sqlalchemy import Table, delete
from sqlalchemy.orm import Session

from core.frames import NONE
from store.insert import insert_columns
from store.models import delay_cost_day, service_day, stream_day
from store.settings import get_setting, set_setting

_SETTING = "daily"


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
    _replace(session, stream_day, "stream_id", stream_id, days)


def replace_costs(session: Session, stream_id: int, costs: Iterable[pd.DataFrame]) -> None:
    """Make these frames, one after the other, the only costs of a stream."""
    session.execute(delete(delay_cost_day).where(delay_cost_day.c.stream_id == stream_id))
    for frame in costs:
        _insert(session, delay_cost_day, "stream_id", stream_id, frame)


def replace_service_days(session: Session, service_id: int, days: pd.DataFrame) -> None:
    """Make these the only days of a service."""
    _replace(session, service_day, "service_id", service_id, days)


def forget_others(session: Session, streams: Sequence[int], services: Sequence[int]) -> None:
    """Drop what is there of any other: it is no longer configured."""
    for table, name, ids in (
        (delay_cost_day, "stream_id", streams),
        (stream_day, "stream_id", streams),
        (service_day, "service_id", services),
    ):
        session.execute(delete(table).where(table.c[name].not_in(list(ids))))


def _replace(session: Session, table: Table, owner: str, number: int, rows: pd.DataFrame) -> None:
    session.execute(delete(table).where(table.c[owner] == number))
    _insert(session, table, owner, number, rows)


def _insert(session: Session, table: Table, owner: str, number: int, rows: pd.DataFrame) -> None:
    columns = {str(name): _plain(rows[name]) for name in rows.columns}
    insert_columns(session, table, {owner: number}, columns)


def _plain(column: pd.Series) -> list[object]:
    """NONE of numbers as null."""
    values: list[object] = column.tolist()
    return [None if value == NONE else value for value in values]
