"""The shapes of improvements: what is sent, and what is answered."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Grade, Shape, Time
from api.schemas_scenarios import ScenarioRow

Side = Literal["above", "below"]
Rule = Literal["outside", "run", "near_limit"]
Metric = Literal["velocity", "flow_time", "idea_to_done", "idea_to_release", "step_wait"]
State = Literal["proposed", "running", "held", "did_not_hold", "no_signal", "stopped", "standard"]
_WHO = "Who says so, at most 100 characters."


class TargetGiven(BaseModel):
    """What the metric should come to."""

    model_config = ConfigDict(extra="forbid")

    value: float = Field(
        ge=0,
        le=1e6,
        allow_inf_nan=False,
        description="Days; of `velocity` items a week.",
        examples=[20.0],
    )
    by: str = Field(max_length=40, description="By this day.", examples=["2026-12-31"])


class ImprovementGiven(BaseModel):
    """A change of a stream that somebody means to try, or has tried."""

    model_config = ConfigDict(extra="forbid")

    stream: str = Field(max_length=64, description="The `name` of a value stream.")
    title: str = Field(max_length=1_000, description="What is changed, at most 100 characters.")
    hypothesis: str = Field(
        max_length=10_000, description="Why that should help, at most 1,000 characters."
    )
    metric: str = Field(
        max_length=40,
        description="By what it is judged: velocity, flow_time, idea_to_done, idea_to_release, or"
        " step_wait, the wait of a delivery in a `step` of the map.",
    )
    step: str = Field(default="", max_length=200, description="A step's name, with `step_wait`.")
    target: TargetGiven
    owner: str = Field(
        max_length=1_000,
        description="The team or the role that has it, at most 100 characters; nothing is measured"
        " on it.",
    )
    scenario: int | None = Field(
        default=None,
        ge=1,
        lt=2**63,
        description="The `id` of the lab's scenario that it came from; its levers become policies"
        " of the standard.",
    )
    who: str = Field(max_length=1_000, description=_WHO)


class LineGiven(BaseModel):
    """A line of the log."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(
        default="", max_length=10_000, description="What was tried, or why; at most 1,000."
    )
    who: str = Field(max_length=1_000, description=_WHO)


class StartGiven(LineGiven):
    """When the change was made, and until when it is judged."""

    changed_at: str | None = Field(
        default=None,
        max_length=40,
        description="When it was made: a date or a time that is over. Default: now.",
    )
    until: str | None = Field(
        default=None,
        max_length=40,
        description="The horizon, a day: without a signal by then the verdict is that there was"
        " none. Default: the target's day.",
    )
    baseline_from: str | None = Field(
        default=None,
        max_length=40,
        description="From when on points make the baseline. Default: 90 days before the change.",
    )
    per: Literal["week", "delivery"] = Field(
        default="week",
        description="What a point is: the average of the deliveries of a week, so that a release"
        " of many is one point, or a single delivery.",
    )
    variant: Literal["mean", "median"] = Field(
        default="mean",
        description="Limits by the mean, or by the median, for where one outlier widens them.",
    )


class SignalRow(Shape):
    """Points that fulfil a rule of process behaviour charts."""

    rule: Rule
    side: Side
    from_: str = Field(alias="from", description="Day of the first point.")
    to: str
    points: int
    keys: list[str] = Field(description="The items, of points that are deliveries.")


class FrozenLimits(Shape):
    """Natural process limits, in the unit of the metric."""

    centre: float
    lower: float
    upper: float
    range_limit: float


class TargetRow(Shape):
    """What the metric should come to."""

    value: float
    by: str


class VerdictOnChange(Shape):
    """What the points since the change say against the frozen limits."""

    outcome: Literal["held", "did_not_hold", "no_signal_yet", "no_signal"] | None = Field(
        description="Null where it can't be judged any more."
    )
    final: bool = Field(description="The horizon is past, or it was ended.")
    words: str
    decided_by: SignalRow | None
    signals: list[SignalRow] = Field(description="All that go beyond what the baseline showed.")
    usual: list[SignalRow] = Field(description="Those that do not: the baseline had the like.")
    needed: dict[Rule, int] = Field(
        description="Of an open one by rule the fewest further points that could make a signal."
    )


class ImprovementRow(Shape):
    """An improvement and how it stands."""

    id: int
    stream: str
    title: str
    hypothesis: str
    metric: Metric
    step: str | None
    unit: Literal["d", "items a week"]
    wanted: Side = Field(description="On which side of what was it is better.")
    target: TargetRow
    owner: str
    scenario: int | None
    who: str
    at: Time
    status: State
    changed_at: Time
    changed_on: str | None = Field(description="Its day in the configured zone.")
    until: str | None = Field(description="The horizon: the last day that counts.")
    per: Literal["week", "delivery"] | None = Field(description="What a point is.")
    before: FrozenLimits | None
    n: int = Field(description="Points since the change.")
    mean: float | None = Field(description="Their average.")
    verdict: VerdictOnChange | None


class ChartPoint(Shape):
    """A delivery, or a week."""

    start: str = Field(description="Its day, or the first day of the week.")
    end: Time
    key: str | None
    n: int = Field(description="How many deliveries it is of.")
    value: float


class OpenedPoint(ChartPoint):
    """The same with what is behind it."""

    explain: str


class BaselineRow(Shape):
    """What was written down when it started; nothing moves it."""

    from_: Time = Field(alias="from")
    to: Time = Field(description="The change.")
    known_at: Time = Field(description="What was known then is what counts.")
    variant: Literal["mean", "median"]
    per: Literal["week", "delivery"]
    definitions: list[str] = Field(description="Names and versions on which it rests.")
    grade: Grade
    reasons: list[str]
    n: int
    provisional: bool = Field(description="Under 20 points: more would still move the limits.")
    limits: FrozenLimits
    signals: list[SignalRow] = Field(description="Of the baseline in its own limits.")
    points: list[ChartPoint]


class RestatedBaseline(Shape):
    """Whether the records of today would make another baseline."""

    would_move: bool | None = Field(description="Null where it can't be told.")
    points: int | None = Field(description="How many are others, are gone, or came in.")
    limits: FrozenLimits | None = Field(description="As they would be now.")
    definitions: list[str] = Field(description="Those that have another version now.")
    reason: str | None


class AfterRow(Shape):
    """The points since the change, up to the horizon."""

    n: int
    deliveries: int
    mean: float | None
    began_before: int | None = Field(description="Deliveries that had begun before the change.")
    points: list[OpenedPoint]
    explain: str | None


class GuardMean(Shape):
    """How many points, and their average."""

    n: int
    mean: float | None


class GuardRow(Shape):
    """Another number of the stream: did the change only move the waiting?"""

    metric: Metric
    step: str | None
    team: str | None
    unit: Literal["d", "items a week"]
    before: GuardMean
    after: GuardMean
    worse: bool | None = Field(description="By a stretch of points on the bad side; null: untold.")
    signal: SignalRow | None
    explain: str | None
    reason: str | None
    words: str


class LogRow(Shape):
    """A line of the log; none is ever changed."""

    id: int
    kind: Literal["started", "tried", "stopped", "adopted"]
    note: str
    who: str
    at: Time
    verdict: str | None = Field(description="What was known when it was ended.")
    standard: int | None = Field(description="The version that it became.")


class ImprovementBody(ImprovementRow):
    """An improvement with its evidence: each point, what else moved, and the log."""

    levers: ScenarioRow | None
    target_met: bool | None = Field(description="By the average since; null under six points.")
    baseline: BaselineRow | None
    restated: RestatedBaseline | None
    after: AfterRow | None
    guards: list[GuardRow]
    caveats: list[str]
    log: list[LogRow]
