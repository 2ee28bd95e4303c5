"""What waiting cost week by week, or in another rhythm, and the natural limits of its course."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from metrics.ledger import Book, accrued
from metrics.periods import Window
from metrics.stats import natural_limits
from metrics.xmr import LEAST_VALUES
from pipeline.chart_frame import chart_periods
from pipeline.cost_parts import drawn_of, parts_of
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import read_from
from pipeline.times import iso

Answer = dict[str, Any]


def series_of(
    snapshot: Snapshot, stream: StreamFacts, book: Book, asked: Question, items: pd.DataFrame
) -> Answer:
    """By period what accrued in it, with its range; null where it is not read yet, or in part.
    `limits`: natural limits of the whole periods, None under six of them.
    """
    if asked.interval is None:
        return {}
    whole_from = read_from(snapshot, stream, "delay_cost")
    rows = []
    for period in chart_periods(asked, asked.interval):
        window = Window(period.from_ts, min(period.to_ts, asked.as_of))
        found = accrued(book, window=window, as_of=asked.as_of)
        if asked.kinds is not None or asked.team is not None:
            found = found.among(items)
        cells = found.cells.assign(group="all")
        kept = cells[~cells["sunk"]]
        told: Answer = {
            "cost_cents": int(kept["cost_cents"].sum()) if len(cells) else None,
            "sunk_cents": int(cells["cost_cents"][cells["sunk"]].sum()) if len(cells) else None,
            "range": drawn_of(stream, book, parts_of(kept, kept["cost_cents"])).total
            if len(kept)
            else None,
        }
        if whole_from is not None and period.from_ts < whole_from:
            told = dict.fromkeys(told)
        head = {"start": period.label, "end": iso(period.to_ts), "complete": period.complete}
        rows.append({**head, **told})
    return {"series": rows, "limits": _limits(rows)}


def _limits(rows: Sequence[Answer]) -> Answer | None:
    whole = [row["cost_cents"] for row in rows if row["complete"] and row["cost_cents"] is not None]
    limits = natural_limits(np.array(whole, np.float64))
    if limits is None or len(whole) < LEAST_VALUES:
        return None
    return {"mean": limits.centre, "lower": limits.lower, "upper": limits.upper}
