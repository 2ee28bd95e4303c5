"""The shapes of time by team, and of what is blocked."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Envelope, Shape, Time

Days = float | None


class TeamLine(Shape):
    """The time of the window's deliveries with one team, and what it has now."""

    team: str | None = Field(description="Null: time in which no team is known, never spread.")
    reason: str | None = Field(description="Why no team is known.")
    n: int = Field(description="Deliveries that the team had; percentiles are over these.")
    p50_d: Days
    p85_d: Days
    interval_d: dict[str, list[Days]]
    observed: dict[str, float] = Field(description="What was seen of a percentile withheld.")
    reasons: list[str]
    total_d: float = Field(description="Active, waiting, unknown and ignored together.")
    active_d: float
    waiting_d: float
    blocked_d: float = Field(description="The part of `waiting_d` that was blocked.")
    unknown_d: float = Field(description="In statuses that no stage names.")
    ignored_d: float = Field(description="Ignored time that the owner took out of the numbers.")
    by_stage_d: float = Field(description="Known by the team of the stage.")
    by_assignee_d: float = Field(description="Known by the team of the person assigned.")
    share: float | None = Field(description="Of the time with all teams; null: there is none.")
    items_now: int = Field(description="In load at the end of the window.")
    waiting_now: int
    blocked_now: int
    explain: str


class TeamTimes(Envelope):
    """Time by team: the lines add up to the value."""

    teams: list[TeamLine]


class BlockingItem(Shape):
    """The item in the way; nulls where it is not read or no stream counts it."""

    key: str
    title: str | None
    type: str | None
    url: str | None
    state: str | None = Field(
        description="in_flight, not_started, done, cancelled; of an item that no stream counts"
        " open, done, deleted or moved."
    )
    stream: str | None
    stage: str | None
    team: str | None = Field(description="The team that has it.")


class BlockReason(Shape):
    """One of the reasons for which an item is blocked."""

    kind: Literal["flag", "status", "label", "link"]
    detail: str = Field(description="The field, status or label, or the link with its key.")
    since: Time = Field(description="Null for a status: see the visits of the journey.")
    since_told: bool = Field(description="Whether the tracker tells since when.")
    by: BlockingItem | None = Field(description="Of a link: the item in the way.")
    reason: str | None = Field(description="What is not known.")


class ReasonTime(Shape):
    """The blocked time of one reason."""

    reason: Literal["flag", "status", "label", "link", "not_told"]
    items: int
    blocked_d: float
    share: float | None


class BlockedRow(Shape):
    """An item that is blocked at the end of the window."""

    key: str
    title: str
    type: str
    kind: str
    url: str
    stage: str
    team: str | None = Field(description="The team that has it; null: not known.")
    since: Time = Field(description="Since when it is blocked without a break.")
    blocked_s: int
    reasons: list[BlockReason]


class BlockedBody(Envelope):
    """Blocked time in the window, by reason, and what is blocked at its end, the longest first."""

    by_reason: list[ReasonTime]
    split: str = Field(description="How overlapping reasons are counted.")
    items: list[BlockedRow]
    next: None
