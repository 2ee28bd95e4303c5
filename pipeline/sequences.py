"""The order in which delay costs least: of a queue of a stream, or of items that are named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from core.errors import BadRequestError, FieldError
from core.settings import Settings
from metrics import sequencing
from metrics.draws import DRAWS, factors, quantiles, standard
from metrics.periods import DAY
from metrics.profiles import terms_of, urgency
from metrics.sequencing import (
    Jobs,
    Neighbours,
    best_order,
    cd3,
    drawn_orders,
    order_cents,
    stability,
)
from metrics.stats import Floats
from pipeline.estimate_rules import checked_nested
from pipeline.queue_items import (
    Duration,
    Queued,
    constraint_of,
    item_called,
    queue_of,
    waits_anywhere,
)
from pipeline.snapshot import StreamFacts
from pipeline.times import iso
from pipeline.worth import terms_row

Answer = dict[str, Any]
MOST: Final = 60


@dataclass(frozen=True)
class Named:
    """An item that was asked for. value: see `checked_nested`, None: as it is known. days: low,
    likely, high, None: as it was measured. scores: of WSJF (value, time, risk, size).
    """

    key: str
    value: Mapping[str, Any] | None = None
    days: tuple[float, float, float] | None = None
    scores: tuple[float, float, float, float] | None = None


def sequence_answer(
    settings: Settings,
    stream: StreamFacts,
    *,
    stage: str | None,
    named: Sequence[Named],
    as_of: int,
) -> Answer:
    """Today's order, the cheapest one, what each costs, and which places are too close to call.

    Items without a duration are left out, as is what of a long queue burns least; those without a
    value keep their place: all are listed with the reason. `BadRequestError` where nothing can be
    ordered.
    """
    if named:
        place, found = None, [_asked(settings, stream, stage, one, as_of) for one in named]
    else:
        place, waiting = queue_of(stream, stage, as_of)
        found = dearest(waiting)
    if why := _unordered(found):
        raise BadRequestError(why)
    body = _order(settings, stream, place, found, as_of)
    return {**body, "stage": body["stage"] or stage, "wsjf": _wsjf(named)}


def queue_order(
    settings: Settings, stream: StreamFacts, *, stage: str | None, as_of: int
) -> Answer:
    """The same of a queue as it stands, of a long one those that burn most: the others are left
    out and say so. `order` is None, with the `reason`, where nothing waits or nothing of it can be
    put in order. `BadRequestError` for an unknown stage.
    """
    head: Answer = {"stream": stream.config.name, "as_of": iso(as_of)}
    if stage is None and not waits_anywhere(stream, as_of):
        why = "nothing waits in this stream now"
        return {**head, "stage": None, "waiting": 0, "order": None, "reason": why}
    place, waiting = queue_of(stream, stage, as_of)
    found = dearest(waiting)
    why = _unordered(found).partition(": ")[2]
    order = None if why else {**_order(settings, stream, place, found, as_of), "wsjf": None}
    name = _names(stream)[place]
    return {**head, "stage": name, "waiting": len(waiting), "order": order, "reason": why or None}


def dearest(found: Sequence[Queued]) -> list[Queued]:
    """Of more than can be put in order those stay timed whose delay costs most a week now."""
    timed = [place for place, one in enumerate(found) if one.duration is not None]
    if len(timed) <= MOST:
        return list(found)
    jobs = jobs_of([found[place] for place in timed])
    burning = np.where(jobs.fixed, -1.0, urgency(jobs.terms, jobs.delay_s))
    kept = {timed[at] for at in np.argsort(-burning, kind="stable")[:MOST].tolist()}
    return [
        one
        if place in kept or one.duration is None
        else replace(one, duration=None, reason=f"not among the {MOST} that cost most a week now")
        for place, one in enumerate(found)
    ]


def _unordered(found: Sequence[Queued]) -> str:
    """Why these can't be put in order; empty where they can."""
    timed = [one for one in found if one.duration is not None]
    if len(timed) > MOST:
        return f"items: at most {MOST} are put in order; name those that matter"
    return "" if any(one.terms is not None for one in timed) else _nothing(found)


def _names(stream: StreamFacts) -> dict[int, str]:
    return dict(zip(stream.stages["stage_id"].tolist(), stream.stages["name"], strict=True))


def _order(
    settings: Settings,
    stream: StreamFacts,
    place: int | None,
    found: Sequence[Queued],
    as_of: int,
) -> Answer:
    timed = [one for one in found if one.duration is not None]
    names = _names(stream)
    return {
        "stream": stream.config.name,
        "stage": None if place is None else names[place],
        "constraint": None if place is None else names[constraint_of(stream, place)],
        "as_of": iso(as_of),
        "currency": settings.cost_of_delay.currency,
        **_ordered(timed),
        "left_out": [{"key": one.key, "reason": one.reason} for one in found if not one.duration],
        "kept_in_place": [
            {"key": one.key, "reason": one.reason} for one in timed if one.terms is None
        ],
    }


def _nothing(found: Sequence[Queued]) -> str:
    if not found:
        return "stage: nothing waits there now"
    told = "; ".join(f"{one.key}: {one.reason}" for one in found[:5])
    return f"items: none has both a value and a duration ({told})"


def _asked(
    settings: Settings, stream: StreamFacts, stage: str | None, one: Named, as_of: int
) -> Queued:
    """An item that was named: what is given of it goes before what is known."""
    at = None
    if stage is not None:
        known = dict(zip(stream.stages["name"], stream.stages["stage_id"].tolist(), strict=True))
        if stage not in known:
            raise BadRequestError(f"stage: one of {', '.join(map(str, known))}")
        at = int(known[stage])
    found = item_called(stream, one.key, at, as_of)
    if found is None:
        if one.value is None or one.days is None:
            raise FieldError(
                "items", f"{one.key[:80]} is no item of this stream; give its value and duration"
            )
        found = Queued(one.key, "", None, np.nan, np.nan, 0, None)
    if one.days is not None:
        found = replace(found, duration=Duration(*one.days, "given"))
    if one.value is not None:
        found = _valued(found, one.value, settings.server.timezone, as_of)
    return replace(found, reason=_missing(found))


def _missing(found: Queued) -> str:
    known = [part for part in found.reason.split("; ") if part]
    lacks = {"no duration": found.duration is None, "value": found.terms is None}
    kept = [
        one for one in known if lacks["no duration" if one.startswith("no duration") else "value"]
    ]
    if found.duration is None and not any(one.startswith("no duration") for one in kept):
        kept.append("no duration: name the stage, or give it")
    return "; ".join(kept)


def _valued(found: Queued, value: Mapping[str, Any], zone: str, as_of: int) -> Queued:
    said = checked_nested(value, zone=zone)
    if said.likely_cents is None:
        return replace(found, terms=None, reason="no value")
    row = terms_row(said.profile, said.likely_cents, said.more)
    if "deadline_ts" in said.more:
        row["free_s"] = found.delay_s + said.more["deadline_ts"] - as_of
    low, high = (np.nan if one is None else float(one) for one in (said.low_cents, said.high_cents))
    return replace(found, terms=row, low=low, high=high)


def jobs_of(found: Sequence[Queued]) -> Jobs:
    """What is timed, as the ordering reads it."""
    rows = [one.terms or {"profile": 1, "cents": 0.0} for one in found]
    days = [one.duration.likely for one in found if one.duration is not None]
    return Jobs(
        terms_of(rows),
        np.array([one.delay_s for one in found], np.int64),
        np.maximum(np.round(np.array(days) * DAY).astype(np.int64), 1),
        np.array([one.terms is None for one in found]),
    )


def _ordered(found: Sequence[Queued]) -> Answer:
    jobs = jobs_of(found)
    order, exact = best_order(jobs)
    today = list(range(len(jobs)))
    factor, stretch = _drawn(found)
    now, then = drawn_orders(jobs, [today, order], factor, stretch)
    before, after = order_cents(jobs, today), order_cents(jobs, order)
    rows = _placed(found, jobs, order, stability(jobs, order, factor, stretch))
    return {
        "items": rows,
        "today_cents": int(before.sum()),
        "proposed_cents": int(after.sum()),
        "saves_cents": int(before.sum() - after.sum()),
        "ranges": {
            "today_cents": quantiles(now),
            "proposed_cents": quantiles(then),
            "saves_cents": quantiles(now - then),
            "cheaper_share": float((then < now).mean()) if order != today else None,
            "draws": DRAWS,
        },
        "exact": exact,
        "method": "every order was weighed" if exact else "begun by CD3, then bettered by moves",
    }


def _placed(
    found: Sequence[Queued], jobs: Jobs, order: Sequence[int], near: Sequence[Neighbours]
) -> list[Answer]:
    """A row for each item in its place."""
    before, after = order_cents(jobs, range(len(jobs))), order_cents(jobs, order)
    beside = {one.first: one for one in near}
    rank = cd3(jobs)
    finish = np.cumsum(jobs.duration_s[list(order)])
    return [
        {
            "place": place + 1,
            "place_today": at + 1,
            "key": found[at].key,
            "title": found[at].title,
            "cd3_cents": None if jobs.fixed[at] else round(float(rank[at])),
            "duration_days": _days(found[at].duration),
            "finish_days": int(finish[place]) / DAY,
            "cost_cents": None if jobs.fixed[at] else int(after[at]),
            "cost_today_cents": None if jobs.fixed[at] else int(before[at]),
            "before_next": 1 - beside[at].flips if at in beside else None,
            "too_close_to_call": at in beside and beside[at].too_close,
        }
        for place, at in enumerate(order)
    ]


def _days(duration: Duration | None) -> Answer | None:
    if duration is None:
        return None
    return {
        "low": duration.low, "likely": duration.likely, "high": duration.high,
        "from": duration.source,
    }  # fmt: skip


def _drawn(found: Sequence[Queued]) -> tuple[Floats, Floats]:
    """By item and draw what its amounts and its duration are multiplied by."""
    cents = np.array([float((one.terms or {}).get("cents", 0.0)) for one in found])
    low, high = (np.array([getattr(one, name) for one in found]) for name in ("low", "high"))
    factor = factors(low, cents, high, standard([one.key for one in found]))
    days = [one.duration for one in found if one.duration is not None]
    stretch = factors(
        np.array([min(one.low, one.likely) for one in days]),
        np.array([one.likely for one in days]),
        np.array([max(one.high, one.likely) for one in days]),
        standard([f"{one.key} duration" for one in found]),
    )
    return factor, stretch


def _wsjf(named: Sequence[Named]) -> Answer | None:
    """Relative scores by themselves; None where none were given."""
    scored = [
        {"key": one.key, "score": sequencing.wsjf(*one.scores)} for one in named if one.scores
    ]
    if not scored:
        return None
    scored.sort(key=lambda one: -float(str(one["score"])))
    return {
        "items": [{"place": place, **one} for place, one in enumerate(scored, start=1)],
        "note": "relative scores: their order means something, their size does not, and they are"
        " no money",
    }
