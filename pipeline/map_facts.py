"""Everything that a value stream map says, worked out once for a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.map_settings import MapClock
from metrics.cohort import Cohort, cohort
from metrics.map_flow import Flow, step_flow
from metrics.map_logs import Booked, booked_by_step
from metrics.map_rows import life_rows
from metrics.map_steps import Steps, map_steps
from metrics.map_times import StepTimes, step_times
from metrics.map_visits import edges, handoffs, loops, moves, step_visits
from metrics.map_waits import inside_steps, with_tools
from metrics.teams import held_visits
from pipeline.map_spans import spans_of_lives
from pipeline.memo import Memo
from pipeline.question import Question
from pipeline.snapshot import StreamFacts
from pipeline.stream_measures import asked_items, close_of
from store.frames import worklogs

_KEPT = 3
"""Of so many questions: each holds every stretch of its deliveries."""

_CLOCKS: Mapping[str, MapClock] = {
    "idea_to_release": "idea_to_release",
    "idea_to_done": "idea_to_done",
    "flow_time": "flow_time",
}
_FINISH = {"idea_to_release": "released_ts", "idea_to_done": "done_ts", "flow_time": "done_ts"}
_BEGIN = {"idea_to_release": "idea_ts", "idea_to_done": "idea_ts", "flow_time": "committed_ts"}


@dataclass(frozen=True)
class MapFacts:
    """lives: the deliveries of the map with `begin_ts`, `finish_ts` beside the columns of their
    facts. The frames are those of the functions in `metrics.map_*` that have their names. booked:
    by step; None for a moment in the past, of which no work logs are kept.
    """

    clock: MapClock
    found: Cohort
    lives: pd.DataFrame
    steps: Steps
    spans: pd.DataFrame
    rows: pd.DataFrame
    visits: pd.DataFrame
    times: list[StepTimes]
    booked: list[Booked] | None
    moves: pd.DataFrame
    loops: pd.DataFrame
    edges: pd.DataFrame
    handoffs: pd.DataFrame
    inside: pd.DataFrame
    flow: Flow

    @property
    def n(self) -> int:
        return len(self.lives)


def clock_of(stream: StreamFacts, asked: Question, wanted: str = "") -> MapClock:
    """The clock between the boundaries: as asked, else as configured, else up to the release where
    something was released in the window, else to done.
    """
    told = _CLOCKS.get(wanted or stream.config.map.clock)
    if told is not None:
        return told
    released = asked.window.holds(asked_items(stream, asked)["released_ts"].to_numpy(np.int64))
    return "idea_to_release" if released.any() else "idea_to_done"


def map_facts(
    session: Session, stream: StreamFacts, asked: Question, *, clock: str = ""
) -> MapFacts:
    """Remembered for as long as the facts stay the same, of the last few questions."""
    told = clock_of(stream, asked, clock)
    kept = stream.memo.of(("maps",), lambda: Memo(_KEPT))
    return kept.of((asked, told), lambda: _made(session, stream, asked, told))


def _made(session: Session, stream: StreamFacts, asked: Question, clock: MapClock) -> MapFacts:
    items = asked_items(stream, asked)
    found = cohort(items, window=asked.window, clock=clock)
    lives = _lives(found, clock)
    steps = map_steps(stream.stages)
    visits = _visits(stream, lives, clock)
    spans = _inside_lives(spans_of_lives(session, lives, known_at=asked.known_at), lives)
    rows = with_tools(life_rows(lives, visits, steps), spans, steps)
    stays = step_visits(rows)
    made = moves(stays, steps)
    return MapFacts(
        clock=clock,
        found=found,
        lives=lives,
        steps=steps,
        spans=spans,
        rows=rows,
        visits=stays,
        times=step_times(rows, stays, steps),
        booked=_booked(session, asked, lives, stays, len(steps.steps)),
        moves=made,
        loops=loops(stays, made),
        edges=edges(made),
        handoffs=_handoffs(stream, visits, lives),
        inside=inside_steps(rows, spans),
        flow=step_flow(items, stream.visits, steps, window=asked.window, at=close_of(asked)),
    )


def _booked(
    session: Session, asked: Question, lives: pd.DataFrame, stays: pd.DataFrame, count: int
) -> list[Booked] | None:
    if asked.known_at is not None:
        return None
    logs = worklogs(session, item_ids=lives["item_id"].tolist())
    return booked_by_step(stays, logs, count)


def _visits(stream: StreamFacts, lives: pd.DataFrame, clock: MapClock) -> pd.DataFrame:
    """The history of these deliveries; up to a release that is all of it, as one."""
    visits = stream.visits[stream.visits["item_id"].isin(lives["item_id"])]
    if clock != "idea_to_release":
        return visits
    last = visits[["item_id"]].merge(lives[["item_id", "episode"]], on="item_id", how="left")
    return visits.assign(episode=last["episode"].to_numpy(np.int64))


def _lives(found: Cohort, clock: MapClock) -> pd.DataFrame:
    rows = found.included
    begin = rows[_BEGIN[clock]].to_numpy(np.int64)
    finish = np.maximum(rows[_FINISH[clock]].to_numpy(np.int64), begin)
    done = rows["done_ts"].to_numpy(np.int64)
    committed = rows["committed_ts"].to_numpy(np.int64)
    done = np.where(done == NONE, finish, done)
    return rows.assign(
        begin_ts=begin,
        finish_ts=finish,
        done_ts=done,
        committed_ts=np.where(committed == NONE, np.minimum(done, finish), committed),
    ).reset_index(drop=True)


def _inside_lives(spans: pd.DataFrame, lives: pd.DataFrame) -> pd.DataFrame:
    """What of the spans lies in the life of the last delivery of their item."""
    last = lives.sort_values("episode").drop_duplicates("item_id", keep="last")
    both = spans.merge(last[["item_id", "begin_ts", "finish_ts"]], on="item_id")
    start = np.maximum(both["start_ts"].to_numpy(np.int64), both["begin_ts"].to_numpy(np.int64))
    end = np.minimum(both["end_ts"].to_numpy(np.int64), both["finish_ts"].to_numpy(np.int64))
    told: pd.DataFrame = both.assign(start_ts=start, end_ts=end)[start < end]
    return told[spans.columns].reset_index(drop=True)


def _handoffs(stream: StreamFacts, visits: pd.DataFrame, lives: pd.DataFrame) -> pd.DataFrame:
    keys = ["item_id", "episode"]
    own = visits.merge(lives[[*keys, "committed_ts", "done_ts", "finish_ts"]], on=keys)
    inside = (own["start_ts"] >= own["committed_ts"]) & (own["start_ts"] < own["done_ts"])
    inside &= own["start_ts"] < own["finish_ts"]
    held = held_visits(own[inside], stream.stages, stream.assigned)
    return handoffs(held.sort_values(["item_id", "episode", "start_ts", "ordinal"]))
