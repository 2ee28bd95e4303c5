"""What somebody tells of an improvement, checked: the proposal, and how it starts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from core.errors import FieldError
from core.settings import Settings
from metrics.map_steps import map_steps
from metrics.periods import DAY, Window
from metrics.xmr import Variant
from pipeline.baseline import freeze
from pipeline.improvement_answers import end_of, subject_of
from pipeline.improvement_series import Ground, Per, asked_between, require_subject
from pipeline.improvements import line
from pipeline.question import instant, past_moment, question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import stream_of
from store.improvements import Improvement
from store.scenarios import find_scenario

Answer = dict[str, Any]
_BASELINE_D: Final = 90
_MOST_D: Final = 3 * 366


@dataclass(frozen=True, slots=True)
class Proposal:
    """As it was sent. scenario: the number of one of the lab, None for none."""

    stream: str
    title: str
    hypothesis: str
    metric: str
    step: str
    value: float
    by: str
    owner: str
    scenario: int | None


@dataclass(frozen=True, slots=True)
class Beginning:
    """As it was sent; None takes the usual: the change is now, the horizon is the target's day, and
    the baseline are the 90 days before the change.
    """

    changed_at: str | None
    until: str | None
    baseline_from: str | None
    variant: Variant
    per: Per = "week"


def plan_of(session: Session, stream: StreamFacts, told: Proposal) -> Answer:
    """What is kept of a proposal; `FieldError` for what makes no sense."""
    subject = require_subject(told.metric, told.step)
    if subject.step:
        names = [step.name for step in map_steps(stream.stages).steps]
        if subject.step not in names:
            known = ", ".join(names)
            raise FieldError("step", f'the map has no step "{subject.step[:80]}"; it has: {known}')
    if told.scenario is not None:
        found = find_scenario(session, told.scenario)
        if found is None or found.stream != told.stream:
            raise FieldError(
                "scenario", f"the lab keeps no scenario {told.scenario} of this stream"
            )
    return {
        "hypothesis": line("hypothesis", told.hypothesis),
        "metric": subject.metric,
        "step": subject.step,
        "target": {"value": told.value, "by": _day("target.by", told.by)},
        "owner": line("owner", told.owner),
        "scenario": told.scenario,
    }


def beginning_of(
    session: Session,
    snapshot: Snapshot,
    settings: Settings,
    one: Improvement,
    told: Beginning,
    *,
    now: int,
) -> Answer:
    """What is kept when it starts: the frozen baseline, and until when it is judged.

    `FieldError` for a change in the future, a horizon before it, and a baseline after it.
    """
    zone = settings.server.timezone
    changed = (
        now
        if told.changed_at is None
        else past_moment(settings, "changed_at", told.changed_at, now=now)
    )
    last = _day("until", told.until or one.plan["target"]["by"])
    until = end_of(last, zone)
    if until <= changed:
        raise FieldError("until", "a day after the change: until when it is judged")
    begin = changed - _BASELINE_D * DAY
    if told.baseline_from is not None:
        begin = instant("baseline_from", told.baseline_from, zone)
    if not changed - _MOST_D * DAY <= begin < changed:
        raise FieldError("baseline_from", "a day before the change, at most three years before it")
    stream = stream_of(snapshot, one.stream)
    asked = asked_between(question(settings, as_of=now), Window(begin, changed))
    ground = Ground(session, snapshot, stream, asked)
    subject = replace(subject_of(one), per=told.per)
    frozen = freeze(settings, ground, subject, variant=told.variant, now=now)
    return {"baseline": frozen, "until_ts": until, "until": last}


def _day(field: str, text: str) -> str:
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise FieldError(field, "write a day, as 2026-11-30") from error
    if not 1970 < found.year < 9999:
        raise FieldError(field, "a year from 1971 to 9998")
    return found.isoformat()
