"""Where a stream has left its standard: its steps, their owners, and the limits of its metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from core.errors import FieldError
from core.settings import Settings
from metrics.improvement import lasting
from metrics.periods import Window
from metrics.standard_drift import StandardStep, StepDrift, step_drift
from metrics.stats import NaturalLimits
from metrics.xmr import Signal
from pipeline.baseline import signal_answer
from pipeline.improvement_series import (
    Ground,
    Subject,
    asked_between,
    explain_of,
    series_of,
)
from pipeline.improvement_words import signal_words
from pipeline.map_answers import map_answer
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.standard_text import measure_words
from pipeline.standards import step_rows
from pipeline.times import iso
from store.standards import Standard, standard_of

Answer = dict[str, Any]


def drift_answer(
    session: Session, snapshot: Snapshot, settings: Settings, stream: StreamFacts, asked: Question
) -> Answer:
    """Each drift with its evidence, and what could not be checked. asked: the window of which the
    steps are taken; metrics are judged from the day of the standard on.
    """
    standard = standard_of(session, stream.config.name)
    body: Answer = {"stream": stream.config.name, "title": stream.title}
    if standard is None:
        why = "no change of this stream that held was adopted yet"
        nothing: Answer = {"version": None, "since": None, "drifted": None}
        return {**body, **nothing, "items": [], "unchecked": [], "reason": why}
    clock = standard.document["clock"]
    drawn = map_answer(session, snapshot, settings, stream, asked, clock=clock)
    rows = _step_rows(standard, step_rows(drawn), enough=bool(drawn["n"]))
    since = asked_between(asked, Window(standard.ts, max(asked.as_of, standard.ts)))
    ground = Ground(session, snapshot, stream, replace(since, kinds=None, team=None), clock)
    told = [_measured(ground, target, standard) for target in standard.document["targets"]]
    items = [*rows, *(one for one in told if one["kind"] == "metric")]
    return {
        **body,
        "version": standard.version,
        "since": iso(standard.ts),
        "drifted": bool(items),
        "items": items,
        "unchecked": [
            {"what": one["what"], "reason": one["reason"]}
            for one in told
            if one["kind"] == "unchecked"
        ],
        "reason": None,
    }


def _step_rows(standard: Standard, now: Sequence[Answer], *, enough: bool) -> list[Answer]:
    """What no delivery tells about is left alone: without any, tools show no steps."""
    before = [one for one in standard.document["steps"] if enough or one["kind"] != "tool"]
    there = [one for one in now if enough or one["kind"] != "tool"]
    explain = {one["name"]: one["explain"] for one in now}
    found = step_drift([_step(one) for one in before], [_step(one) for one in there])
    return [_step_row(one, explain.get(one.step)) for one in found]


def _step(row: Answer) -> StandardStep:
    return StandardStep(row["name"], row["team"] or "", row["used"])


def _step_row(one: StepDrift, explain: str | None) -> Answer:
    owner = f", which was {one.was}'s" if one.was else ""
    words = {
        "step_gone": f"{one.step}{owner}, is no step any more",
        "step_new": f"{one.step} is a step that the standard does not have",
        "owner": f"{one.step} is with {one.now or 'nobody'}, and was with {one.was or 'nobody'}",
        "step_unused": f"no delivery goes through {one.step} any more",
    }
    return {
        "kind": one.kind,
        "what": one.step,
        "words": words[one.kind],
        "worse": None,
        "signal": None,
        "explain": explain,
    }


def _measured(ground: Ground, target: Answer, standard: Standard) -> Answer:
    """A target that points since then lie outside of; or why it could not be checked; or neither,
    of the kind `calm`.
    """
    what = measure_words(target)
    if target["limits"] is None:
        return _unchecked(what, f"the standard has no limits of it: {target['reason']}")
    per = standard.document["per"]
    subject = Subject(target["metric"], target["step"] or "", per)
    try:
        series = series_of(ground, subject) if ground.asked.window.seconds else None
    except FieldError as error:
        return _unchecked(what, error.what)
    if series is None or not len(series.values):
        return _unchecked(what, "nothing has come since the standard was adopted")
    limits = NaturalLimits(**target["limits"])
    values = np.array(target["values"], np.float64)
    last = _last(lasting(values, limits, series.values).beyond, subject)
    if last is None:
        return {"kind": "calm", "what": what}
    signal = signal_answer(last, series.points)
    worse = last.side != subject.wanted
    told = {**target, "per": subject.points, "variant": standard.document["variant"]}
    said = signal_words(signal, told)
    return {
        "kind": "metric",
        "what": what,
        "words": f"{what} left its limits: {said}" if worse else f"{what} is better: {said}",
        "worse": worse,
        "signal": signal,
        "explain": explain_of(ground, subject),
    }


def _last(found: Sequence[Signal], subject: Subject) -> Signal | None:
    stretches = [one for one in found if subject.single or one.rule != "outside"]
    return max(stretches, key=lambda one: (one.last, one.last - one.first), default=None)


def _unchecked(what: str, reason: str) -> Answer:
    return {"kind": "unchecked", "what": what, "reason": reason}
