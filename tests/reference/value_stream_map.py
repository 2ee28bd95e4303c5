"""The value stream map (V2, V3, V8 to V10), second by second and move by move; plain on purpose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Held = tuple[str, str, str]
"""Step, what its time counts as, and why it waits."""


@dataclass(frozen=True)
class Stay:
    """A stretch of the tracker's history in a stage; `end` None: it lasts."""

    start: int
    end: int | None
    stage: str
    state: str
    reason: str = ""


@dataclass
class Life:
    """A delivery between the boundaries; spans by tool: when each had it."""

    begin: int
    finish: int
    created: int
    committed: int
    done: int
    stays: Sequence[Stay]
    spans: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)


def holder(life: Life, second: int, step_of: Mapping[str, str]) -> Held:
    """Who has the delivery in this second."""
    if second >= life.done:
        return _after(life, second)
    for stay in life.stays:
        if stay.start <= second and (stay.end is None or second < stay.end):
            return _in_tracker(life, stay, second, step_of)
    if second < life.created:
        return "Ideas", "waiting", "before_item"
    return "Not mapped", "unknown", ""


def _holds(life: Life, tool: str, second: int) -> bool:
    return any(start <= second < end for start, end in life.spans.get(tool, ()))


def _after(life: Life, second: int) -> Held:
    if _holds(life, "deploy", second):
        return "Release", "active", ""
    if _holds(life, "ci", second):
        return "Builds", "active", ""
    if _holds(life, "change_approval", second):
        return "Change approval", "waiting", "approval"
    if _holds(life, "review", second):
        return "Merge request", "active", ""
    if _holds(life, "release", second):
        return "Release", "waiting", "batch"
    return "Release", "waiting", "not_told"


def _in_tracker(life: Life, stay: Stay, second: int, step_of: Mapping[str, str]) -> Held:
    step = step_of.get(stay.stage, "Not mapped")
    if stay.state in ("active", "unknown"):
        return step, stay.state, ""
    if stay.state in ("done", "cancelled"):
        return step, "gap", ""
    if stay.state == "new":
        return step, "waiting", "not_started"
    if stay.state == "ignored":
        if max(stay.start, life.begin) >= life.committed:
            return step, "ignored", ""
        return step, "waiting", "not_started"
    if stay.reason:
        return step, "waiting", stay.reason
    if _holds(life, "change_approval", second):
        return step, "waiting", "approval"
    if _holds(life, "release", second) and not _work_follows(life, second):
        return step, "waiting", "batch"
    return step, "waiting", "queue"


def _work_follows(life: Life, second: int) -> bool:
    """Somebody works on it again before the release for which it is said to wait."""
    while second < min(life.finish, life.done) and _holds(life, "release", second):
        for stay in life.stays:
            holds = stay.start <= second and (stay.end is None or second < stay.end)
            if holds and stay.state == "active":
                return True
        second += 1
    return False


def ladder(life: Life, step_of: Mapping[str, str]) -> Counter[Held]:
    """Seconds of the life by who had it."""
    return Counter(holder(life, second, step_of) for second in range(life.begin, life.finish))


@dataclass(frozen=True)
class Visit:
    """A stay of a delivery in a step, by the place of the step in the map."""

    step: int
    start: int
    end: int


@dataclass
class Moves:
    """received and bounced by edge; loops: (from, to, seconds lost); entered and once by step."""

    received: Counter[tuple[int, int]] = field(default_factory=Counter)
    bounced: Counter[tuple[int, int]] = field(default_factory=Counter)
    loops: list[tuple[int, int, int]] = field(default_factory=list)
    entered: Counter[int] = field(default_factory=Counter)
    once: Counter[int] = field(default_factory=Counter)


def moved(ways: Sequence[Sequence[Visit]]) -> Moves:
    """What the ways of deliveries say of edges, loops and steps."""
    told = Moves()
    for way in ways:
        _of_way(way, told)
    return told


def _of_way(way: Sequence[Visit], told: Moves) -> None:
    steps = [visit.step for visit in way]
    for step in set(steps):
        told.entered[step] += 1
        told.once[step] += steps.count(step) == 1
    for place in range(1, len(way)):
        before, here = steps[place - 1], steps[place]
        if here > before and here not in steps[:place]:
            told.received[before, here] += 1
            if place + 1 < len(way) and steps[place + 1] < here:
                told.bounced[before, here] += 1
        if here < before:
            again = way[-1].end
            for later in way[place + 1 :]:
                if later.step >= before:
                    again = later.start
                    break
            told.loops.append((before, here, again - way[place].start))


def handoffs(teams: Sequence[str]) -> list[tuple[str, str]]:
    """Changes from one known team to another, in order."""
    known = [team for team in teams if team]
    return [(a, b) for a, b in pairwise(known) if a != b]
