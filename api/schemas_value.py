"""The shapes of what became of items once their code was live."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Envelope, Shape, Time


class UnexposedRow(Shape):
    """An item whose code is in production, and which its features keep from most users."""

    key: str
    title: str
    type: str
    kind: str
    url: str
    features: list[str]
    state: Literal["never_on", "partly_on", "switched_off"]
    share: float | None = Field(description="Of users who have it.")
    released_at: Time = Field(description="When the first of its code went live.")
    since: Time = Field(description="The release, or the switch-off where that came later.")
    age_s: int
    value_per_week_cents: int | None = Field(description="Null: nobody valued it.")


class UnexposedBody(Envelope):
    """What is shipped and not switched on, the oldest first."""

    live_share: float = Field(description="The share of users from which on an item is live.")
    currency: str
    items: list[UnexposedRow]


class SwitchRow(Shape):
    """From when on a share of users had a feature; null: only that it is of this item."""

    at: str
    feature: str
    environment: str
    production: bool
    share: float | None
    source: str
    received_at: Time
    url: str


class MeasuredRow(Shape):
    """What was measured of a feature up to a moment."""

    at: str
    feature: str
    measure: str
    share: float | None = Field(description="Of users who used it.")
    count: int | None
    value_cents: int | None = Field(
        description="Since the last time it was told; the part of this item."
    )
    among: int = Field(description="Among how many items the value was split.")
    attribution: Literal["experiment", "before_after", "opinion"] | None
    effect: Literal["direct", "indirect"] | None
    source: str
    received_at: Time
    url: str


class RealisedRow(Shape):
    """What was realised by one way of finding out; ways are never added up."""

    attribution: Literal["experiment", "before_after", "opinion"]
    effect: Literal["direct", "indirect"]
    cents: int
    ratio: float | None = Field(description="Of what was expected; null where nothing was.")


class ReturnRow(Shape):
    """Realised against expected value some days after the item went live."""

    days: int
    at: Time
    over: bool
    expected_cents: int | None
    realised: list[RealisedRow] = Field(description="Empty until the days are over.")
    reason: str | None = Field(description="Why nothing can be compared.")


class OutcomesBody(Shape):
    """What became of one item once its code was live; null with a reason where it is not known."""

    key: str
    title: str
    url: str
    stream: str | None
    as_of: str
    live_share: float
    adoption_share: float
    value_per_week_cents: int | None
    currency: str
    idea_at: Time
    released_at: Time
    shown_at: Time = Field(description="When the first users could see it.")
    live_at: Time
    live_reason: str | None = Field(description="Why it is not live.")
    switched_off_at: Time = Field(description="Since when too few users have it again.")
    share: float | None = Field(description="Of users who have it now.")
    first_use_at: Time
    first_use_reason: str | None
    adopted_at: Time
    adopted_reason: str | None
    idea_to_live_s: int | None
    time_to_first_use_s: int | None
    time_to_adoption_s: int | None
    exposure: list[SwitchRow]
    measured: list[MeasuredRow]
    returns: list[ReturnRow]
    reasons: list[str]
