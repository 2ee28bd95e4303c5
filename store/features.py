"""Stores what is told of features, and reads it as frames."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
import pandas as pd
from sqlalchemy import ColumnElement, Table, func, or_, select
from sqlalchemy.orm import Session

from core.frames import to_ts
from core.record_value import Exposure, Outcome
from core.records import Record
from store.facts import bump_version
from store.lookup import found_in, read_rows
from store.models import exposure_event, item_fact, item_key, outcome
from store.read import read_frame
from store.upsert import last_by_key, upsert

_KEY: Final = ("source_id", "external_id")


def save_features(
    session: Session, source_id: int, records: Iterable[Record], *, received_ts: int
) -> None:
    """Store exposures and outcomes; the streams that count what they are about get a new version.

    received_ts: since when they are known. What is stored already in the same words keeps its own;
    what replaces another row is known as it is now only from now on.
    """
    told = [one for one in records if isinstance(one, Exposure | Outcome)]
    if not told:
        return
    shown = [_exposure_row(one) for one in told if isinstance(one, Exposure)]
    measured = [_outcome_row(one) for one in told if isinstance(one, Outcome)]
    known = {"source_id": source_id, "received_ts": received_ts}
    new = [*_save(session, exposure_event, shown, known), *_save(session, outcome, measured, known)]
    for stream_id in _streams(session, new):
        bump_version(session, stream_id, received_ts)


def _save(
    session: Session, table: Table, rows: Sequence[dict[str, Any]], known: Mapping[str, int]
) -> list[dict[str, Any]]:
    """The rows that are new or differ, which are written."""
    given = [dict(row) for row in last_by_key(({**known, **row} for row in rows), _KEY)]
    names = [row["external_id"] for row in given]
    own = known["source_id"]
    stored = {
        row["external_id"]: row
        for row in read_rows(session, table, "external_id", names, source_id=own)
    }
    different = [row for row in given if not _same(row, stored.get(row["external_id"]))]
    upsert(session, table, different, key=_KEY)
    return different


def _same(row: Mapping[str, Any], stored: Mapping[str, Any] | None) -> bool:
    return stored is not None and all(
        stored[name] == value for name, value in row.items() if name != "received_ts"
    )


def _exposure_row(record: Exposure) -> dict[str, Any]:
    return {
        "external_id": record.id,
        "feature": record.feature,
        "environment": record.environment,
        "tier": record.tier,
        "share": None if record.share is None else float(record.share),
        "items": orjson.dumps(record.items).decode(),
        "url": record.url,
        "ts": to_ts(record.at),
    }


def _outcome_row(record: Outcome) -> dict[str, Any]:
    return {
        "external_id": record.id,
        "feature": record.feature,
        "measure": record.measure,
        "items": orjson.dumps(record.items).decode(),
        "share": None if record.share is None else float(record.share),
        "uses": record.count,
        "value_cents": record.value_cents,
        "attribution": record.attribution.value if record.attribution else "",
        "effect": record.effect.value if record.effect else "",
        "url": record.url,
        "ts": to_ts(record.at),
    }


def _streams(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """The streams that count an item which one of these rows is about."""
    features = {row["feature"] for row in rows}
    lists = [row["items"] for row in rows]
    lists += [row[0] for row in found_in(session, exposure_event, ("items",), "feature", features)]
    keys = {key for text in set(lists) for key in orjson.loads(text)} | features
    spelt = keys | {key.upper() for key in keys}
    items = {row[0] for row in found_in(session, item_key, ("item_id",), "key", spelt)}
    found = found_in(session, item_fact, ("stream_id",), "item_id", items)
    return sorted({row[0] for row in found})


@dataclass(frozen=True)
class Features:
    """What is told of features, in order of time, and the items of the keys that it names.

    exposures: event_id, source_id, feature, environment, tier, share (NaN: none told), items (lists
    of keys), url, ts, received_ts. outcomes: event_id, source_id, feature, measure, items, share
    (likewise), uses, value_cents (NONE: none told), attribution, effect, url, ts, received_ts.
    keys: key, item_id.
    """

    exposures: pd.DataFrame
    outcomes: pd.DataFrame
    keys: pd.DataFrame


def told_of_features(session: Session, *, until_ts: int | None = None) -> Features:
    """Everything that was received up to a moment (None: ever)."""
    before = [] if until_ts is None else [exposure_event.c.received_ts <= until_ts]
    shown = _told(session, exposure_event, *before)
    before = [] if until_ts is None else [outcome.c.received_ts <= until_ts]
    return _keyed(session, shown, _told(session, outcome, *before))


def told_of_item(session: Session, item_id: int, *, until_ts: int | None = None) -> Features:
    """The same of the features of one item, and what names it."""
    own = select(item_key.c.key).where(item_key.c.item_id == item_id)
    keys = {str(key).lower() for key in session.execute(own).scalars()}
    named = _naming(exposure_event, keys, keys)
    found = session.execute(select(exposure_event.c.feature).where(named).distinct())
    names = keys | {str(name).lower() for name in found.scalars()}
    shown: list[ColumnElement[bool]] = [func.lower(exposure_event.c.feature).in_(sorted(names))]
    told = [_naming(outcome, names, keys)]
    if until_ts is not None:
        shown.append(exposure_event.c.received_ts <= until_ts)
        told.append(outcome.c.received_ts <= until_ts)
    return _keyed(session, _told(session, exposure_event, *shown), _told(session, outcome, *told))


def _naming(table: Table, names: Collection[str], keys: Collection[str]) -> ColumnElement[bool]:
    """Rows of a feature of these names, or that name one of these keys."""
    lists = func.lower(table.c["items"])
    told = (lists.contains(f'"{key}"', autoescape=True) for key in sorted(keys))
    return or_(func.lower(table.c.feature).in_(sorted(names)), *told)


def _keyed(session: Session, shown: pd.DataFrame, told: pd.DataFrame) -> Features:
    lists = [key for frame in (shown, told) for items in frame["items"] for key in items]
    names = {*lists, *shown["feature"], *told["feature"]}
    spelt = names | {name.upper() for name in names}
    found = sorted(map(tuple, found_in(session, item_key, ("key", "item_id"), "key", spelt)))
    keys = pd.DataFrame(found, columns=["key", "item_id"])
    return Features(shown, told, keys.astype({"key": "object", "item_id": "int64"}))


def _told(session: Session, table: Table, *where: ColumnElement[bool]) -> pd.DataFrame:
    columns = [one for one in table.c if one.name not in ("id", "external_id")]
    statement = select(table.c.id.label("event_id"), *columns).where(*where)
    found = read_frame(session, statement.order_by(table.c.ts, table.c.id))
    lists = [orjson.loads(text) if text != "[]" else [] for text in found["items"]]
    return found.assign(items=pd.Series(lists, index=found.index, dtype="object"))
