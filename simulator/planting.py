"""Plants are put into the habits of streams: a status in which work waits, and who works then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from simulator.model import Status, StreamPlan
from simulator.plans import Habits, Step
from simulator.plants import Plant, ReleaseTrain, ScarceTesters, queue_of


def planted(streams: Sequence[Habits], plants: Iterable[Plant]) -> list[Habits]:
    """The streams with these in them. `ValueError` for a place that there is not, or a kind that is
    in a stream already.
    """
    found = {one.plan.name: one for one in streams}
    for plant in plants:
        if plant.stream not in found:
            raise ValueError(f"there is no stream {plant.stream}")
        found[plant.stream] = _with(found[plant.stream], plant)
    return [found[one.plan.name] for one in streams]


def _with(habits: Habits, plant: Plant) -> Habits:
    queue = queue_of(plant)
    if queue.name in habits.plants:
        raise ValueError(f"{plant.stream} has {queue.name} already")
    names = [*(step.name for step in habits.steps), habits.done]
    if plant.before not in names[1:]:
        raise ValueError(f"{plant.stream} has no status {plant.before} that work comes to")
    at = names.index(plant.before)
    gone = _gone(habits, plant, at)
    steps = [*habits.steps[:at], _step(habits, plant, at), *map(_entered, habits.steps[at:][:1])]
    steps += habits.steps[at + 1 :]
    return replace(
        habits,
        plan=_statuses(habits.plan, plant, gone),
        steps=tuple(step for step in steps if step.name not in gone),
        plants={**habits.plants, queue.name: plant},
        unmerged=_unmerged(habits, plant, at),
    )


def _unmerged(habits: Habits, plant: Plant, at: int) -> tuple[str, ...]:
    """What waits to be tested is not live: it is merged when it is."""
    if not isinstance(plant, ScarceTesters) or at == len(habits.steps):
        return habits.unmerged
    return tuple(dict.fromkeys((*habits.unmerged, habits.steps[at].role)))


def _step(habits: Habits, plant: Plant, at: int) -> Step:
    """Who waits for a review of code is in the round of its code still, and so are others."""
    following = habits.steps[at].role if at < len(habits.steps) else ""
    if isinstance(plant, ReleaseTrain):
        return Step(queue_of(plant).name, 0, role="release")
    return Step(queue_of(plant).name, 0, role="" if following == "build" else following)


def _entered(step: Step) -> Step:
    """What work waits for is not skipped then."""
    return replace(step, skip=0.0)


def _gone(habits: Habits, plant: Plant, at: int) -> set[str]:
    """The queue that stood there; of a train also every other way to release."""
    states = {status.name: status.state for status in habits.plan.statuses}
    before = habits.steps[at - 1].name
    gone = {before} if states[before] == "waiting" and before not in habits.plants else set()
    if isinstance(plant, ReleaseTrain):
        gone |= {one.name for one in habits.steps if one.role == "release"}
    return gone


def _statuses(plan: StreamPlan, plant: Plant, gone: set[str]) -> StreamPlan:
    queue = queue_of(plant)
    own = Status(queue.id, queue.name, "indeterminate", queue.stage, "waiting", team=queue.team)
    statuses: list[Status] = []
    for status in plan.statuses:
        if status.name == plant.before:
            statuses.append(own)
            if isinstance(plant, ScarceTesters):
                status.team = queue.team
        if status.name not in gone:
            statuses.append(status)
    return replace(plan, statuses=statuses)
