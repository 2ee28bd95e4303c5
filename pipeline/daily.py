"""Brings the daily numbers up to date: days that are over, in the configured zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.settings import Settings
from metrics.daily import accrued_by_day, service_days, stream_days
from metrics.mapping import Ints
from metrics.periods import Period, Window, midnight, periods
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.delay_ledger import book_in
from pipeline.freshness import facts_told
from pipeline.snapshot import ServiceFacts, Snapshot, StreamFacts
from pipeline.snapshots import Snapshots
from pipeline.stopping import Stop
from store.alone import alone
from store.daily import (
    Made,
    forget_others,
    last_made,
    note_made,
    replace_costs,
    replace_service_days,
    replace_stream_days,
)

_DAYS: Final = 3
AT_MOST_EVERY_S: Final = 3_600
"""While a server runs they follow new facts no faster: the whole history is made anew."""


def bring_days_up_to_date(
    settings: Settings,
    database: Database,
    *,
    not_before_s: int = 0,
    now: int | None = None,
    snapshots: Snapshots | None = None,
    stop: Stop | None = None,
) -> bool:
    """Whether they had to be made; of several processes one at a time makes them. not_before_s:
    where they are younger than that, and no day has passed since, new facts wait. snapshots: the
    facts that the caller holds already.
    """
    at = now_ts() if now is None else now
    zone = settings.server.timezone
    until = midnight(datetime.fromtimestamp(at, ZoneInfo(zone)).date(), ZoneInfo(zone))

    def wanted(session: Session) -> str | None:
        """Of which version they are to be made; None where they need not be."""
        made = last_made(session)
        version = facts_told(session)
        fresh = made is not None and (made.zone, made.until_ts) == (zone, until)
        young = made and (made.version == version or at - made.as_of_ts < not_before_s)
        return None if fresh and young else version

    with database.read() as session:
        if wanted(session) is None:
            return False
    with alone(database.engine, _DAYS, (stop or Stop()).sleep) as still:
        with database.read() as session:  # again: another process may have made them
            version = wanted(session)
            if version is None:
                return False
            snapshot = (snapshots or Snapshots(settings)).present(session)
        made = Made(version, zone, until, at)
        _write(replace(database, guard=still), snapshot, made)
    return True


def _write(database: Database, snapshot: Snapshot, made: Made) -> None:
    """One after the other: who else writes waits for one of them, not for all."""
    zone, until, at = made.zone, made.until_ts, made.as_of_ts
    for stream in snapshot.streams.values():
        with database.writing() as session:
            _write_stream(session, stream, zone=zone, until=until, as_of=at)
    for service in snapshot.services.values():
        with database.writing() as session:
            _write_service(session, service, zone=zone, until=until, as_of=at)
    with database.writing() as session:
        forget_others(
            session,
            [one.id for one in snapshot.streams.values()],
            [one.id for one in snapshot.services.values()],
        )
        note_made(session, made)


def _write_stream(
    session: Session, stream: StreamFacts, *, zone: str, until: int, as_of: int
) -> None:
    days = _days((stream.items["idea_ts"], stream.items["created_ts"]), zone=zone, until=until)
    totals = {name: np.zeros(len(days), np.int64) for name in ("rows", "cost_cents", "sunk_cents")}
    replace_costs(session, stream.id, _costs(stream, days, totals, as_of))
    priced = totals.pop("rows") > 0
    cents = {name: np.where(priced, sums, NONE) for name, sums in totals.items()}
    told = stream_days(stream.items, days).assign(**cents)
    replace_stream_days(session, stream.id, _dated(told, days, as_of))


def _costs(
    stream: StreamFacts, days: Sequence[Period], totals: Mapping[str, Ints], as_of: int
) -> Iterator[pd.DataFrame]:
    """Rows of `delay_cost_day`; their sums by day are added to `totals` on the way."""
    part = 0
    starts = np.array([one.from_ts for one in days], np.int64)
    labels = np.array([one.label for one in days], object)
    for frame in accrued_by_day(book_in(stream), days, as_of=as_of):
        day, sunk = frame["day"].to_numpy(np.int64), frame["sunk"].to_numpy(np.bool_)
        cents = frame["cost_cents"].to_numpy(np.int64)
        np.add.at(totals["rows"], day, 1)
        np.add.at(totals["cost_cents"], day, np.where(sunk, 0, cents))
        np.add.at(totals["sunk_cents"], day, np.where(sunk, cents, 0))
        named = frame.drop(columns="kind").rename(columns={"wait_s": "waiting_s"})
        yield named.assign(
            part=np.arange(part, part + len(frame)), day_ts=starts[day], day=labels[day]
        )
        part += len(frame)


def _write_service(
    session: Session, service: ServiceFacts, *, zone: str, until: int, as_of: int
) -> None:
    moments = (service.deployments["finished_ts"], service.incidents["opened_ts"])
    days = _days(moments, zone=zone, until=until)
    told = service_days(service.deployments, service.changes, service.incidents, days)
    replace_service_days(session, service.id, _dated(told, days, as_of))


def _days(moments: Sequence[pd.Series], *, zone: str, until: int) -> Sequence[Period]:
    """From the day of the first moment on; none where there is no moment."""
    known = [column[column != NONE] for column in moments]
    first = min((int(column.min()) for column in known if len(column)), default=until)
    return periods(Window(first, until), interval="day", tz=zone, as_of=until)


def _dated(told: pd.DataFrame, days: Sequence[Period], as_of: int) -> pd.DataFrame:
    return told.assign(
        day_ts=[one.from_ts for one in days],
        end_ts=[one.to_ts for one in days],
        day=[one.label for one in days],
        as_of_ts=as_of,
    )
