"""All rows of data quality, each with the address of what is missing and what it consists of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from sqlalchemy.orm import Session

from core.frames import NONE
from core.settings import Settings
from metrics.flow import in_load
from metrics.missing import linked_alike
from metrics.periods import DAY
from pipeline.quality_more import more_rows
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import explain_address
from pipeline.trust import quality_rows
from pipeline.unlinked_answers import half_read
from store import frames

Answer = dict[str, Any]
_MOST: Final = 50
_UNLINKED: Final = {"C1": "item", "C2": "commit", "C3": "deployment", "C5": "incident"}
_OF_STREAM: Final = {
    "C6": "stages",
    "C7": "stages",
    "C8": "metrics/flow_time/explain",
    "C11": "metrics/delay_cost/explain",
}


def all_quality_rows(
    session: Session, snapshot: Snapshot, settings: Settings, asked: Question
) -> list[Answer]:
    """C1 to C15, the worst first, those without a value last."""
    table = frames.statuses(session)
    statuses = dict(zip(table["status_id"].tolist(), table["name"].tolist(), strict=True))
    rows = [
        {
            **row,
            "list": _address(row, asked),
            "interval": None,
            "detail": _detail(row, snapshot, asked, statuses),
        }
        for row in quality_rows(snapshot, settings, asked)
    ]
    behind = half_read(snapshot, asked.window)
    rows += [
        {**row, "history_back_to": behind} for row in more_rows(session, snapshot, settings, asked)
    ]
    return sorted(rows, key=lambda row: (row["value"] is None, row["value"] or 0.0))


def _address(row: Answer, asked: Question) -> str:
    """Where what is missing is listed one by one."""
    ((kind, name),) = row["scope"].items()
    if row["id"] in _UNLINKED:
        path = explain_address("/v1/quality/unlinked", asked)
        return f"{path}&kind={_UNLINKED[row['id']]}&{kind}={name}"
    return explain_address(f"/v1/streams/{name}/{_OF_STREAM[row['id']]}", asked)


def _detail(
    row: Answer, snapshot: Snapshot, asked: Question, statuses: Mapping[int, str]
) -> Answer | None:
    stream = snapshot.streams.get(row["scope"].get("stream", ""))
    if stream is None:
        return None
    if row["id"] == "C1":
        return {"linked_and_unlinked": _compared(stream, asked)}
    if row["id"] == "C6":
        return {"statuses": _unmapped(stream, asked, statuses)}
    if row["id"] == "C8":
        return _incomplete(stream, asked)
    return None


def _compared(stream: StreamFacts, asked: Question) -> list[Answer]:
    """Whether the linked items are like the unlinked ones, by property, with the test."""
    return [
        {
            "by": one.by,
            "test": one.result.test,
            "p": one.result.p,
            "effect": one.result.effect,
            "differs": one.result.differs,
            "told": one.told,
        }
        for one in linked_alike(stream.items, window=asked.window)
    ]


def _unmapped(stream: StreamFacts, asked: Question, statuses: Mapping[int, str]) -> list[Answer]:
    """Statuses that no stage names, with the days spent in them in the window."""
    rows = stream.visits[(stream.visits["state"] == "unknown").to_numpy(np.bool_)]
    ends = np.where(rows["end_ts"] == NONE, asked.as_of, np.minimum(rows["end_ts"], asked.as_of))
    inside = np.minimum(ends, asked.window.to_ts) - np.maximum(
        rows["start_ts"].to_numpy(np.int64), asked.window.from_ts
    )
    days = rows.assign(days=np.maximum(inside, 0) / DAY).groupby("status_id")["days"].sum()
    named = [(statuses.get(int(str(number)), "?"), float(one)) for number, one in days.items()]
    return [
        {"status": name, "days": spent}
        for name, spent in sorted(named, key=lambda pair: -pair[1])
        if spent > 0
    ]


def _incomplete(stream: StreamFacts, asked: Question) -> Answer:
    """Items whose history is cut: their times are bounds, and the states between are not known."""
    items = stream.items
    inside = asked.window.holds(items["done_ts"].to_numpy(np.int64))
    inside |= asked.window.holds(items["cancelled_ts"].to_numpy(np.int64))
    inside |= in_load(items, asked.as_of)
    cut = items[inside & ~items["complete"].to_numpy(np.bool_)]
    keys = sorted(set(cut["key"].tolist()))
    return {"coarse_items": len(keys), "keys": keys[:_MOST]}
