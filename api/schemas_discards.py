"""The shape of what was begun and thrown away."""

from __future__ import annotations

from pydantic import Field

from api.schemas import Envelope, Shape, Time


class LostValue(Shape):
    """The value by which the waiting of a delivery was priced."""

    key: str = Field(description="Of the item that has the value: this one, or its parent.")
    inherited: bool = Field(description="It is the parent's.")
    profile: str
    likely_cents: int = Field(description="A week.")


class Lost(Shape):
    """What went into deliveries that were thrown away."""

    count: int
    active_d: float = Field(description="Days of work, from each commitment on.")
    waiting_d: float
    sunk_cents: int | None = Field(
        description="What their waiting cost; null where none of them has a value."
    )
    priced: int
    unpriced: int = Field(description="How many are in `count` and not in `sunk_cents`.")


class LostStage(Lost):
    """The same of those that were dropped from one stage."""

    stage: str


class DiscardRow(Shape):
    """A delivery that was committed to and then cancelled."""

    key: str
    title: str
    type: str
    kind: str
    url: str
    episode: int
    stage: str = Field(description="Where it was just before; `unmapped` where that is not known.")
    committed_at: Time
    cancelled_at: Time
    active_s: int
    waiting_s: int
    sunk_cents: int | None = Field(description="Null: it has no value, or never waited.")
    value: LostValue | None


class DiscardsBody(Envelope):
    """The discard rate, what was lost, and each delivery, the most work first."""

    lost: Lost
    by_stage: list[LostStage]
    never_begun: int = Field(
        description="Cancelled in the window before anybody began them: no work was lost."
    )
    currency: str
    items: list[DiscardRow]
