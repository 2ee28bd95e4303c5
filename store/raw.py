"""Payloads as they came: the latest of each record, compressed, to be parsed again at any time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson
from sqlalchemy import func, literal_column, select, update
from sqlalchemy.orm import Session
from zstandard import ZstdCompressor, ZstdDecompressor

from store.lookup import chunks, found_in
from store.models import raw_record
from store.upsert import upsert

_PAGE = 500
OBSERVED = "observed"
"""The origin of what was pushed to us or imported: no source repeats it, so nothing drops it."""


class RawPayload(NamedTuple):
    """A payload to be stored. `problem` says why it does not parse; empty where it does. `scope`
    is its own where those of one call have several.
    """

    external_id: str
    payload: Mapping[str, Any]
    hash: bytes
    problem: str = ""
    vendor_ts: int | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class StoredPayload:
    """A payload read back. `gone` says since when or why the source no longer shows it."""

    external_id: str
    scope: str
    payload: dict[str, Any]
    problem: str
    gone: str


def payload_hash(payload: Mapping[str, Any]) -> bytes:
    """16 bytes that are equal for equal JSON, whatever the order of its keys."""
    return blake2b(encoded(payload), digest_size=16).digest()


def hashes(
    session: Session, source_id: int, stream: str, external_ids: Iterable[str]
) -> dict[str, bytes]:
    """Hashes of the stored payloads; one that was gone is left out, so that its return is saved."""
    rows = _named(session, source_id, stream, external_ids, "hash", gone="")
    return {row[0]: bytes(row[1]) for row in rows}


def known_ids(
    session: Session, source_id: int, stream: str, external_ids: Iterable[str]
) -> set[str]:
    """Which of these payloads are stored, gone or not."""
    return {row[0] for row in _named(session, source_id, stream, external_ids)}


def save(
    session: Session,
    source_id: int,
    stream: str,
    scope: str,
    payloads: Iterable[RawPayload],
    *,
    fetched_ts: int,
    origin: str = "",
) -> int:
    """Store the payloads that are new or differ, with when they were fetched; answers how many.

    origin: `OBSERVED` for what no source can be asked for again.
    """
    compressor = ZstdCompressor(level=3)
    rows = [
        {
            "source_id": source_id,
            "stream": stream,
            "external_id": item.external_id,
            "scope": scope if item.scope is None else item.scope,
            "hash": item.hash,
            "payload": compressor.compress(encoded(item.payload)),
            "vendor_ts": item.vendor_ts,
            "fetched_ts": fetched_ts,
            "gone": "",
            "problem": item.problem,
            "origin": origin,
        }
        for item in map(RawPayload._make, payloads)
    ]
    key = ("source_id", "stream", "external_id")
    return upsert(session, raw_record, rows, key=key, compare=("hash", "problem", "gone"))


def load(
    session: Session, source_id: int, stream: str, *, scope: str | None = None
) -> Iterator[StoredPayload]:
    """All payloads of a stream, or of one scope of it, by external id; reads a page at a time.
    Those whose body was forgotten are left out.
    """
    decompressor = ZstdDecompressor()
    columns = [
        raw_record.c[name] for name in ("external_id", "scope", "payload", "problem", "gone")
    ]
    where = [raw_record.c.source_id == source_id, raw_record.c.stream == stream]
    if scope is not None:
        where.append(raw_record.c.scope == scope)
    last = ""
    while True:
        page = select(*columns).where(*where, raw_record.c.external_id > last)
        rows = session.execute(page.order_by(raw_record.c.external_id).limit(_PAGE)).all()
        for row in rows:
            if not row.payload:
                continue
            payload = decoded(decompressor.decompress(row.payload))
            yield StoredPayload(row.external_id, row.scope, payload, row.problem, row.gone)
        if len(rows) < _PAGE:
            return
        last = rows[-1].external_id


def load_observed(
    session: Session, source_id: int, stream: str, scopes: Iterable[str]
) -> dict[str, list[dict[str, Any]]]:
    """All observed payloads of these scopes, by scope and external id."""
    decompressor = ZstdDecompressor()
    found: dict[str, list[dict[str, Any]]] = {}
    # Written out, for a partial index is used only where its own words stand in the query.
    observed = raw_record.c.origin == literal_column(f"'{OBSERVED}'")
    for chunk in chunks(sorted(set(scopes))):
        statement = select(raw_record.c.scope, raw_record.c.payload).where(
            raw_record.c.source_id == source_id,
            raw_record.c.stream == stream,
            raw_record.c.scope.in_(chunk),
            observed,
        )
        for row in session.execute(statement.order_by(raw_record.c.external_id)):
            payload = decoded(decompressor.decompress(row.payload))
            found.setdefault(row.scope, []).append(payload)
    return found


def observed_scopes(session: Session, source_id: int, stream: str, prefix: str) -> set[str]:
    """The scopes of observed payloads that begin like this."""
    observed = raw_record.c.origin == literal_column(f"'{OBSERVED}'")
    mine = (raw_record.c.source_id == source_id, raw_record.c.stream == stream, observed)
    begins = raw_record.c.scope.startswith(prefix, autoescape=True)
    return set(session.execute(select(raw_record.c.scope).where(*mine, begins)).scalars())


def mark_gone(session: Session, source_id: int, stream: str, reasons: Mapping[str, str]) -> None:
    """Note that the source no longer shows these, and why; the payloads stay."""
    for why in sorted(set(reasons.values())):
        for chunk in chunks(sorted(name for name in reasons if reasons[name] == why)):
            own = (raw_record.c.source_id == source_id, raw_record.c.stream == stream)
            where = (*own, raw_record.c.external_id.in_(chunk))
            session.execute(update(raw_record).where(*where).values(gone=why))


def gone_by_id(session: Session, source_id: int, stream: str, scope: str) -> dict[str, str]:
    """External ids of a scope of a stream, each with why it is gone; empty for what is there."""
    where = (raw_record.c.source_id == source_id, raw_record.c.stream == stream)
    statement = select(raw_record.c.external_id, raw_record.c.gone)
    found = session.execute(statement.where(*where, raw_record.c.scope == scope))
    return {row.external_id: row.gone for row in found}


def payloads(
    session: Session, source_id: int, stream: str, external_ids: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Stored payloads by external id; what is not stored, or was forgotten, is absent."""
    decompressor = ZstdDecompressor()
    rows = _named(session, source_id, stream, external_ids, "payload")
    return {row[0]: decoded(decompressor.decompress(row[1])) for row in rows if row[1]}


def any_of_scope(session: Session, source_id: int, stream: str, scope: str) -> bool:
    """Whether a payload of this scope is stored that the source still showed when it was read."""
    mine = (raw_record.c.source_id == source_id, raw_record.c.stream == stream)
    where = (*mine, raw_record.c.scope == scope, raw_record.c.gone == "")
    found = select(raw_record.c.external_id).where(*where).limit(1)
    return session.execute(found).first() is not None


def count_records(session: Session, source_id: int) -> dict[str, int]:
    """How many payloads of each stream are stored, gone ones left out."""
    statement = (
        select(raw_record.c.stream, func.count())
        .where(raw_record.c.source_id == source_id, raw_record.c.gone == "")
        .group_by(raw_record.c.stream)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def count_unparsed(session: Session, source_id: int) -> dict[str, int]:
    """How many of the stored payloads that `count_records` counts do not parse, by stream; streams
    without any are absent.
    """
    own = (raw_record.c.source_id == source_id, raw_record.c.gone == "")
    statement = (
        select(raw_record.c.stream, func.count())
        .where(*own, raw_record.c.problem != "")
        .group_by(raw_record.c.stream)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def encoded(payload: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        # Half of a surrogate pair, or a number beyond 64 bits: slower, and ASCII only.
        return _slowly(payload)


def _slowly(payload: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(payload, sort_keys=True).encode()
    except RecursionError as error:
        raise ValueError("a payload is nested without end") from error


def decoded(content: bytes) -> dict[str, Any]:
    try:
        payload: dict[str, Any] = orjson.loads(content)
    except orjson.JSONDecodeError:
        payload = json.loads(content)
    return payload


def _named(
    session: Session,
    source_id: int,
    stream: str,
    external_ids: Iterable[str],
    *columns: str,
    **equal: str,
) -> Iterator[Sequence[Any]]:
    """External id and these columns of the payloads of a stream that have one of these ids."""
    own = {"source_id": source_id, "stream": stream, **equal}
    read = ("external_id", *columns)
    return found_in(session, raw_record, read, "external_id", external_ids, **own)
