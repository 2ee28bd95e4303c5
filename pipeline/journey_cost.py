"""What the waiting of an item cost, and how that grew from wait to wait."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.records import LEFT
from metrics.ledger_growth import Growth
from pipeline.delay_ledger import delivery_growth
from pipeline.journey import Journey
from pipeline.snapshot import Snapshot
from pipeline.times import iso

Answer = dict[str, Any]
_NOBODY = "nobody valued this item"


def waiting_cost(snapshot: Snapshot, journey: Journey) -> Answer:
    """Of the latest delivery in cents; null with the reason where nothing can be said."""
    item, fact = journey.item, journey.fact or {}
    value = item["value_cents"]
    if item["gone"] in LEFT:
        return _unknown(value, "it is in no number")
    stream = snapshot.streams.get(str(fact.get("stream")))
    said = None if stream is None else stream.worth.estimates.get(int(item["id"]))
    if said is not None:
        value = said.likely_cents if said.profile != "P4" else None
    if not fact or fact.get("committed_ts") is None:
        began = "work on it has not begun" if not fact.get("cancelled_ts") else ""
        return _unknown(value, (began or "dropped before work") if value is not None else _NOBODY)
    as_of = int(journey.as_of.timestamp())
    found = (
        None
        if stream is None
        else delivery_growth(stream, int(item["id"]), int(fact["episode"]), as_of)
    )
    if found is None:
        return _unknown(value, _NOBODY)
    return {
        "cents": found.total_cents,
        "per_week_cents": value,
        "reason": None,
        "waits": _waits(journey, found),
    }


def _unknown(value: int | None, reason: str) -> Answer:
    return {"cents": None, "per_week_cents": value, "reason": reason, "waits": None}


def _waits(journey: Journey, found: Growth) -> list[Answer]:
    """Each with the stage of the visit that it is, or is a part of."""
    starts = np.array([int(one.start.timestamp()) for one in journey.visits], np.int64)
    begun = found.waits["start_ts"].to_numpy(np.int64)
    at = np.searchsorted(starts, begun, side="right") - 1
    rows = []
    for place, (start, end) in enumerate(found.waits.itertuples(index=False)):
        visit = journey.visits[at[place]] if at[place] >= 0 else None
        rows.append(
            {
                "from": iso(start),
                "to": iso(end),
                "stage": visit.stage if visit else "",
                "reason": visit.reason if visit else "",
                "cents": int(found.cost_cents[place]),
                "so_far_cents": found.so_far[place].tolist(),
            }
        )
    return rows
