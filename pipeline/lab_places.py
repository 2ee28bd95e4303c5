"""Where the wait goes: rows of the lab's answers by step and by team, before and after."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.lab.instant import instant_waits
from metrics.lab.network import Network
from metrics.lab.paired import Difference, difference
from metrics.lab.runs import Outcome
from metrics.stats import Floats

Answer = dict[str, Any]
BEFORE_THE_FIRST = "before the first step"
NO_VALUE = "no item that came in the window has a value per week; see [cost_of_delay]"


@dataclass(frozen=True)
class Sides:
    """A stream before and after a change. told: whether numbers may be given."""

    networks: tuple[Network, Network]
    outcomes: tuple[Outcome, Outcome]
    told: bool

    @property
    def valued(self) -> bool:
        """Whether anything has a price."""
        return bool(np.nan_to_num(self.networks[0].values).any())


def pair(before: Floats, after: Floats, *, told: bool) -> Answer:
    """Before and after with the paired interval of the difference; a direction alone where the
    model may not speak in numbers.
    """
    found = difference(before, after)
    numbers = {
        "before": float(np.nanmean(before)) if len(before) else math.nan,
        "after": float(np.nanmean(after)) if len(after) else math.nan,
        "difference": found.mean,
        "low": found.low,
        "high": found.high,
    }
    given = {name: one if told and math.isfinite(one) else None for name, one in numbers.items()}
    return {**given, "direction": direction(found)}


def direction(found: Difference) -> str:
    """less, more, or same where the interval includes 0."""
    if found.is_less:
        return "less"
    return "more" if found.is_more else "same"


def owner(network: Network, place: int) -> str:
    """The team of a step, or the step's name where none is named."""
    step = network.steps[place]
    return step.team or step.name


def place_rows(sides: Sides) -> list[Answer]:
    """The steps in the order of the stream, and the wait before the first."""
    before, after = sides.outcomes
    network, told = sides.networks[0], sides.told
    instant = instant_waits(network)
    rows = [
        {
            "step": step.name,
            "team": step.team,
            "wait_d": pair(before.wait[:, n], after.wait[:, n], told=told),
            "queue_items": pair(before.queue[:, n], after.queue[:, n], told=told),
            "work_d": pair(before.work[:, n], after.work[:, n], told=told),
            "visits": pair(before.visits[:, n], after.visits[:, n], told=told),
            "busy": _busy(sides, n),
            "delay_cost_cents_per_week": _cents(sides, before.cost[:, n], after.cost[:, n]),
            "instant_wait_d": instant[n] if told else None,
        }
        for n, step in enumerate(network.steps)
    ]
    return [*rows, _outside(sides)]


def _outside(sides: Sides) -> Answer:
    before, after = sides.outcomes
    rate = [1 / float(network.gaps.mean()) for network in sides.networks]
    return {
        "step": BEFORE_THE_FIRST,
        "team": "",
        "wait_d": pair(before.outside, after.outside, told=sides.told),
        "queue_items": pair(before.outside * rate[0], after.outside * rate[1], told=sides.told),
        "work_d": None,
        "visits": None,
        "busy": None,
        "delay_cost_cents_per_week": _cents(sides, before.cost[:, -1], after.cost[:, -1]),
        "instant_wait_d": None,
    }


def _busy(sides: Sides, place: int) -> Answer | None:
    """Of the people of the step; null where nobody works there."""
    pool = sides.networks[0].steps[place].pool
    if pool is None:
        return None
    now = sides.networks[1].steps[place].pool
    before, after = sides.outcomes
    there = np.zeros(len(after.p50)) if now is None else after.busy[:, now]
    return pair(before.busy[:, pool], there, told=sides.told)


def _cents(sides: Sides, before: Floats, after: Floats) -> Answer | None:
    """Null where nothing has a value."""
    return pair(before, after, told=sides.told) if sides.valued else None


def team_rows(sides: Sides) -> list[Answer]:
    """The teams in the order of their first step: their waits, queues and costs in sum."""
    network = sides.networks[0]
    places: dict[str, list[int]] = {}
    for n in range(len(network.steps)):
        places.setdefault(owner(network, n), []).append(n)
    return [_team(sides, name, of) for name, of in places.items()]


def _team(sides: Sides, name: str, places: list[int]) -> Answer:
    before, after = sides.outcomes
    working = [n for n in places if sides.networks[0].steps[n].pool is not None]
    busy = [_busy(sides, n) for n in working]
    return {
        "team": name,
        "steps": [sides.networks[0].steps[n].name for n in places],
        "wait_d": _sum(sides, before.wait, after.wait, places),
        "queue_items": _sum(sides, before.queue, after.queue, places),
        "busy": max(busy, key=lambda one: (one or {}).get("after") or 0.0) if busy else None,
        "delay_cost_cents_per_week": _cents(
            sides, before.cost[:, places].sum(axis=1), after.cost[:, places].sum(axis=1)
        ),
    }


def _sum(sides: Sides, before: Floats, after: Floats, places: list[int]) -> Answer:
    return pair(before[:, places].sum(axis=1), after[:, places].sum(axis=1), told=sides.told)
