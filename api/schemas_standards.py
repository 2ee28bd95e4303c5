"""The shapes of standards: what is sent to adopt one, the standard, and the drift from it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Shape, Time
from api.schemas_improvements import LineGiven, Metric, SignalRow, TargetRow


class PolicyGiven(BaseModel):
    """A rule to work by that no tool records."""

    model_config = ConfigDict(extra="forbid")

    step: str = Field(default="", max_length=200, description='A step\'s name; "": of all.')
    kind: Literal[
        "entry", "exit", "limit", "cadence", "approval", "order", "quality", "people", "blocked",
        "other",
    ]  # fmt: skip
    text: str = Field(min_length=1, max_length=300, description="In words, at most 300.")


class AdoptGiven(LineGiven):
    """That it is how the stream works from now on."""

    policies: list[PolicyGiven] = Field(
        default_factory=list,
        max_length=40,
        description="Rules beside those that configuration, map and scenario tell.",
    )


class StandardStepRow(Shape):
    """A step of the standard."""

    name: str
    kind: str
    phase: str
    team: str | None
    value: str | None
    stages: list[str]
    queues: list[str]
    systems: list[str]
    informed: str | None
    estimated: bool
    used: bool | None
    explain: str | None


class PolicyRow(Shape):
    """A rule to work by, and who tells it."""

    step: str
    kind: str
    text: str
    source: Literal["configuration", "map", "scenario", "people"]


class StandardTarget(Shape):
    """A number with the limits in which it stays while nothing changes."""

    metric: Metric
    step: str | None
    team: str | None
    unit: str
    target: TargetRow | None
    n: int
    limits: dict[str, float] | None
    reason: str | None


class StandardDocument(Shape):
    """How a stream works."""

    version: int
    at: Time
    who: str
    title: str
    boundaries: dict[str, str | None]
    clock: str
    improvement: dict[str, Any] = Field(description="The change that made it.")
    steps: list[StandardStepRow]
    policies: list[PolicyRow]
    variant: Literal["mean", "median"]
    per: Literal["week", "delivery"]
    targets: list[StandardTarget]


class StandardVersion(Shape):
    """A version, and the change that made it."""

    version: int
    at: Time
    who: str
    improvement: int
    title: str


class StandardBody(Shape):
    """The standard of a stream in force, and the versions up to it."""

    stream: str
    title: str
    standard: StandardDocument | None
    versions: list[StandardVersion]
    reason: str | None = Field(description="Why there is none.")


class DriftRow(Shape):
    """One thing that is not as the standard says."""

    kind: Literal["step_gone", "step_new", "owner", "step_unused", "metric"]
    what: str
    words: str
    worse: bool | None = Field(description="Of a metric; false: it is better than the standard.")
    signal: SignalRow | None
    explain: str | None


class Unchecked(Shape):
    """What could not be held against the standard."""

    what: str
    reason: str


class DriftBody(Shape):
    """Where a stream has left its standard."""

    stream: str
    title: str
    version: int | None
    since: Time
    drifted: bool | None = Field(description="Null where there is no standard.")
    items: list[DriftRow]
    unchecked: list[Unchecked]
    reason: str | None
