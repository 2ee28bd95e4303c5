"""The series that improvements are judged by: a metric, or the wait of deliveries in a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.orm import Session

from core.errors import FieldError
from metrics.cohort import cohort, durations, spans
from metrics.improvement import Side
from metrics.mapping import Ints
from metrics.periods import DAY, Window
from metrics.stats import Floats
from metrics.step_series import StepWaits, step_waits
from metrics.weekly import weekly
from pipeline.chart_frame import chart_periods
from pipeline.map_facts import MapFacts, map_facts
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import explain_address
from pipeline.stream_measures import CLOCKS, asked_items
from pipeline.times import iso
from pipeline.xmr_answers import XMR_SLUGS, charted

Answer = dict[str, Any]
Per = Literal["week", "delivery"]

STEP_WAIT: Final = "step_wait"
METRICS_OF: Final = (*XMR_SLUGS, STEP_WAIT)
MOST_POINTS: Final = 400
"""A baseline is of at most so many points, those before the change."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is charted: a metric, or with `step` the wait in that step of the map; `per` week its
    average over the deliveries of the week.
    """

    metric: str
    step: str = ""
    per: Per = "week"

    @property
    def wanted(self) -> Side:
        """On which side of what it was it is better."""
        return "above" if self.metric == "velocity" else "below"

    @property
    def single(self) -> bool:
        """Whether one point outside the limits tells a change. Of a count it does; times are
        skewed, and one long delivery, in a week or alone, is an event of its own.
        """
        return self.metric == "velocity"

    @property
    def points(self) -> Per:
        """What a point is."""
        return "week" if self.metric == "velocity" else self.per

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
    if subject.metric in CLOCKS and subject.per == "week":
        return _by_week(ground, subject)
    found = charted(ground.snapshot, ground.stream, subject.metric, ground.asked)
    inside = found.at >= ground.asked.window.from_ts
    count = len(found.values)
    points = [_bare(one) for one, there in zip(found.points[:count], inside, strict=True) if there]
    return Series(subject, found.values[inside], points)


def guards_of(ground: Ground, subject: Subject) -> dict[Subject, Series]:
    """What else could get worse: the other metrics of the stream, and the waits in all steps."""
    others = [replace(subject, metric=one, step="") for one in ("flow_time", "velocity")]
    others = [one for one in others if one.metric != subject.metric]
    found = {one: series_of(ground, one) for one in others}
    made = ground.map()
    waits = step_waits(made.lives, made.rows)
    for step in made.steps.steps:
        own = Subject(STEP_WAIT, step.name, subject.per)
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
    if subject.per == "week":
        return _weeks(ground, subject, ends, values)
    keys = waits.lives["key"].to_list()
    points = [
        {
            "start": datetime.fromtimestamp(int(end), zone).date().isoformat(),
            "end": iso(int(end)),
            "key": key,
            "n": 1,
            "value": float(value),
        }
        for end, key, value in zip(ends, keys, values, strict=True)
    ]
    return Series(subject, values, points)


def _by_week(ground: Ground, subject: Subject) -> Series:
    clock = CLOCKS[subject.metric]
    found = cohort(
        asked_items(ground.stream, ground.asked), window=ground.asked.window, clock=clock
    )
    days = np.maximum(durations(found, clock, ground.asked.calendar), 0) / DAY
    return _weeks(ground, subject, spans(found, clock)[1], days)


def _weeks(ground: Ground, subject: Subject, ended: Ints, values: Floats) -> Series:
    """The weeks that lie wholly in the window."""
    begin = ground.asked.window.from_ts
    whole = [
        one for one in chart_periods(ground.asked, "week") if one.complete and one.from_ts >= begin
    ]
    found = weekly(ended, values, whole)
    points = [
        {
            "start": one.period.label,
            "end": iso(one.period.to_ts),
            "key": None,
            "n": one.n,
            "value": one.mean,
        }
        for one in found
    ]
    return Series(subject, np.array([one.mean for one in found], np.float64), points)


def _bare(point: Answer) -> Answer:
    """Of a count the value says how many."""
    kept = {name: point[name] for name in ("start", "end", "key", "value")}
    return {**kept, "n": 1 if point["key"] is not None else int(point["value"])}
