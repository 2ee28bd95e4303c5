"""What people say that items are worth, on its way in: checked, named, kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from core.errors import FieldError, NotFoundError
from core.settings import Settings
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.estimate_rules import Said, checked_nested
from pipeline.keyset import before_of
from pipeline.times import iso
from store.estimates import (
    WITHDRAWN,
    Estimate,
    Named,
    add_estimates,
    count_estimates,
    estimates,
    estimates_page,
    items_of_keys,
)

Answer = dict[str, Any]
_LONGEST: Final = {"who": 100, "why": 500, "key": 512}


@dataclass(frozen=True, slots=True)
class Proposed:
    """A value that somebody wants to enter: told as `checked_nested` reads it."""

    key: str
    source: str
    told: Mapping[str, Any]
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Taken:
    """The estimate as it is answered; `new` False: the same was said before and still counts."""

    row: Answer
    new: bool


def value_item(settings: Settings, database: Database, given: Proposed) -> Taken:
    """Keep what an item is worth; `FieldError` for what makes no sense, `NotFoundError` for a key
    that is not known here.
    """
    said = checked_nested(given.told, zone=settings.server.timezone)
    who, why = line_of("who", given.who), line_of("why", given.why)
    with database.writing() as session:
        named = named_item(items_of_keys(session, [given.key]), given.key, given.source)
        made = _estimate(named, said, who=who, why=why, how="api")
        last = newest_of(session, named)
        if last is not None and last.says() == made.says():
            return Taken(_row(last, settings, replaced=False), new=False)
        (kept,) = add_estimates(session, [made])
        return Taken(_row(kept, settings, replaced=False), new=True)


def withdraw_value(
    settings: Settings, database: Database, key: str, *, source: str, who: str, why: str
) -> Taken:
    """Take back what was said of an item: its field counts again, or its parent's value.

    `NotFoundError` where nothing was said of it.
    """
    who, why = line_of("who", who), line_of("why", why) if why.strip() else ""
    with database.writing() as session:
        named = named_item(items_of_keys(session, [key]), key, source)
        last = newest_of(session, named)
        if last is None:
            raise NotFoundError(f"nobody said what {named.key} is worth; GET /v1/values lists all")
        if last.withdrawn:
            return Taken(_row(last, settings, replaced=False), new=False)
        gone = Estimate(
            named.key, named.source, WITHDRAWN, None, None, None, who, why, "api", now_ts()
        )
        (kept,) = add_estimates(session, [gone])
        return Taken(_row(kept, settings, replaced=False), new=True)


def _estimate(named: Named, said: Said, *, who: str, why: str, how: str) -> Estimate:
    return Estimate(
        named.key,
        named.source,
        said.profile,
        said.low_cents,
        said.likely_cents,
        said.high_cents,
        who,
        why,
        how,
        now_ts(),
        said.more,
    )


def keep_all(
    session: Session, told: Sequence[tuple[Named, Said, str]], *, who: str
) -> tuple[int, int]:
    """Keep the rows of a file: how many are new or differ, and how many say what counts already."""
    items = {named.item_id for named, _, _ in told}
    known = newest(session, only=items)
    made = [
        _estimate(named, said, who=who, why=why, how="csv")
        for named, said, why in told
        if named.item_id not in known or known[named.item_id].says() != _said(said)
    ]
    add_estimates(session, made)
    return len(made), len(told) - len(made)


def _said(said: Said) -> tuple[object, ...]:
    amounts = (said.low_cents, said.likely_cents, said.high_cents)
    return (said.profile, *amounts, dict(said.more))


def newest(
    session: Session, *, until_ts: int | None = None, only: Iterable[int] | None = None
) -> dict[int, Estimate]:
    """By item the newest estimate, withdrawals too, as told up to a moment. An item that moved and
    has another key now keeps what was said of it.
    """
    told = estimates(session, until_ts=until_ts)
    by_name: dict[tuple[str, str], list[int]] = {}
    for one in items_of_keys(session, {estimate.item_key for estimate in told}):
        by_name.setdefault((one.key, one.source), []).append(one.item_id)
    wanted = None if only is None else set(only)
    found: dict[int, Estimate] = {}
    for estimate in told:
        for item in by_name.get((estimate.item_key, estimate.source), ()):
            if wanted is None or item in wanted:
                found[item] = estimate
    return found


def newest_of(session: Session, named: Named) -> Estimate | None:
    """What was said last of an item, None for nothing."""
    return newest(session, only=[named.item_id]).get(named.item_id)


def named_item(known: Sequence[Named], key: str, source: str) -> Named:
    """The one item of this key; `NotFoundError` for none, `FieldError` where several have it."""
    plain = line_of("key", key)
    found = {one.item_id: one for one in known if one.key == plain and source in ("", one.source)}
    if not found:
        raise NotFoundError(
            f"{plain}: no such work item is stored; check it, and that its source was read"
            " (headwater sync)"
        )
    if len(found) > 1:
        names = ", ".join(sorted({one.source for one in found.values()}))
        raise FieldError("source", f"several items have the key {plain}; name one of {names}")
    return next(iter(found.values()))


def line_of(field: str, text: str) -> str:
    """One line of plain text; `FieldError` where there is none, or too much."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not plain:
        raise FieldError(field, "is missing")
    if len(plain) > _LONGEST[field]:
        raise FieldError(field, f"at most {_LONGEST[field]} characters")
    return plain


def list_values(
    session: Session, settings: Settings, *, key: str | None, cursor: str | None, limit: int
) -> Answer:
    """A page of all that was said of values, the newest first."""
    found = estimates_page(session, key=key, before=before_of(cursor), limit=limit + 1)
    shown = found[:limit]
    counting = {one.id for one in newest(session).values()}
    return {
        "items": [_row(one, settings, replaced=one.id not in counting) for one in shown],
        "next": str(shown[-1].id) if len(found) > limit else None,
        "total": count_estimates(session),
    }


def _row(one: Estimate, settings: Settings, *, replaced: bool) -> Answer:
    state = "withdrawn" if one.withdrawn else "in_effect"
    return {
        "id": one.id,
        "key": one.item_key,
        "source": one.source,
        "state": "replaced" if replaced else state,
        **value_of(one),
        "currency": settings.cost_of_delay.currency,
        "who": one.who,
        "why": one.why,
        "how": one.how,
        "at": iso(one.ts),
    }


def value_of(one: Estimate) -> Answer:
    """Profile, amounts and parameters, as they are sent."""
    more = {name: value for name, value in one.more.items() if name != "deadline_ts"}
    return {
        "profile": one.profile or None,
        "low_cents": one.low_cents,
        "likely_cents": one.likely_cents,
        "high_cents": one.high_cents,
        "parameters": more,
    }
