"""The standards of streams: each version is kept as it was adopted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import RowMapping, insert, select
from sqlalchemy.orm import Session

from store.models import stream_standard


@dataclass(frozen=True, slots=True)
class Standard:
    """How a stream works since `ts`, by the improvement that held."""

    stream: str
    version: int
    improvement_id: int
    document: Mapping[str, Any]
    who: str
    ts: int


def standards(session: Session, stream: str) -> list[Standard]:
    """Every version, the newest first."""
    own = select(stream_standard).where(stream_standard.c.stream == stream)
    rows = session.execute(own.order_by(stream_standard.c.version.desc())).mappings()
    return [_told(row) for row in rows]


def standard_of(session: Session, stream: str) -> Standard | None:
    """The one in force, None where the stream has none."""
    return next(iter(standards(session, stream)), None)


def add_standard(
    session: Session,
    *,
    stream: str,
    improvement_id: int,
    document: Mapping[str, Any],
    who: str,
    ts: int,
) -> Standard:
    """The next version; those before it stay."""
    last = standard_of(session, stream)
    version = 1 if last is None else last.version + 1
    values = {"stream": stream, "version": version, "improvement_id": improvement_id}
    told = {"document": orjson.dumps(dict(document)).decode(), "who": who, "ts": ts}
    session.execute(insert(stream_standard).values(**values, **told))
    return Standard(stream, version, improvement_id, dict(document), who, ts)


def _told(row: RowMapping) -> Standard:
    return Standard(
        row["stream"],
        row["version"],
        row["improvement_id"],
        orjson.loads(row["document"]),
        row["who"],
        row["ts"],
    )
