"""What people say about links: kept for good, by the names that the sources give both ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from core.records import Entity
from store.lookup import chunks
from store.models import verdict
from store.verdict_ends import End

CONFIRMED: Final = "confirmed"
REJECTED: Final = "rejected"
WITHDRAWN: Final = "withdrawn"

Pair = tuple[End, End]
_PARTS: Final = ("kind", "source", "repository", "name")
_PAIR: Final = tuple(verdict.c[f"{end}_{part}"] for end in "ab" for part in _PARTS)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer to one pair; `seen_ts` None until links were made with it in view."""

    id: int
    a: End
    b: End
    answer: str
    who: str
    why: str
    ts: int
    seen_ts: int | None

    @property
    def pair(self) -> Pair:
        return self.a, self.b


def add(session: Session, pair: Pair, *, answer: str, who: str, why: str, ts: int) -> Verdict:
    """Note an answer; those before it on this pair stay as history."""
    ends = {
        f"{end}_{part}": getattr(one, part)
        for end, one in zip("ab", pair, strict=True)
        for part in _PARTS
    }
    told = {"answer": answer, "who": who, "why": why, "ts": ts}
    statement = verdict.insert().values(**ends, **told).returning(verdict.c.id)
    number = int(session.execute(statement).scalar_one())
    return Verdict(number, *pair, answer, who, why, ts, None)


def find(session: Session, number: int) -> Verdict | None:
    """The verdict of this number, None for none."""
    return next(iter(_read(session, select(verdict).where(verdict.c.id == number))), None)


def latest_on(session: Session, pair: Pair) -> Verdict | None:
    """The newest verdict on this pair, a withdrawal too."""
    return next((one for one in about(session, pair) if one.pair == pair), None)


def page(session: Session, *, before: int | None, limit: int) -> list[Verdict]:
    """The newest first; `before`: only those of lower numbers."""
    statement = select(verdict).order_by(verdict.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(verdict.c.id < before)
    return _read(session, statement)


def count(session: Session) -> int:
    """How many verdicts there are, old ones and withdrawals too."""
    return int(session.execute(select(func.count()).select_from(verdict)).scalar_one())


def latest(session: Session) -> set[int]:
    """The numbers of those that no later one on the same pair replaced."""
    newest = select(func.max(verdict.c.id)).group_by(*_PAIR)
    return {int(one) for one in session.execute(newest).scalars()}


def in_effect(session: Session) -> list[Verdict]:
    """The newest of each pair but for withdrawals, in order of their numbers."""
    newest = select(func.max(verdict.c.id)).group_by(*_PAIR)
    statement = select(verdict).where(verdict.c.id.in_(newest), verdict.c.answer != WITHDRAWN)
    return _read(session, statement.order_by(verdict.c.id))


def about(session: Session, ends: Iterable[End]) -> list[Verdict]:
    """The newest of each pair that has one of these ends, withdrawals too; the newest first."""
    wanted = set(ends)
    found: dict[int, Verdict] = {}
    for chunk in chunks(sorted({end.name for end in wanted})):
        for column in (verdict.c.a_name, verdict.c.b_name):
            for one in _read(session, select(verdict).where(column.in_(chunk))):
                if one.a in wanted or one.b in wanted:
                    found[one.id] = one
    newest: dict[Pair, Verdict] = {found[number].pair: found[number] for number in sorted(found)}
    return sorted(newest.values(), key=lambda one: -one.id)


def unseen(session: Session) -> bool:
    """Whether links were not yet made with every verdict in view."""
    waiting = select(verdict.c.id).where(verdict.c.seen_ts.is_(None)).limit(1)
    return session.execute(waiting).first() is not None


def newest(session: Session) -> int:
    """The highest number, 0 where there is none."""
    return int(session.execute(select(func.max(verdict.c.id))).scalar_one() or 0)


def mark_seen(session: Session, *, up_to: int, now_ts: int) -> None:
    """Links were made with those up to this number in view."""
    fresh = (verdict.c.seen_ts.is_(None), verdict.c.id <= up_to)
    session.execute(update(verdict).where(*fresh).values(seen_ts=now_ts))


def version(session: Session) -> str:
    """Moves with every verdict, and when one was seen."""
    seen = func.count(verdict.c.seen_ts)
    row = session.execute(select(func.max(verdict.c.id), seen)).one()
    return f"{row[0] or 0}:{row[1]}"


def ends_of(verdicts: Iterable[Verdict]) -> set[End]:
    """Both ends of all of them."""
    return {end for one in verdicts for end in one.pair}


def _read(session: Session, statement: Select[Any]) -> list[Verdict]:
    return [_verdict(dict(row._mapping)) for row in session.execute(statement)]


def _verdict(row: Mapping[str, Any]) -> Verdict:
    return Verdict(
        row["id"],
        _end(row, "a"),
        _end(row, "b"),
        row["answer"],
        row["who"],
        row["why"],
        row["ts"],
        row["seen_ts"],
    )


def _end(row: Mapping[str, Any], end: str) -> End:
    source, repository, name = (row[f"{end}_{part}"] for part in _PARTS[1:])
    return End(Entity(row[f"{end}_kind"]), source, repository, name)
