"""The shapes of answers, for the OpenAPI document; the tests hold every answer against them.

Answers are written as bytes and never pass through these models, which keeps them fast.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Time = str | None
Grade = Literal["A", "B", "C", "D"]
Number = float | int


class Shape(BaseModel):
    """Nothing is in an answer that is not documented."""

    model_config = ConfigDict(extra="forbid")


class Problem(Shape):
    """RFC 9457: why there is no answer, for people (`detail`) and programs (`status`)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    field: str | None = Field(default=None, description="What of a sent body is wrong.")
    request_id: str | None = Field(
        default=None, description="Of `X-Request-Id`: the log names it, too."
    )


class Limits(Shape):
    """Natural process limits of the complete periods; a point outside is a signal."""

    mean: float
    lower: float
    upper: float


class SeriesRow(BaseModel):
    """One period: its values by name, not withheld; `n` says what they rest on."""

    model_config = ConfigDict(extra="allow")

    start: str = Field(description="First day of the period in the configured time zone.")
    end: str = Field(description="The instant at which it ends.")
    complete: bool
    n: int | None = Field(description="Null, as all values, where its history is not read.")
    trailing: dict[str, Number | None] | None = Field(
        default=None,
        description="Of times: `n` and percentiles of the 13 weeks that end with the period, those"
        " withheld that rest on too few.",
    )


class BreakRow(Shape):
    """From this moment on a number means another thing: a line on a chart."""

    at: str
    on: str = Field(description="Its day in the zone that is asked for.")
    what: str = Field(examples=['stage Review: status "Code Review" active -> waiting'])
    definition: str = Field(
        description="`mapping`, `deliveries`, or the metric's name and version."
    )
    dated: bool = Field(
        description="True where the mapping itself names the day; else it was changed then, and all"
        " of history is told by the new one."
    )
    changes: str | None = Field(
        description="The address with the numbers under both; null where it is dated."
    )


class InFlight(Shape):
    """The same of what is in flight at the end of the window: in no number of the released."""

    as_of: str
    n: int | None = Field(description="How many items.")
    value: dict[str, Number | None] = Field(
        description="Sums up to that moment by the names of the metric; no percentiles."
    )
    reason: str | None = Field(description="Why nothing is told.")


class Envelope(Shape):
    """A number with everything that is needed to believe it."""

    metric: str = Field(examples=["flow_time"])
    definition: str = Field(description="Name and version.", examples=["flow_time@1"])
    scope: dict[str, str]
    window: list[str] = Field(description="From (included) and to (not included).", min_length=2)
    as_of: str = Field(description="The moment of asking, cut to the minute.")
    known_at: str = Field(description="Up to when the sources were read.")
    unit: str = Field(description="d, h, items, ratio, share, deployments, cents EUR ..")
    calendar: str = Field(
        description="`elapsed`: nights and weekends count. Else the working days that do.",
        examples=["elapsed", "working mon-fri, holidays DE-BE, Europe/Berlin"],
    )
    value: dict[str, Number | str | None] = Field(
        description="Numbers by name; null is not known or withheld, never zero.",
        examples=[{"p50": 6.0, "p85": 15.0, "p95": None}],
    )
    observed: dict[str, float] = Field(description="What was seen of values that are withheld.")
    interval: dict[str, Any] = Field(description="95 % intervals by value, `level` and `method`.")
    n: int = Field(description="Size of the sample; of the denominator for a ratio.")
    excluded: dict[str, int] = Field(description="What was left out, by reason.")
    coverage: dict[str, float | None] = Field(description="Shares from 0 to 1, see /v1/quality.")
    watermarks: dict[str, Time] = Field(description="Up to when each source was read.")
    history_back_to: dict[str, str] = Field(
        description="Sources whose history is still being read, and from when on it is there."
    )
    grade: Grade
    reasons: list[str] = Field(description="Why the grade is not better, or a value is null.")
    explain: str = Field(description="The address that lists what is in the number.")
    series: list[SeriesRow] | None = Field(
        default=None, description="Only where `interval` is asked."
    )
    limits: Limits | None = None
    in_flight: InFlight | None = Field(default=None, description="Only of time_by_tool.")
    breaks: list[BreakRow] | None = Field(
        default=None, description="Where a definition broke; in series and charts."
    )


class Missing(Shape):
    """What would complete a measurement, and the configuration line that supplies it."""

    what: str
    line: str


class Where(Shape):
    """Where to look first."""

    stream: str
    stream_title: str
    stage: str
    team: str
    items: int
    average_wait_d: float | None
    waiting_d: float


class Headline(Shape):
    """How long, where, what it costs, and how far that can be trusted."""

    how_long: Envelope | None
    where: Where | None
    cost: Envelope | None
    grade: Grade
    trust: list[str]


class StageShare(Shape):
    """Average days of a delivery in one step."""

    name: str
    state: str
    team: str
    waiting_d: float
    active_d: float


class OverviewStream(Shape):
    """A row of the overview; `total_d` is the sum of the days of its stages."""

    name: str
    title: str
    teams: list[str]
    idea_to_release: Envelope
    flow_time: Envelope
    efficiency: Envelope
    load: Envelope
    velocity: Envelope
    delay_cost: Envelope
    stages: list[StageShare]
    total_d: float | None
    weeks: list[SeriesRow]
    limits: Limits | None
    breaks: list[BreakRow] = Field(description="Within `weeks`.")
    grade: Grade
    reasons: list[str]


class OverviewService(Shape):
    """The five DORA metrics of a service."""

    name: str
    stream: str
    stream_title: str
    change_lead_time: Envelope
    deployment_frequency: Envelope
    recovery_time: Envelope
    change_fail_rate: Envelope
    rework_rate: Envelope
    grade: Grade
    reasons: list[str]
    missing: Missing | None


class OverviewHistory(Shape):
    """While sources are read for the first time, newest first: how far back all of them are."""

    back_to: str = Field(description="Everything that changed since then is there.")
    reading_from: Time = Field(description="What is being read reaches to there; null: all.")
    share: float | None = Field(description="Of the slowest source's part that is being read.")
    expected_at: Time = Field(description="When that part will be there; null: not known yet.")
    sources: list[str]


class Overview(Shape):
    """The first screen; streams by what their waiting costs."""

    window: list[str]
    as_of: str
    watermarks: dict[str, Time]
    oldest_watermark: Time
    history: OverviewHistory | None = Field(description="Null once all that is wanted is there.")
    incomplete_week: str | None
    headline: Headline
    streams: list[OverviewStream]
    awaited: list[str] = Field(
        description="Streams that are configured and not measured yet: the next pass does that."
    )
    services: list[OverviewService]
