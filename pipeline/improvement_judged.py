"""What became of an improvement: the points after the change against the frozen baseline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import numpy as np
from sqlalchemy.orm import Session

from core.errors import FieldError
from core.settings import Settings
from metrics.improvement import Side, Verdict, verdict, worsened
from metrics.periods import Window
from metrics.stats import NaturalLimits
from pipeline.baseline import Frozen, restated, signal_answer
from pipeline.improvement_series import (
    Ground,
    Series,
    Subject,
    asked_between,
    begun_before,
    explain_of,
    guards_of,
    series_of,
)
from pipeline.improvement_words import guard_words
from pipeline.improvements import ADOPTED, STARTED, STOPPED, Kept, has
from pipeline.question import instant, question
from pipeline.snapshot import Snapshot

Answer = dict[str, Any]


@dataclass(frozen=True)
class Judged:
    """frozen: the baseline. ground: of the time since the change. over: its horizon is past, or it
    was ended. series: None where it can't be had any more, for the `reason`.
    """

    frozen: Frozen
    ground: Ground | None
    window: Window
    over: bool
    series: Series | None
    verdict: Verdict | None
    reason: str | None = None


def judged(
    session: Session, snapshot: Snapshot, settings: Settings, kept: Kept, *, now: int
) -> Judged | None:
    """None where it has not started."""
    started = has(kept.log, STARTED)
    if started is None:
        return None
    frozen = Frozen(started.document["baseline"])
    ended = [one.ts for one in kept.log if one.kind in (STOPPED, ADOPTED)]
    until = min([started.document["until_ts"], *ended])
    window = Window(frozen.window.to_ts, max(min(until, now), frozen.window.to_ts))
    over = now >= until
    stream = snapshot.streams.get(kept.one.stream)
    if stream is None:
        why = f'the value stream "{kept.one.stream}" is not configured any more'
        return Judged(frozen, None, window, over, None, None, why)
    asked = asked_between(question(settings, as_of=now), window)
    clock = frozen.document["clock"]
    ground = Ground(session, snapshot, stream, asked, clock)
    try:
        series = _since(ground, frozen.subject)
    except FieldError as error:
        return Judged(frozen, ground, window, over, None, None, str(error))
    found = verdict(
        frozen.values,
        frozen.limits,
        series.values,
        wanted=frozen.subject.wanted,
        single=frozen.subject.single,
        over=over,
    )
    return Judged(frozen, ground, window, over, series, found)


def after_answer(found: Judged) -> Answer:
    """The points since the change, their average, and the address of the items."""
    ground, series = found.ground, found.series
    if ground is None or series is None:
        nothing: Answer = {"n": 0, "deliveries": 0, "mean": None, "began_before": None}
        return {**nothing, "points": [], "explain": None}
    subject = found.frozen.subject
    count = len(series.values)
    return {
        "n": count,
        "deliveries": sum(one["n"] for one in series.points),
        "mean": float(series.values.mean()) if count else None,
        "began_before": begun_before(ground, subject, found.window.from_ts),
        "points": [_opened(ground, subject, one) for one in series.points],
        "explain": explain_of(ground, subject),
    }


def _opened(ground: Ground, subject: Subject, point: Answer) -> Answer:
    """With the address of what is behind it."""
    if point["key"] is not None:
        return {**point, "explain": f"/v1/items/{quote(point['key'], safe='')}/journey"}
    zone = ground.asked.tz
    window = Window(instant("start", point["start"], zone), instant("end", point["end"], zone))
    own = replace(ground, asked=replace(ground.asked, window=window))
    return {**point, "explain": explain_of(own, subject)}


def restated_answer(found: Judged) -> Answer:
    """Whether the baseline would be another one by the records of today."""
    nothing: Answer = {"would_move": None, "points": None, "limits": None, "definitions": []}
    if found.ground is None:
        return {**nothing, "reason": found.reason}
    asked = asked_between(found.ground.asked, found.frozen.window)
    before = Ground(
        found.ground.session,
        found.ground.snapshot,
        found.ground.stream,
        asked,
        found.frozen.document["clock"],
    )
    try:
        return restated(found.frozen, before)
    except FieldError as error:
        return {**nothing, "reason": str(error)}


def guard_answers(found: Judged) -> list[Answer]:
    """What else was watched, each with whether it got worse; what did comes first."""
    if found.ground is None:
        return []
    per = found.frozen.subject.per
    known = {
        Subject(one["metric"], one["step"], per): one for one in found.frozen.document["guards"]
    }
    if found.window.seconds:
        now = guards_of(found.ground, found.frozen.subject)
    else:
        now = {one: Series(one, np.empty(0), []) for one in known}
    rows = [_guard(found.ground, one, frozen, now.get(one)) for one, frozen in known.items()]
    waits = [row for row in rows if row["step"] is None or _waited(row)]
    return sorted(waits, key=lambda row: not row["worse"])


def _waited(row: Answer) -> bool:
    return bool(row["before"]["mean"] or row["after"]["mean"])


def _guard(ground: Ground, subject: Subject, frozen: Answer, series: Series | None) -> Answer:
    before = np.array(frozen["values"], np.float64)
    after = np.empty(0) if series is None else series.values
    found = None
    if frozen["limits"] is not None and len(after):
        limits = NaturalLimits(**frozen["limits"])
        bad: Side = "below" if subject.wanted == "above" else "above"
        found = worsened(before, limits, after, bad=bad)
    told = frozen["limits"] is not None and series is not None and len(after) > 0
    signal = None
    if found is not None and series is not None:
        signal = signal_answer(found, series.points)
    row = {
        "metric": subject.metric,
        "step": subject.step or None,
        "team": frozen["team"] or None,
        "unit": subject.unit,
        "before": {"n": len(before), "mean": float(before.mean()) if len(before) else None},
        "after": {"n": len(after), "mean": float(after.mean()) if len(after) else None},
        "worse": found is not None if told else None,
        "signal": signal,
        "explain": explain_of(ground, subject) if series is not None else None,
        "reason": None if told else _untold(frozen, series),
    }
    return {**row, "words": guard_words(row)}


def _untold(frozen: Answer, series: Series | None) -> str:
    if frozen["limits"] is None:
        return f"the baseline holds {len(frozen['values'])} points, too few for limits"
    if series is None:
        return "it is not there any more"
    return "nothing has come since the change"


def _since(ground: Ground, subject: Subject) -> Series:
    if not ground.asked.window.seconds:
        return Series(subject, np.empty(0), [])
    return series_of(ground, subject)
