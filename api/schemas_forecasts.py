"""The shapes of the forecast of a queue of parents or releases."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Envelope, Shape
from api.schemas_charts import Forecast

Days = dict[str, int | None]
Dates = dict[str, str | None]
State = Literal["done", "in_flight", "not_started", "cancelled"]
Of = Literal["parent", "release"]


class QueueItems(Shape):
    """The items of one parent or release, counted."""

    total: int = Field(description="All that are done or open; cancelled ones left out.")
    done: int
    in_flight: int
    not_started: int
    cancelled: int
    dormant: int = Field(
        description="Of `not_started`, those unbegun for longer than 95 % of what was begun."
    )
    added: int | None = Field(
        description="Of `total`, those written down after its first item was begun; null of a"
        " release: nothing tells since when an item is planned for it."
    )
    to_come: int = Field(description="Further ones that `growth` adds to the queue.")


class QueueAhead(Shape):
    """What is in flight beside one of them, or begun before its last item is."""

    items: int = Field(description="Items of others.")
    groups: int = Field(description="Other parents or releases that these belong to.")


class QueueDue(Shape):
    """A date that is to be met, and how likely it is."""

    date: str = Field(description="Until the end of which day.")
    told_by: Literal["value", "tracker", "release"] = Field(
        description="value: the deadline of what people say it is worth, which counts before the"
        " others. tracker: its due date in the tracker. release: the date of the release."
    )
    overdue: bool
    chance: float | None = Field(
        description="How likely it is met by the pace alone; null without a forecast."
    )
    corrected_chance: float | None = Field(
        description="The same by what became of past dates; null where `lateness` is."
    )
    at_risk: bool | None = Field(
        description="Whether the corrected chance, or without one the other, is less than 0.85."
    )


class QueueCorrected(Shape):
    """Days and dates by what became of past dates; null where fewer of these have come."""

    days: Days
    dates: Dates


class QueueCorrections(Shape):
    """Of the `items` that it has now, and of all that it is to have `grown` to."""

    items: QueueCorrected
    grown: QueueCorrected


class QueueLateness(Shape):
    """How late dates came that would have been told in the last 52 weeks, as multiples of their
    p50: of the items of that day, and of all that came to be.
    """

    items: dict[str, float | None]
    grown: dict[str, float | None]
    tried: int = Field(description="How many dates would have been told.")
    came: int = Field(description="How many of them have come.")
    reason: str | None = Field(description="Why nothing is corrected.")


class QueueRow(Shape):
    """A parent or release with open items: what remains, who stands before, when it is done."""

    key: str
    title: str
    type: str
    url: str
    items: QueueItems
    ahead: QueueAhead
    days: Days = Field(description="Days until its last item is done, at 50, 85 and 95 %.")
    dates: Dates = Field(description="At the end of which day.")
    corrected: QueueCorrections = Field(
        description="As many times later as past dates came than told."
    )
    due: QueueDue | None = Field(description="Null where nobody says a date.")
    begun_at: str | None = Field(description="When its first item was begun.")
    explain: str


class QueueAllDue(Shape):
    """The dates of all that are open."""

    with_date: int
    at_risk: int | None = Field(description="Met with less than 85 %; null without a forecast.")
    all_in_time: float | None = Field(
        description="How likely all are met, each waiting for what stands before it."
    )


class QueueGrowth(Shape):
    """How those that are open and begun grew since."""

    items: int
    added: int | None
    growth: float | None = Field(
        description="Added to what was there before; null for nothing, and of releases."
    )


class QueueWithout(Shape):
    """Open items that belong to no parent, or to no release that is to come."""

    in_flight: int
    not_started: int


class QueueDormant(Shape):
    """Items of what is open that nobody may ever begin."""

    items: int
    longer_than_d: float | None = Field(
        description="Unbegun for longer than so many days; null where too little was begun to say."
    )


class QueuePlan(Shape):
    """What stands in the queue and how it is ordered, as asked."""

    of: Of
    order: Literal["begun", "due", "smallest"]
    orders: list[str] = Field(description="Those that may be asked for.")
    first: list[str] = Field(description="Keys that stand before all others.")
    growth: float
    beside: Literal["goes_on", "waits"]
    dormant: Literal["left_out", "counted"]


class ForecastQueue(Forecast, QueuePlan):
    """When each parent or release of a stream is done, all in one queue; the value is the whole
    queue.
    """

    dates: Dates = Field(description="At the end of which day the whole queue is done.")
    due: QueueAllDue
    lateness: QueueLateness
    grown: QueueGrowth
    without: QueueWithout
    dormant_items: QueueDormant
    items: list[QueueRow] = Field(description="Those with open items, in their order.")


class QueueMember(Shape):
    """An item of the parent or release that was opened."""

    key: str
    title: str
    kind: str
    url: str
    state: State
    dormant: bool
    place: int | None = Field(description="In the queue, from 1; null where it is not open.")
    created_at: str | None
    committed_at: str | None
    done_at: str | None


class QueueBefore(Shape):
    """Another of them, and how many of its items are in flight or begun before this one's last."""

    key: str
    title: str
    items: int


class ForecastQueueOne(QueueRow, QueuePlan):
    """One of the queue, opened: its items with their places, and what stands before."""

    reason: str | None = Field(description="Why there is no forecast.")
    members: list[QueueMember]
    before: list[QueueBefore]
    as_of: str


class TriedQueue(Shape):
    """The date of one of them as it would have been told at the beginning of a past day."""

    key: str
    made_on: str
    items: int = Field(description="How many it had in the queue of that day.")
    forecast: Days
    actual: int | None = Field(
        description="Days until what it had that day was done; null where it is not yet."
    )
    actual_grown: int | None = Field(
        description="Days until all that it came to have was done; null where it is not yet."
    )
    held: dict[str, bool | None] = Field(description="Null where it can't be told yet.")
    held_grown: dict[str, bool | None]


class QueueCalibration(Envelope):
    """The share of past dates of parents or releases that held, by percentile: `queue` of what one
    had when its date was told, `grown` of all that it came to have.
    """

    of: Of
    zone: str
    horizon_days: int
    pool_days: int
    forecasts: list[TriedQueue]
