"""The shapes of delay cost: the ledger, the items that burn most, and what items are worth."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Limits, Shape, Time
from api.schemas_lists import Listed

_CAVEATS = (
    "Of what the rows lack the older part, while the history of a source is still being read."
)


class Quantiles(Shape):
    """Of 2000 draws from the ranges of the estimates, in cents."""

    p10: int
    p50: int
    p90: int


class CostRanges(Shape):
    """What a sum could be, given how unsure the estimates are."""

    cost_cents: Quantiles | None
    burn_rate_cents: Quantiles | None
    draws: int | None = None


class CostRow(Shape):
    """Delay cost of one part of the stream; it is named under what the split is by."""

    stage: str | None = None
    team: str | None = None
    reason: str | None = None
    kind: str | None = None
    item: str | None = None
    owner: str | None = None
    wait_d: float
    cost_cents: int
    sunk_cents: int = Field(description="Of what was cancelled; not in `cost_cents`.")
    burn_rate_cents: int | None = Field(description="A week, at the end of the window.")
    waiting_now: int
    unvalued_now: int
    ranges: CostRanges
    first_share: float | None = Field(
        description="In which share of the draws this part is the dearest; null where it is alone."
    )
    first_share_now: float | None = Field(description="The same of what burns now.")
    explain: str = Field(description="Where the deliveries of this part are listed.")


class CostPeriod(Shape):
    """What accrued in a period; null where it is not read yet, and where nothing has a value."""

    start: str
    end: Time
    complete: bool
    cost_cents: int | None
    sunk_cents: int | None
    range: Quantiles | None


class CostRows(Listed[CostRow]):
    """The parts add up to the sums to the cent; null sums come with a reason."""

    cost_cents: int | None
    per_week_cents: int | None
    sunk_cents: int | None
    sunk_deliveries: int = Field(description="How many cancelled deliveries that is of.")
    burn_rate_cents: int | None
    unvalued: int
    valued: int
    reason: str | None
    currency: str
    profile: str = Field(description="Of values that the tracker's field holds.")
    profiles: dict[str, int] = Field(description="How many values of each profile are in it.")
    by: str
    clock: Literal["commitment", "idea"]
    clock_means: str
    in_work_d: float = Field(description="Days of work on what has a value: no cost.")
    ranges: CostRanges | None
    metric: str
    definition: str
    scope: dict[str, str]
    n: int = Field(description="Deliveries that were charged.")
    window: list[Time] | None
    as_of: Time
    known_at: Time
    watermarks: dict[str, Time]
    grade: str
    coverage: dict[str, float | None]
    reasons: list[str]
    explain: str
    caveats: list[str] = Field(description=_CAVEATS)
    series: list[CostPeriod] | None = Field(default=None, description="Where `interval` is asked.")
    limits: Limits | None = Field(
        default=None, description="Of the whole periods; null under six of them."
    )


class Parameters(Shape):
    """What a profile needs beside its amount; only what was given."""

    deadline: str | None = None
    per_week_cents: int | None = None
    escalation_cents: int | None = None
    life_weeks: float | None = None
    horizon_weeks: float | None = None
    decay_per_week: float | None = None
    discount_per_year: float | None = None
    weeks: Literal["lost", "moved"] | None = None
    free_weeks: float | None = None


class BurningValue(Shape):
    """What an item is worth, and who says so."""

    key: str = Field(description="Of the item that has the value: this one, or its parent.")
    inherited: bool = Field(description="It is the parent's, of which this is the critical child.")
    slack_estimated: bool = Field(description="The slack rests on how long work usually takes.")
    profile: str
    low_cents: int | None
    likely_cents: int
    high_cents: int | None
    parameters: Parameters
    source: str = Field(alias="from", description="field, csv or api.")
    who: str | None
    at: Time | None


class Projected(Shape):
    """Cents that waiting may still cost until it is done."""

    p50: int | None
    p85: int | None


class Risk(Shape):
    """Of a deadline that is to come."""

    deadline: Time
    late: float = Field(description="How likely it is missed.")
    expected_cents: int = Field(description="That times what is lost once when it is.")


class BurningRow(Shape):
    """An item in flight; money is null where nobody valued it."""

    key: str
    title: str
    kind: str
    url: str
    stage: str
    team: str | None
    waiting: bool
    charged: bool = Field(description="It waits, and that costs: it is on the critical path.")
    waiting_since: Time | None
    committed_at: Time | None
    value: BurningValue | None
    burn_rate_cents: int | None
    burn_range: Quantiles | None
    cost_cents: int | None = Field(description="So far; of a parent all of it.")
    projected_cents: Projected | None
    risk: Risk | None


class BurningRows(Listed[BurningRow]):
    """Everything in flight, the dearest week first."""

    total: int
    unvalued: int
    expedites: int = Field(description="How many P5 are in flight; few can be.")
    currency: str
    as_of: Time
    projection: str
    projection_reason: str | None = Field(description="Why nothing is projected.")
    caveats: list[str] = Field(description=_CAVEATS)


_CENTS = "Cents a week; of P4 once, when the deadline is missed."


class ParametersGiven(BaseModel):
    """What a profile takes beside its amount; what it does not take is refused."""

    model_config = ConfigDict(extra="forbid")

    deadline: str | None = Field(
        default=None, max_length=40, description="P4: a date (its end) or a time with its zone."
    )
    per_week_cents: int | None = Field(default=None, description="P4: a week after the deadline.")
    escalation_cents: int | None = Field(
        default=None, description="P5: how much dearer each week is than the one before."
    )
    life_weeks: float | None = Field(default=None, description="P2; P1 and P6: known end of life.")
    horizon_weeks: float | None = Field(default=None, description="P3: how far value counts.")
    decay_per_week: float | None = Field(
        default=None, description="P3: the share of the rate that a week takes for good."
    )
    discount_per_year: float | None = Field(default=None, description="P1 and P3; 0.1 is 10 %.")
    weeks: Literal["lost", "moved"] | None = Field(
        default=None, description="P1 and P3: a delay loses weeks, or moves the whole life."
    )
    free_weeks: float | None = Field(default=None, description="P6: delay that costs nothing.")


class ValueGiven(BaseModel):
    """What an item, or a parent of items, is worth."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(max_length=600, description="The item's key.", examples=["SHOP-412"])
    source: str = Field(
        default="", max_length=600, description="Its source, where several have the key."
    )
    profile: str = Field(default="P1", description="P1 to P6; see the metric delay_cost.")
    low_cents: int | None = Field(
        default=None, description="5 % of cases lie below; both ends or none."
    )
    likely_cents: int | None = Field(
        default=None, description=f"{_CENTS} Left out with P6: it is not valued."
    )
    high_cents: int | None = Field(default=None, description="5 % of cases lie above.")
    parameters: ParametersGiven = Field(
        default_factory=ParametersGiven, description="What the profile needs beside."
    )
    who: str = Field(max_length=1000, description="Who says so, at most 100 characters.")
    why: str = Field(max_length=5000, description="Why, for others to read; at most 500.")


class ValueWithdrawn(BaseModel):
    """Who takes an estimate back, and why."""

    model_config = ConfigDict(extra="forbid")

    who: str = Field(max_length=1000, description="Who says so, at most 100 characters.")
    why: str = Field(default="", max_length=5000, description="Why; may be left out; at most 500.")
    source: str = Field(
        default="", max_length=600, description="The item's source, where several have the key."
    )


class ValueRow(Shape):
    """What somebody said that an item is worth, and whether it counts."""

    id: int
    key: str
    source: str
    state: Literal["in_effect", "withdrawn", "replaced"]
    profile: str | None
    low_cents: int | None
    likely_cents: int | None
    high_cents: int | None
    parameters: Parameters
    currency: str
    who: str
    why: str
    how: str = Field(description="csv or api.")
    at: Time
