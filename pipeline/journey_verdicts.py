"""The links behind an item's journey by the names that a verdict needs, and what was said."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from core.records import Entity
from pipeline.journey_board import Evidence, LinkedPair
from pipeline.verdict_rows import end_row, verdict_rows
from store import verdicts
from store.verdict_ends import Known, known_by_ids
from store.verdicts import WITHDRAWN, Verdict

Answer = dict[str, Any]
Thing = tuple[Entity, int]


@dataclass(frozen=True, slots=True)
class Judged:
    """ends: by a short name of this journey. pairs: for each line of evidence its links, with the
    number of the verdict that counts. told: those verdicts and the rejections, the newest first.
    """

    ends: dict[str, Answer] = field(default_factory=dict)
    pairs: Sequence[Sequence[Answer]] = ()
    told: Sequence[Answer] = ()


def judged(session: Session, item_id: int, evidence: Sequence[Evidence]) -> Judged:
    """What people can say about this journey's links, and what they said.

    A rejected link is no part of the journey any more; it is told by its other end.
    """
    ticket = (Entity.ITEM, item_id)
    pairs = [pair for line in evidence for pair in line.pairs]
    known = known_things(session, {ticket, *(thing for pair in pairs for thing in pair)})
    by_end = {one.end: thing for thing, one in known.items()}
    told = [
        one
        for one in verdicts.about(session, by_end)
        if one.answer != WITHDRAWN and _is_here(one, ticket, known)
    ]
    numbers = {(by_end.get(one.a), by_end.get(one.b)): one.id for one in told}
    rows = [pair_rows(line.pairs, known, numbers) for line in evidence]
    return Judged(end_rows(known), rows, verdict_rows(session, told))


def end_rows(known: Mapping[Thing, Known]) -> dict[str, Answer]:
    """What is known of ends, by the short names that pairs give them."""
    return {_name(thing): end_row(one.end, one) for thing, one in known.items()}


def pair_rows(
    pairs: Sequence[LinkedPair],
    known: Container[Thing],
    numbers: Mapping[tuple[Thing | None, Thing | None], int],
) -> list[Answer]:
    """The links behind a line whose ends are known, with the number of the verdict that counts."""
    return [
        {"a": _name(a), "b": _name(b), "verdict": numbers.get((a, b))}
        for a, b in pairs
        if a in known and b in known
    ]


def known_things(session: Session, things: Collection[Thing]) -> dict[Thing, Known]:
    """How sources and people call these; what is not stored is absent."""
    found: dict[Thing, Known] = {}
    for kind in sorted({kind for kind, _ in things}):
        ids = [number for one, number in things if one is kind]
        for number, one in known_by_ids(session, kind, ids).items():
            found[kind, number] = one
    return found


def _is_here(one: Verdict, ticket: Thing, known: dict[Thing, Known]) -> bool:
    """Not what was said of the same commit and another ticket."""
    item = known.get(ticket)
    others = Entity.ITEM not in (one.a.kind, one.b.kind)
    return others or (item is not None and item.end in one.pair)


def _name(thing: Thing) -> str:
    return f"{thing[0].name.lower()}{thing[1]}"
