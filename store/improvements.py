"""What people set out to improve, and its log: kept for good, as it was entered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import RowMapping, func, insert, select
from sqlalchemy.orm import Session

from store.models import improvement, improvement_entry


@dataclass(frozen=True, slots=True)
class Improvement:
    """A change of a stream that somebody proposed. plan: what they told of it."""

    id: int
    stream: str
    title: str
    plan: Mapping[str, Any]
    who: str
    ts: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log. document: what was kept with it, such as the frozen baseline."""

    id: int
    improvement_id: int
    kind: str
    document: Mapping[str, Any]
    note: str
    who: str
    ts: int


def add_improvement(
    session: Session, *, stream: str, title: str, plan: Mapping[str, Any], who: str, ts: int
) -> Improvement:
    """Keep another one; those before it stay."""
    document = orjson.dumps(dict(plan)).decode()
    values = {"stream": stream, "name": title, "document": document, "who": who, "ts": ts}
    statement = insert(improvement).values(**values).returning(improvement.c.id)
    number = int(session.execute(statement).scalar_one())
    return Improvement(number, stream, title, dict(plan), who, ts)


def find_improvement(session: Session, number: int, *, locked: bool = False) -> Improvement | None:
    """The one of this number, None for none. locked: nobody else adds to its log until the end of
    the transaction.
    """
    statement = select(improvement).where(improvement.c.id == number)
    statement = statement.with_for_update() if locked else statement
    row = session.execute(statement).mappings().one_or_none()
    return None if row is None else _improvement(row)


def page(
    session: Session, *, stream: str | None, before: int | None, limit: int
) -> list[Improvement]:
    """The newest first, of a stream or of all; `before`: only those of lower numbers."""
    statement = select(improvement).order_by(improvement.c.id.desc()).limit(limit)
    if stream is not None:
        statement = statement.where(improvement.c.stream == stream)
    if before is not None:
        statement = statement.where(improvement.c.id < before)
    return [_improvement(row) for row in session.execute(statement).mappings()]


def same_improvement(
    session: Session, *, stream: str, title: str, plan: Mapping[str, Any], who: str
) -> Improvement | None:
    """The newest that was entered in exactly these words, None for none."""
    own = (improvement.c.stream == stream, improvement.c.name == title, improvement.c.who == who)
    statement = select(improvement).where(*own).order_by(improvement.c.id.desc())
    rows = session.execute(statement).mappings()
    return next((one for row in rows if (one := _improvement(row)).plan == dict(plan)), None)


def count(session: Session, *, stream: str | None) -> int:
    """How many there are, of a stream or of all."""
    statement = select(func.count()).select_from(improvement)
    if stream is not None:
        statement = statement.where(improvement.c.stream == stream)
    return int(session.execute(statement).scalar_one())


def add_entry(
    session: Session,
    improvement_id: int,
    kind: str,
    *,
    document: Mapping[str, Any],
    note: str,
    who: str,
    ts: int,
) -> Entry:
    """Add a line to the log; none is ever changed or taken away."""
    told = {"kind": kind, "note": note, "who": who, "ts": ts}
    values = {"improvement_id": improvement_id, "document": orjson.dumps(dict(document)).decode()}
    statement = insert(improvement_entry).values(**values, **told)
    statement = statement.returning(improvement_entry.c.id)
    number = int(session.execute(statement).scalar_one())
    return Entry(number, improvement_id, kind, dict(document), note, who, ts)


def logs(session: Session, numbers: Sequence[int]) -> dict[int, list[Entry]]:
    """The log of each of these improvements, the oldest line first."""
    found: dict[int, list[Entry]] = {number: [] for number in numbers}
    own = improvement_entry.c.improvement_id.in_(list(numbers))
    statement = select(improvement_entry).where(own).order_by(improvement_entry.c.id)
    for row in session.execute(statement).mappings():
        found[row["improvement_id"]].append(_entry(row))
    return found


def version(session: Session) -> str:
    """Moves when one is entered, and with every line of a log."""
    newest = session.execute(select(func.max(improvement.c.id))).scalar_one() or 0
    line = session.execute(select(func.max(improvement_entry.c.id))).scalar_one() or 0
    return f"{newest}:{line}"


def _improvement(row: RowMapping) -> Improvement:
    plan = orjson.loads(row["document"])
    return Improvement(row["id"], row["stream"], row["name"], plan, row["who"], row["ts"])


def _entry(row: RowMapping) -> Entry:
    document = orjson.loads(row["document"])
    return Entry(
        row["id"],
        row["improvement_id"],
        row["kind"],
        document,
        row["note"],
        row["who"],
        row["ts"],
    )
