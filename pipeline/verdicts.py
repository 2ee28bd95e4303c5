"""What people say about links, on its way in: checked, named as the sources name it, noted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from core.errors import BadRequestError, FieldError, NotFoundError
from core.records import Entity
from correlator.rules import KINDS
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.stages import CORRELATE
from pipeline.verdict_rows import verdict_rows
from store import dirty, verdicts
from store.sources import source_ids
from store.verdict_ends import End, Known, known_by_ends, known_by_key
from store.verdicts import CONFIRMED, REJECTED, WITHDRAWN, Pair, Verdict

Answer = dict[str, Any]
KIND_NAMES: Final = {
    kind.name.lower(): kind for kind in sorted({kind for pair in KINDS for kind in pair})
}
_LONGEST: Final = {"who": 100, "why": 500, "key": 512, "id": 512}
_SHA: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SHORT_SHA: Final = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True, slots=True)
class Asked:
    """An end as somebody names it: by `key`, which must be known here, or by `source`, `id` and,
    for what lives in a repository, `repository_id`, as the source names it.

    repository: path that makes a `key` clear. field: where it stands in what was sent.
    """

    field: str
    kind: str
    key: str = ""
    repository: str = ""
    source: str = ""
    id: str = ""
    repository_id: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """The verdict as it is answered; `new` False: the same was said before and still counts."""

    row: Answer
    new: bool


def judge(database: Database, a: Asked, b: Asked, *, answer: str, who: str, why: str) -> Taken:
    """Note that two things belong together (`confirmed`) or do not (`rejected`).

    `FieldError` for what makes no sense, `NotFoundError` for a key that is not known here.
    """
    if answer not in (CONFIRMED, REJECTED):
        raise FieldError("answer", f"{CONFIRMED} or {REJECTED}")
    who, why = _words("who", who), _words("why", why)
    with database.writing() as session:
        pair = _ordered(_end(session, a), _end(session, b))
        last = verdicts.latest_on(session, pair)
        if last is not None and (last.answer, last.who, last.why) == (answer, who, why):
            return Taken(_row(session, last), new=False)
        return Taken(_row(session, _add(session, pair, answer, who, why)), new=True)


def withdraw(database: Database, number: int, *, who: str, why: str) -> Taken:
    """Take a verdict back, so that the rules decide again; it stays in the list.

    `NotFoundError` for a number that there is not, `BadRequestError` where it counts no more.
    """
    who = _words("who", who)
    why = _words("why", why) if why.strip() else ""
    with database.writing() as session:
        found = verdicts.find(session, number)
        if found is None:
            raise NotFoundError(f"there is no verdict {number}; GET /v1/verdicts lists them")
        last = verdicts.latest_on(session, found.pair)
        if last is not None and last.answer == WITHDRAWN:
            return Taken(_row(session, last), new=False)
        if last is None or last.id != number:
            raise BadRequestError(
                f"verdict {number} counts no more: a later one replaced it; withdraw"
                f" {last.id if last else 'that one'}"
            )
        return Taken(_row(session, _add(session, found.pair, WITHDRAWN, who, why)), new=True)


def withdraw_pair(database: Database, a: Asked, b: Asked, *, who: str, why: str) -> Taken:
    """The same for the verdict that counts on a pair; `NotFoundError` where there is none."""
    with database.read() as session:
        pair = _ordered(_end(session, a), _end(session, b))
        last = verdicts.latest_on(session, pair)
    if last is None or last.answer == WITHDRAWN:
        raise NotFoundError("nobody said anything about these two that counts; nothing to withdraw")
    return withdraw(database, last.id, who=who, why=why)


def _add(session: Session, pair: Pair, answer: str, who: str, why: str) -> Verdict:
    made = verdicts.add(session, pair, answer=answer, who=who, why=why, ts=now_ts())
    for end, known in known_by_ends(session, pair).items():
        dirty.mark(session, CORRELATE, end.kind, [known.id])
    return made


def _row(session: Session, one: Verdict) -> Answer:
    (row,) = verdict_rows(session, [one])
    return row


def _words(field: str, text: str) -> str:
    """One line of plain text."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not plain:
        raise FieldError(field, "is missing; others will ask who said so, and why")
    if len(plain) > _LONGEST[field]:
        raise FieldError(field, f"at most {_LONGEST[field]} characters")
    return plain


def _ordered(a: End, b: End) -> Pair:
    pair = (a, b) if a.kind <= b.kind else (b, a)
    if (pair[0].kind, pair[1].kind) not in KINDS:
        known = ", ".join(
            f"{one.name.lower()} - {other.name.lower()}" for one, other in sorted(KINDS)
        )
        raise BadRequestError(f"these two kinds are never linked; linked are: {known}")
    return pair


def _end(session: Session, asked: Asked) -> End:
    kind = KIND_NAMES.get(asked.kind)
    if kind is None:
        raise FieldError(f"{asked.field}.kind", f"one of {', '.join(KIND_NAMES)}")
    if asked.key:
        return _by_key(session, asked, kind).end
    return _by_names(session, asked, kind)


def _by_key(session: Session, asked: Asked, kind: Entity) -> Known:
    field = f"{asked.field}.key"
    if any((asked.source, asked.id, asked.repository_id)):
        raise FieldError(field, "give either key, or source and id")
    key = asked.key.strip()
    if not key.isprintable() or len(key) > _LONGEST["key"]:
        raise FieldError(field, "is no key")
    key, within = _apart(kind, key)
    if kind is Entity.COMMIT and not _SHORT_SHA.fullmatch(key.lower()):
        raise FieldError(field, "a sha, or at least its first 7 digits")
    found = known_by_key(session, kind, key, within=within or asked.repository)
    if not found:
        raise NotFoundError(
            f"{asked.key.strip()}: no such {_word(kind)} is stored; check it, and that its source"
            " was read (headwater sync)"
        )
    if len(found) > 1:
        names = ", ".join(dict.fromkeys(_called(one) for one in found[:5]))
        what = "its repository, as path@sha or path!number" if found[0].repository else "its source"
        raise FieldError(field, f"several are called so ({names}); name {what}")
    return found[0]


def _apart(kind: Entity, key: str) -> tuple[str, str]:
    """The key, and the path of the repository that stands before it."""
    sign = {Entity.COMMIT: "@", Entity.MERGE_REQUEST: "!"}.get(kind)
    if sign is None or sign not in key:
        return key, ""
    path, _, own = key.rpartition(sign)
    return own, path


def _called(known: Known) -> str:
    sign = "" if known.label.startswith("!") else "@"
    where = f"{known.repository}{sign}" if known.repository else f"{known.end.source}: "
    return f"{where}{known.label}"


def _by_names(session: Session, asked: Asked, kind: Entity) -> End:
    """As the source names it: it may come later, and the verdict waits for it."""
    lives = kind in (Entity.COMMIT, Entity.MERGE_REQUEST)
    parts = {"source": asked.source, "id": asked.id}
    if lives:
        parts["repository_id"] = asked.repository_id
    elif asked.repository_id:
        raise FieldError(f"{asked.field}.repository_id", f"a {_word(kind)} has none")
    for name, value in parts.items():
        if not value or not value.isprintable() or len(value) > _LONGEST["id"]:
            raise FieldError(
                f"{asked.field}.{name}", "give key, or source and id as its source has"
            )
    known = source_ids(session)
    if asked.source not in known:
        told = ", ".join(sorted(known)) or "none yet"
        raise FieldError(f"{asked.field}.source", f"no source of this name was read; known: {told}")
    own = asked.id.lower() if kind is Entity.COMMIT else asked.id
    if kind is Entity.COMMIT and not _SHA.fullmatch(own):
        raise FieldError(f"{asked.field}.id", "the whole sha, 40 or 64 digits")
    if kind is Entity.MERGE_REQUEST and not (own.isascii() and own.isdigit() and len(own) < 19):
        raise FieldError(f"{asked.field}.id", "the number of the merge request")
    own = str(int(own)) if kind is Entity.MERGE_REQUEST else own
    return End(kind, asked.source, asked.repository_id if lives else "", own)


def _word(kind: Entity) -> str:
    words = {Entity.ITEM: "work item", Entity.CHANGE: "change request"}
    return words.get(kind, kind.name.lower().replace("_", " "))
