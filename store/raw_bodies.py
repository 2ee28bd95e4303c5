"""Payloads whose body is forgotten: the row stays, with its hash, so that what comes again
unchanged is known; the body is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update
from sqlalchemy.orm import Session
from zstandard import ZstdDecompressor

from store.lookup import chunks
from store.models import raw_record, source
from store.raw import decoded
from store.settings import get_setting, set_setting

HELD: Final = (
    "its details were refused, and those that were read before are forgotten: grant access, its"
    " records stay as they were until then"
)
"""The problem of a payload that was kept out, see `bare`."""
_LAST: Final = "payloads_forgotten"
_BODY: Final = func.length(raw_record.c.payload)


class Body(NamedTuple):
    """The body of a stored payload; `size` as it is stored, in bytes."""

    external_id: str
    hash: bytes
    payload: dict[str, Any]
    size: int


@dataclass(frozen=True, slots=True)
class Bodies:
    """Of one stream of a source: payloads with a body, their bytes, and those without one."""

    source: str
    stream: str
    kept: int
    bytes: int
    forgotten: int


def old_bodies(
    session: Session, source_id: int, stream: str, *, before_ts: int, after: str, limit: int
) -> list[Body]:
    """Bodies that came before `before_ts` from a source that can be asked for them again, and whose
    records are stored; by external id, those behind `after`, `limit` at the most.
    """
    statement = (
        select(raw_record.c.external_id, raw_record.c.hash, raw_record.c.payload)
        .where(*_old(source_id, stream, before_ts), raw_record.c.external_id > after)
        .order_by(raw_record.c.external_id)
        .limit(limit)
    )
    unpack = ZstdDecompressor()
    return [
        Body(row[0], bytes(row[1]), decoded(unpack.decompress(row[2])), len(row[2]))
        for row in session.execute(statement)
    ]


def _old(source_id: int, stream: str, before_ts: int) -> Iterator[ColumnElement[bool]]:
    yield raw_record.c.source_id == source_id
    yield raw_record.c.stream == stream
    yield raw_record.c.fetched_ts < before_ts
    yield raw_record.c.problem == ""
    yield raw_record.c.origin == ""
    yield _BODY > 0


def forget(
    session: Session, source_id: int, stream: str, bodies: Sequence[Body], *, before_ts: int
) -> None:
    """Drop these bodies, but for those that came anew since they were looked at."""
    if not bodies:
        return
    same = (
        raw_record.c.external_id == bindparam("of_id"),
        raw_record.c.hash == bindparam("of_hash"),
    )
    statement = update(raw_record).where(*_old(source_id, stream, before_ts), *same)
    rows = [{"of_id": one.external_id, "of_hash": one.hash} for one in bodies]
    session.connection().execute(statement.values(payload=b""), rows)


def bare(session: Session, source_id: int, stream: str, external_ids: Iterable[str]) -> set[str]:
    """Which of these are stored without the details that were read once: their body was forgotten,
    or came since without them.
    """
    lacks = or_(_BODY == 0, raw_record.c.problem == HELD)
    own = (raw_record.c.source_id == source_id, raw_record.c.stream == stream, lacks)
    found: set[str] = set()
    for chunk in chunks(sorted(set(external_ids))):
        statement = select(raw_record.c.external_id).where(
            *own, raw_record.c.external_id.in_(chunk)
        )
        found.update(session.execute(statement).scalars())
    return found


def sizes(session: Session) -> list[Bodies]:
    """What is stored of each stream, by source and stream. Reads all of it but the bodies."""
    with_body = func.sum(func.sign(_BODY))
    statement = (
        select(source.c.name, raw_record.c.stream, func.count(), with_body, func.sum(_BODY))
        .join(source, source.c.id == raw_record.c.source_id)
        .group_by(source.c.name, raw_record.c.stream)
        .order_by(source.c.name, raw_record.c.stream)
    )
    return [
        Bodies(row[0], row[1], int(row[3]), int(row[4]), int(row[2]) - int(row[3]))
        for row in session.execute(statement)
    ]


def note_forgotten(session: Session, at: int) -> None:
    """All of it was gone through."""
    set_setting(session, _LAST, str(at))


def last_forgotten(session: Session) -> int | None:
    """When all was last gone through, in epoch seconds; None where it never was."""
    found = get_setting(session, _LAST)
    return int(found) if found else None
