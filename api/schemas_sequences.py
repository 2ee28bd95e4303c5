"""The shapes of the order of work: as it is asked, and as it is answered."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Shape, Time
from api.schemas_cost import ParametersGiven, Quantiles

_DAYS = Field(default=None, gt=0, le=3_650)
_Score = Annotated[float, Field(ge=0, le=1_000_000)]


class TermsGiven(BaseModel):
    """A value for this question alone; as POST /v1/values takes one."""

    model_config = ConfigDict(extra="forbid")

    profile: str = Field(default="P1", description="P1 to P6.")
    low_cents: int | None = None
    likely_cents: int | None = None
    high_cents: int | None = None
    parameters: ParametersGiven = Field(default_factory=ParametersGiven)


class ScoresGiven(BaseModel):
    """Relative scores of SAFe's WSJF."""

    model_config = ConfigDict(extra="forbid")

    value: _Score = Field(description="User and business value.")
    time: _Score = Field(description="Time criticality.")
    risk: _Score = Field(description="Risk reduction and opportunity enablement.")
    size: float = Field(gt=0, le=1_000_000, description="Job size.")


class ItemGiven(BaseModel):
    """One item; what is left out is taken as it is known."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=200)
    value: TermsGiven | None = None
    duration_days: float | None = _DAYS
    duration_low_days: float | None = _DAYS
    duration_high_days: float | None = _DAYS
    wsjf: ScoresGiven | None = None


class SequenceGiven(BaseModel):
    """Which items to put in order."""

    model_config = ConfigDict(extra="forbid")

    stream: str = Field(max_length=200)
    stage: str | None = Field(
        default=None,
        max_length=200,
        description="The queue; default: the stage in which waiting burns most. With items: where"
        " their durations are measured.",
    )
    items: list[ItemGiven] = Field(
        default_factory=list, max_length=60, description="In today's order; empty: the queue's."
    )


class DurationRow(Shape):
    """Days that an item occupies the constraint."""

    low: float
    likely: float
    high: float
    source: str = Field(alias="from")


class PlacedRow(Shape):
    """An item in the cheapest order; money is null where nobody valued it."""

    place: int
    place_today: int
    key: str
    title: str
    cd3_cents: int | None = Field(description="Cents a week, for each week of its duration.")
    duration_days: DurationRow
    finish_days: float = Field(description="From now, in this order.")
    cost_cents: int | None = Field(description="What delay until then costs.")
    cost_today_cents: int | None = Field(description="The same in today's order.")
    before_next: float | None = Field(
        description="P: in which share of the draws it rightly stands before the next; null where"
        " the next keeps its place."
    )
    too_close_to_call: bool = Field(description="More than a quarter of the draws swap the two.")


class SequenceRanges(Shape):
    """Of 2000 draws from the ranges of values and durations."""

    today_cents: Quantiles
    proposed_cents: Quantiles
    saves_cents: Quantiles
    cheaper_share: float | None = Field(description="Null where the order is today's.")
    draws: int


class LeftRow(Shape):
    """An item, and why it has no place, or keeps its place."""

    key: str
    reason: str


class ScoreRow(Shape):
    """A place by WSJF."""

    place: int
    key: str
    score: float


class Scores(Shape):
    """WSJF, by itself."""

    items: list[ScoreRow]
    note: str


class Sequence(Shape):
    """Today's order and the cheapest one; the items in the cheapest."""

    stream: str
    stage: str | None
    constraint: str | None = Field(description="The stage of work that the queue waits for.")
    as_of: Time
    currency: str
    items: list[PlacedRow]
    today_cents: int
    proposed_cents: int
    saves_cents: int
    ranges: SequenceRanges
    exact: bool = Field(description="No other order costs less.")
    method: str
    left_out: list[LeftRow]
    kept_in_place: list[LeftRow]
    wsjf: Scores | None


class QueueOrder(Shape):
    """A queue as it stands, and the order in which its delay costs least."""

    stream: str
    stage: str | None = Field(description="Null where nothing waits in the stream.")
    waiting: int
    as_of: Time
    order: Sequence | None
    reason: str | None = Field(description="Why nothing can be put in order.")
