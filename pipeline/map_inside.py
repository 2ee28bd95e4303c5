"""One step of a map opened into its statuses, builds, reviews and approvals."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from metrics.map_inside import follows, inside_events
from metrics.map_steps import Step
from metrics.map_times import LEVELS
from metrics.periods import DAY
from metrics.stats import percentiles
from pipeline.map_facts import MapFacts, map_facts
from pipeline.map_numbers import NOTHING, told_percentiles
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import window_caveats
from store import frames

Answer = dict[str, Any]


def step_named(made: MapFacts, name: str) -> Step:
    """The step of this name, or with a stage of it; `NotFoundError` with those that there are."""
    for step in made.steps.steps:
        if step.name == name:
            return step
    for step in made.steps.steps:
        if name in step.stages:
            return step
    known = ", ".join(step.name for step in made.steps.steps)
    raise NotFoundError(f'the map has no step "{name}"; it has: {known}')


def step_graph(
    session: Session,
    snapshot: Snapshot,
    stream: StreamFacts,
    asked: Question,
    name: str,
    *,
    clock: str = "",
) -> Answer:
    """What directly followed what in a step, over the deliveries of the map."""
    made = map_facts(session, stream, asked, clock=clock)
    step = step_named(made, name)
    statuses = frames.statuses(session)
    names = dict(zip(statuses["status_id"].tolist(), statuses["name"].tolist(), strict=True))
    rows = made.rows[made.rows["step"] == step.number]
    events = inside_events(rows, made.spans, names)
    nodes = []
    for (kind, title), own in events.groupby(["kind", "name"]):
        seconds = (own["end_ts"] - own["start_ts"]).to_numpy(np.float64)
        told = told_percentiles(percentiles(seconds, {"p50": LEVELS["p50"]}))
        nodes.append(
            {
                "name": str(title),
                "kind": str(kind),
                "visits": len(own),
                "deliveries": len(own[["item_id", "episode"]].drop_duplicates()),
                "p50_d": told["p50_d"],
                "observed": told["observed"],
                "mean_d": float(seconds.mean()) / DAY,
            }
        )
    nodes.sort(key=lambda row: (row["kind"] != "status", -int(str(row["visits"])), row["name"]))
    return {
        "step": step.name,
        "n": len(rows[["item_id", "episode"]].drop_duplicates()),
        "nodes": nodes,
        "edges": [
            {
                "from": row["from_name"],
                "to": row["to_name"],
                "count": int(row["count"]),
                "deliveries": int(row["deliveries"]),
            }
            for row in follows(events).to_dict("records")
        ],
        "reason": None if nodes else NOTHING,
        "caveats": window_caveats(snapshot, stream, asked),
    }
