"""Stores the links that the correlator found, and takes away those that no longer hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from core.records import Entity
from store.lookup import found_in
from store.models import link, overruled_link
from store.upsert import delete_rows, upsert

_KEY = ("a_kind", "a_id", "b_kind", "b_id", "rule")

_TOLD = ("a_id", "b_id", "rule", "confidence", "evidence")

_Pair = tuple[int, int, str]
_Links = dict[_Pair, tuple[float, str]]


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
    wanted = inside(_given(links, a_kind, b_kind))
    if not wanted and not any_of(session, table):
        return LinkChange()
    stored = inside(dict(_stored(session, table, a_kind, b_kind, a_ids, b_ids)))
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


def any_overruled(session: Session) -> bool:
    """Whether people rejected any link that a rule found."""
    return any_of(session, overruled_link)


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


def _inside(*scopes: Collection[Any] | None) -> Callable[[_Links], _Links]:
    """Keeps the links of which each part is in its scope; None is no limit."""
    limits = [(part, set(scope)) for part, scope in enumerate(scopes) if scope is not None]

    def kept(links: _Links) -> _Links:
        for part, scope in limits:
            links = {pair: told for pair, told in links.items() if pair[part] in scope}
        return links

    return kept


def _given(links: pd.DataFrame, a_kind: Entity, b_kind: Entity) -> _Links:
    ours = ((links["a_kind"] == int(a_kind)) & (links["b_kind"] == int(b_kind))).to_numpy()
    if not ours.any():
        return {}
    a, b, rules, *told = (links[name].to_numpy()[ours].tolist() for name in _TOLD)
    return dict(zip(zip(a, b, rules, strict=True), zip(*told, strict=True), strict=True))


def _stored(
    session: Session,
    table: Table,
    a_kind: Entity,
    b_kind: Entity,
    a_ids: Collection[int] | None,
    b_ids: Collection[int] | None,
) -> Iterable[tuple[_Pair, tuple[float, str]]]:
    """By the smaller of the two scopes; the other one is looked at afterwards."""
    kinds = {"a_kind": int(a_kind), "b_kind": int(b_kind)}
    rows: Iterable[Sequence[Any]]
    if a_ids is None and b_ids is None:
        same = [table.c[name] == kind for name, kind in kinds.items()]
        rows = session.execute(select(*(table.c[name] for name in _TOLD)).where(*same))
    elif a_ids is not None and (b_ids is None or len(a_ids) <= len(b_ids)):
        rows = found_in(session, table, _TOLD, "a_id", a_ids, **kinds)
    else:
        rows = found_in(session, table, _TOLD, "b_id", b_ids or (), **kinds)
    for row in rows:
        yield (row[0], row[1], row[2]), (row[3], row[4])


def _named(pair: _Pair) -> dict[str, Any]:
    return {"a_id": pair[0], "b_id": pair[1], "rule": pair[2]}


def _row(
    kinds: dict[str, int], pair: _Pair, told: tuple[float, str], now_ts: int
) -> dict[str, Any]:
    values = {"confidence": told[0], "evidence": told[1], "since_ts": now_ts}
    return {**kinds, **_named(pair), **values}
