"""Changes of a stream that people want to look at again: kept for good, as they were entered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from sqlalchemy import RowMapping, func, insert, select
from sqlalchemy.orm import Session

from store.models import scenario


@dataclass(frozen=True, slots=True)
class Scenario:
    """Levers of a stream by name, with their values as people wrote them."""

    id: int
    stream: str
    name: str
    levers: Mapping[str, str]
    why: str
    who: str
    ts: int


def scenarios(session: Session, *, stream: str | None = None) -> list[Scenario]:
    """All of them, or those of a stream, the newest first."""
    statement = select(scenario).order_by(scenario.c.ts.desc(), scenario.c.id.desc())
    if stream is not None:
        statement = statement.where(scenario.c.stream == stream)
    return [_told(row) for row in session.execute(statement).mappings()]


def find_scenario(session: Session, number: int) -> Scenario | None:
    """The one of this number, None for none."""
    found = session.execute(select(scenario).where(scenario.c.id == number)).mappings()
    row = found.one_or_none()
    return None if row is None else _told(row)


def version(session: Session) -> int:
    """Moves when one is entered."""
    return int(session.execute(select(func.max(scenario.c.id))).scalar_one() or 0)


def add_scenario(
    session: Session,
    *,
    stream: str,
    name: str,
    levers: Mapping[str, str],
    why: str,
    who: str,
    ts: int,
) -> Scenario:
    """Keep another one; those before it stay."""
    told = orjson.dumps({"levers": dict(levers), "why": why}).decode()
    values = {"stream": stream, "name": name, "document": told, "who": who, "ts": ts}
    statement = insert(scenario).values(**values).returning(scenario.c.id)
    number = int(session.execute(statement).scalar_one())
    return Scenario(number, stream, name, dict(levers), why, who, ts)


def _told(row: RowMapping) -> Scenario:
    document = orjson.loads(row["document"])
    return Scenario(
        id=row["id"],
        stream=row["stream"],
        name=row["name"],
        levers=document["levers"],
        why=document["why"],
        who=row["who"],
        ts=row["ts"],
    )
