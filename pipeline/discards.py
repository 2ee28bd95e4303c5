"""What a stream began and threw away: the rate, and each delivery with the work and money in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from core.settings import Settings
from metrics.discards import discarded, never_begun
from metrics.periods import DAY, Window
from pipeline.cost_rows import charged_value, priced
from pipeline.delay_ledger import accrued_of
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import stream_metric
from pipeline.stream_measures import asked_items
from pipeline.times import iso

Answer = dict[str, Any]
Key = tuple[int, int]
UNMAPPED = "unmapped"


def discards_answer(
    snapshot: Snapshot, settings: Settings, stream: StreamFacts, asked: Question
) -> Answer:
    """The envelope of the discard rate; what was lost in all and by the stage it was dropped from;
    each delivery, the most work first. Work and waiting are those of the whole delivery, not only
    of the window.
    """
    items = asked_items(stream, asked)
    gone = discarded(items, stream.visits, window=asked.window)
    priced_at = _priced(stream, gone, asked)
    rows = [_row(stream, row, priced_at) for row in gone.to_dict("records")]
    return {
        **stream_metric(snapshot, settings, stream, "discard_rate", asked),
        "lost": _lost(rows),
        "by_stage": _by_stage(stream, rows),
        "never_begun": never_begun(items, window=asked.window),
        "currency": settings.cost_of_delay.currency,
        "items": rows,
    }


def _priced(stream: StreamFacts, gone: pd.DataFrame, asked: Question) -> Mapping[Key, Answer]:
    """By delivery what its waiting cost since its commitment; those without a value are in none."""
    if gone.empty:
        return {}
    first = int(gone["committed_ts"].to_numpy(np.int64).min())
    life = replace(asked, window=Window(first, asked.window.to_ts))
    found = accrued_of(stream, life, gone).among(gone)
    told, _ = priced(stream, gone, found, as_of=asked.as_of)
    return {
        (int(row["item_id"]), int(row["episode"])): charged_value(row)
        for row in told.to_dict("records")
    }


def _row(stream: StreamFacts, row: Mapping[Any, Any], costs: Mapping[Key, Answer]) -> Answer:
    names = dict(zip(stream.stages["stage_id"].tolist(), stream.stages["name"], strict=True))
    cost = costs.get((int(row["item_id"]), int(row["episode"])))
    return {
        "key": row["key"],
        "title": row["title"],
        "type": row["type"],
        "kind": row["kind"],
        "url": row["url"],
        "episode": int(row["episode"]),
        "stage": str(names.get(int(row["left_stage_id"]), UNMAPPED)),
        "committed_at": iso(int(row["committed_ts"])),
        "cancelled_at": iso(int(row["cancelled_ts"])),
        "active_s": int(row["active_s"]),
        "waiting_s": int(row["waiting_s"]),
        "sunk_cents": cost["cost_cents"] if cost else None,
        "value": cost["value"] if cost else None,
    }


def _lost(rows: Sequence[Answer]) -> Answer:
    """Sums; the money null where nothing of it has a value."""
    priced_rows = [row["sunk_cents"] for row in rows if row["sunk_cents"] is not None]
    return {
        "count": len(rows),
        "active_d": sum(row["active_s"] for row in rows) / DAY,
        "waiting_d": sum(row["waiting_s"] for row in rows) / DAY,
        "sunk_cents": sum(priced_rows) if priced_rows else None,
        "priced": len(priced_rows),
        "unpriced": len(rows) - len(priced_rows),
    }


def _by_stage(stream: StreamFacts, rows: Sequence[Answer]) -> list[Answer]:
    """In the order of the stream; stages from which nothing was dropped are left out."""
    names = [*map(str, stream.stages["name"]), UNMAPPED]
    told = []
    for name in names:
        own = [row for row in rows if row["stage"] == name]
        if own:
            told.append({"stage": name, **_lost(own)})
    return told
