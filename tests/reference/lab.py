"""A stream played in the plainest way: look for the next thing that happens, let it happen.

Chances come from outside, by (item, step, visit), so that it can be held against the fast one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Chance = Callable[[int, int, int], float]
Target = Callable[[int, int, int], int]


@dataclass
class Visit:
    item: int
    step: int
    entered: float
    ready: float = -1.0
    begun: float = -1.0
    worked: float = -1.0
    left: float = -1.0


@dataclass
class Line:
    """pools: by step the people that it needs, -1 for none. people: how many each pool has."""

    pools: Sequence[int]
    people: Sequence[int]
    limits: Sequence[int | None]
    service: Chance
    delay: Chance
    target: Target
    done: list[Visit] = field(default_factory=list)
    inside: list[Visit] = field(default_factory=list)
    queue: list[Visit] = field(default_factory=list)
    held: list[tuple[Visit | int, int]] = field(default_factory=list)
    holding: list[Visit] = field(default_factory=list)
    ends: dict[int, float] = field(default_factory=dict)

    def count(self, step: int) -> int:
        return sum(visit.step == step for visit in self.inside)

    def busy(self, pool: int) -> int:
        at_work = [v for v in self.inside if v.begun >= 0 and v.worked < 0]
        return sum(self.pools[v.step] == pool for v in [*at_work, *self.holding])

    def full(self, step: int) -> bool:
        limit = self.limits[step]
        return limit is not None and self.count(step) >= limit

    def times(self, item: int, step: int) -> int:
        """How often it was there before."""
        return sum((v.item, v.step) == (item, step) for v in self.done)

    def enter(self, item: int, step: int, now: float) -> None:
        visit = Visit(item, step, now)
        self.inside.append(visit)
        if self.delay(item, step, self.times(item, step)) == 0:
            visit.ready = now
            self.queue.append(visit)

    def start(self, now: float) -> None:
        """Whoever waits and can begin does, in the order of the queue."""
        for visit in list(self.queue):
            pool = self.pools[visit.step]
            if pool < 0 or self.busy(pool) < self.people[pool]:
                visit.begun = now
                self.queue.remove(visit)

    def leave(self, visit: Visit, now: float) -> None:
        visit.left = now
        self.inside.remove(visit)
        self.done.append(visit)
        if visit in self.holding:
            self.holding.remove(visit)

    def move(self, visit: Visit, now: float) -> None:
        """Its work is done: on, or held back."""
        visit.worked = now
        to = self.target(visit.item, visit.step, self.times(visit.item, visit.step))
        if to >= len(self.pools):
            self.leave(visit, now)
            self.ends[visit.item] = now
        elif to > visit.step and self.full(to):
            self.held.append((visit, to))
            if self.pools[visit.step] >= 0 and list(self.pools).count(self.pools[visit.step]) == 1:
                self.holding.append(visit)
        else:
            self.leave(visit, now)
            self.enter(visit.item, to, now)

    def let_in(self, now: float) -> None:
        """What is held back and has a place now, until nothing moves."""
        moved = True
        while moved:
            moved = False
            for entry in list(self.held):
                who, to = entry
                if not self.full(to):
                    self.held.remove(entry)
                    if isinstance(who, Visit):
                        self.leave(who, now)
                        self.enter(who.item, to, now)
                    else:
                        self.enter(who, to, now)
                    moved = True
                    break

    def play(self, arrivals: Sequence[tuple[float, int]]) -> None:
        """arrivals: when each item comes, and to which step."""
        coming = [(at, item, step) for item, (at, step) in enumerate(arrivals)]
        while True:
            events: list[tuple[float, int, Visit | None]] = [
                (at, 1, None) for at, _, _ in coming[:1]
            ]
            for v in self.inside:
                number = self.times(v.item, v.step)
                if v.begun >= 0 and v.worked < 0:
                    events.append((v.begun + self.service(v.item, v.step, number), 0, v))
                elif v.ready < 0:
                    events.append((v.entered + self.delay(v.item, v.step, number), 0, v))
            if not events:
                return
            now, _, visit = min(events, key=lambda event: event[:2])
            if visit is None:
                _, item, step = coming.pop(0)
                if self.full(step):
                    self.held.append((item, step))
                else:
                    self.enter(item, step, now)
            elif visit.begun >= 0:
                self.move(visit, now)
            else:
                visit.ready = now
                self.queue.append(visit)
            self.let_in(now)
            self.start(now)
