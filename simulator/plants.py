"""What is planted in a company on purpose: waiting of which the truth is known, to be found.

A plant is a status in which work waits before a step of a stream, with a cause of its own. It takes
the place of the queue that stood there. How long each item waited is written down as it happens
(`PlantedWait`), and no tool is told anything beside the history of its items.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from simulator.calendar import DAY, HOUR


@dataclass(frozen=True, slots=True)
class DesignReview:
    """Work waits so long for a review of its design, a tenth more or less. before: the status of
    the work that follows, or the done status.
    """

    stream: str
    before: str
    lasts: timedelta = 21 * DAY


@dataclass(frozen=True, slots=True)
class ScarceTesters:
    """So many people do the work of a status, first come, first served, and there is more of it
    than they can do. load: what arrives, for each that they can do.
    """

    stream: str
    before: str
    testers: int = 2
    load: float = 1.2


@dataclass(frozen=True, slots=True)
class ReleaseTrain:
    """Work with code waits for the next departure; nothing is deployed in between. Where the stream
    released otherwise before, it does so no more.
    """

    stream: str
    before: str
    every: timedelta = 14 * DAY


@dataclass(frozen=True, slots=True)
class ApprovalQueue:
    """A change request is made for each item, and approved so long after, a tenth more or less.
    None is ever rejected.
    """

    stream: str
    before: str
    lasts: timedelta = 6 * DAY


Plant = DesignReview | ScarceTesters | ReleaseTrain | ApprovalQueue


DEMO: Final[tuple[Plant, ...]] = (
    ScarceTesters("checkout", "Testing", testers=6, load=1.1),
    ReleaseTrain("fulfilment", "Released"),
    DesignReview("search", "Doing"),
    ApprovalQueue("search", "Verify"),
)
"""What there is to find in the company of `headwater demo`."""


@dataclass(frozen=True, slots=True)
class Queue:
    """The status in which work waits: id, name, stage, and the team that lets it wait."""

    id: str
    name: str
    stage: str
    team: str


_QUEUES: Final[dict[type[Plant], Queue]] = {
    DesignReview: Queue("10701", "Awaiting Design Review", "Design review queue", "architecture"),
    ScarceTesters: Queue("10702", "Awaiting Tester", "Tester queue", "testing"),
    ReleaseTrain: Queue("10703", "Awaiting Train", "Release train queue", "release"),
    ApprovalQueue: Queue("10704", "Awaiting Approval", "Approval queue", "change board"),
}
_DEPARTS: Final = 14 * HOUR
_THURSDAY: Final = 3


@dataclass(frozen=True, slots=True)
class PlantedWait:
    """One stay of an item in a planted queue; `until` None: it waits there still."""

    plant: Plant
    item: str  # its id
    since: datetime
    until: datetime | None


def queue_of(plant: Plant) -> Queue:
    """Where the planted waiting is."""
    return _QUEUES[type(plant)]


def departures(plant: ReleaseTrain, *, start: datetime, now: datetime) -> list[datetime]:
    """When the train leaves: on Thursdays in the afternoon, from the first one on."""
    first = start.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
    first += ((_THURSDAY - first.weekday()) % 7) * DAY + _DEPARTS
    return [first + n * plant.every for n in range((now - first) // plant.every + 1)]
