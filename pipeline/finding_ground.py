"""What findings are read off: the map, what is in flight, and what became of change requests."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.map_settings import MapClock
from metrics.findings.approvals import decisions, idle_approvals
from metrics.findings.batches import waiting_batches
from metrics.findings.in_flight import ageing_work, waited_so_far, waits_so_far
from metrics.findings.model import Found, Ground
from metrics.findings.moves import handoffs_to_simplify, rework_loops
from metrics.findings.waits import before_work, biggest_delays
from pipeline.kanban import OWN, ageing_of
from pipeline.map_facts import MapFacts, clock_of, map_facts
from pipeline.memo import Memo
from pipeline.question import Question
from pipeline.snapshot import StreamFacts
from pipeline.stream_measures import asked_items
from pipeline.tool_links import linked_to
from store import map_frames

_KEPT = 3
"""Of so many questions, as of the map."""


def found_of(
    session: Session, stream: StreamFacts, asked: Question, *, clock: str = ""
) -> tuple[Found, ...]:
    """The findings of every kind, in the order in which they are told; remembered."""
    told: MapClock = clock_of(stream, asked, clock)
    kept = stream.memo.of(("findings",), lambda: Memo(_KEPT))
    return kept.of((asked, told), lambda: _made(session, stream, asked, told))


def _made(
    session: Session, stream: StreamFacts, asked: Question, clock: MapClock
) -> tuple[Found, ...]:
    made = map_facts(session, stream, asked, clock=clock)
    ground = _ground(made)
    return (
        biggest_delays(ground),
        rework_loops(ground),
        handoffs_to_simplify(ground),
        ageing_work(made.steps, in_flight(stream, asked), _waits_so_far(stream, asked)),
        idle_approvals(ground, _decided(session, stream, asked)),
        waiting_batches(ground),
        before_work(ground),
    )


def _ground(made: MapFacts) -> Ground:
    return Ground(
        lives=made.lives,
        rows=made.rows,
        visits=made.visits,
        moves=made.moves,
        loops=made.loops,
        edges=made.edges,
        spans=made.spans,
        steps=made.steps,
        waiting_now=made.flow.waiting_now,
    )


def in_flight(stream: StreamFacts, asked: Question) -> pd.DataFrame:
    """What is in load at the end of the window with its age, its pace and `waited_s` so far."""
    return waited_so_far(ageing_of(stream, asked, OWN).rows, _waits_so_far(stream, asked))


def _waits_so_far(stream: StreamFacts, asked: Question) -> pd.DataFrame:
    return waits_so_far(ageing_of(stream, asked, OWN).rows, stream.visits, asked.window.to_ts)


def _decided(session: Session, stream: StreamFacts, asked: Question) -> pd.DataFrame:
    """The changes that are linked to the items asked for, and were decided on in the window."""
    items = asked_items(stream, asked)
    released = items["released_ts"].to_numpy(np.int64)
    late = items[(released == NONE) | (released >= asked.window.from_ts)]
    linked = linked_to(session, {int(one) for one in late["item_id"]}).linked.changes
    ids = set(linked["change_id"].tolist())
    history = map_frames.approval_history(session, ids)
    return decisions(map_frames.change_times(session, ids), history, asked.window)
