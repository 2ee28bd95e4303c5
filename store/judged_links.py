"""Links as people judged them: which they made, what they overruled, how often each rule agreed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Select, and_, exists, func, select, tuple_
from sqlalchemy.orm import Session

from store.lookup import chunks
from store.models import link, overruled_link

HUMAN: Final = "human"
Numbers = tuple[int, int, int, int]
_PAIR: Final = ("a_kind", "a_id", "b_kind", "b_id")


def by_people(session: Session) -> set[Numbers]:
    """The pairs that are linked because a person said so: kind and id of both ends."""
    columns = (link.c[name] for name in _PAIR)
    found = session.execute(select(*columns).where(link.c.rule == HUMAN))
    return {(row[0], row[1], row[2], row[3]) for row in found}


def overruled(session: Session, pairs: Iterable[Numbers]) -> dict[Numbers, list[dict[str, Any]]]:
    """What rules had found between these: rule, confidence, evidence, the surest first."""
    columns = [overruled_link.c[name] for name in _PAIR]
    told = [overruled_link.c[name] for name in ("rule", "confidence", "evidence")]
    found: dict[Numbers, list[dict[str, Any]]] = {}
    for chunk in chunks(sorted(set(pairs)), 200):
        statement = select(*columns, *told).where(tuple_(*columns).in_(chunk))
        ordered = statement.order_by(overruled_link.c.confidence.desc(), overruled_link.c.rule)
        for row in session.execute(ordered):
            reason = {"rule": row[4], "confidence": row[5], "evidence": row[6]}
            found.setdefault((row[0], row[1], row[2], row[3]), []).append(reason)
    return found


def confirmed_by_rule(session: Session) -> dict[str, int]:
    """How many links of each rule a person confirmed."""
    return _counts(session, _judged_alike())


def rejected_by_rule(session: Session) -> dict[str, int]:
    """How many links of each rule a person rejected."""
    rule = overruled_link.c.rule
    return _counts(session, select(rule, func.count()).group_by(rule))


def links_by_rule(session: Session) -> dict[str, int]:
    """How many links of each rule stand."""
    return _counts(session, select(link.c.rule, func.count()).group_by(link.c.rule))


def missed(session: Session) -> dict[tuple[int, int], int]:
    """How many links people added that no rule had found, by the kinds of their ends."""
    other = link.alias("other")
    same = and_(*(other.c[name] == link.c[name] for name in _PAIR), other.c.rule != HUMAN)
    kinds = (link.c.a_kind, link.c.b_kind)
    alone = select(*kinds, func.count()).where(link.c.rule == HUMAN, ~exists().where(same))
    return {(row[0], row[1]): row[2] for row in session.execute(alone.group_by(*kinds))}


def _judged_alike() -> Select[Any]:
    said = link.alias("said")
    same = and_(*(said.c[name] == link.c[name] for name in _PAIR), said.c.rule == HUMAN)
    joined = link.join(said, same)
    rule = link.c.rule
    return select(rule, func.count()).select_from(joined).where(rule != HUMAN).group_by(rule)


def _counts(session: Session, statement: Select[Any]) -> dict[str, int]:
    return {row[0]: row[1] for row in session.execute(statement)}
