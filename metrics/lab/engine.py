"""Plays a stream item by item: a heap of moments, people who take the next item, limits that hold
work back.

An item enters a step, waits for what no person ends and for the next opening, queues for the people
of the step, is worked on, and goes where its chances send it. A full step holds back what comes
from before it: there it keeps its place, and its people where they work in no other step. What is
sent back enters a full step all the same, as it would in life; so nothing ever waits in a circle.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf
from typing import Final

import numpy as np
import numpy.typing as npt

from metrics.lab.draws import Draws
from metrics.lab.network import Network, Step
from metrics.lab.queue_order import queue_keys
from metrics.stats import Floats

_COLUMNS: Final = 6
_EPSILON: Final = 1e-9


@dataclass(frozen=True)
class Play:
    """What happened in one run, in days since its begin.

    arrived, admitted, ended: by item; `dropped`: it left without being done. Of each visit `item`,
    `step`, and when it entered, was ready for the people, was begun, was worked off, and left.
    """

    arrived: Floats
    admitted: Floats
    ended: Floats
    dropped: npt.NDArray[np.bool_]
    item: npt.NDArray[np.int64]
    step: npt.NDArray[np.int64]
    entered: Floats
    ready: Floats
    begun: Floats
    worked: Floats
    left: Floats

    @property
    def waited(self) -> Floats:
        """Days that each visit waited: before its work, and behind it for a place further on."""
        found: Floats = (self.begun - self.entered) + (self.left - self.worked)
        return found


def play(network: Network, draws: Draws) -> Play:
    """One run, until every item has left. Items that come first are there at the begin."""
    arrived = draws.arrivals()
    admitted = draws.admitted(arrived)
    run = _Run(network, draws, admitted)
    run.go()
    rows = np.array(run.rows, np.float64).reshape(-1, _COLUMNS)
    item, step = np.divmod(rows[:, 0].astype(np.int64), max(1, run.size))
    return Play(
        arrived,
        admitted,
        np.array(run.ended),
        np.array(run.dropped),
        item,
        step,
        *(rows[:, place] for place in range(1, _COLUMNS)),
    )


class _Run:
    """The state of one run, in lists by item, by step and by pool: plain lists are the fastest that
    there is for single values. Moments in the heap: `(when, 2 * item)` its work ends, one more: it
    is ready for the people.
    """

    __slots__ = (
        "arrivals", "begins", "begun", "draws", "dropped", "ended", "entered", "first", "free",
        "gates", "heap", "heaps", "held", "holds", "inside", "joined", "keys", "limits", "lines",
        "onward", "ordered", "pools", "ready", "rows", "service", "size", "target", "visits",
        "where", "worked",
    )  # fmt: skip

    def __init__(self, network: Network, draws: Draws, admitted: Floats) -> None:
        steps, count = network.steps, draws.count
        self.size = len(steps)
        self.draws, self.first = draws, draws.visit(0)
        self.arrivals: list[float] = admitted.tolist()
        self.begins = draws.begins()
        self._steps(steps)
        self.keys = queue_keys(network, draws, self.arrivals)
        self.free = list(network.people)
        used = {p for p, key in zip(self.pools, self.keys, strict=True) if key is not None}
        self.ordered = [pool in used for pool in range(len(self.free))]
        self.lines: list[deque[int]] = [deque() for _ in self.free]
        self.heaps: list[list[tuple[float, float, int]]] = [[] for _ in self.free]
        self.heap: list[tuple[float, int]] = []
        self.rows: list[float] = []
        self.visits = [0] * (count * self.size)
        self.entered, self.ready = [0.0] * count, [0.0] * count
        self.begun, self.worked = [0.0] * count, [0.0] * count
        self.service, self.ended = [0.0] * count, [float("nan")] * count
        self.target, self.where = [0] * count, [-1] * count
        self.dropped = [False] * count

    def _steps(self, steps: Sequence[Step]) -> None:
        pools = [-1 if step.pool is None else step.pool for step in steps]
        self.pools = pools
        self.holds = [step.pool is not None and pools.count(step.pool) == 1 for step in steps]
        self.limits = [step.limit for step in steps]
        self.joined = [step.joined for step in steps]
        self.gates = [_gate(step) for step in steps]
        self.onward = [_onward(step) for step in steps]
        self.inside = [0] * len(steps)
        self.held: list[deque[int]] = [deque() for _ in steps]

    def go(self) -> None:
        heap, arrivals, coming = self.heap, self.arrivals, 0
        following = arrivals[0] if arrivals else inf
        while True:
            if heap and heap[0][0] <= following:
                now, code = heappop(heap)
                if code & 1:
                    self.queue(code >> 1, now)
                else:
                    item = code >> 1
                    self.finish(item, now, self.pools[self.where[item]] >= 0)
            elif following == inf:
                return
            else:
                self.arrive(coming, following)
                coming += 1
                following = arrivals[coming] if coming < len(arrivals) else inf

    def arrive(self, item: int, now: float) -> None:
        step = self.begins[item]
        if step >= self.size:
            self.ended[item] = now
            return
        limit = self.limits[step]
        if limit is not None and self.inside[step] >= limit:
            self.held[step].append(2 * item)
        else:
            self.enter(item, step, now)

    def enter(self, item: int, step: int, now: float) -> None:
        self.where[item] = step
        self.inside[step] += 1
        self.entered[item] = now
        cell = item * self.size + step
        number = self.visits[cell]
        self.visits[cell] = number + 1
        drawn = self.first if number == 0 else self.draws.visit(number)
        self.target[item] = drawn.target[cell]
        if drawn.approved is not None and drawn.approved[cell]:
            self.pass_by(item, step, now)
            return
        self.service[item] = drawn.service[cell]
        at = now if drawn.delay is None else now + drawn.delay[cell]
        gate = self.gates[step]
        if gate is not None:
            at = gate(at)
        if at > now:
            heappush(self.heap, (at, 2 * item + 1))
        else:
            self.queue(item, now)

    def pass_by(self, item: int, step: int, now: float) -> None:
        """By record: no wait, no work, and nobody there to send it back."""
        if self.target[item] <= step:
            self.target[item] = self.onward[step]
        self.service[item] = 0.0
        self.ready[item] = self.begun[item] = now
        self.finish(item, now, False)

    def queue(self, item: int, now: float) -> None:
        self.ready[item] = now
        step = self.where[item]
        pool = self.pools[step]
        if pool < 0:
            self.begun[item] = now
            heappush(self.heap, (now + self.service[item], 2 * item))
        elif self.free[pool] > 0:
            self.free[pool] -= 1
            self.begun[item] = now
            heappush(self.heap, (now + self.service[item], 2 * item))
        elif self.ordered[pool]:
            key = self.keys[step]
            rank = now if key is None else key(item, self.service[item])
            heappush(self.heaps[pool], (rank, now, item))
        else:
            self.lines[pool].append(item)

    def next_in(self, pool: int, now: float) -> None:
        """Somebody of these people is free: who is next?"""
        if self.lines[pool]:
            item = self.lines[pool].popleft()
        elif self.heaps[pool]:
            item = heappop(self.heaps[pool])[2]
        else:
            self.free[pool] += 1
            return
        self.begun[item] = now
        heappush(self.heap, (now + self.service[item], 2 * item))

    def finish(self, item: int, now: float, with_people: bool) -> None:
        """Its work is done: out, on, or held back where the next step is full."""
        self.worked[item] = now
        step, to = self.where[item], self.target[item]
        if to >= self.size:
            self.leave(item, step, now)
            self.ended[item] = now
            self.dropped[item] = to > self.size
        else:
            limit = self.limits[to]
            if limit is not None and to > step and self.inside[to] >= limit:
                keeps = with_people and self.holds[step]
                self.held[to].append(2 * item + keeps)
                if with_people and not keeps:
                    self.next_in(self.pools[step], now)
                return
            self.leave(item, step, now)
            if with_people and self.joined[step] == to:
                self.go_on(item, to, now)
                with_people = False
            else:
                self.enter(item, to, now)
        if with_people:
            self.next_in(self.pools[step], now)
        if self.held[step]:
            self.follow(step, now)

    def go_on(self, item: int, step: int, now: float) -> None:
        """Into the step that is one with the last: the same people, no queue."""
        self.where[item] = step
        self.inside[step] += 1
        self.entered[item] = self.ready[item] = self.begun[item] = now
        cell = item * self.size + step
        drawn = self.draws.visit(self.visits[cell])
        self.visits[cell] += 1
        self.target[item], self.service[item] = drawn.target[cell], drawn.service[cell]
        heappush(self.heap, (now + self.service[item], 2 * item))

    def leave(self, item: int, step: int, now: float) -> None:
        self.rows += (
            item * self.size + step,
            self.entered[item],
            self.ready[item],
            self.begun[item],
            self.worked[item],
            now,
        )
        self.inside[step] -= 1

    def follow(self, step: int, now: float) -> None:
        """A place is free for the first that was held back; so is its own, then."""
        if not self.held[step] or self.inside[step] >= (self.limits[step] or 0):
            return
        code = self.held[step].popleft()
        item, with_people = code >> 1, code & 1
        before = self.where[item]
        if before < 0:
            self.enter(item, step, now)
            return
        self.leave(item, before, now)
        self.enter(item, step, now)
        if with_people:
            self.next_in(self.pools[before], now)
        self.follow(before, now)


def _onward(step: Step) -> int:
    """Where most go from here."""
    return max(step.onward, key=lambda to: step.onward[to], default=0)


def _gate(step: Step) -> Callable[[float], float] | None:
    """When work that is ready at a moment may begin; None: at once."""
    if not step.openings:
        return None
    openings, period = sorted(step.openings), step.period

    def opening(at: float) -> float:
        turn, rest = divmod(at, period)
        place = bisect_right(openings, rest + _EPSILON)
        if place and abs(openings[place - 1] - rest) <= _EPSILON:
            return at
        if place < len(openings):
            return turn * period + openings[place]
        return (turn + 1) * period + openings[0]

    return opening
