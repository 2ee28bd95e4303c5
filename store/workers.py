"""The processes that collect, as they last said of themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from store.models import worker
from store.upsert import upsert


@dataclass(frozen=True, slots=True)
class Worker:
    """name: unique among those that run. kind: the command. slots: how many sources it reads at a
    time at most. doing: what it does besides reading, empty for nothing.
    """

    name: str
    kind: str
    started_ts: int
    seen_ts: int
    slots: int
    doing: str = ""


def seen(session: Session, one: Worker) -> None:
    """It is alive."""
    upsert(session, worker, [asdict(one)], key=("name",))


def gone(session: Session, name: str) -> None:
    """It ended in an orderly way."""
    session.execute(delete(worker).where(worker.c.name == name))


def forget(session: Session, *, before_ts: int) -> None:
    """Drop those that said nothing since then."""
    session.execute(delete(worker).where(worker.c.seen_ts < before_ts))


def all_workers(session: Session) -> Sequence[Worker]:
    """The oldest first."""
    ordered = select(worker).order_by(worker.c.started_ts, worker.c.name)
    return [Worker(**row) for row in session.execute(ordered).mappings()]
