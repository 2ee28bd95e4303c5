"""Which deliveries are in the delay cost, and which waited and are not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.holders import DelayClock
from pipeline.cost_parts import By, part_names
from pipeline.cost_rows import priced, with_burn
from pipeline.delay_ledger import accrued_of, book_in
from pipeline.explain import explained, item_rows
from pipeline.question import Question
from pipeline.snapshot import StreamFacts
from pipeline.stream_measures import asked_items, close_of

Answer = dict[str, Any]


def explain_cost(
    stream: StreamFacts, asked: Question, clock: DelayClock, *, by: By = "stage", part: str = ""
) -> Answer:
    """Items charged, with their cents, and items that waited and are not. part: of one part of the
    split `by` alone, as its rows name it; both lists are empty where nothing waited there.
    """
    if part:
        return _of_part(stream, asked, clock, by, part)
    items = asked_items(stream, asked)
    found = accrued_of(stream, asked, items, clock)
    inside, bare = priced(stream, items, found, clock, as_of=asked.as_of)
    key = ["item_id", "episode"]
    told = pd.concat([inside[key], bare[key]])
    waited = _waited(stream, asked).merge(items, on=key)
    beside = ~pd.MultiIndex.from_frame(waited[key]).isin(pd.MultiIndex.from_frame(told))
    off = waited[beside & _inherits(stream, waited, clock)]
    outside = pd.concat([bare, off.assign(excluded_reason="off_critical_path")])
    inside = with_burn(stream, inside, close_of(asked), clock)
    body = explained("delay_cost", asked, item_rows(inside), item_rows(outside))
    return {**body, "clock": clock}


def _of_part(stream: StreamFacts, asked: Question, clock: DelayClock, by: By, part: str) -> Answer:
    """What waited in one part, and what it cost there alone, the dearest first."""
    items, book = asked_items(stream, asked), book_in(stream, clock)
    found = accrued_of(stream, asked, items, clock)
    cells, bare = (
        one[np.array([name == part for name in part_names(stream, book, one, by)], np.bool_)]
        for one in (found.cells, found.bare)
    )
    part_alone = replace(found, cells=cells, bare=bare)
    inside, outside = priced(stream, items, part_alone, clock, as_of=asked.as_of)
    inside = inside.sort_values(["cents", "item_id"], ascending=[False, True])
    body = explained("delay_cost", asked, item_rows(inside), item_rows(outside))
    return {**body, "clock": clock, "by": by, "part": part}


def _waited(stream: StreamFacts, asked: Question) -> pd.DataFrame:
    """The deliveries that waited in the window."""
    visits = stream.visits[stream.visits["state"] == "waiting"]
    start, end = (visits[name].to_numpy(np.int64) for name in ("start_ts", "end_ts"))
    until = min(asked.window.to_ts, asked.as_of)
    end = np.where(end == NONE, asked.as_of, end)
    inside = np.minimum(end, until) > np.maximum(start, asked.window.from_ts)
    told: pd.DataFrame = visits.loc[inside, ["item_id", "episode"]].drop_duplicates()
    return told


def _inherits(stream: StreamFacts, rows: pd.DataFrame, clock: DelayClock) -> pd.Series[bool]:
    """Whether each of these deliveries is a child of a parent that has the value."""
    book = book_in(stream, clock)
    place = pd.MultiIndex.from_frame(book.items[["item_id", "episode"]]).get_indexer(
        pd.MultiIndex.from_frame(rows[["item_id", "episode"]])
    )
    holder = book.holders.of[place]
    group = np.append(book.holders.group, False)[holder]
    return pd.Series((holder >= 0) & group, rows.index)
