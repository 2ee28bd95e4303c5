"""Whether one item brought what was claimed of it: when it was seen, used, and worth what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.frames import NONE
from core.settings import Settings
from metrics.periods import DAY
from metrics.stats import ratio
from metrics.value_events import ValueFacts, ValueRules
from metrics.value_live import live_times
from metrics.value_return import MARKS, expected_cents, realised
from metrics.value_use import use_times
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.times import iso
from pipeline.value_facts import item_value
from pipeline.value_words import known
from store import journey as reads

Answer = dict[str, Any]
_LONGEST_KEY = 255
_REASONS = {
    "no_exposure": "no tool tells of its exposure",
    "not_deployed": "its code is not in production",
    "not_exposed": "too few users have it",
    "switched_off": "it was switched off soon after it was switched on",
    "no_use_data": "no tool tells of its use",
    "not_used_yet": "nobody has used it yet",
    "no_use_share": "only counts of its use are told, no share of users",
    "not_adopted_yet": "too few users use it",
}


def outcomes_answer(
    session: Session, snapshot: Snapshot, settings: Settings, key: str, asked: Question
) -> Answer:
    """Everything that is told of the features of the item that has or had this key; null with a
    reason where something is not known. `NotFoundError` for a key of nothing.
    """
    item = reads.find_item(session, key) if _is_plain(key) else None
    if item is None:
        raise NotFoundError(f"{key[:40]!a}: no such work item is stored; check the key")
    stream, fact = _fact(snapshot, item["id"])
    rules = stream.value.rules if stream else _rules(settings)
    value = item_value(
        session, item["id"], rules, settings.value.environments, until_ts=asked.known_at
    )
    row = _lived(value, item["id"], fact, asked.as_of)
    cents = int(fact["value_cents"]) if fact else NONE
    sources = reads.source_names(session)
    return {
        "key": item["key"],
        "title": item["title"],
        "url": item["url"],
        "stream": stream.config.name if stream else None,
        "as_of": iso(asked.as_of),
        "live_share": rules.live_share,
        "adoption_share": rules.adoption_share,
        "value_per_week_cents": None if cents == NONE else cents,
        "currency": settings.cost_of_delay.currency,
        **_dates(row, fact),
        "exposure": [_switch(one, sources) for one in _records(value.shown, asked.as_of)],
        "measured": [_measured(one, sources) for one in _records(value.told, asked.as_of)],
        "returns": [_return(value, row, cents, days, asked.as_of) for days in MARKS],
        "reasons": [] if fact else ["no value stream counts this item"],
    }


def _is_plain(key: str) -> bool:
    return key.isprintable() and len(key) <= _LONGEST_KEY


def _rules(settings: Settings) -> ValueRules:
    return ValueRules(settings.value.live_share, settings.value.adoption_share)


def _fact(snapshot: Snapshot, item_id: int) -> tuple[StreamFacts | None, Mapping[str, Any] | None]:
    """The first stream that counts the item, and its latest delivery there."""
    for stream in snapshot.streams.values():
        own = stream.items[stream.items["item_id"] == item_id].sort_values("episode")
        if len(own):
            return stream, {str(name): one for name, one in own.iloc[-1].items()}
    return None, None


def _lived(
    value: ValueFacts, item_id: int, fact: Mapping[str, Any] | None, as_of: int
) -> Mapping[str, Any]:
    release = {"first_released_ts": NONE, "release_reason": ""} if fact is None else fact
    names = ("first_released_ts", "release_reason")
    releases = pd.DataFrame([{"item_id": item_id, **{name: release[name] for name in names}}])
    live = live_times(value.shown, releases, value.rules, as_of=as_of)
    used = use_times(live, value.told, value.rules, as_of=as_of)
    row = live.merge(used, on="item_id").iloc[0]
    return {str(name): one for name, one in row.items()}


def _dates(row: Mapping[str, Any], fact: Mapping[str, Any] | None) -> Answer:
    idea = NONE if fact is None else int(fact["idea_ts"])
    live, shown = int(row["live_ts"]), int(row["shown_ts"])
    first, adopted = int(row["first_use_ts"]), int(row["adopted_ts"])
    return {
        "idea_at": iso(idea),
        "released_at": None if fact is None else iso(int(fact["released_ts"])),
        "shown_at": iso(shown),
        "live_at": iso(live),
        "live_reason": _why(row["live_reason"]),
        "switched_off_at": iso(int(row["off_ts"])),
        "share": known(row["share"]),
        "first_use_at": iso(first),
        "first_use_reason": _why(row["use_reason"]),
        "adopted_at": iso(adopted),
        "adopted_reason": _why(row["adopt_reason"]),
        "idea_to_live_s": _between(idea, live),
        "time_to_first_use_s": _between(shown, first),
        "time_to_adoption_s": _between(shown, adopted),
    }


def _between(start: int, end: int) -> int | None:
    return None if NONE in (start, end) else max(0, end - start)


def _why(word: str) -> str | None:
    return _REASONS.get(word, word) or None


def _records(frame: pd.DataFrame, as_of: int) -> list[dict[Any, Any]]:
    rows = frame[frame["ts"] <= as_of].sort_values(["ts", "event_id"])
    found: list[dict[Any, Any]] = rows.to_dict("records")
    return found


def _switch(row: Mapping[Any, Any], sources: Mapping[int, Answer]) -> Answer:
    return {
        "at": iso(int(row["ts"])),
        "feature": row["feature"],
        "environment": row["environment"],
        "production": bool(row["production"]),
        "share": known(row["share"]),
        **_told_by(row, sources),
    }


def _measured(row: Mapping[Any, Any], sources: Mapping[int, Answer]) -> Answer:
    return {
        "at": iso(int(row["ts"])),
        "feature": row["feature"],
        "measure": row["measure"],
        "share": known(row["share"]),
        "count": _whole(row["uses"]),
        "value_cents": _whole(row["value_cents"]),
        "among": int(row["among"]),
        "attribution": row["attribution"] or None,
        "effect": row["effect"] or None,
        **_told_by(row, sources),
    }


def _told_by(row: Mapping[Any, Any], sources: Mapping[int, Answer]) -> Answer:
    return {
        "source": sources[int(row["source_id"])]["name"],
        "received_at": iso(int(row["received_ts"])),
        "url": row["url"],
    }


def _whole(number: int) -> int | None:
    return None if number == NONE else int(number)


def _return(value: ValueFacts, row: Mapping[str, Any], cents: int, days: int, as_of: int) -> Answer:
    live = int(row["live_ts"])
    mark = NONE if live == NONE else live + days * DAY
    over = mark != NONE and mark <= as_of
    expected = None if cents == NONE else int(expected_cents(np.array([cents]), days)[0])
    lived = pd.DataFrame({"item_id": [int(row["item_id"])], "live_ts": [live]})
    found = realised(lived, value.told, days=days, as_of=as_of)
    rows = [
        {
            "attribution": one["attribution"],
            "effect": one["effect"],
            "cents": int(one["cents"]),
            "ratio": None if expected is None else ratio(int(one["cents"]), expected),
        }
        for one in found.to_dict("records")
    ]
    return {
        "days": days,
        "at": iso(mark),
        "over": over,
        "expected_cents": expected,
        "realised": rows,
        "reason": _missing(mark, over, expected, len(rows)),
    }


def _missing(mark: int, over: bool, expected: int | None, told: int) -> str | None:
    if mark == NONE:
        return "it is not live"
    if not over:
        return "not over yet"
    if not told:
        return "no tool tells of its value"
    return None if expected is not None else "nobody valued this item"
