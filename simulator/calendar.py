"""Office hours, waiting times and deployment rhythms, in UTC and whole seconds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

OPENS, CLOSES = 7, 17
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def office(at: datetime, rng: Random) -> datetime:
    """`at` itself in office hours, else a moment in the first two hours of the next working day."""
    if at.weekday() < 5 and OPENS <= at.hour < CLOSES:
        return at
    day = at if at.hour < OPENS else at + DAY
    while day.weekday() >= 5:
        day += DAY
    return _midnight(day) + timedelta(seconds=rng.randrange(OPENS * 3600, (OPENS + 2) * 3600))


def lognormal(rng: Random, median: timedelta, sigma: float) -> timedelta:
    """A waiting time: most are short, a few are very long."""
    return timedelta(seconds=int(median.total_seconds() * math.exp(rng.gauss(0.0, sigma))))


def between(rng: Random, low: timedelta, high: timedelta) -> timedelta:
    return timedelta(seconds=rng.randint(int(low.total_seconds()), int(high.total_seconds())))


def moment(rng: Random, start: datetime, end: datetime) -> datetime:
    """A moment of [start, end), in office hours where the span has any that a few tries find."""
    span = max(1, int((end - start).total_seconds()))
    at = start
    for _ in range(8):
        at = start + timedelta(seconds=rng.randrange(span))
        if at.weekday() < 5 and OPENS <= at.hour < CLOSES:
            break
    return at


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a service goes to production: on `weekdays` (0 is Monday) at each of `hours`, each with
    `chance`.
    """

    weekdays: tuple[int, ...]
    hours: tuple[int, ...]
    chance: float


def slots(rhythm: Rhythm, *, start: datetime, now: datetime, rng: Random) -> list[datetime]:
    """The moments from the second day to `now` at which a deployment may start, in order."""
    found = []
    day = _midnight(start) + DAY
    while day < now:
        for hour in rhythm.hours:
            at = day + hour * HOUR + between(rng, 0 * MINUTE, 50 * MINUTE)
            if day.weekday() in rhythm.weekdays and rng.random() < rhythm.chance and at < now:
                found.append(at)
        day += DAY
    return found


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.date(), time(), at.tzinfo)
