"""Vectors of money: what a delay costs by its profile, and which order of work costs least."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from conformance.given import Given
from core.frames import NONE
from metrics.periods import WEEK
from metrics.profiles import PROFILES, accrued_cents, terms_of, urgency
from metrics.sequencing import Jobs, best_order, cd3, order_cents

Weeks = Annotated[float, Field(ge=-5_200, le=5_200)]
_Length = Annotated[float, Field(ge=0, le=5_200)]


class _Profile(Given):
    profile: Literal["P1", "P2", "P3", "P4", "P5", "P6"]
    cents: float = Field(ge=0, le=1e12)
    per_week_cents: float = Field(default=0, ge=0, le=1e12)
    escalation_cents: float = Field(default=0, ge=0, le=1e12)
    life_weeks: _Length | None = None
    horizon_weeks: _Length | None = None
    decay_per_week: float = Field(default=0, ge=0, le=10)
    discount_per_year: float = Field(default=0, ge=0, le=10)
    weeks: Literal["lost", "moved"] = "lost"
    free_weeks: Weeks = 0
    slack_weeks: Weeks = 0

    def row(self) -> dict[str, Any]:
        """As the terms of the product."""
        life = self.life_weeks if self.life_weeks is not None else self.horizon_weeks
        free = self.slack_weeks if self.profile == "P4" else self.free_weeks
        return {
            "profile": PROFILES.index(self.profile) + 1,
            "cents": self.cents,
            "more": self.per_week_cents if self.profile == "P4" else self.escalation_cents,
            "life_s": NONE if life is None else round(life * WEEK),
            "decay": self.decay_per_week,
            "discount": self.discount_per_year,
            "moved": self.weeks == "moved",
            "free_s": round(free * WEEK),
        }


class _Delays(_Profile):
    delays_weeks: tuple[Weeks, ...] = Field(max_length=1_000)


class _Job(Given):
    id: str
    cents_per_week: float = Field(ge=0, le=1e12)
    weeks: float = Field(gt=0, le=5_200)


class _Jobs(Given):
    items: tuple[_Job, ...] = Field(min_length=1, max_length=7)


def delay_profile(given: Mapping[str, Any]) -> dict[str, Any]:
    """A profile and delays_weeks -> cents of each delay, and cents_per_week that the next costs."""
    asked = _Delays.model_validate(given)
    many = len(asked.delays_weeks)
    terms = terms_of([asked.row()]).take(np.zeros(many, np.int64))
    delay = np.array([round(one * WEEK) for one in asked.delays_weeks], np.int64)
    return {
        "cents": accrued_cents(terms, delay).tolist(),
        "cents_per_week": urgency(terms, delay).tolist(),
    }


def order_of_work(given: Mapping[str, Any]) -> dict[str, Any]:
    """items (id, cents_per_week, weeks) -> orders (cents by the ids in their order), best, cd3."""
    asked = _Jobs.model_validate(given)
    many = len(asked.items)
    terms = terms_of([{"profile": 1, "cents": one.cents_per_week} for one in asked.items])
    duration = np.array([round(one.weeks * WEEK) for one in asked.items], np.int64)
    jobs = Jobs(terms, np.zeros(many, np.int64), duration, np.zeros(many, np.bool_))
    names = [one.id for one in asked.items]
    orders = {
        "".join(names[one] for one in order): int(order_cents(jobs, order).sum())
        for order in permutations(range(many))
    }
    best, _ = best_order(jobs)
    ranks = dict(zip(names, cd3(jobs).tolist(), strict=True))
    return {"orders": orders, "best": [names[one] for one in best], "cd3": ranks}
