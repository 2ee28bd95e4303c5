"""One ticket's way through its stream: waits, skips, rework, cancellation, reopening."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from simulator.calendar import DAY, HOUR, MINUTE, between, lognormal, office
from simulator.crews import Crew
from simulator.model import Item, Move, Person
from simulator.plans import TYPE_PACE, Habits, Step
from simulator.plants import ApprovalQueue, DesignReview, ScarceTesters

_REWORKS = 3
_FATES = {
    "plain": 855, "drop": 35, "cancel": 38, "return": 25, "straight": 12, "asleep": 20,
    "forget": 15,
}  # fmt: skip
_LONG_H = 50  # a queue in which a ticket can be stuck


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a ticket meets: the stream, its people, and when its service is deployed (empty: no
    code). crews: those who are short, by the status of their work.
    """

    habits: Habits
    team: list[Person]
    slots: list[datetime]
    start: datetime
    now: datetime
    crews: Mapping[str, Crew] = field(default_factory=dict)


class Journey:
    """Writes the moves of one item, as far as they have happened by `now`."""

    def __init__(self, item: Item, around: Surroundings, rng: Random) -> None:
        self.item, self.around, self.rng = item, around, rng
        self.at, self.index, self.reworks = item.created, 0, 0
        self.pace = TYPE_PACE[item.type] * rng.lognormvariate(0.0, 0.3)
        queues = [step.name for step in around.habits.steps[1:] if step.median_h > _LONG_H]
        self.stuck_at = rng.choice(queues) if queues and rng.random() < 0.05 else ""

    def travel(self) -> Iterator[datetime]:
        """Told is each moment at which it joins others in a queue: it goes on when it is first."""
        fate = self.rng.choices(list(_FATES), weights=list(_FATES.values()))[0]
        habits = self.around.habits
        if fate == "asleep":
            return
        if fate in ("drop", "straight"):
            name = habits.cancelled if fate == "drop" else habits.done
            self._move(name, self._leaves(habits.steps[0]))
        elif (yield from self._deliver(fate)):
            yield from self._reopen()

    def _deliver(self, fate: str) -> Generator[datetime, None, bool]:
        """True once the item is done; False when it is still under way, or cancelled."""
        steps = self.around.habits.steps
        odd = fate in ("cancel", "return", "forget")
        turning = self.rng.randrange(1, len(steps)) if odd else 0
        while self.index < len(steps):
            leaves = yield from self._served(steps[self.index])
            if turning and self.index == turning:
                if fate == "cancel":
                    self._move(self.around.habits.cancelled, leaves)
                if fate in ("cancel", "forget"):
                    return False
                turning, following = 0, 0
            else:
                following = self._following(steps)
            name = steps[following].name if following < len(steps) else self.around.habits.done
            if not self._move(name, leaves):
                return False
            self.index = following
        return True

    def _following(self, steps: tuple[Step, ...]) -> int:
        if self.reworks < _REWORKS and self.rng.random() < steps[self.index].back:
            self.reworks += 1
            return next(i for i, step in enumerate(steps) if step.role == "build")
        following = self.index + 1
        while following < len(steps) and self.rng.random() < steps[following].skip:
            following += 1
        return following

    def _reopen(self) -> Iterator[datetime]:
        """3 % come back within two weeks, 0.7 % later; they go once more from build to done."""
        luck = self.rng.random()
        if luck < 0.03:
            away = between(self.rng, 2 * HOUR, 12 * DAY)
        elif luck < 0.037:
            away = between(self.rng, 17 * DAY, 60 * DAY)
        else:
            return
        steps = self.around.habits.steps
        build = next(i for i, step in enumerate(steps) if step.role == "build")
        if self._move(steps[build].name, office(self.at + away, self.rng)):
            self.index, self.pace = build, self.pace / 2
            yield from self._deliver("plain")

    def _served(self, step: Step) -> Generator[datetime, None, datetime]:
        """When it leaves a status, in which others may be before it."""
        plant = self.around.habits.plants.get(step.name)
        if isinstance(plant, ScarceTesters):
            yield self.at
            return self.around.crews[plant.before].begins(self.at)
        if step.name in self.around.crews:
            return self.at + self.around.crews[step.name].takes
        if isinstance(plant, DesignReview | ApprovalQueue):
            lasts = between(self.rng, plant.lasts * 0.9, plant.lasts * 1.1)
            return office(self.at + lasts, self.rng)
        return self._leaves(step)

    def _leaves(self, step: Step) -> datetime:
        if step.role == "release" and self.around.slots:
            ahead = 0 * MINUTE if step.name in self.around.habits.plants else 45 * MINUTE
            after = bisect_right(self.around.slots, self.at + ahead)
            if after == len(self.around.slots):
                return self.around.now
            return self.around.slots[after] + between(self.rng, 26 * MINUTE, 90 * MINUTE)
        if step.role not in ("build", "") and self.rng.random() < 0.015:
            return self.at  # a rule of the tracker moves it on within the same second
        stay = lognormal(self.rng, step.median_h * self.pace * HOUR, step.sigma)
        if step.name == self.stuck_at:
            stay *= 12
        return office(self.at + max(stay, timedelta(seconds=20)), self.rng)

    def _move(self, name: str, at: datetime) -> bool:
        if at >= self.around.now:
            return False
        moves, status = self.item.moves, self._status(name, at)
        was = moves[-1].to_status if moves else self.item.first_status
        moves.append(Move(0, at, was, status, self.rng.choice(self.around.team)))
        self.at = at
        return True

    def _status(self, name: str, at: datetime) -> str:
        """The id in use at that time: for the first 150 days a retired status held the name."""
        if at < self.around.start + 150 * DAY:
            for status in self.around.habits.plan.retired:
                if status.name == name:
                    return status.id
        return self.around.habits.status(name)
