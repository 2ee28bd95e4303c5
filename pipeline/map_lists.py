"""Parts of a map as lists of their own: edges, rework, handoffs, stages by their wait."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.settings import Settings
from metrics.map_paths import paths
from metrics.map_rows import WAITING
from metrics.periods import DAY
from pipeline.map_edges import edge_rows, handoff_answer, rework_rows, rolled_answer
from pipeline.map_facts import map_facts
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import window_caveats

Answer = dict[str, Any]


def edge_list(
    session: Session, snapshot: Snapshot, stream: StreamFacts, asked: Question, *, clock: str = ""
) -> Answer:
    """%C&A of each edge, the weakest first; those of which nothing is known last."""
    made = map_facts(session, stream, asked, clock=clock)
    ways = paths(made.visits, made.steps)
    rows = edge_rows(stream, asked, made, ways)
    rows.sort(
        key=lambda row: (
            row["complete_accurate"]["share"] is None,
            row["complete_accurate"]["share"] or 0.0,
        )
    )
    caveats = window_caveats(snapshot, stream, asked)
    return {"items": rows, "next": None, **rolled_answer(made, ways), "caveats": caveats}


def rework_list(
    session: Session,
    snapshot: Snapshot,
    settings: Settings,
    stream: StreamFacts,
    asked: Question,
    *,
    clock: str = "",
) -> Answer:
    """The loops, and the share of all time between the boundaries that is in repeated stays."""
    made = map_facts(session, stream, asked, clock=clock)
    tracker = [made.times[step.number] for step in made.steps.tracker]
    whole = sum(one.lead_s for one in tracker)
    return {
        "items": rework_rows(stream, asked, made, paths(made.visits, made.steps)),
        "next": None,
        "rework_share": sum(one.repeat_s for one in tracker) / whole if whole else None,
        "currency": settings.cost_of_delay.currency,
        "caveats": window_caveats(snapshot, stream, asked),
    }


def handoff_list(
    session: Session, snapshot: Snapshot, stream: StreamFacts, asked: Question, *, clock: str = ""
) -> Answer:
    """Handoffs per delivery, and between which teams."""
    made = map_facts(session, stream, asked, clock=clock)
    caveats = window_caveats(snapshot, stream, asked)
    return {**handoff_answer(stream, asked, made), "caveats": caveats}


def ranked_stages(
    session: Session,
    stream: StreamFacts,
    asked: Question,
    rows: Sequence[Answer],
    *,
    rank: str | None,
    phase: str | None,
) -> list[Answer]:
    """The rows of stages with `phase`, and `idea_wait_d`: average days that a delivery of the map
    waits there, from the idea on. rank "wait": the longest of these first.
    """
    made = map_facts(session, stream, asked)
    own = made.rows[made.rows["part"] == WAITING]
    spent = (own["end_ts"] - own["start_ts"]).groupby(own["stage_id"]).sum()
    ids = dict(zip(stream.stages["name"], stream.stages["stage_id"], strict=True))
    phases = {name: step.phase for step in made.steps.steps for name in step.stages}
    told = []
    for row in rows:
        seconds = int(spent.get(ids.get(row["name"], -1), 0))
        told.append(
            {
                **row,
                "phase": phases.get(row["name"], "work"),
                "idea_wait_d": seconds / DAY / made.n if made.n else None,
            }
        )
    chosen = [row for row in told if phase is None or row["phase"] == phase]
    if rank == "wait":
        chosen.sort(key=lambda row: -(row["idea_wait_d"] or 0.0))
    return chosen
