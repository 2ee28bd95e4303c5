"""Improvements as they are answered: a page of them, and one with all that is known of it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.settings import Settings
from pipeline.baseline import baseline_answer, limits_answer, signal_answer
from pipeline.improvement_judged import (
    Judged,
    after_answer,
    guard_answers,
    judged,
    restated_answer,
)
from pipeline.improvement_series import Subject
from pipeline.improvement_words import caveats, verdict_words
from pipeline.improvements import ADOPTED, STARTED, STOPPED, Kept, has
from pipeline.keyset import before_of
from pipeline.scenarios import scenario_row
from pipeline.snapshot import Snapshot
from pipeline.times import iso
from store.improvements import Entry, Improvement, count, logs, page
from store.scenarios import find_scenario

Answer = dict[str, Any]
_LEAST_FOR_TARGET: Final = 6
"""So many points an average needs to be held against a target."""


def list_improvements(
    session: Session,
    snapshot: Snapshot,
    settings: Settings,
    *,
    stream: str | None,
    cursor: str | None,
    limit: int,
    now: int,
) -> Answer:
    """A page of them, the newest first, each with how it stands."""
    found = page(session, stream=stream, before=before_of(cursor), limit=limit + 1)
    shown = found[:limit]
    told = logs(session, [one.id for one in shown])
    rows = []
    for one in shown:
        kept = Kept(one, told[one.id], new=False)
        rows.append(improvement_row(kept, judged(session, snapshot, settings, kept, now=now)))
    return {
        "items": rows,
        "next": str(shown[-1].id) if len(found) > limit else None,
        "total": count(session, stream=stream),
    }


def improvement_row(kept: Kept, found: Judged | None) -> Answer:
    """How it stands, without points."""
    one, subject = kept.one, subject_of(kept.one)
    started = has(kept.log, STARTED)
    return {
        "id": one.id,
        "stream": one.stream,
        "title": one.title,
        "hypothesis": one.plan["hypothesis"],
        "metric": subject.metric,
        "step": subject.step or None,
        "unit": subject.unit,
        "wanted": subject.wanted,
        "target": one.plan["target"],
        "owner": one.plan["owner"],
        "scenario": one.plan["scenario"],
        "who": one.who,
        "at": iso(one.ts),
        "status": status_of(kept, found),
        "changed_at": None if found is None else iso(found.window.from_ts),
        "changed_on": None if found is None else _day_of(found),
        "until": None if started is None else started.document["until"],
        "per": None if found is None else found.frozen.subject.points,
        "before": None if found is None else limits_answer(found.frozen.limits),
        "n": 0 if found is None or found.series is None else len(found.series.values),
        "mean": _mean(found),
        "verdict": None if found is None else verdict_answer(found),
    }


def improvement_answer(session: Session, kept: Kept, found: Judged | None) -> Answer:
    """All of it: the frozen baseline, the points since, what else moved, and the log."""
    row = improvement_row(kept, found)
    body: Answer = {
        **row,
        "levers": _levers(session, kept.one),
        "target_met": target_met(kept.one, found),
        "baseline": None,
        "restated": None,
        "after": None,
        "guards": [],
        "caveats": [],
        "log": [log_row(one) for one in kept.log],
    }
    if found is None:
        return body
    body |= {
        "baseline": baseline_answer(found.frozen),
        "restated": restated_answer(found),
        "after": after_answer(found),
        "guards": guard_answers(found),
    }
    return {**body, "caveats": caveats(body)}


def subject_of(one: Improvement) -> Subject:
    """As it was proposed; how it is cut into points is told when it starts."""
    return Subject(one.plan["metric"], one.plan["step"])


def status_of(kept: Kept, found: Judged | None) -> str:
    """`running` as long as no signal fired and the horizon is ahead."""
    if has(kept.log, ADOPTED):
        return "standard"
    if has(kept.log, STOPPED):
        return "stopped"
    if found is None:
        return "proposed"
    if found.verdict is None or found.verdict.outcome == "no_signal_yet":
        return "running"
    return found.verdict.outcome


def verdict_answer(found: Judged) -> Answer:
    """The outcome, on which signal it rests, and what is still needed for one."""
    subject, limits = found.frozen.subject, limits_answer(found.frozen.limits)
    if found.verdict is None or found.series is None:
        nothing: Answer = {"decided_by": None, "signals": [], "usual": [], "needed": {}}
        words = f"It can't be judged: {found.reason}."
        return {"outcome": None, "final": found.over, "words": words, **nothing}
    told, points = found.verdict, found.series.points
    decided = None if told.decided_by is None else signal_answer(told.decided_by, points)
    around = {
        "unit": subject.unit,
        "per": subject.points,
        "variant": found.frozen.variant,
        "limits": limits,
        "decided_by": decided,
    }
    return {
        "outcome": told.outcome,
        "final": found.over,
        "words": verdict_words(told, around, n=len(points)),
        "decided_by": decided,
        "signals": [signal_answer(one, points) for one in told.signals],
        "usual": [signal_answer(one, points) for one in told.usual],
        "needed": dict(told.needed),
    }


def target_met(one: Improvement, found: Judged | None) -> bool | None:
    """Whether the average since the change is at the target; None under six points."""
    if found is None or found.series is None or len(found.series.values) < _LEAST_FOR_TARGET:
        return None
    mean, target = float(found.series.values.mean()), float(one.plan["target"]["value"])
    return mean >= target if subject_of(one).wanted == "above" else mean <= target


def log_row(entry: Entry) -> Answer:
    """A line without what was frozen with it."""
    told: Answer = {
        "id": entry.id,
        "kind": entry.kind,
        "note": entry.note,
        "who": entry.who,
        "at": iso(entry.ts),
        "verdict": None,
        "standard": entry.document.get("version"),
    }
    verdict = entry.document.get("verdict")
    return told if verdict is None else {**told, "verdict": verdict["words"]}


def end_of(text: str, zone: str) -> int:
    """The end of a day: the midnight after it."""
    day = date.fromordinal(date.fromisoformat(text).toordinal() + 1)
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp())


def _day_of(found: Judged) -> str:
    """The day of the change, in the zone of the baseline."""
    zone = ZoneInfo(found.frozen.document["zone"])
    return datetime.fromtimestamp(found.window.from_ts, zone).date().isoformat()


def _mean(found: Judged | None) -> float | None:
    if found is None or found.series is None or not len(found.series.values):
        return None
    return float(found.series.values.mean())


def _levers(session: Session, one: Improvement) -> Answer | None:
    """The scenario that it came from, None where it came from none."""
    number: int | None = one.plan["scenario"]
    scenario = None if number is None else find_scenario(session, number)
    return None if scenario is None else scenario_row(scenario)
