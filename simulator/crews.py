"""Few people for much work: who comes first is served first, by whoever is free first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush, heapreplace

from simulator.plans import Habits
from simulator.plants import ScarceTesters


class Crew:
    """So many people, each busy with one item for `takes`."""

    def __init__(self, people: int, takes: timedelta, since: datetime) -> None:
        self.takes = takes
        self._free = [since] * people

    def begins(self, arrival: datetime) -> datetime:
        """When somebody takes up what arrives now; arrivals are told in order."""
        begun = max(arrival, self._free[0])
        heapreplace(self._free, begun + self.takes)
        return begun


def crews_of(habits: Habits, *, count: int, start: datetime, now: datetime) -> dict[str, Crew]:
    """By the status of the work those who are short, for so many items over the whole span."""
    found = {}
    for plant in habits.plants.values():
        if isinstance(plant, ScarceTesters):
            takes = (now - start) * plant.testers * plant.load / max(1, count)
            whole = timedelta(seconds=int(takes.total_seconds()))
            found[plant.before] = Crew(plant.testers, whole, start)
    return found


def in_turn(travels: Sequence[Iterator[datetime]]) -> None:
    """Each goes on to the moment at which it joins a queue; then whoever joins first goes on."""
    waiting = [(at, n) for n, one in enumerate(travels) if (at := next(one, None)) is not None]
    heapify(waiting)
    while waiting:
        _, n = heappop(waiting)
        following = next(travels[n], None)
        if following is not None:
            heappush(waiting, (following, n))
