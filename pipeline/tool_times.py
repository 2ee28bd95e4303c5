"""The times by tool of the released items of a stream, and which of them are news."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import LEFT
from metrics.tool_time import Spans, tool_times
from store import frames


@dataclass(frozen=True, slots=True)
class ToolTimes:
    """times: columns of `tool_time`, of every released item. differing: the items of which another
    row, or none, is stored; None: of which was not asked.
    """

    times: pd.DataFrame
    differing: set[int] | None


def stream_tool_times(
    session: Session,
    stream_id: int,
    *,
    items: pd.DataFrame,
    ideas: pd.DataFrame,
    releases: pd.DataFrame,
    spans: Spans,
    everything: bool,
) -> ToolTimes:
    """Of all items at once, which costs less than to find out whose links or records moved."""
    made = _made(_lives(items, ideas, releases), spans)
    if everything:
        return ToolTimes(made, None)
    stored = frames.tool_times(session, stream_id)[made.columns.tolist()]
    news = pd.concat([stored, made], ignore_index=True).drop_duplicates(keep=False)
    return ToolTimes(made, {int(one) for one in news["item_id"]})


def _lives(items: pd.DataFrame, ideas: pd.DataFrame, releases: pd.DataFrame) -> pd.DataFrame:
    """item_id, idea_ts, released_ts of the items that are there and released."""
    known = items.loc[~items["gone"].isin(LEFT), ["item_id", "created_ts"]]
    released = releases.loc[releases["released_ts"] != NONE, ["item_id", "released_ts"]]
    table = known.merge(released, on="item_id").merge(ideas, on="item_id", how="left")
    idea = table["idea_ts"].fillna(table["created_ts"]).astype("int64")
    return table.assign(idea_ts=idea.clip(upper=table["created_ts"]))


def _made(lives: pd.DataFrame, spans: Spans) -> pd.DataFrame:
    ends = lives.rename(columns={"idea_ts": "start_ts", "released_ts": "end_ts"})
    times = tool_times(ends, spans)
    return lives[["item_id", "idea_ts", "released_ts"]].merge(times, on="item_id")
