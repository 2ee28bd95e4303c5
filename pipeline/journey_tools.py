"""Where the time of one item went, tool by tool, as its journey tells it (F7)."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from sqlalchemy.orm import Session

from metrics.time_by_tool import NEVER_LIVE
from metrics.tool_time import tool_times
from pipeline.tool_links import spans_of_items
from pipeline.tool_rows import Answer, tools_of
from store import journey as reads


@dataclass(frozen=True, slots=True)
class ToolJourney:
    """`until` says what ends the time: released, done, cancelled, or now while it is in flight."""

    start_ts: int
    end_ts: int
    until: str
    parts: list[Answer]


def tool_journey(session: Session, fact: reads.Row | None, *, as_of_ts: int) -> ToolJourney | None:
    """From the idea on, by the links and records as they stand; None where no stream counts it."""
    if fact is None:
        return None
    start = int(fact["idea_ts"])
    until, end = _end(fact, as_of_ts)
    life = pd.DataFrame({"item_id": [fact["item_id"]], "start_ts": [start], "end_ts": [end]})
    times = tool_times(life, spans_of_items(session, {int(fact["item_id"])}))
    return ToolJourney(start, end, until, tools_of(times.to_dict("records")[0]))


def _end(fact: reads.Row, as_of_ts: int) -> tuple[str, int]:
    """A delivery that is done and whose code is not live yet is in flight."""
    if fact["released_ts"] is not None:
        return "released", int(fact["released_ts"])
    if fact["cancelled_ts"] is not None:
        return "cancelled", int(fact["cancelled_ts"])
    if fact["done_ts"] is not None and fact["release_reason"] in NEVER_LIVE:
        return "done", int(fact["done_ts"])
    return "now", as_of_ts
