"""Where the time of the items in flight went so far, tool by tool (F7): apart from the released."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from metrics.time_by_tool import days_so_far, in_flight
from metrics.tool_time import tool_times
from pipeline.explain import item_rows
from pipeline.question import Question
from pipeline.snapshot import StreamFacts
from pipeline.stream_measures import asked_items, close_of
from pipeline.times import iso
from pipeline.tool_links import spans_of_items

Answer = dict[str, Any]

SLUG = "time_by_tool"
_NOT_KEPT = "what is linked to items in flight is kept only as it is now"


def tools_in_flight(session: Session, stream: StreamFacts, asked: Question) -> Answer:
    """Sums over the items in flight at the end of the window, or now: their days so far, and of
    each tool. Null with the reason where none is, and where it is asked what was known.
    """
    rows = _rows(session, stream, asked)
    found = None if rows is None or rows.empty else days_so_far(rows)
    reason = _NOT_KEPT if rows is None else "nothing is in flight"
    return {
        "as_of": iso(close_of(asked)),
        "n": None if rows is None else len(rows),
        "value": {
            name: round(one) if one is not None and _is_count(name) else one
            for name, one in (found or {}).items()
        },
        "reason": None if found else reason,
    }


def explained_in_flight(session: Session, stream: StreamFacts, asked: Question) -> list[Answer]:
    """These items, with the seconds of each tool."""
    rows = _rows(session, stream, asked)
    return [] if rows is None else item_rows(rows)


def _rows(session: Session, stream: StreamFacts, asked: Question) -> pd.DataFrame | None:
    """The items with `seconds` and columns of `tool_times`; None where it can't be told."""
    if asked.known_at is not None:
        return None
    at = close_of(asked)
    items = in_flight(asked_items(stream, asked), at=at)
    if items.empty:
        return items
    lives = pd.DataFrame(
        {"item_id": items["item_id"], "start_ts": items["idea_ts"], "end_ts": np.int64(at)}
    )
    times = tool_times(lives, spans_of_items(session, set(items["item_id"].tolist())))
    seconds = (at - items["idea_ts"]).clip(lower=0)
    return items.assign(seconds=seconds).merge(times, on="item_id")


def _is_count(name: str) -> bool:
    return not name.endswith(("_d", "_share"))
