"""Pages of the log of changed facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from store.models import fact_change


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the log; `changes` has (from, to) by column, and is empty for what was found."""

    id: int
    fact: str
    owner_id: int
    entity_id: int
    part: int
    what: str
    changes: Mapping[str, tuple[Any, Any]]
    restates: bool
    recorded_ts: int
    cause: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes. owned: facts and the id of their stream or service. reads: by fact the columns
    of which one must have changed, none for any. before_id: only older ones than this.
    """

    since_ts: int | None = None
    owned: tuple[Sequence[str], int] | None = None
    reads: Mapping[str, Sequence[str]] | None = None
    items: tuple[Sequence[str], int] | None = None
    everything: bool = False
    before_id: int | None = None


def changes_page(session: Session, wanted: Wanted, *, limit: int) -> list[Change]:
    """The newest first."""
    ordered = select(fact_change).where(*_conditions(wanted)).order_by(fact_change.c.id.desc())
    return [_change(dict(row._mapping)) for row in session.execute(ordered.limit(limit))]


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    log = fact_change.c
    if not wanted.everything:
        yield log.restates
    if wanted.since_ts is not None:
        yield log.recorded_ts >= wanted.since_ts
    if wanted.before_id is not None:
        yield log.id < wanted.before_id
    if wanted.owned is not None:
        yield log.fact.in_(wanted.owned[0]) & (log.owner_id == wanted.owned[1])
    if wanted.items is not None:
        yield log.fact.in_(wanted.items[0]) & (log.entity_id == wanted.items[1])
    if wanted.reads is not None:
        yield or_(*(_moved(fact, columns) for fact, columns in wanted.reads.items()))


def _moved(fact: str, columns: Sequence[str]) -> ColumnElement[bool]:
    log = fact_change.c
    if not columns:
        return log.fact == fact
    named = [log.changes.contains(f'"{name}":', autoescape=True) for name in columns]
    return and_(log.fact == fact, or_(log.what != "changed", *named))


def _change(row: Mapping[str, Any]) -> Change:
    pairs = {name: (old, new) for name, (old, new) in orjson.loads(row["changes"]).items()}
    return Change(**{**row, "changes": pairs})
