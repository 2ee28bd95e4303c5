"""The shapes of one item's journey, and of what is behind a number."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.schemas import Grade, Shape, Time
from api.schemas_teams import BlockReason
from api.schemas_verdicts import EndRow, PairRow, VerdictRow


class JourneyCost(Shape):
    """What its waiting cost so far; null with the reason."""

    cents: int | None
    per_week_cents: int | None
    reason: str | None


class SlowerThan(Shape):
    """The share of the stream's deliveries that took less time."""

    share: float
    n: int


class LongestWait(Shape):
    """The stretch of waiting to ask about."""

    stage: str
    reason: str
    seconds: int


class ToolPart(Shape):
    """What of an item's time is one tool's; where several hold it at once, one of them counts."""

    tool: Literal[
        "tracker", "tracker_unlinked", "review", "ci", "change_approval", "waiting_for_release"
    ] = Field(description="`tracker_unlinked`: nothing at all is linked to the item.")
    seconds: int | None
    union_s: int | None = Field(description="All of the tool's time; these overlap.")
    reason: str | None = Field(description="Why both are null; the time is then the tracker's.")


class TimeByTool(Shape):
    """Where the time of an item went, tool by tool; the parts add up to `seconds`."""

    from_: str = Field(alias="from")
    to: str
    until: Literal["released", "done", "cancelled", "now"] = Field(
        description="What ends it; `now` while it is in flight."
    )
    seconds: int
    parts: list[ToolPart]


class GoneRow(Shape):
    """Why the source does not show the item any more (deleted, moved, not_visible), the same in
    words, and when that was noticed; null where its source told of it without a time.
    """

    why: str
    noticed_at: Time
    note: str


class VisitRow(Shape):
    """A stretch in one stage; `end` null while it lasts."""

    stage: str
    status: str
    state: str
    reason: str
    team: str
    start: str
    end: Time
    coarse: bool = Field(
        description="Its tracker was not read in a part of it, and no history tells of that time."
    )
    blocked_by: list[BlockReason] = Field(
        description="Of a stretch that was blocked: why, and by which item; else empty."
    )


class EventRow(Shape):
    """Something that happened in one tool."""

    id: str
    kind: str
    at: str
    end: Time
    label: str
    detail: str
    result: str
    url: str
    production: bool


class LaneRow(Shape):
    """The events of one tool in order of time."""

    id: str
    tool: str
    detail: str
    events: list[EventRow]


class LinkRow(Shape):
    """A line between two events; `decides`: a date of the journey rests on it."""

    from_: str = Field(alias="from")
    to: str
    rule: str
    confidence: float
    evidence: str
    decides: bool


class EvidenceRow(Shape):
    """Why an event is believed to belong to the item, and how sure that is, from 0 to 1."""

    at: str
    tool: str
    event: str
    why: str
    rule: str
    confidence: float
    url: str
    decides: bool
    pairs: list[PairRow] = Field(description="At most 25.")


class JourneyBody(Shape):
    """One item's whole life. Durations in seconds; null with a reason where not known."""

    key: str
    title: str
    type: str
    kind: str
    stream: str | None
    stream_title: str | None
    url: str
    source: str
    stage: str | None
    state: str | None
    value_per_week_cents: int | None
    currency: str
    as_of: str
    created_at: Time
    idea_at: Time
    committed_at: Time
    done_at: Time
    cancelled_at: Time
    first_released_at: Time
    released_at: Time
    release_reason: str | None
    start_reason: str | None
    idea_to_release_s: int | None
    flow_time_s: int | None
    age_s: int | None
    age_at_least: bool = Field(
        description='Whether its start is only known as "at or before": it is at least so old.'
    )
    active_s: int | None
    waiting_s: int | None
    blocked_s: int | None
    unknown_s: int | None
    gap_s: int | None
    handoffs: int = Field(
        description="Changes of the owning team between stages; stages of no team are passed over."
    )
    assignee_handoffs: int | None = Field(
        description="Changes from one assigned person to another; bots and nobody are passed over."
    )
    assignee_team_handoffs: int | None = Field(
        description="The same between the teams of the assignees, where those are known."
    )
    assignee_handoffs_reason: str | None = Field(
        description="Why one of these two is null; null where both are known."
    )
    returns: int
    reopened: int
    episode: int
    delay_cost: JourneyCost
    slower_than: SlowerThan | None
    longest_wait: LongestWait | None
    time_by_tool: TimeByTool | None = Field(description="Null where no value stream counts it.")
    grade: Grade
    gone: GoneRow | None
    reasons: list[str]
    visits: list[VisitRow]
    lanes: list[LaneRow]
    links: list[LinkRow]
    evidence: list[EvidenceRow]
    ends: dict[str, EndRow] = Field(description="What the links behind the evidence join.")
    verdicts: list[VerdictRow] = Field(description="What people say about its links now.")


class Explained(Shape):
    """What is in a number (`n` rows) and what is not, each of those with its `reason`."""

    metric: str
    window: list[str]
    calendar: str | None = Field(
        default=None, description="In which seconds are told; not there where they are elapsed."
    )
    clock: str | None = Field(default=None, description="Of delay cost: commitment or idea.")
    by: str | None = Field(default=None, description="Of one part of the delay cost: the split.")
    part: str | None = Field(default=None, description="Its name.")
    n: int
    included: list[dict[str, Any]]
    excluded: list[dict[str, Any]]
    unattributed_incidents: list[dict[str, Any]] | None = Field(
        default=None,
        description="Of change fail rate, recovery time and rework rate: incidents of the window"
        " that nothing ties to a deployment.",
    )
    failed_before_production: list[dict[str, Any]] | None = Field(
        default=None,
        description="Of deployment frequency and change fail rate: deployments that failed before"
        " they changed production; they are in neither.",
    )
    in_flight: list[dict[str, Any]] | None = Field(
        default=None,
        description="Of time_by_tool: the items in flight, with what is known so far."
        " Of stage_time: those in load, in which stage each is, and since when.",
    )
    history: list[dict[str, Any]] | None = Field(
        default=None,
        description="Of ageing and sle: what was done before, on which expectation, pace and"
        " probability rest.",
    )
