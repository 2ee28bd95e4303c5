"""The shapes of how work moves over a value stream map: edges, loops, handoffs, ways, one step."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Shape

Days = float | None


class MapShare(Shape):
    """A share with what it is made of; null with the reason."""

    share: float | None
    numerator: int
    n: int
    interval: list[float | None]
    reason: str | None


class Accurate(MapShare):
    """%C&A of an edge by its proxy."""

    kind: Literal["proxy"]
    note: str


class Received(MapShare):
    """%C&A of an edge as those say it who receive the work."""

    on: str = Field(description="The day of the last survey up to the end of the window.")
    missing: list[str]
    repaired_in_silence: float | None = Field(
        description="How much less that is than what was not sent back."
    )


class MapEdge(Shape):
    """Work that went forward from one step to another."""

    from_: str = Field(alias="from")
    to: str
    from_team: str | None
    to_team: str | None
    handoff: bool
    moves: int
    items: int
    complete_accurate: Accurate
    survey: Received | None
    survey_reason: str | None
    shown: bool
    explain: str


class MapLoop(Shape):
    """Work that went back to an earlier step."""

    from_: str = Field(alias="from")
    to: str
    returns: int
    deliveries: MapShare
    lost_d: float
    lost_each_d: float
    waited_d: float
    cost_cents: int | None
    valued: int
    unvalued: int
    cost_reason: str | None
    shown: bool
    explain: str


class HandoffCount(Shape):
    """Changes of the owning team of a delivery."""

    p50: float | None
    p85: float | None
    mean: float | None
    n: int


class TeamPair(Shape):
    """Handoffs from one team to another."""

    from_team: str
    to_team: str
    handoffs: int
    items: int
    explain: str


class Handoffs(Shape):
    """How often deliveries changed their team, and between which."""

    per_delivery: HandoffCount
    total: int | None
    between: list[TeamPair]
    reason: str | None


class MapPath(Shape):
    """A way through the steps."""

    steps: list[str]
    deliveries: int
    share: float
    shown: bool


class MapPaths(Shape):
    """The ways, the most common first; what is not shown changes no number."""

    asked_share: float
    shown: int
    covered: float | None
    count: int
    n: int
    reason: str | None
    paths: list[MapPath]


class MapEdges(Shape):
    """The edges of a map, with what they multiply to along the main path."""

    items: list[MapEdge]
    next: None
    rolled_complete_accurate: float | None
    rolled_first_pass_yield: float | None
    caveats: list[str]


class MapLoops(Shape):
    """The rework loops of a map, the one that lost most time first."""

    items: list[MapLoop]
    next: None
    rework_share: float | None
    currency: str
    caveats: list[str]


class MapHandoffs(Handoffs):
    """Handoffs between teams."""

    caveats: list[str]


class GraphNode(Shape):
    """A status, job, merge request or approval inside a step."""

    name: str
    kind: Literal["status", "build", "approval", "review", "deployment", "code"]
    visits: int
    deliveries: int
    p50_d: Days
    observed: dict[str, float]
    mean_d: Days


class GraphEdge(Shape):
    """What directly followed what."""

    from_: str = Field(alias="from")
    to: str
    count: int
    deliveries: int


class StepGraph(Shape):
    """One step opened: what went on inside it, as a directly-follows graph."""

    step: str
    n: int
    nodes: list[GraphNode]
    edges: list[GraphEdge]
    reason: str | None
    caveats: list[str]
