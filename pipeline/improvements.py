"""Improvements on their way in: proposed, started with a frozen baseline, noted, stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from core.errors import BadRequestError, FieldError, NotFoundError
from pipeline.database import Database
from store.improvements import (
    Entry,
    Improvement,
    add_entry,
    add_improvement,
    find_improvement,
    logs,
    same_improvement,
)

Answer = dict[str, Any]
STARTED, TRIED, STOPPED, ADOPTED = "started", "tried", "stopped", "adopted"
_MOST_LINES: Final = 500
LONGEST: Final = {
    "title": 100,
    "hypothesis": 1_000,
    "owner": 100,
    "who": 100,
    "note": 1_000,
    "step": 200,
    "text": 300,
}


@dataclass(frozen=True, slots=True)
class Kept:
    """An improvement with its log; `new` False: the same was said before."""

    one: Improvement
    log: Sequence[Entry]
    new: bool = True


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the log on its way in."""

    who: str
    note: str


def line(field: str, text: str, *, needed: bool = True) -> str:
    """One line of plain text; `FieldError` where it is missing or too long."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if needed and not plain:
        raise FieldError(field, "is missing; others will ask")
    if len(plain) > LONGEST[field]:
        raise FieldError(field, f"at most {LONGEST[field]} characters")
    return plain


def said(*, who: str, note: str, needed: bool = True) -> Said:
    """`FieldError` for what is missing or too long."""
    return Said(line("who", who), line("note", note, needed=needed))


def propose(
    database: Database, *, stream: str, title: str, plan: Answer, who: str, now: int
) -> Kept:
    """Keep a proposal; the same again is the one that was kept."""
    with database.writing() as session:
        known = same_improvement(session, stream=stream, title=title, plan=plan, who=who)
        if known is not None:
            return Kept(known, _log(session, known.id), new=False)
        made = add_improvement(session, stream=stream, title=title, plan=plan, who=who, ts=now)
        return Kept(made, [])


def improvement_of(session: Session, number: int, *, locked: bool = False) -> Kept:
    """`NotFoundError` for a number that there is not."""
    found = find_improvement(session, number, locked=locked)
    if found is None:
        raise NotFoundError(f"there is no improvement {number}; GET /v1/improvements lists them")
    return Kept(found, _log(session, number), new=False)


def has(log: Sequence[Entry], kind: str) -> Entry | None:
    """The last line of this kind, None for none."""
    return next((one for one in reversed(log) if one.kind == kind), None)


def start(database: Database, number: int, frozen: Answer, told: Said, *, now: int) -> Kept:
    """Write the baseline down; one that runs already keeps its own."""
    with database.writing() as session:
        kept = improvement_of(session, number, locked=True)
        if has(kept.log, STARTED):
            return kept
        require_open(kept)
        return _with(session, kept, STARTED, frozen, told, now)


def note(database: Database, number: int, told: Said, *, now: int) -> Kept:
    """Add to the log what was tried; the same line again is not added."""
    with database.writing() as session:
        kept = improvement_of(session, number, locked=True)
        last = has(kept.log, TRIED)
        if last is not None and (last.who, last.note) == (told.who, told.note):
            return kept
        if len(kept.log) >= _MOST_LINES:
            raise BadRequestError(f"the log is full: {_MOST_LINES} lines; begin a new improvement")
        return _with(session, kept, TRIED, {}, told, now)


def stop(database: Database, number: int, verdict: Answer | None, told: Said, *, now: int) -> Kept:
    """End it; what was known of it at that moment is kept with the line."""
    with database.writing() as session:
        kept = improvement_of(session, number, locked=True)
        if has(kept.log, STOPPED):
            return kept
        require_open(kept)
        return _with(session, kept, STOPPED, {"verdict": verdict}, told, now)


def require_open(kept: Kept) -> None:
    """`BadRequestError` where it was ended."""
    if has(kept.log, STOPPED):
        raise BadRequestError(f"improvement {kept.one.id} was stopped; enter a new one")
    if has(kept.log, ADOPTED):
        raise BadRequestError(
            f"improvement {kept.one.id} is the stream's standard; enter a new one"
        )


def _with(session: Session, kept: Kept, kind: str, document: Answer, told: Said, now: int) -> Kept:
    made = add_entry(
        session, kept.one.id, kind, document=document, note=told.note, who=told.who, ts=now
    )
    return Kept(kept.one, [*kept.log, made])


def _log(session: Session, number: int) -> Sequence[Entry]:
    return logs(session, [number])[number]
