"""The rows of the configured sources: their names, kinds and ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.models import source
from store.upsert import upsert


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source to be stored; `url` is shown to people."""

    name: str
    kind: str = ""
    url: str = ""


def ensure_sources(session: Session, wanted: Iterable[SourceRow]) -> dict[str, int]:
    """Store these sources or bring them up to date; answers with the ids of all by name."""
    rows = [{"name": item.name, "kind": item.kind, "url": item.url} for item in wanted]
    upsert(session, source, rows, key=("name",))
    return source_ids(session)


def source_ids(session: Session) -> dict[str, int]:
    """Ids by name of all sources ever stored, also of those no longer configured."""
    return {row[0]: row[1] for row in session.execute(select(source.c.name, source.c.id))}
