"""What people say that items are worth: kept for good, every change of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from store.lookup import found_in
from store.models import item_key, source, value_estimate, work_item

WITHDRAWN: Final = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimate of one item; `likely_cents` None: it is said to have no value.

    more: the parameters of the profile, see `pipeline/estimates.py`. how: csv or api.
    """

    item_key: str
    source: str
    profile: str
    low_cents: int | None
    likely_cents: int | None
    high_cents: int | None
    who: str
    why: str
    how: str
    ts: int
    more: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0

    @property
    def withdrawn(self) -> bool:
        return self.profile == WITHDRAWN

    def says(self) -> tuple[object, ...]:
        """What it says of the item, whoever said it when."""
        amounts = (self.low_cents, self.likely_cents, self.high_cents)
        return (self.profile, *amounts, dict(self.more))


@dataclass(frozen=True, slots=True)
class Named:
    """An item as an estimate names it, and as it is stored."""

    key: str
    source: str
    item_id: int


def add_estimates(session: Session, told: Sequence[Estimate]) -> list[Estimate]:
    """Keep them, in this order; with their numbers."""
    names = ("item_key", "source", "profile", "who", "why", "how", "ts")
    amounts = ("low_cents", "likely_cents", "high_cents")
    found = []
    for one in told:
        row = {name: getattr(one, name) for name in (*names, *amounts)}
        row["document"] = orjson.dumps(one.more, option=orjson.OPT_SORT_KEYS).decode()
        made = session.execute(insert(value_estimate).returning(value_estimate.c.id), row)
        found.append(_with_id(one, int(made.scalar_one())))
    return found


def _with_id(one: Estimate, number: int) -> Estimate:
    values = {name: getattr(one, name) for name in Estimate.__dataclass_fields__}
    return Estimate(**{**values, "id": number})


def last_estimate(session: Session) -> int:
    """Moves with every estimate."""
    return int(
        session.execute(select(func.coalesce(func.max(value_estimate.c.id), 0))).scalar_one()
    )


def estimates(
    session: Session, *, until_ts: int | None = None, keys: Iterable[str] | None = None
) -> list[Estimate]:
    """All that was said, the oldest first: up to a moment, of these keys, or ever and of all."""
    statement = select(value_estimate)
    if until_ts is not None:
        statement = statement.where(value_estimate.c.ts <= until_ts)
    if keys is not None:
        statement = statement.where(value_estimate.c.item_key.in_(sorted(set(keys))))
    return [_read(row._mapping) for row in session.execute(statement.order_by(value_estimate.c.id))]


def estimates_page(
    session: Session, *, key: str | None, before: int | None, limit: int
) -> list[Estimate]:
    """The newest first, those that were replaced or withdrawn too."""
    statement = select(value_estimate).order_by(value_estimate.c.id.desc()).limit(limit)
    if key is not None:
        statement = statement.where(value_estimate.c.item_key == key)
    if before is not None:
        statement = statement.where(value_estimate.c.id < before)
    return [_read(row._mapping) for row in session.execute(statement)]


def count_estimates(session: Session) -> int:
    """How many there are, old ones and withdrawals too."""
    return int(session.execute(select(func.count()).select_from(value_estimate)).scalar_one())


def _read(row: Mapping[Any, Any]) -> Estimate:
    told = {str(name): value for name, value in row.items()}
    more = dict(orjson.loads(told.pop("document")))
    return Estimate(**told, more=more)


def items_of_keys(session: Session, keys: Iterable[str]) -> list[Named]:
    """The items that have or had one of these keys, whatever source they are of."""
    rows = found_in(session, item_key, ("key", "source_id", "item_id"), "key", keys)
    names = {row[0]: row[1] for row in session.execute(select(source.c.id, source.c.name))}
    found = {(str(row[0]), str(names[row[1]]), int(row[2])) for row in rows}
    named = found_in(session, work_item, ("key", "source_id", "id"), "key", keys)
    found |= {(str(row[0]), str(names[row[1]]), int(row[2])) for row in named}
    return [Named(*one) for one in sorted(found)]
