"""What is true of the waiting that was planted, read off the moves that its makers wrote down."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from simulator.model import Item, World
from simulator.plants import (
    ApprovalQueue,
    DesignReview,
    Plant,
    PlantedWait,
    ReleaseTrain,
    TesterShortage,
    queue_of,
)

KINDS: Final[dict[type[Plant], str]] = {
    DesignReview: "design_review",
    TesterShortage: "tester_shortage",
    ReleaseTrain: "release_train",
    ApprovalQueue: "approval_queue",
}
_WEEK_S: Final = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class PlantedItem:
    """An item in a planted queue. cost_cents: what that waiting cost, None where the item has no
    value of its own. waits: it is there now.
    """

    id: str
    key: str
    waiting_s: int
    cost_cents: int | None
    waits: bool


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

    def among(self, ids: Collection[str]) -> PlantTruth:
        """The same of these items alone."""
        return replace(self, items=tuple(item for item in self.items if item.id in ids))


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
        items=tuple(_item(items[item], own, world) for item, own in waits.items()),
    )


def _item(item: Item, waits: list[PlantedWait], world: World) -> PlantedItem:
    whole = sum(((wait.until or world.now) - wait.since for wait in waits), timedelta())
    seconds = int(whole.total_seconds())
    cents = None
    if item.value_per_week is not None:
        cents = round(item.value_per_week * 100 * seconds / _WEEK_S)
    return PlantedItem(
        item.id, item.key, seconds, cents, waits=any(wait.until is None for wait in waits)
    )
