"""Stores the links that the correlator found, and takes away those that no longer hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from sqlalchemy import Select, Table, func, select
from sqlalchemy.orm import Session

from core.records import Entity
from store.lookup import chunks, one_of
from store.models import link, overruled_link
from store.upsert import delete_rows, upsert

_KEY = ("a_kind", "a_id", "b_kind", "b_id", "rule")

_Pair = tuple[int, int, str]


@dataclass(slots=True)
class LinkChange:
    """What a replacement did; a_ids and b_ids: the ends of the links that came, differ or went."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    a_ids: set[int] = field(default_factory=set)
    b_ids: set[int] = field(default_factory=set)


def replace(
    session: Session,
    links: pd.DataFrame,
    *,
    a_kind: Entity,
    b_kind: Entity,
    now_ts: int,
    a_ids: Collection[int] | None = None,
    b_ids: Collection[int] | None = None,
    rules: Collection[str] | None = None,
    overruled: bool = False,
) -> LinkChange:
    """Make `links` the only links of the scope; the same again writes nothing.

    links: only rows of these two kinds count, the last where a rule names a pair twice. The scope
    is what was computed anew: ends in a_ids and in b_ids by one of `rules`, None standing
    for all. A link outside it is neither stored nor deleted; one that stays keeps its `since_ts`.
    overruled: of what people rejected, which is kept apart.
    """
    table = overruled_link if overruled else link
    inside = _inside(a_ids, b_ids, rules)
    wanted = {pair: told for pair, told in _given(links, a_kind, b_kind).items() if inside(pair)}
    if not wanted and not any_of(session, table):
        return LinkChange()
    links_there = _stored(session, table, a_kind, b_kind, a_ids, b_ids)
    stored = {pair: told for pair, told in links_there if inside(pair)}
    new = [pair for pair in wanted if pair not in stored]
    different = [pair for pair in wanted if pair in stored and stored[pair] != wanted[pair]]
    gone = [pair for pair in stored if pair not in wanted]
    kinds = {"a_kind": int(a_kind), "b_kind": int(b_kind)}
    _write(session, table, kinds, {pair: wanted[pair] for pair in (*new, *different)}, gone, now_ts)
    ends = [pair[:2] for pair in (*new, *different, *gone)]
    a_ends, b_ends = {a_id for a_id, _ in ends}, {b_id for _, b_id in ends}
    return LinkChange(len(new), len(different), len(gone), a_ends, b_ends)


def count_links(session: Session) -> int:
    """How many links there are."""
    return int(session.execute(select(func.count()).select_from(link)).scalar_one())


def any_of(session: Session, table: Table) -> bool:
    """Whether the table has any row: that of what people rejected seldom has."""
    return session.execute(select(table.c.rule).limit(1)).first() is not None


def _write(
    session: Session,
    table: Table,
    kinds: dict[str, int],
    told: dict[_Pair, tuple[float, str]],
    gone: list[_Pair],
    now_ts: int,
) -> None:
    rows = [_row(kinds, pair, told[pair], now_ts) for pair in told]
    upsert(session, table, rows, key=_KEY, update=("confidence", "evidence"))
    delete_rows(session, table, [{**kinds, **_named(pair)} for pair in gone])


def _inside(*scopes: Collection[Any] | None) -> Callable[[_Pair], bool]:
    """Whether each part of a pair is in its scope; None is no limit."""
    limits = [(part, set(scope)) for part, scope in enumerate(scopes) if scope is not None]
    return lambda pair: all(pair[part] in scope for part, scope in limits)


def _given(links: pd.DataFrame, a_kind: Entity, b_kind: Entity) -> dict[_Pair, tuple[float, str]]:
    own = links[(links["a_kind"] == int(a_kind)) & (links["b_kind"] == int(b_kind))]
    pairs = zip(own["a_id"].tolist(), own["b_id"].tolist(), own["rule"].tolist(), strict=True)
    told = zip(own["confidence"].tolist(), own["evidence"].tolist(), strict=True)
    return dict(zip(pairs, told, strict=True))


def _stored(
    session: Session,
    table: Table,
    a_kind: Entity,
    b_kind: Entity,
    a_ids: Collection[int] | None,
    b_ids: Collection[int] | None,
) -> Iterable[tuple[_Pair, tuple[float, str]]]:
    columns = [table.c[name] for name in ("a_id", "b_id", "rule", "confidence", "evidence")]
    kinds = (table.c.a_kind == int(a_kind), table.c.b_kind == int(b_kind))
    statement = select(*columns).where(*kinds)
    for part in _parts(session, statement, table, a_ids, b_ids):
        for row in session.execute(part):
            yield (row[0], row[1], row[2]), (row[3], row[4])


def _parts(
    session: Session,
    statement: Select[Any],
    table: Table,
    a_ids: Collection[int] | None,
    b_ids: Collection[int] | None,
) -> Iterable[Select[Any]]:
    """The statement cut by the smaller of the two scopes; the other one is looked at afterwards."""
    if a_ids is None and b_ids is None:
        return [statement]
    by_a = a_ids is not None and (b_ids is None or len(a_ids) <= len(b_ids))
    ids, column = (a_ids, table.c.a_id) if by_a else (b_ids, table.c.b_id)
    return (
        statement.where(one_of(session, column, chunk)) for chunk in chunks(sorted(set(ids or ())))
    )


def _named(pair: _Pair) -> dict[str, Any]:
    return {"a_id": pair[0], "b_id": pair[1], "rule": pair[2]}


def _row(
    kinds: dict[str, int], pair: _Pair, told: tuple[float, str], now_ts: int
) -> dict[str, Any]:
    values = {"confidence": told[0], "evidence": told[1], "since_ts": now_ts}
    return {**kinds, **_named(pair), **values}
