"""The times by tool of the released items of a stream, and which of them are news."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import LEFT
from metrics.tool_time import Spans, tool_times
from store import frames

_LIFE: Final = ["item_id", "idea_ts", "released_ts"]


@dataclass(frozen=True, slots=True)
class ToolTimes:
    """times: columns of `tool_time`. differing: the items of which another row, or none, is stored;
    of those at least `times` tells. None: of which was not asked, and `times` has all.
    """

    times: pd.DataFrame
    differing: set[int] | None


def stream_tool_times(
    session: Session,
    stream_id: int,
    *,
    lives: pd.DataFrame,
    item_ids: Collection[int] | None,
    spans: Callable[[], Spans],
    everything: bool,
) -> ToolTimes:
    """Of the released items of a stream. lives: see `lives`; where nothing but items changed, of
    those that may have. item_ids: of these, the ones of which times may be stored; None: links and
    records of any item may have moved.
    """
    if item_ids is not None:
        if not item_ids and lives.empty:
            return ToolTimes(lives, set())
        stored = frames.tool_times(session, stream_id, item_ids=item_ids)
        differing = _differing(stored[lives.columns.tolist()], lives)
        made = lives[lives["item_id"].isin(differing)]
        # What is linked is what it was: as long as a life is, its parts are.
        return ToolTimes(stored[:0] if made.empty else _made(made, spans()), differing)
    made = _made(lives, spans())
    if everything:
        return ToolTimes(made, None)
    stored = frames.tool_times(session, stream_id)
    return ToolTimes(made, _differing(stored[made.columns.tolist()], made))


def lives(items: pd.DataFrame, ideas: pd.DataFrame, releases: pd.DataFrame) -> pd.DataFrame:
    """item_id, idea_ts, released_ts of the items that are there and released."""
    known = items.loc[~items["gone"].isin(LEFT), ["item_id", "created_ts"]]
    released = releases.loc[releases["released_ts"] != NONE, ["item_id", "released_ts"]]
    if released.empty:
        return released.assign(idea_ts=released["released_ts"])[_LIFE]
    table = known.merge(released, on="item_id").merge(ideas, on="item_id", how="left")
    idea = table["idea_ts"].fillna(table["created_ts"]).astype("int64")
    told = table.assign(idea_ts=idea.clip(upper=table["created_ts"]))
    return told[_LIFE]


def _differing(stored: pd.DataFrame, made: pd.DataFrame) -> set[int]:
    if stored.empty and made.empty:
        return set()
    news = pd.concat([stored, made], ignore_index=True).drop_duplicates(keep=False)
    return {int(one) for one in news["item_id"]}


def _made(lives: pd.DataFrame, spans: Spans) -> pd.DataFrame:
    ends = lives.rename(columns={"idea_ts": "start_ts", "released_ts": "end_ts"})
    return lives.merge(tool_times(ends, spans), on="item_id")
