"""The value stream map of a stream as one document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from core.settings import Settings
from metrics.envelope import document, envelope
from metrics.map_complete import field_share, filled
from metrics.map_measure import value_stream_map
from metrics.map_paths import Paths, paths
from metrics.map_rows import PARTS
from metrics.map_times import tool_times_of
from metrics.map_waits import TOOLS
from metrics.periods import DAY, WEEK
from metrics.registry import METRICS
from pipeline.map_edges import (
    edge_rows,
    handoff_answer,
    path_answer,
    rework_rows,
    rolled_answer,
)
from pipeline.map_facts import MapFacts, map_facts
from pipeline.map_first_use import first_use
from pipeline.map_numbers import told_percentiles
from pipeline.map_steps import explain_of, step_rows
from pipeline.map_systems import system_name
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import answer, context_of, window_caveats
from store.improvements import count as count_improvements

Answer = dict[str, Any]

_METRIC = "value_stream_map"
_BEGINS = {
    "idea_to_release": "the idea was written down",
    "idea_to_done": "the idea was written down",
    "flow_time": "work was committed to",
}
_ENDS = {
    "idea_to_release": "in production",
    "idea_to_done": "done in the tracker",
    "flow_time": "done in the tracker",
}


def map_answer(
    session: Session,
    snapshot: Snapshot,
    settings: Settings,
    stream: StreamFacts,
    asked: Question,
    *,
    clock: str = "",
    share: float = 1.0,
) -> Answer:
    """The envelope of the lead time, and beside it everything that the map holds.

    share: of the deliveries whose ways are drawn; it changes no number.
    """
    made = map_facts(session, stream, asked, clock=clock)
    ways = paths(made.visits, made.steps, share=share)
    steps = step_rows(settings, stream, asked, made)
    body = _enveloped(snapshot, stream, asked, made, ways)
    edges = edge_rows(stream, asked, made, ways)
    rework = rework_rows(stream, asked, made, ways)
    handed = handoff_answer(stream, asked, made)
    boundaries = _boundaries(stream, asked, made)
    parts: Answer = {
        "title": stream.title,
        "clock": made.clock,
        "currency": settings.cost_of_delay.currency,
        "boundaries": boundaries,
        "ladder": _ladder(made, steps),
        "steps": steps,
        "edges": edges,
        "rework": rework,
        "handoffs": handed,
        "paths": path_answer(made, ways, share=share),
        "tools": _tools(settings, made),
        "first_use": first_use(stream, made, asked),
        "completeness": _completeness(
            boundaries, steps, edges, handed, future=_has_future(session, stream)
        ),
        "caveats": window_caveats(snapshot, stream, asked),
    }
    return {**body, **parts}


def _enveloped(
    snapshot: Snapshot, stream: StreamFacts, asked: Question, made: MapFacts, ways: Paths
) -> Answer:
    added = [step.number for step in made.steps.steps if step.value == "added"]
    measure = value_stream_map(
        made.lives,
        made.times,
        added=added,
        rolled=rolled_answer(made, ways),
        excluded=made.found.excluded,
    )
    released = made.clock == "idea_to_release"
    definition = METRICS[_METRIC].definition
    if released:
        definition = replace(definition, required=("C1", "C3", *definition.required))
    context = context_of(snapshot, stream, "time_by_tool" if released else _METRIC, asked)
    context = replace(context, explain=explain_of(stream, asked, made))
    return answer(document(envelope(measure, definition, context)))


def _boundaries(stream: StreamFacts, asked: Question, made: MapFacts) -> Answer:
    told, weeks = stream.config.map, asked.window.seconds / WEEK
    begin = "committed_ts" if made.clock == "flow_time" else "idea_ts"
    items = stream.items.drop_duplicates("item_id") if begin == "idea_ts" else stream.items
    arrived = int(asked.window.holds(items[begin].to_numpy("int64")).sum())
    return {
        "trigger": {
            "text": told.trigger or _BEGINS[made.clock],
            "configured": bool(told.trigger),
            "per_week": arrived / weeks if asked.kinds is None and asked.team is None else None,
            "reason": None
            if asked.kinds is None and asked.team is None
            else "arrivals are counted of all work",
        },
        "recipient": {"text": told.recipient or None, "configured": bool(told.recipient)},
        "done": {
            "text": told.done or _ENDS[made.clock],
            "configured": bool(told.done),
            "per_week": made.n / weeks,
        },
    }


def _ladder(made: MapFacts, steps: Sequence[Answer]) -> Answer:
    """The average delivery, whose parts add up; what is estimated stands apart."""
    seconds = {part: sum(one.seconds[part] for one in made.times) for part in PARTS}
    total = sum(seconds.values())
    guessed = [row for row in steps if row["estimated"]]
    count = made.n
    return {
        "n": count,
        "total_s": total,
        "total_d": total / DAY / count if count else None,
        **{f"{part}_d": own / DAY / count if count else None for part, own in seconds.items()},
        "estimated_d": sum(row["lead"]["mean_d"] or 0.0 for row in guessed) if guessed else None,
        "estimated_share": _estimated_share(guessed, total / DAY / count if count else 0.0),
        "phases": _phases(made),
        "reason": None if count else "nothing was delivered in this window",
        "note": "averages, because only averages add up; estimated steps are not in the total",
    }


def _estimated_share(guessed: Sequence[Answer], measured_d: float) -> float | None:
    """C13: the estimated part of the map's time; None where there is no time at all."""
    told = sum(row["lead"]["mean_d"] or 0.0 for row in guessed)
    return told / (told + measured_d) if told + measured_d else None


def _phases(made: MapFacts) -> Answer:
    """Idea to commitment, commitment to done, done to released: days on average."""
    if not made.n:
        return {"upstream_d": None, "work_d": None, "downstream_d": None}
    begin, finish, done = (made.lives[name] for name in ("begin_ts", "finish_ts", "done_ts"))
    committed = made.lives["committed_ts"].clip(lower=begin, upper=finish)
    ended = done.clip(lower=committed, upper=finish)
    pairs = {
        "upstream": (begin, committed),
        "work": (committed, ended),
        "downstream": (ended, finish),
    }
    return {
        f"{name}_d": float((end - start).sum()) / DAY / made.n
        for name, (start, end) in pairs.items()
    }


def _tools(settings: Settings, made: MapFacts) -> list[Answer]:
    """The way to production as its tools tell it, whatever stage the tracker shows meanwhile."""
    known = tool_times_of(made.spans, made.n)
    rows = []
    for tool in TOOLS:
        found = known.get(tool)
        told = told_percentiles(found) if found is not None else None
        rows.append(
            {
                "tool": tool,
                "system": system_name(settings, tool),
                "p50_d": told and told["p50_d"],
                "p85_d": told and told["p85_d"],
                "observed": told["observed"] if told else {},
                "n": told["n"] if told else 0,
                "reason": None if told else "nothing of it is linked to these deliveries",
            }
        )
    return rows


def _has_future(session: Session, stream: StreamFacts) -> bool:
    """Whether anybody proposed a change of the stream."""
    return count_improvements(session, stream=stream.config.name) > 0


def _completeness(
    boundaries: Mapping[str, Answer],
    steps: Sequence[Answer],
    edges: Sequence[Answer],
    handed: Answer,
    *,
    future: bool,
) -> Answer:
    """V12: the six things that a map must hold."""
    drawn = [row for row in steps if row["kind"] in ("stage", "manual")]
    held = [
        filled(
            "boundaries",
            [
                (boundaries[name]["configured"], f'map = {{ {name} = "..." }}')
                for name in ("trigger", "recipient", "done")
            ],
        ),
        filled(
            "steps and owners",
            [(row["team"] is not None, f'{row["name"]}: team = "..."') for row in drawn]
            or [(False, "stages = [ ... ]")],
        ),
        filled(
            "information flow",
            [(bool(row["systems"]), f'{row["name"]}: systems = ["..."]') for row in drawn]
            + [
                (row["informed"]["by"] is not None, f'{row["name"]}: informed = "..."')
                for row in drawn
            ],
        ),
        filled(
            "timing",
            [
                (row["lead"]["mean_d"] is not None, f"{row['name']}: nothing was timed")
                for row in drawn
            ],
        ),
        filled(
            "handoffs and rework",
            [
                (handed["reason"] is None, 'stages with team = "..."'),
                (bool(edges), "deliveries that went through two steps"),
            ],
        ),
        filled(
            "current and future state",
            [(bool(edges), "a delivery"), (future, "a future state: propose an improvement")],
        ),
    ]
    return {
        "share": field_share(held),
        "parts": [
            {
                "name": one.name,
                "filled": one.filled,
                "fields": one.fields,
                "missing": list(one.missing),
            }
            for one in held
        ],
    }
