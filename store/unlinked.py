"""What is not linked: replaced as a whole or in part, read in pages and in sums."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Table, func, select, tuple_
from sqlalchemy.orm import Session

from core.records import Entity
from store.lookup import chunks, key_getter, one_of
from store.models import merge_request, unlinked, unlinked_day, work_item
from store.read import IDS, read_frame
from store.upsert import delete_rows, upsert

ALL = "all"
"""The scope that holds everything, with the id 0; the others are `stream` and `service`."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: of a scope, of a kind, in `[from_ts, to_ts)`, perhaps of one reason."""

    entity: Entity
    from_ts: int
    to_ts: int
    scope: str = ALL
    scope_id: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What of the tables is replaced: rows of these things, by kind; of one kind these days."""

    ids: dict[Entity, set[int]]
    counted: Entity
    days: set[int]


def replace_unlinked(
    session: Session, rows: pd.DataFrame, days: pd.DataFrame, part: Part | None = None
) -> int:
    """Make these the only rows and days, or the only ones of a part; how many rows were written or
    deleted.

    Both frames have the columns of their tables. The same again writes nothing.
    """
    if part is None:
        return _replace(session, unlinked, rows) + _replace(session, unlinked_day, days)
    count = 0
    for entity, ids in part.ids.items():
        own = rows[rows["entity"] == int(entity)]
        for chunk in chunks(sorted(ids), IDS):
            where = (unlinked.c.entity == int(entity), one_of(session, unlinked.c.entity_id, chunk))
            count += _replace(session, unlinked, own[own["entity_id"].isin(chunk)], where)
    if part.days:
        day = unlinked_day.c
        where = (day.entity == int(part.counted), day.day_ts.in_(sorted(part.days)))
        count += _replace(session, unlinked_day, days, where)
    return count


def _replace(
    session: Session,
    table: Table,
    frame: pd.DataFrame,
    where: Sequence[ColumnElement[bool]] = (),
) -> int:
    names = table.c.keys()
    key = [column.key for column in table.primary_key.columns]
    of = key_getter(key)
    given = [dict(zip(names, row, strict=True)) for row in _tuples(frame, names)]
    wanted = {of(row): row for row in given}
    found = session.execute(select(*table.c).where(*where))
    stored = {of(row): row for row in (dict(zip(names, one, strict=True)) for one in found)}
    gone = [dict(zip(key, one, strict=True)) for one in stored.keys() - wanted.keys()]
    differing = [row for one, row in wanted.items() if stored.get(one) != row]
    delete_rows(session, table, gone)
    upsert(session, table, differing, key=key)
    return len(gone) + len(differing)


def _tuples(frame: pd.DataFrame, names: Iterable[str]) -> Iterable[tuple[Any, ...]]:
    return zip(*(frame[name].tolist() for name in names), strict=True)


def page_of(
    session: Session, wanted: Wanted, *, limit: int, after: tuple[int, int] | None = None
) -> list[Row]:
    """Rows, the newest first; after: ts and entity_id of the last one of the page before."""
    table = unlinked
    statement = select(table).where(*_conditions(wanted))
    if after is not None:
        statement = statement.where(tuple_(table.c.ts, table.c.entity_id) < after)
    ordered = statement.order_by(table.c.ts.desc(), table.c.entity_id.desc()).limit(limit)
    return [dict(row._mapping) for row in session.execute(ordered)]


def reason_counts(session: Session, wanted: Wanted) -> list[tuple[str, bool, int]]:
    """reason, bot, how many."""
    columns = (unlinked.c.reason, unlinked.c.bot)
    statement = select(*columns, func.count()).where(*_conditions(wanted)).group_by(*columns)
    return [(str(a), bool(b), int(n)) for a, b, n in session.execute(statement)]


def _conditions(wanted: Wanted) -> list[Any]:
    table = unlinked
    found = [
        table.c.scope == wanted.scope,
        table.c.scope_id == wanted.scope_id,
        table.c.entity == int(wanted.entity),
        table.c.ts >= wanted.from_ts,
        table.c.ts < wanted.to_ts,
    ]
    return found if wanted.reason is None else [*found, table.c.reason == wanted.reason]


def scopes_of(
    session: Session, entity: Entity, ids: Iterable[int]
) -> dict[int, list[tuple[str, int]]]:
    """The streams and services of each of these that is not linked."""
    found: dict[int, list[tuple[str, int]]] = {}
    for chunk in chunks(sorted(set(ids))):
        statement = select(unlinked.c.entity_id, unlinked.c.scope, unlinked.c.scope_id).where(
            unlinked.c.entity == int(entity),
            unlinked.c.entity_id.in_(chunk),
            unlinked.c.scope != ALL,
        )
        for one, scope, scope_id in session.execute(statement):
            found.setdefault(one, []).append((scope, scope_id))
    return found


def unlinked_days(session: Session) -> pd.DataFrame:
    """The columns of `unlinked_day`: scope, scope_id, entity, day_ts (midnight in the configured
    zone), population, unlinked, bots.
    """
    key = unlinked_day.primary_key.columns
    return read_frame(session, select(*unlinked_day.c).order_by(*key))


def days_of(session: Session, entity: Entity, days: Collection[int]) -> pd.DataFrame:
    """The same of one kind on these days."""
    own = (unlinked_day.c.entity == int(entity), unlinked_day.c.day_ts.in_(sorted(days)))
    return read_frame(session, select(*unlinked_day.c).where(*own))


def orphans(session: Session) -> list[int]:
    """The commits of people without ticket."""
    table = unlinked.c
    own = (table.entity == int(Entity.COMMIT), table.scope == ALL, ~table.bot)
    found = select(table.entity_id).where(*own).order_by(table.entity_id)
    return list(session.execute(found).scalars())


def suggested_items(session: Session) -> set[int]:
    """The items for which a commit is suggested."""
    table = unlinked.c
    own = (table.entity == int(Entity.ITEM), table.scope == ALL, table.suggestion != "")
    return set(session.execute(select(table.entity_id).where(*own)).scalars())


def asking_repositories(session: Session) -> pd.DataFrame:
    """repository_id of those that have merge requests."""
    return read_frame(session, select(merge_request.c.repository_id).distinct())


def ticket_times(session: Session) -> pd.DataFrame:
    """Every work item: item_id, title, opened_ts, closed_ts (NONE: open, or not told)."""
    columns = (
        work_item.c.id.label("item_id"),
        work_item.c.title,
        work_item.c.created_ts.label("opened_ts"),
        work_item.c.resolved_ts.label("closed_ts"),
    )
    return read_frame(session, select(*columns).order_by(work_item.c.id))
