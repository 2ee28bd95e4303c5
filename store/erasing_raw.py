"""Takes erased words out of the payloads as they came, and finds the words of somebody in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session
from zstandard import ZstdCompressor, ZstdDecompressor

from core.stand_ins import Eraser, folded, words_in
from store.models import raw_record
from store.raw import decoded, encoded, payload_hash
from store.settings import people_key, pseudonym

_PAGE = 500
_REMEMBERED = 500_000
_KEY = (raw_record.c.source_id, raw_record.c.stream, raw_record.c.external_id)


def payloads(session: Session, begins: Collection[str] = ()) -> Iterator[tuple[Any, Any]]:
    """All payloads, with the rows that they stand in; read a page at a time. begins: only those in
    which one of these runs of letters stands, which is found out without reading them.
    """
    wanted = [one.encode() for one in begins]
    unpack, last = ZstdDecompressor(), None
    while True:
        statement = select(*_KEY, raw_record.c.hash, raw_record.c.payload).order_by(*_KEY)
        if last is not None:
            statement = statement.where(tuple_(*_KEY) > last)
        rows = session.execute(statement.limit(_PAGE)).all()
        for row in rows:
            if not row.payload:  # forgotten, and with it all words
                continue
            content = unpack.decompress(row.payload)
            if not wanted or _may_hold(content, wanted):
                yield row, decoded(content)
        if len(rows) < _PAGE:
            return
        last = tuple_(*rows[-1][:3])


def words_of(session: Session, hashes: Collection[str]) -> dict[str, str]:
    """By hash: the word in clear, as it stands in a payload. What stands in none is absent."""
    key, seen = people_key(session), set[str]()
    found: dict[str, str] = {}
    for _, payload in payloads(session):
        for word in words_in(payload):
            if word in seen:
                continue
            seen.add(word)
            for one in {word, folded(word)}:
                hashed = pseudonym(key, one)
                if hashed in hashes:
                    found[hashed] = one
        if len(seen) > _REMEMBERED:
            seen.clear()
    return found


def changed_payloads(
    session: Session, eraser: Eraser, begins: Collection[str] = ()
) -> Iterator[tuple[Any, Any, bool]]:
    """Payloads with an erased word: their rows, what they are without it, and whether their hash is
    that of the payload as it is stored. begins: how the words begin, where all are known.
    """
    for row, payload in payloads(session, begins):
        freed = eraser.payload(payload)
        if freed is not payload:
            yield row, freed, bytes(row.hash) == payload_hash(payload)


def _may_hold(content: bytes, wanted: Collection[bytes]) -> bool:
    """Letters that are no ASCII may be written in several ways: then it is read to be sure."""
    lower = content.lower()
    return not content.isascii() or b"\\u" in content or any(one in lower for one in wanted)


def write_payload(session: Session, row: Any, freed: Any, *, hashed: bool) -> None:
    """Store it. One that was hashed before its details came keeps its hash, and so is asked for
    once more.
    """
    values = {"payload": ZstdCompressor(level=3).compress(encoded(freed))}
    if hashed:
        values["hash"] = payload_hash(freed)
    own = [column == value for column, value in zip(_KEY, row[:3], strict=True)]
    session.execute(update(raw_record).where(*own).values(**values))
