"""Why an item is or was blocked, and by which other item: for lists, journeys and explanations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.blocked import REASONS
from metrics.stretches import closed
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_teams import holder_of
from pipeline.times import iso

Answer = dict[str, Any]

NO_TIME: Final = (
    "the tracker does not tell when the link was made: it counts from the creation of the item"
)
NOT_READ: Final = (
    "the item in the way is not read: that it is open still is not known, so that the link counts"
)


def reasons_between(
    snapshot: Snapshot, stream: StreamFacts, visit: Mapping[Any, Any], start_ts: int, end_ts: int
) -> list[Answer]:
    """What blocked an item at some time of `[start_ts, end_ts)`, in the order of the rule: flag,
    status, label, link. visit: item_id, status_id of the visit that the time lies in.
    """
    rows = _blocks_of(stream, int(visit["item_id"]))
    rows = rows[(rows["start_ts"] < end_ts) & (rows["end_ts"] > start_ts)]
    found = [_told(snapshot, stream, row, end_ts) for row in rows.to_dict("records")]
    if visit["status_id"] in stream.blocked_statuses:
        found.append(_reason("status", stream.blocked_statuses[visit["status_id"]]))
    return sorted(found, key=lambda one: REASONS.index(one["kind"]))


def _blocks_of(stream: StreamFacts, item_id: int) -> pd.DataFrame:
    blocks: pd.DataFrame = stream.memo.of(
        ("blocks by item",), lambda: closed(stream.blocks).sort_values("item_id", kind="stable")
    )
    place = blocks["item_id"].to_numpy(np.int64).searchsorted([item_id, item_id + 1])
    return blocks.iloc[place[0] : place[1]]


def _told(snapshot: Snapshot, stream: StreamFacts, row: Mapping[Any, Any], at: int) -> Answer:
    kind, detail = str(row["kind"]), str(row["detail"])
    found = _reason(kind, detail, since=iso(int(row["start_ts"])))
    if kind != "link":
        return found
    told = int(row["linked_ts"]) > _created(stream, int(row["item_id"]))
    blocker = int(row["blocker_id"])
    by = _unread(detail) if blocker == NONE else blocker_of(snapshot, stream, blocker, at)
    reason = NOT_READ if blocker == NONE else None if told else NO_TIME
    return {**found, "since_told": told, "by": by, "reason": reason}


def _reason(kind: str, detail: str, *, since: str | None = None) -> Answer:
    return {
        "kind": kind,
        "detail": detail,
        "since": since,
        "since_told": since is not None,
        "by": None,
        "reason": None if since is not None else "for as long as it is in this status",
    }


def _created(stream: StreamFacts, item_id: int) -> int:
    known = stream.memo.of(
        ("created",),
        lambda: dict(zip(stream.items["item_id"], stream.items["created_ts"], strict=True)),
    )
    return int(known.get(item_id, NONE))


def _unread(detail: str) -> Answer:
    """What a link alone tells of the item in the way."""
    return {
        "key": detail.rpartition(" ")[2],
        "title": None,
        "type": None,
        "url": None,
        "state": None,
        "stream": None,
        "stage": None,
        "team": None,
    }


def blocker_of(snapshot: Snapshot, stream: StreamFacts, item_id: int, at: int) -> Answer:
    """The item in the way, as known: `state` is that of its delivery where a stream counts it, else
    what its tracker calls its status; `team` has it at the instant `at`.
    """
    found = stream.blockers.get(item_id)
    named = {name: found[name] for name in ("key", "title", "type", "url")} if found else {}
    whose = {"state": found["state"] if found else None, "stream": None, "stage": None}
    told: Answer = {**_unread(""), **named, **whose, "team": None}
    for other in (stream, *(one for one in snapshot.streams.values() if one is not stream)):
        rows = other.items[other.items["item_id"] == item_id]
        if rows.empty:
            continue
        last = rows.sort_values("episode").iloc[-1]
        stages = dict(zip(other.stages["stage_id"], other.stages["name"], strict=True))
        return {
            **told,
            "state": _state(last),
            "stream": other.config.name,
            "stage": stages.get(last["stage_id"]),
            "team": holder_of(other, item_id, at - 1),
        }
    return told


def _state(fact: pd.Series[Any]) -> str:
    if fact["done_ts"] != NONE:
        return "done"
    if fact["cancelled_ts"] != NONE:
        return "cancelled"
    return "not_started" if fact["committed_ts"] == NONE else "in_flight"
