"""The switches of an item's features and what was measured of them, as events of its journey."""

from __future__ import annotations

import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE, from_ts
from metrics.value_events import ValueRules
from pipeline.journey_board import Board, Event, Evidence
from pipeline.value_facts import item_value
from pipeline.value_words import known
from store.journey import Row

_MOST = 25
"""Of one feature's switches, or of one measure, so many are shown: the first and the latest."""
RULE = "named_by_event"


def add_features(session: Session, board: Board, item: Row) -> None:
    """Add them, each with the event that names the item or its feature as evidence."""
    value = item_value(session, item["id"], ValueRules(), ())
    for _, rows in value.shown[value.shown["share"].notna()].groupby("feature", sort=True):
        for row in _some(rows):
            share = known(row["share"]) or 0.0
            label = f"{row['feature']} on for {share:.0%} in {row['environment']}"
            _add(board, item, row, "exposure", label)
    for _, rows in value.told.groupby(["feature", "measure"], sort=True):
        for row in _some(rows):
            _add(board, item, row, "outcome", f"{row['measure']}: {_measured(row)}")


def _some(rows: pd.DataFrame) -> list[Row]:
    ordered = rows.sort_values(["ts", "event_id"])
    if len(ordered) > _MOST:
        ordered = pd.concat([ordered.head(1), ordered.tail(_MOST - 1)])
    return [{str(name): value for name, value in row.items()} for row in ordered.to_dict("records")]


def _measured(row: Row) -> str:
    parts = []
    if (share := known(row["share"])) is not None:
        parts.append(f"used by {share:.0%}")
    if row["uses"] != NONE:
        parts.append(f"{row['uses']} uses")
    if row["value_cents"] != NONE:
        how = f"{row['attribution']}, {row['effect']}".replace("_", " and ")
        parts.append(f"value {row['value_cents'] / 100:.2f} ({how})")
    return ", ".join(parts)


def _add(board: Board, item: Row, row: Row, kind: str, label: str) -> None:
    at = from_ts(int(row["ts"]))
    if at is None:
        return
    lane, tool = board.tool_of(int(row["source_id"]))
    event = Event(f"{kind}{row['event_id']}", kind, at, label, url=str(row["url"]))
    board.add(f"{lane} features", tool, "features", event)
    why = f"an event of {tool} says that {row['feature']} belongs to {item['key']}"
    if str(row["feature"]).casefold() == str(item["key"]).casefold():
        why = f"an event of {tool} names {item['key']}"
    board.evidence.append(Evidence(at, tool, label, why, RULE, 1.0, event.url, decides=False))
