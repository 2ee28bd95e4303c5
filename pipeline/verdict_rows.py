"""Verdicts as they are answered: how people call both ends, and whether what was said counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from pipeline.keyset import before_of
from pipeline.times import iso
from store import verdicts
from store.judged_links import Numbers, by_people, overruled
from store.verdict_ends import End, Known, known_by_ends
from store.verdicts import CONFIRMED, REJECTED, WITHDRAWN, Verdict

Answer = dict[str, Any]


def list_verdicts(session: Session, *, cursor: str | None, limit: int) -> Answer:
    """A page of all that was said, the newest first."""
    found = verdicts.page(session, before=before_of(cursor), limit=limit + 1)
    shown = found[:limit]
    return {
        "items": verdict_rows(session, shown),
        "next": str(shown[-1].id) if len(found) > limit else None,
        "total": verdicts.count(session),
    }


def verdict_rows(session: Session, told: Sequence[Verdict]) -> list[Answer]:
    """Each with its state: `replaced` by a later one, `pending` until links are made next,
    `waiting` for what it names, or `in_effect`.
    """
    known = known_by_ends(session, verdicts.ends_of(told))
    newest = verdicts.latest(session)
    linked = by_people(session)
    numbers = {one.id: _numbers(one, known) for one in told}
    refused = [found for one in told if one.answer == REJECTED if (found := numbers[one.id])]
    found_by_rules = overruled(session, refused)
    rows = []
    for one in told:
        pair = numbers[one.id]
        state = _state(one, pair, linked) if one.id in newest else "replaced"
        rows.append(
            {
                "id": one.id,
                "a": end_row(one.a, known.get(one.a)),
                "b": end_row(one.b, known.get(one.b)),
                "answer": one.answer,
                "who": one.who,
                "why": one.why,
                "at": iso(one.ts),
                "state": state,
                "overruled": found_by_rules.get(pair, [])
                if pair and one.answer == REJECTED and state == "in_effect"
                else [],
            }
        )
    return rows


def end_row(end: End, known: Known | None) -> Answer:
    """One end: as its source names it, and, where it is stored, as people call it."""
    return {
        "kind": end.kind.name.lower(),
        "source": end.source,
        "repository_id": end.repository or None,
        "id": end.name,
        "label": known.label if known else None,
        "repository": (known.repository or None) if known else None,
        "url": known.url if known else "",
    }


def _numbers(one: Verdict, known: Mapping[End, Known]) -> Numbers | None:
    if one.a not in known or one.b not in known:
        return None
    return int(one.a.kind), known[one.a].id, int(one.b.kind), known[one.b].id


def _state(one: Verdict, pair: Numbers | None, linked: set[Numbers]) -> str:
    if one.seen_ts is None:
        return "pending"
    if one.answer == WITHDRAWN:
        return "in_effect"
    if pair is None or (one.answer == CONFIRMED and pair not in linked):
        return "waiting"
    return "in_effect"
