"""The shapes of a value stream map."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Envelope, Shape
from api.schemas_map_moves import Days, Handoffs, MapEdge, MapLoop, MapPaths, MapShare


class MapTimes(Shape):
    """Percentiles per stay in days; withheld ones are in `observed`."""

    p50_d: Days
    p85_d: Days
    observed: dict[str, float]
    n: int
    reasons: list[str]
    mean_d: Days = Field(description="Per delivery of the map; the part of the ladder.")


class MapEstimate(Shape):
    """What people told, in days."""

    low_d: float
    likely_d: float
    high_d: float


class MapLogged(Shape):
    """Time booked in work logs, in days per stay that has some."""

    p50_d: Days
    p85_d: Days
    observed: dict[str, float]
    n: int
    reasons: list[str]
    stays: int | None = Field(description="In which somebody worked, with work logs or without.")
    over: int | None = Field(description="Stays with more booked than they lasted.")


class MapProcess(MapTimes):
    """Process time, and how it is known."""

    kind: Literal["estimated", "measured", "upper_bound", "unknown"]
    estimate: MapEstimate | None
    logged: MapLogged | None = Field(description="Null for a step that no tool records.")


class MapLadderStep(Shape):
    """Average days of a delivery in a step, by what they count as."""

    active_d: Days
    waiting_d: Days
    unknown_d: Days
    gap_d: Days
    ignored_d: Days


class MapWip(Shape):
    """What is inside: now, and over the window on average."""

    now: int | None
    waiting_now: int | None
    average: float | None
    reason: str | None


class MapThroughput(Shape):
    """How often work came and went in the window."""

    entered_per_week: float | None
    left_per_week: float | None
    entered: int | None
    left: int | None
    reason: str | None


class MapInformed(Shape):
    """Who tells a step that there is work."""

    told: Literal["system", "people"]
    by: str | None


class MapSystem(Shape):
    """A tool that touches a step."""

    system: str
    tool: str = Field(
        description="tracker, commit, review, ci, change_approval, release, deploy or manual."
    )
    share: float | None = Field(description="Of the deliveries; null where it is not counted.")
    mean_d: Days


class MapStep(Shape):
    """A step of the map: an active stage with the queues before it, a tool, or what people told."""

    name: str
    kind: Literal["stage", "unmapped", "done", "tool", "manual"]
    phase: Literal["upstream", "work", "downstream"]
    team: str | None
    value: Literal["added", "necessary", "waste"] | None
    stages: list[str]
    queues: list[str]
    tool: str | None
    estimated: bool = Field(description="No tool records it: drawn hatched.")
    after: str | None
    process: MapProcess
    lead: MapTimes
    ladder: MapLadderStep
    ladder_s: dict[str, int] | None = Field(description="Seconds over all deliveries.")
    wait_by_reason_d: dict[str, float]
    wip: MapWip
    throughput: MapThroughput
    visits: MapShare = Field(description="Deliveries that went through it.")
    skipped: int | None = Field(description="Deliveries that did not; null for a tool.")
    rework_share: float | None = Field(description="Of its time that in second and later stays.")
    informed: MapInformed
    explain: str | None
    systems: list[MapSystem]
    first_pass_yield: MapShare


class MapTool(Shape):
    """A tool of the way to production: time per delivery, whatever stage that was in."""

    tool: str
    system: str
    p50_d: Days
    p85_d: Days
    observed: dict[str, float]
    n: int
    reason: str | None


class MapTrigger(Shape):
    """What begins the stream."""

    text: str
    configured: bool
    per_week: float | None
    reason: str | None


class MapRecipient(Shape):
    """For whom it is done."""

    text: str | None
    configured: bool


class MapDone(Shape):
    """When it is done."""

    text: str
    configured: bool
    per_week: float


class MapBoundaries(Shape):
    """Where the map begins and ends."""

    trigger: MapTrigger
    recipient: MapRecipient
    done: MapDone


class MapPhases(Shape):
    """Idea to commitment, commitment to done, done to released."""

    upstream_d: Days
    work_d: Days
    downstream_d: Days


class MapLadder(Shape):
    """The average delivery; the parts add up to the total."""

    n: int
    total_s: int
    total_d: Days
    active_d: Days
    waiting_d: Days
    unknown_d: Days
    gap_d: Days
    ignored_d: Days
    estimated_d: Days
    estimated_share: float | None
    phases: MapPhases
    reason: str | None
    note: str


class FirstUse(Shape):
    """Days from release to first use."""

    p50_d: Days
    p85_d: Days
    observed: dict[str, float]
    n: int
    reason: str | None


class MapHeld(Shape):
    """One of the things that a map must hold."""

    name: str
    filled: int
    fields: int
    missing: list[str]


class MapComplete(Shape):
    """How much of what a map must hold is there."""

    share: float | None
    parts: list[MapHeld]


class ValueStreamMap(Envelope):
    """The current-state map: lead time between its boundaries, and all that it is made of."""

    title: str
    clock: Literal["idea_to_release", "idea_to_done", "flow_time"]
    currency: str
    boundaries: MapBoundaries
    ladder: MapLadder
    steps: list[MapStep]
    edges: list[MapEdge]
    rework: list[MapLoop]
    handoffs: Handoffs
    paths: MapPaths
    tools: list[MapTool]
    first_use: FirstUse
    completeness: MapComplete
    caveats: list[str]
