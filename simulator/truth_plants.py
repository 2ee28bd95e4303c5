"""What is true of the waiting that was planted, read off the moves that its makers wrote down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

from simulator.model import Item, World
from simulator.plants import (
    ApprovalQueue,
    DesignReview,
    Plant,
    PlantedWait,
    ReleaseTrain,
    ScarceTesters,
    queue_of,
)

KINDS: Final[dict[type[Plant], str]] = {
    DesignReview: "design_review",
    ScarceTesters: "tester_shortage",
    ReleaseTrain: "release_train",
    ApprovalQueue: "approval_queue",
}
_WEEK_S: Final = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class PlantedItem:
    """An item in a planted queue, and how long it stayed there each time; the end of what lasts is
    the world's now. value_per_week: None where it has no value of its own.
    """

    id: str
    key: str
    value_per_week: float | None
    stays: tuple[tuple[datetime, datetime], ...]

    @property
    def waiting_s(self) -> int:
        return sum(int((end - start).total_seconds()) for start, end in self.stays)

    @property
    def cost_cents(self) -> int | None:
        """What that waiting cost."""
        if self.value_per_week is None:
            return None
        return round(self.value_per_week * 100 * self.waiting_s / _WEEK_S)

    def until(self, end: datetime) -> PlantedItem:
        """The same as far as it was before."""
        stays = tuple((start, min(to, end)) for start, to in self.stays if start < end)
        return replace(self, stays=stays)


@dataclass(frozen=True, slots=True)
class PlantTruth:
    """A plant with every item that it touched. stage: of the queue; before: of the work that
    follows.
    """

    kind: str
    stream: str
    stage: str
    before: str
    items: tuple[PlantedItem, ...]

    @property
    def waiting_s(self) -> int:
        return sum(item.waiting_s for item in self.items)

    @property
    def cost_cents(self) -> int | None:
        """Of the items that have a value; None where none has."""
        known = [item.cost_cents for item in self.items if item.cost_cents is not None]
        return sum(known) if known else None

    def delivered(self, ends: Mapping[str, datetime]) -> PlantTruth:
        """The same of these items alone, by their id, and of each what was before its end."""
        cut = [item.until(ends[item.id]) for item in self.items if item.id in ends]
        return replace(self, items=tuple(item for item in cut if item.stays))

    def as_dict(self) -> dict[str, Any]:
        """For the file of truth."""
        items = [
            {**asdict(item), "waiting_s": item.waiting_s, "cost_cents": item.cost_cents}
            for item in self.items
        ]
        whole = {"waiting_s": self.waiting_s, "cost_cents": self.cost_cents}
        return {**asdict(self), "items": items, **whole}


def plants_of(world: World) -> tuple[PlantTruth, ...]:
    """In the order in which they were planted; a control company has none."""
    return tuple(_plant(plant, world) for plant in world.plants)


def _plant(plant: Plant, world: World) -> PlantTruth:
    plan = next(one for one in world.streams if one.name == plant.stream)
    stages = {status.name: status.stage for status in plan.statuses}
    items = {item.id: item for item in world.items}
    waits: dict[str, list[PlantedWait]] = {}
    for wait in world.planted:
        if wait.plant == plant:
            waits.setdefault(wait.item, []).append(wait)
    return PlantTruth(
        kind=KINDS[type(plant)],
        stream=plant.stream,
        stage=queue_of(plant).stage,
        before=stages[plant.before],
        items=tuple(_item(items[item], own, world.now) for item, own in waits.items()),
    )


def _item(item: Item, waits: list[PlantedWait], now: datetime) -> PlantedItem:
    stays = tuple((wait.since, wait.until or now) for wait in waits)
    return PlantedItem(item.id, item.key, item.value_per_week, stays)
