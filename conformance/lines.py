"""Vectors of steps in a row: what comes through them usable, and how long work waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from conformance.given import Given
from metrics.lab.draws import Draws
from metrics.lab.engine import play
from metrics.lab.instant import kingman, sakasegawa
from metrics.lab.network import line
from metrics.map_quality import rolled

_Share = Annotated[float, Field(ge=0, le=1)]
_Days = Annotated[float, Field(gt=0, le=36_500)]
_People = Annotated[int, Field(ge=1, le=1_000)]


class _Path(Given):
    shares: tuple[_Share | None, ...] = Field(max_length=1_000)


class _Step(Given):
    name: str
    days: _Days
    people: _People = 1


class _Line(Given):
    steps: tuple[_Step, ...] = Field(min_length=1, max_length=50)
    every_days: _Days
    items: int = Field(ge=1, le=10_000)


class _Queue(Given):
    busy: float = Field(ge=0, lt=1)
    people: _People = 1
    arrivals_cv2: float = Field(ge=0, le=1e6)
    work_cv2: float = Field(ge=0, le=1e6)
    work_days: _Days


def path_of_shares(given: Mapping[str, Any]) -> dict[str, Any]:
    """shares (null: not known) -> rolled, their product."""
    return {"rolled": rolled(_Path.model_validate(given).shares)}


def line_of_steps(given: Mapping[str, Any]) -> dict[str, Any]:
    """steps (name, days, people), every_days, items -> wait_days by step, flow_days: means."""
    asked = _Line.model_validate(given)
    network = line(
        {one.name: (np.array([one.days]), one.people) for one in asked.steps},
        np.array([asked.every_days]),
    )
    found = play(network, Draws(network, asked.items, 1, 0))
    return {
        "wait_days": {
            one.name: float(found.waited[found.step == place].mean())
            for place, one in enumerate(asked.steps)
        },
        "flow_days": float((found.ended - found.arrived).mean()),
    }


def queue_wait(given: Mapping[str, Any]) -> dict[str, Any]:
    """busy, people, arrivals_cv2, work_cv2, work_days -> wait_days before one step."""
    asked = _Queue.model_validate(given)
    beside = (asked.arrivals_cv2, asked.work_cv2, asked.work_days)
    if asked.people == 1:
        return {"wait_days": kingman(asked.busy, *beside)}
    return {"wait_days": sakasegawa(asked.busy, asked.people, *beside)}
