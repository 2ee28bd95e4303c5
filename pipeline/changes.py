"""What changed since a poll: which parts of what is served, and which items."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy.orm import Session

from core.errors import BadRequestError
from pipeline.freshness import Versions, versions
from pipeline.restated_metrics import STREAM_FACTS
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.times import iso
from store import journey as reads
from store.changed_items import ChangedItem, changed_items, log_end, new_items, newest_known

Answer = dict[str, Any]
MOST_ITEMS: Final = 5_000
"""A list of more items is not told: who polls reads what it shows anew."""
_FORM: Final = 1
_PARTS: Final = ("services", "definitions", "entered")


@dataclass(frozen=True)
class _Seen:
    """What a poll has seen. marks: by part of `Versions`, and by name where it has several, a short
    text that moves with it. known: by stream since when its newest fact is known.
    """

    log: int
    known: Mapping[str, int]
    marks: Mapping[str, Any]


def changes_since(session: Session, snapshot: Snapshot, since: str | None) -> Answer:
    """What is other than at the poll whose `cursor` is given; without one nothing is, and the
    cursor is that of now. `BadRequestError` for a cursor that is none.
    """
    now = _seen(session, snapshot, versions(session))
    told = {"cursor": _written(now)}
    if since is None:
        return {**told, **_unmoved(), "items": [], "reason": None}
    before = _read(since)
    moved = _moved(before.marks, now.marks)
    items = list(_items(session, snapshot, before, moved["streams"]))
    if len(items) > MOST_ITEMS:
        why = f"more than {MOST_ITEMS} items have other facts: read what you show anew"
        return {**told, **moved, "items": None, "reason": why}
    return {**told, **moved, "items": _rows(session, snapshot, items), "reason": None}


def _seen(session: Session, snapshot: Snapshot, present: Versions) -> _Seen:
    known = {name: _newest(session, one) for name, one in snapshot.streams.items()}
    marks: dict[str, Any] = {name: _mark(getattr(present, name)) for name in _PARTS}
    marks["streams"] = {name: _mark(one) for name, one in present.streams.items()}
    marks["sources"] = {name: _mark(one) for name, one in present.sources.items()}
    return _Seen(log_end(session), known, marks)


def _newest(session: Session, stream: StreamFacts) -> int:
    return stream.memo.of(("newest known",), lambda: newest_known(session, stream.id))


def _mark(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def _unmoved() -> Answer:
    return {"streams": [], "sources": [], **dict.fromkeys(_PARTS, False)}


def _moved(before: Mapping[str, Any], now: Mapping[str, Any]) -> Answer:
    found: Answer = {name: before.get(name) != now[name] for name in _PARTS}
    for name in ("streams", "sources"):
        was, is_ = before.get(name, {}), now[name]
        found[name] = sorted(one for one in {*was, *is_} if was.get(one) != is_.get(one))
    return found


def _items(
    session: Session, snapshot: Snapshot, before: _Seen, moved: list[str]
) -> Iterator[ChangedItem]:
    """Each item once, what was logged of it leading; at most one more than are told."""
    most = MOST_ITEMS + 1
    streams: dict[int, StreamFacts] = {
        snapshot.streams[name].id: snapshot.streams[name]
        for name in moved
        if name in snapshot.streams
    }
    found: dict[tuple[int, int], ChangedItem] = {}
    for number, stream in streams.items():
        after = before.known.get(stream.config.name, 0)
        for one in new_items(session, number, after_ts=after, limit=most):
            found[number, one.item_id] = one
    for one in changed_items(session, STREAM_FACTS, after_id=before.log, limit=most):
        if one.stream_id in streams:
            found.setdefault((one.stream_id, one.item_id), one)
    yield from list(found.values())[:most]


def _rows(session: Session, snapshot: Snapshot, items: list[ChangedItem]) -> list[Answer]:
    names = {one.id: name for name, one in snapshot.streams.items()}
    known = reads.items_by_id(session, {one.item_id for one in items})
    rows = [
        {
            "key": str(known[one.item_id]["key"]),
            "stream": names[one.stream_id],
            "what": one.what,
            "at": iso(one.at_ts),
        }
        for one in items
        if one.item_id in known
    ]
    return sorted(rows, key=lambda row: (row["at"], row["stream"], row["key"]))


def _written(seen: _Seen) -> str:
    packed = orjson.dumps([_FORM, seen.log, seen.known, seen.marks])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _read(cursor: str) -> _Seen:
    try:
        form, log, known, marks = orjson.loads(base64.urlsafe_b64decode(cursor + "=="))
        if form != _FORM:
            raise ValueError("of another form")
        held = {str(name): _number(ts) for name, ts in known.items()}
        names = {name: dict(marks[name]) for name in ("streams", "sources")}
        return _Seen(_number(log), held, {**marks, **names})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadRequestError(
            "since: give the `cursor` of the poll before, unchanged; without it the first one"
        ) from error


def _number(told: object) -> int:
    if not isinstance(told, int) or not 0 <= told < 2**63:
        raise ValueError("no number of ours")
    return told
