"""What is shipped and not switched on: the measure, and a row for each item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from core.frames import NONE
from core.settings import Settings
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import stream_metric
from pipeline.stream_measures import asked_items
from pipeline.times import iso
from pipeline.value_measures import value_rows
from pipeline.value_words import known

Answer = dict[str, Any]


def unexposed_answer(
    snapshot: Snapshot, settings: Settings, stream: StreamFacts, asked: Question
) -> Answer:
    """The envelope of the count, and the items as of the end of the window, the oldest first."""
    body = stream_metric(snapshot, settings, stream, "unexposed", asked)
    rows, _ = value_rows(stream, asked_items(stream, asked), "unexposed", asked)
    features = _features(stream.value.shown)
    return {
        **body,
        "live_share": stream.value.rules.live_share,
        "currency": settings.cost_of_delay.currency,
        "items": [_row(row, features) for row in rows.to_dict("records")],
    }


def _features(shown: pd.DataFrame) -> Mapping[int, list[str]]:
    names = shown[["item_id", "feature"]].drop_duplicates().sort_values(["item_id", "feature"])
    found: dict[int, list[str]] = {}
    for item, feature in zip(names["item_id"].tolist(), names["feature"], strict=True):
        found.setdefault(item, []).append(feature)
    return found


def _row(row: Mapping[Any, Any], features: Mapping[int, list[str]]) -> Answer:
    value = int(row["value_cents"])
    return {
        "key": row["key"],
        "title": row["title"],
        "type": row["type"],
        "kind": row["kind"],
        "url": row["url"],
        "features": features.get(int(row["item_id"]), []),
        "state": row["stock_state"],
        "share": known(row["share"]),
        "released_at": iso(int(row["first_released_ts"])),
        "since": iso(int(row["since_ts"])),
        "age_s": int(row["age_s"]),
        "value_per_week_cents": None if value == NONE else value,
    }
