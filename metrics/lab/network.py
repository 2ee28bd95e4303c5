"""A stream as steps, people and ways between the steps. Times are days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from metrics.profiles import Terms
from metrics.stats import Floats

WEEK_D: Final = 7.0
Order = Literal["first_in", "oldest", "shortest", "cd3", "feature", "defect", "risk", "debt"]
"""Who is next: first into the step, first into the stream, shortest work, value over duration, or
one kind of work before the others.
"""


def no_times() -> Floats:
    return np.zeros(1)


@dataclass(frozen=True)
class Step:
    """A queue and the work behind it.

    service, delay: samples of days, of which each visit draws one; `delay` is the wait that no
    person ends (a decision, another queue, an agreed day). team: who owns it. pool: which people
    work here, None where nobody is needed. limit: items in it at most, None: any number.
    openings: moments within each `period` days at which work may begin, empty: always. approved:
    share of visits that pass by record, without waiting or work. back, onward: probabilities by
    step number of going back, and, where it does not, of going on; `len(steps)` is done and one
    more dropped. joined: the step that goes on with the same people, without a queue between.
    """

    name: str
    team: str = ""
    pool: int | None = None
    service: Floats = field(default_factory=no_times)
    delay: Floats = field(default_factory=no_times)
    limit: int | None = None
    openings: tuple[float, ...] = ()
    period: float = 1.0
    approved: float = 0.0
    back: Mapping[int, float] = field(default_factory=dict)
    onward: Mapping[int, float] = field(default_factory=dict)
    joined: int | None = None
    order: Order = "first_in"

    @property
    def work(self) -> float:
        """Days of work of a visit, on average."""
        return float(self.service.mean()) * (1 - self.approved)

    @property
    def usable(self) -> float:
        """The share that can be used as received: it is not sent back (V4)."""
        return 1 - sum(self.back.values())


@dataclass(frozen=True)
class Kind:
    """A kind of work: its share of arrivals, and how long it takes in each step beside the average
    (work, and other waiting).
    """

    name: str
    share: float
    pace: tuple[float, ...]
    delay_pace: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Lying:
    """Work that waits in a step and leaves it at no time: `items` on average, and the cents a week
    that their waiting costs. No lever moves it.
    """

    items: float
    cents_per_week: float


@dataclass(frozen=True)
class Network:
    """people: how many items each pool works on at once; per_person: how many of these one person
    has in hand, 1 where that is not known. first: probabilities of the step in which an item
    begins. gaps: a sample of days between arrivals. cap: arrivals let in a week at most.
    waiting: items already in each step at the begin. lying: by step what stays there, empty where
    nothing does; beside what is played. values: cents a week of an item, a sample; NaN
    for one without a value. terms: by place of the values what their delay costs; None: the value
    each week.
    """

    steps: tuple[Step, ...]
    people: tuple[int, ...]
    first: Mapping[int, float]
    gaps: Floats
    cap: float | None = None
    kinds: tuple[Kind, ...] = ()
    waiting: tuple[int, ...] = ()
    lying: tuple[Lying, ...] = ()
    values: Floats = field(default_factory=lambda: np.full(1, np.nan))
    terms: Terms | None = None
    per_person: tuple[float, ...] = ()

    @property
    def arrivals_per_week(self) -> float:
        return WEEK_D / float(self.gaps.mean())

    def number(self, name: str) -> int | None:
        """The place of the step of this name, None where there is none."""
        found = [n for n, step in enumerate(self.steps) if step.name == name]
        return found[0] if found else None

    def steps_of(self, pool: int) -> list[int]:
        """The steps in which these people work."""
        return [n for n, step in enumerate(self.steps) if step.pool == pool]


def line(
    names: Mapping[str, tuple[Floats, int]], gaps: Floats, *, teams: Mapping[str, str] | None = None
) -> Network:
    """A tandem line: each step with a sample of its work and its people, one after the other."""
    told = list(names.items())
    steps = tuple(
        Step(
            name,
            team=(teams or {}).get(name, name),
            pool=place,
            service=service,
            onward={place + 1: 1.0},
        )
        for place, (name, (service, _)) in enumerate(told)
    )
    return Network(steps, tuple(people for _, (_, people) in told), {0: 1.0}, gaps)
