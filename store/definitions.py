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
_OF = "definition_of_"


@dataclass(frozen=True, slots=True)
class DefinitionChange:
    """One change: of a stream (its number) or a service (its name), or of the metric, whichever
    those; metric "": of the mapping, or of what counts as a delivery.

    changed_ts: since when the new one holds. concerns: the metrics whose numbers change with it,
    None for all. stages_before: rows as of `frames.stages` that held until then, settings_before:
    the part of the configuration. numbers: answers about one window, None where there are none
    (yet). id 0: not kept yet.
    """

    changed_ts: int
    what: tuple[str, ...]
    stream_id: int | None = None
    service: str = ""
    metric: str = ""
    concerns: frozenset[str] | None = None
    stages_before: Sequence[Mapping[str, Any]] | None = None
    settings_before: Mapping[str, Any] | None = None
    numbers_before: Mapping[str, Any] | None = None
    numbers_after: Mapping[str, Any] | None = None
    id: int = 0


def definition_changes(session: Session) -> list[DefinitionChange]:
    """All that were noticed, the oldest first, without their numbers."""
    columns = [one for one in definition_change.c if not one.name.startswith("numbers_")]
    ordered = select(*columns).order_by(definition_change.c.changed_ts, definition_change.c.id)
    return [_change(dict(row._mapping)) for row in session.execute(ordered)]


def last_change(session: Session) -> tuple[int, int]:
    """Moves whenever a change was noted, or its numbers were."""
    table = definition_change.c
    found = session.execute(select(func.max(table.id), func.count(table.numbers_after))).one()
    return found[0] or 0, found[1]


def changes_page(
    session: Session,
    *,
    stream_id: int | None = None,
    service: str | None = None,
    metric: str | None = None,
    before_id: int | None = None,
    limit: int,
) -> list[DefinitionChange]:
    """The newest first, with their numbers; of one stream, service or metric, or of all."""
    table = definition_change.c
    statement = select(definition_change).order_by(table.id.desc()).limit(limit)
    if stream_id is not None:
        statement = statement.where(table.stream_id == stream_id)
    if service is not None:
        statement = statement.where(table.service == service)
    if metric is not None:
        statement = statement.where(table.metric == metric)
    if before_id is not None:
        statement = statement.where(table.id < before_id)
    return [_change(dict(row._mapping)) for row in session.execute(statement)]


def unmeasured(session: Session) -> list[DefinitionChange]:
    """Changes of which numbers before are kept, and those under the new definition not yet."""
    table = definition_change.c
    waiting = (table.numbers_before.is_not(None), table.numbers_after.is_(None))
    found = session.execute(select(definition_change).where(*waiting).order_by(table.id))
    return [_change(dict(row._mapping)) for row in found]


def add_change(session: Session, change: DefinitionChange) -> None:
    """Keep a change; stages, settings and numbers are those of the definition that ended."""
    concerns = None if change.concerns is None else sorted(change.concerns)
    told = {
        "what": list(change.what),
        "concerns": concerns,
        "stages_before": change.stages_before,
        "settings_before": change.settings_before,
        "numbers_before": change.numbers_before,
    }
    row = {
        "stream_id": change.stream_id,
        "service": change.service,
        "metric": change.metric,
        "changed_ts": change.changed_ts,
        **{name: None if one is None else orjson.dumps(one).decode() for name, one in told.items()},
    }
    session.execute(definition_change.insert(), [row])


def add_numbers(session: Session, change_id: int, numbers: Mapping[str, Any]) -> None:
    """What the same window says under the new definition."""
    chosen = update(definition_change).where(definition_change.c.id == change_id)
    session.execute(chosen.values(numbers_after=orjson.dumps(numbers).decode()))


def kept_definition(session: Session, stream_id: int) -> dict[str, Any] | None:
    """What was kept of a stream's definition; None before anything was."""
    return _kept(session, f"{_OF}{stream_id}")


def keep_definition(session: Session, stream_id: int, document: Mapping[str, Any]) -> None:
    """Keep it, to tell later what changed; the same again writes nothing."""
    _keep(session, f"{_OF}{stream_id}", document)


def kept_deliveries(session: Session) -> dict[str, Any] | None:
    """The same of what counts as a delivery, and of which service."""
    return _kept(session, f"{_OF}deliveries")


def keep_deliveries(session: Session, document: Mapping[str, Any]) -> None:
    """Keep it, to tell later what changed."""
    _keep(session, f"{_OF}deliveries", document)


def kept_versions(session: Session) -> dict[str, int] | None:
    """By metric the version that numbers were computed by; None before anything was kept."""
    return _kept(session, _METRICS)


def keep_versions(session: Session, versions: Mapping[str, int]) -> None:
    """Keep them, to tell later which changed."""
    _keep(session, _METRICS, versions)


def _kept(session: Session, name: str) -> dict[str, Any] | None:
    text = get_setting(session, name)
    return None if text is None else dict(orjson.loads(text))


def _keep(session: Session, name: str, document: Mapping[str, Any]) -> None:
    set_setting(session, name, orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode())


_JSON = ("stages_before", "settings_before", "numbers_before", "numbers_after")


def _change(row: dict[str, Any]) -> DefinitionChange:
    told = {name: orjson.loads(row[name]) for name in _JSON if row.get(name) is not None}
    concerns = None if row["concerns"] is None else frozenset(orjson.loads(row["concerns"]))
    what = tuple(orjson.loads(row["what"]))
    return DefinitionChange(**{**row, **told, "what": what, "concerns": concerns})
