"""Objectives of increments, as people entered them; what was entered once is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from store.models import objective

Told = Mapping[tuple[str, str], Mapping[str, Any]]
"""What is told of each objective, by increment and name."""


def objectives_of(
    session: Session, stream: str, *, until_ts: int | None = None
) -> dict[tuple[str, str], dict[str, Any]]:
    """What was told last of each objective of a stream, up to a moment (None: ever); what a later
    file left out is not there.
    """
    statement = select(objective.c.document).where(objective.c.stream == stream)
    if until_ts is not None:
        statement = statement.where(objective.c.ts <= until_ts)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for text in session.execute(statement.order_by(objective.c.ts, objective.c.id)).scalars():
        document = orjson.loads(text)
        key = (document.pop("increment"), document.pop("name"))
        if document:
            found[key] = document
        else:
            found.pop(key, None)
    return found


def save_objectives(session: Session, stream: str, told: Told, *, who: str, ts: int) -> int:
    """Make these the objectives of the increments that they name; how many were new, differ or are
    gone. The same again writes nothing.
    """
    stored = objectives_of(session, stream)
    named = {increment for increment, _ in told}
    gone = [key for key in stored if key[0] in named and key not in told]
    changed = {key: one for key, one in told.items() if stored.get(key) != dict(one)}
    changed |= {key: {} for key in gone}
    rows = [
        {
            "stream": stream,
            "name": f"{increment} / {name}",
            "document": orjson.dumps({"increment": increment, "name": name, **one}).decode(),
            "who": who,
            "ts": ts,
        }
        for (increment, name), one in sorted(changed.items())
    ]
    if rows:
        session.execute(insert(objective), rows)
    return len(rows)
