"""When definitions changed, and what they were: rows of `definition_change`, and what is kept to
notice the next change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from store.models import definition_change
from store.settings import get_setting, set_setting

_METRICS = "metric_definitions"


@dataclass(frozen=True, slots=True)
class DefinitionChange:
    """One change. stream_id None: of the metric, whichever the stream; metric "": of the mapping.

    changed_ts: since when the new one holds. stages_before: rows as of `frames.stages` that held
    until then. numbers: answers about one window, None where there are none (yet).
    """

    id: int
    stream_id: int | None
    metric: str
    changed_ts: int
    what: tuple[str, ...]
    stages_before: Sequence[Mapping[str, Any]] | None
    numbers_before: Mapping[str, Any] | None
    numbers_after: Mapping[str, Any] | None


def definition_changes(session: Session) -> list[DefinitionChange]:
    """All that were noticed, the oldest first, without their numbers."""
    names = ("id", "stream_id", "metric", "changed_ts", "what", "stages_before")
    columns = [definition_change.c[name] for name in names]
    ordered = select(*columns).order_by(definition_change.c.changed_ts, definition_change.c.id)
    without = {"numbers_before": None, "numbers_after": None}
    return [_change({**row._mapping, **without}) for row in session.execute(ordered)]


def last_change(session: Session) -> tuple[int, int]:
    """Moves whenever a change was noted, or its numbers were."""
    table = definition_change.c
    found = session.execute(select(func.max(table.id), func.count(table.numbers_after))).one()
    return found[0] or 0, found[1]


def changes_page(
    session: Session,
    *,
    stream_id: int | None = None,
    metric: str | None = None,
    before_id: int | None = None,
    limit: int,
) -> list[DefinitionChange]:
    """The newest first, with their numbers; of one stream, or of one metric, or of all."""
    table = definition_change.c
    statement = select(definition_change).order_by(table.id.desc()).limit(limit)
    if stream_id is not None:
        statement = statement.where(table.stream_id == stream_id)
    if metric is not None:
        statement = statement.where(table.metric == metric)
    if before_id is not None:
        statement = statement.where(table.id < before_id)
    return [_change(dict(row._mapping)) for row in session.execute(statement)]


def unmeasured(session: Session) -> list[DefinitionChange]:
    """Changes of streams whose numbers under the new definition are not kept yet."""
    table = definition_change.c
    waiting = (table.stream_id.is_not(None), table.numbers_after.is_(None))
    found = session.execute(select(definition_change).where(*waiting).order_by(table.id))
    return [_change(dict(row._mapping)) for row in found]


def add_change(
    session: Session,
    *,
    stream_id: int | None = None,
    metric: str = "",
    ts: int,
    what: Sequence[str],
    stages: Sequence[Mapping[str, Any]] | None = None,
    numbers: Mapping[str, Any] | None = None,
) -> None:
    """Keep a change; stages, numbers: under the definition that ended."""
    row = {
        "stream_id": stream_id,
        "metric": metric,
        "changed_ts": ts,
        "what": orjson.dumps(list(what)).decode(),
        "stages_before": None if stages is None else orjson.dumps(stages).decode(),
        "numbers_before": None if numbers is None else orjson.dumps(numbers).decode(),
    }
    session.execute(definition_change.insert(), [row])


def add_numbers(session: Session, change_id: int, numbers: Mapping[str, Any]) -> None:
    """What the same window says under the new definition."""
    chosen = update(definition_change).where(definition_change.c.id == change_id)
    session.execute(chosen.values(numbers_after=orjson.dumps(numbers).decode()))


def kept_definition(session: Session, stream_id: int) -> dict[str, Any] | None:
    """What was kept of a stream's definition; None before anything was."""
    text = get_setting(session, f"definition_of_{stream_id}")
    return None if text is None else dict(orjson.loads(text))


def keep_definition(session: Session, stream_id: int, document: Mapping[str, Any]) -> None:
    """Keep it, to tell later what changed; the same again writes nothing."""
    text = orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()
    set_setting(session, f"definition_of_{stream_id}", text)


def kept_versions(session: Session) -> dict[str, int] | None:
    """By metric the version that numbers were computed by; None before anything was kept."""
    text = get_setting(session, _METRICS)
    return None if text is None else dict(orjson.loads(text))


def keep_versions(session: Session, versions: Mapping[str, int]) -> None:
    """Keep them, to tell later which changed."""
    set_setting(session, _METRICS, orjson.dumps(versions, option=orjson.OPT_SORT_KEYS).decode())


def _change(row: dict[str, Any]) -> DefinitionChange:
    told = {
        name: None if row[name] is None else orjson.loads(row[name])
        for name in ("stages_before", "numbers_before", "numbers_after")
    }
    return DefinitionChange(**{**row, **told, "what": tuple(orjson.loads(row["what"]))})
