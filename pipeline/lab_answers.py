"""Answers of the lab: the stream as the model has it, and what a change of it would do, where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from core.settings import Settings
from metrics.lab.calibrate import NoModel
from metrics.lab.gate import TOLERANCE, Calibrated
from metrics.lab.network import Network
from metrics.lab.paired import difference
from metrics.lab.verdict import OUTSIDE, constraint, histogram
from pipeline.lab import Compared, compared, lab_model, require_model
from pipeline.lab_levers import lever_rows
from pipeline.lab_places import (
    BEFORE_THE_FIRST,
    NO_VALUE,
    Sides,
    owner,
    pair,
    place_rows,
    team_rows,
)
from pipeline.lab_words import calibration_words, verdict_words
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import stream_metric
from pipeline.times import iso

Answer = dict[str, Any]
_BINS: Final = 40
_BOTH: Final = ("wait_d", "queue_items", "work_d", "visits", "busy", "delay_cost_cents_per_week")


def lab_answer(
    snapshot: Snapshot, settings: Settings, stream: StreamFacts, asked: Question
) -> Answer:
    """The stream as it is in the model, its levers as they stand, and whether it may speak in
    numbers; `model` null with the reason where there is none.
    """
    found = lab_model(settings, stream, asked)
    head = _head(snapshot, settings, stream, asked)
    if isinstance(found, NoModel):
        return {**head, "model": None, "reason": found.reason}
    return {**head, "model": _today(settings, found), "reason": None}


def change_answer(
    snapshot: Snapshot,
    settings: Settings,
    stream: StreamFacts,
    asked: Question,
    levers: Mapping[str, str],
) -> Answer:
    """What the levers would do; `BadRequestError` where there is no model, `FieldError` for a lever
    that can't be moved.
    """
    today = require_model(lab_model(settings, stream, asked))
    found = compared(today, levers)
    sides = Sides(
        (today.model.network, found.changed.network),
        (today.today, found.after),
        today.speaks_numbers,
    )
    before, after, told = today.today, found.after, sides.told
    return {
        **_head(snapshot, settings, stream, asked),
        "levers": lever_rows(today, found.changed.network, levers),
        "numbers": told,
        "calibration": _calibration(today),
        "verdict": _verdict(found, told),
        "flow_d": {
            name: pair(getattr(before, name), getattr(after, name), told=told)
            for name in ("p50", "p85", "mean")
        },
        "per_week": pair(before.per_week, after.per_week, told=told),
        "delay_cost": _cost(settings, sides),
        "constraint": _constraint(found, sides),
        "inherits": _inherits(found, sides),
        "steps": place_rows(sides),
        "teams": team_rows(sides),
        "distribution": _distribution(sides),
    }


def _head(snapshot: Snapshot, settings: Settings, stream: StreamFacts, asked: Question) -> Answer:
    """What data it starts from: graded as its flow time is, with the items behind it."""
    flow = stream_metric(snapshot, settings, stream, "flow_time", asked)
    return {
        "stream": stream.config.name,
        "title": stream.title,
        "kind": "simulation",
        "window": [iso(asked.window.from_ts), iso(asked.window.to_ts)],
        "as_of": iso(asked.as_of),
        "known_at": flow["known_at"],
        "grade": flow["grade"],
        "reasons": flow["reasons"],
        "explain": flow["explain"],
    }


def _today(settings: Settings, found: Calibrated) -> Answer:
    network, today = found.model.network, found.today
    sides = Sides((network, network), (today, today), found.speaks_numbers)
    busiest = constraint(network, today)
    return {
        "levers": lever_rows(found, network, {}),
        "numbers": sides.told,
        "calibration": _calibration(found),
        "flow_d": {
            name: float(getattr(today, name).mean()) if sides.told else None
            for name in ("p50", "p85", "mean")
        },
        "constraint": None if busiest is None else _named(network, busiest),
        "steps": [
            {
                key: one["before"] if key in _BOTH and one is not None else one
                for key, one in row.items()
            }
            for row in place_rows(sides)
        ],
        "currency": settings.cost_of_delay.currency,
    }


def _calibration(found: Calibrated) -> Answer:
    """What was compared, and what the model was made of."""
    network = found.model.network
    return {
        "holds": found.speaks_numbers,
        "tolerance": TOLERANCE,
        "words": calibration_words(found),
        "checks": [
            {
                "what": check.what,
                "step": check.step,
                "measured": check.measured,
                "modelled": check.modelled,
                "off": check.off,
                "holds": check.holds,
            }
            for check in found.checks
        ],
        "done": found.model.measured.done,
        "arrived": found.model.measured.arrived,
        "arrivals_per_week": network.arrivals_per_week,
        "runs": found.plan.runs,
        "items_per_run": found.plan.counted,
        "warm_up_items": found.plan.warm_up,
        "lying": [
            {"step": step.name, "items": one.items}
            for step, one in zip(network.steps, network.lying, strict=True)
            if one.items > 0
        ],
        "people": [
            {
                "team": owner(network, network.steps_of(pool)[0]),
                "steps": [network.steps[n].name for n in network.steps_of(pool)],
                "places": seen.places,
                "people": found.model.people[pool],
                "per_week": seen.per_week,
                "basis": seen.basis,
            }
            for pool, seen in enumerate(found.model.capacities)
        ],
    }


def _named(network: Network, place: int) -> Answer:
    return {"step": network.steps[place].name, "team": owner(network, place)}


def _verdict(found: Compared, told: bool) -> Answer:
    judgement = found.judgement
    network = found.today.model.network
    share = judgement.returned / judgement.removed if judgement.removed > 0 else None
    return {
        "verdict": judgement.verdict,
        "words": verdict_words(judgement, network, told=told),
        "removed_d": judgement.removed if told else None,
        "returned_d": judgement.returned if told else None,
        "returned_share": share if told else None,
        "moved": [
            {
                "step": BEFORE_THE_FIRST if place == OUTSIDE else network.steps[place].name,
                "team": "" if place == OUTSIDE else owner(network, place),
                "wait_d": days if told else None,
            }
            for place, days in judgement.moved
        ],
        "hidden": [
            {"step": network.steps[place].name, "work_d": days if told else None}
            for place, days in judgement.hidden.items()
        ],
    }


def _cost(settings: Settings, sides: Sides) -> Answer:
    """Cents a week that waiting costs; null with the reason where nothing has a value."""
    before, after = sides.outcomes
    values = sides.networks[0].values
    priced = sides.valued
    cents = pair(before.cost.sum(axis=1), after.cost.sum(axis=1), told=sides.told)
    return {
        "cents_per_week": cents if priced else None,
        "currency": settings.cost_of_delay.currency,
        "profile": settings.cost_of_delay.profile,
        "valued_share": float(np.mean(~np.isnan(values))) if len(values) else None,
        "reason": None if priced else NO_VALUE,
    }


def _constraint(found: Compared, sides: Sides) -> Answer | None:
    """Whose people are busiest then, and whether that is another step than now."""
    now, then = found.judgement.constraint_before, found.judgement.constraint
    if then is None:
        return None
    network = sides.networks[1]
    pool = network.steps[then].pool
    busy = sides.outcomes[1].busy.mean(axis=0)
    return {
        **_named(network, then),
        "busy": float(busy[pool]) if sides.told and pool is not None else None,
        "before": None if now is None else _named(sides.networks[0], now),
        "moved": now != then,
    }


def _inherits(found: Compared, sides: Sides) -> Answer | None:
    """Who gets most of what comes back: a team, with its items and its money; null where nothing
    does.
    """
    place = found.judgement.inherits
    if place is None:
        return None
    column = place if place != OUTSIDE else -1
    before, after = sides.outcomes
    cents = difference(before.cost[:, column], after.cost[:, column]).mean
    network = sides.networks[0]
    rows = place_rows(sides)
    items = rows[column]["queue_items"]["difference"]
    return {
        "step": rows[column]["step"],
        "team": "" if place == OUTSIDE else owner(network, place),
        "wait_d": rows[column]["wait_d"]["difference"],
        "items": items,
        "cents_per_week": cents if sides.told and sides.valued else None,
    }


def _distribution(sides: Sides) -> Answer | None:
    """Shares of items by days from arrival to done; null where numbers may not be given."""
    if not sides.told:
        return None
    edges, shares = histogram([one.flows for one in sides.outcomes], _BINS)
    return {"edges_d": edges, "before": shares[0], "after": shares[1]}
