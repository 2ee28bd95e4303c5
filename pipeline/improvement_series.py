"""The series that improvements are judged by: a metric, or the wait of deliveries in a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.orm import Session

from core.errors import FieldError
from metrics.cohort import cohort, spans
from metrics.improvement import Side
from metrics.periods import Window
from metrics.stats import Floats
from metrics.step_series import StepWaits, step_waits
from pipeline.map_facts import MapFacts, map_facts
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import explain_address
from pipeline.stream_measures import CLOCKS, asked_items
from pipeline.times import iso
from pipeline.xmr_answers import XMR_SLUGS, charted

Answer = dict[str, Any]

STEP_WAIT: Final = "step_wait"
METRICS_OF: Final = (*XMR_SLUGS, STEP_WAIT)
MOST_POINTS: Final = 400
"""A baseline is of at most so many points, those before the change."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is charted: a metric, or with `step` the wait in that step of the map."""

    metric: str
    step: str = ""

    @property
    def wanted(self) -> Side:
        """On which side of what it was it is better."""
        return "above" if self.metric == "velocity" else "below"

    @property
    def single(self) -> bool:
        """Whether one point outside the limits tells a change: of a week it does, of one delivery
        it does not.
        """
        return self.metric == "velocity"

    @property
    def unit(self) -> str:
        return "items a week" if self.metric == "velocity" else "d"


@dataclass(frozen=True)
class Series:
    """values: in their order, in the unit of the subject. points: as answers tell them, one for
    each value.
    """

    subject: Subject
    values: Floats
    points: list[Answer]

    def last(self, count: int) -> Series:
        """Only so many, the latest."""
        return Series(self.subject, self.values[-count:], self.points[-count:])


@dataclass(frozen=True)
class Ground:
    """What series are read off: the facts of a stream, and the map of the window."""

    session: Session
    snapshot: Snapshot
    stream: StreamFacts
    asked: Question
    clock: str = ""

    def map(self) -> MapFacts:
        return map_facts(self.session, self.stream, self.asked, clock=self.clock)


def require_subject(metric: str, step: str) -> Subject:
    """`FieldError` for a metric that has no such series, and for a step where none belongs."""
    if metric not in METRICS_OF:
        raise FieldError("metric", f"one of {', '.join(METRICS_OF)}")
    if metric != STEP_WAIT:
        if step:
            raise FieldError("step", f"only with the metric {STEP_WAIT}")
        return Subject(metric)
    if not step:
        raise FieldError("step", "is missing: in which step of the map does work wait?")
    return Subject(metric, step)


def asked_between(asked: Question, window: Window) -> Question:
    """The same of a window that ends with what was known there: its last whole week is over."""
    return replace(asked, window=window, as_of=min(window.to_ts, asked.as_of), interval=None)


def series_of(ground: Ground, subject: Subject) -> Series:
    """The points that lie wholly in the window."""
    if subject.step:
        return _waits(ground, subject)
    found = charted(ground.snapshot, ground.stream, subject.metric, ground.asked)
    inside = found.at >= ground.asked.window.from_ts
    count = len(found.values)
    points = [_bare(one) for one, there in zip(found.points[:count], inside, strict=True) if there]
    return Series(subject, found.values[inside], points)


def guards_of(ground: Ground, subject: Subject) -> dict[Subject, Series]:
    """What else could get worse: the other metrics of the stream, and the waits in all steps."""
    others = [Subject(one) for one in ("flow_time", "velocity") if one != subject.metric]
    found = {one: series_of(ground, one) for one in others}
    made = ground.map()
    waits = step_waits(made.lives, made.rows)
    for step in made.steps.steps:
        own = Subject(STEP_WAIT, step.name)
        if own != subject:
            found[own] = _series(ground, own, waits, step.number)
    return found


def owners_of(ground: Ground) -> Mapping[str, str]:
    """By name of each step of the map the team that owns it, "" for none."""
    return {step.name: step.team for step in ground.map().steps.steps}


def begun_before(ground: Ground, subject: Subject, ts: int) -> int | None:
    """How many of the deliveries of a clock had begun before a moment; None of other subjects."""
    if subject.metric not in CLOCKS:
        return None
    clock = CLOCKS[subject.metric]
    items = asked_items(ground.stream, ground.asked)
    starts, _ = spans(cohort(items, window=ground.asked.window, clock=clock), clock)
    return int((starts < ts).sum())


def explain_of(ground: Ground, subject: Subject) -> str:
    """The address of the items behind a series."""
    name = ground.stream.config.name
    if subject.step:
        base = explain_address(f"/v1/streams/{name}/map/explain", ground.asked)
        part = {"clock": ground.clock or ground.map().clock, "step": subject.step}
        return f"{base}&{urlencode(part, quote_via=quote)}"
    return explain_address(f"/v1/streams/{name}/metrics/{subject.metric}/explain", ground.asked)


def _waits(ground: Ground, subject: Subject) -> Series:
    made = ground.map()
    step = next((one for one in made.steps.steps if one.name == subject.step), None)
    if step is None:
        known = ", ".join(one.name for one in made.steps.tracker if one.stage_ids)
        raise FieldError("step", f'the map has no step "{subject.step[:80]}"; it has: {known}')
    return _series(ground, subject, step_waits(made.lives, made.rows), step.number)


def _series(ground: Ground, subject: Subject, waits: StepWaits, number: int) -> Series:
    zone = ZoneInfo(ground.asked.tz)
    ends = waits.lives["finish_ts"].to_numpy(np.int64)
    values = waits.days.get(number, np.zeros(len(waits.lives)))
    keys = waits.lives["key"].to_list()
    points = [
        {
            "start": datetime.fromtimestamp(int(end), zone).date().isoformat(),
            "end": iso(int(end)),
            "key": key,
            "value": float(value),
        }
        for end, key, value in zip(ends, keys, values, strict=True)
    ]
    return Series(subject, values, points)


def _bare(point: Answer) -> Answer:
    return {name: point[name] for name in ("start", "end", "key", "value")}
