"""Facts as they were known at a moment: those of today with every later change undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import pandas as pd
from sqlalchemy import Boolean, Column, String, Table, select
from sqlalchemy.orm import Session

from core.frames import NONE
from store.fact_log import KNOWN
from store.lookup import Key
from store.models import fact_change, service, value_stream, work_item
from store.read import read_frame, read_frames

Rows = dict[Key, dict[str, Any]]


def facts_known_at(session: Session, table: Table, owner_id: int, ts: int) -> pd.DataFrame:
    """The facts of a stream or a service as everything recorded up to `ts` made them: the columns
    of the table but `known_ts`, in the order of its key.
    """
    key = [column.key for column in table.primary_key.columns]
    owned = select(*table.c).where(table.c[key[0]] == owner_id)
    present = read_frame(session, owned.order_by(*(table.c[name] for name in key[1:])))
    later = _later(session, table, owner_id, ts)
    moved = present[key[1]].isin({entry.entity_id for entry in later})
    rows: Rows = {
        tuple(row[name] for name in key): {str(name): value for name, value in row.items()}
        for row in present[moved].to_dict("records")
    }
    for entry in later:
        _undo(table, rows, (owner_id, entry.entity_id, entry.part)[: len(key)], entry)
    parts = [present[~moved]]
    if rows:
        undone = pd.DataFrame(list(rows.values()), columns=present.columns)
        parts.append(undone.astype(present.dtypes.to_dict()))
    frame = pd.concat(parts) if len(parts[0]) else parts[-1]
    known = frame[frame[KNOWN] <= ts].drop(columns=KNOWN)
    return known.sort_values(key, ignore_index=True)


def _later(session: Session, table: Table, owner_id: int, ts: int) -> Sequence[Any]:
    """What was logged after `ts`, the latest first."""
    log = fact_change
    columns = (log.c.entity_id, log.c.part, log.c.what, log.c.changes)
    statement = select(*columns).where(
        log.c.fact == table.name,
        log.c.owner_id == owner_id,
        log.c.recorded_ts > ts,
        log.c.what != "found",
    )
    return session.execute(statement.order_by(log.c.id.desc())).all()


def _undo(table: Table, rows: Rows, key: Key, entry: Any) -> None:
    changes = {name: pair[0] for name, pair in orjson.loads(entry.changes).items()}
    if entry.what == "gone":
        names = [column.key for column in table.primary_key.columns]
        empty = dict.fromkeys(table.c.keys())
        changes = {**empty, **changes, **dict(zip(names, key, strict=True))}
        rows[key] = {}
    rows[key] |= {name: _framed(table.c[name], value) for name, value in changes.items()}


def _framed(column: Column[Any], value: Any) -> Any:
    """A logged value as `store.read` has it in frames."""
    if isinstance(column.type, Boolean):
        return bool(value) if not column.nullable else -1 if value is None else int(value)
    if value is None:
        return "" if isinstance(column.type, String) else NONE
    return value


def known_since(session: Session) -> tuple[dict[str, int], dict[str, int]]:
    """By name of each stream and each service, from when on it can be told what was known of it."""
    found: list[dict[str, int]] = []
    for table in (value_stream, service):
        rows = session.execute(select(table.c.name, table.c.known_since_ts))
        found.append({str(name): int(ts) for name, ts in rows if ts is not None})
    return found[0], found[1]


def named_items(session: Session, ids: pd.Series) -> pd.DataFrame:
    """item_id, key, type, title, url of these items, also of those that are in no stream now."""
    columns = (work_item.c[name] for name in ("key", "type", "title", "url"))
    statement = select(work_item.c.id.label("item_id"), *columns)
    wanted = {int(one) for one in ids}
    return read_frames(session, statement, work_item.c.id, wanted, order=(work_item.c.id,))
