"""The shapes of charts and forecasts: an envelope, with its points or its grounds."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Envelope, Number, Shape


class PeriodPoint(Shape):
    """One period of the calendar."""

    start: str = Field(description="First day of the period in the zone.")
    end: str = Field(description="The instant at which it ends.")
    complete: bool


class BoundaryRow(Shape):
    """An entry that items cross; the last one is done."""

    name: str
    state: str


class CfdPoint(PeriodPoint):
    """The lines at the end of a period, or now. Null where the history is not read yet."""

    reached: dict[str, int] | None = Field(
        description="Items that ever came as far as each boundary, or further: the lines."
    )
    cancelled: int | None = Field(
        description="Of those beyond the last one, the cancelled: a band."
    )
    occupancy: dict[str, int] | None = Field(
        description="Items in load by the stage they are in: the second chart."
    )


class CumulativeFlow(Envelope):
    """Cumulative flow: how many items came as far as each stage, and how many are in it."""

    every: str = Field(description="day, week, month or quarter.")
    zone: str
    boundaries: list[BoundaryRow]
    points: list[CfdPoint]


class RunPoint(PeriodPoint):
    """A period's completions; 0 where none was, null where that can't be known."""

    count: int | None


class RunChart(Envelope):
    """Throughput by period, empty periods among them."""

    every: str = Field(description="day, week, month or quarter.")
    zone: str
    points: list[RunPoint]


class XmrPoint(Shape):
    """A value, the step from the one before, and the rules that it takes part in breaking."""

    start: str = Field(description="First day of the period, or the day of the delivery.")
    end: str = Field(description="The end of the period, or the moment of the delivery.")
    complete: bool = Field(description="False for the running period, which is not judged.")
    key: str | None = Field(description="The work item, where a point is one.")
    value: Number
    range: float | None
    in_baseline: bool
    signals: list[str]


class Baseline(Shape):
    """The values that give the limits. They stay until another baseline is asked for."""

    start: str = Field(alias="from")
    to: str
    n: int
    declared: bool
    provisional: bool = Field(description="Fewer than 20 values.")


class SignalRow(Shape):
    """A change that is more than noise, by the rule that tells it."""

    rule: Literal["outside", "range", "run", "near_limit"]
    side: Literal["above", "below"]
    start: str = Field(alias="from")
    to: str
    points: int


class ProcessChart(Envelope):
    """A process behaviour chart: points, natural limits of the baseline, signals."""

    of: str
    variant: Literal["mean", "median"]
    every: str | None = Field(description="Null where a point is a delivery.")
    zone: str
    baseline: Baseline | None
    signals: list[SignalRow]
    points: list[XmrPoint]


class PoolRow(Shape):
    """The past days that a forecast draws from."""

    start: str | None = Field(alias="from", description="The first day.")
    to: str | None = Field(description="The last day, included.")
    days: int
    weeks: int
    completions: int
    zero_days: int
    per_day: float | None
    counts: list[int] = Field(description="Completions of each day, in order.")


class Forecast(Envelope):
    """A forecast with the pool it rests on."""

    starts: str = Field(description="The first day that counts: tomorrow.")
    zone: str
    pool: PoolRow
    warnings: list[str] = Field(description="What speaks against the pool.")


class ForecastWhen(Forecast):
    """Within how many days so many items are done; the surer, the later."""

    items: int
    dates: dict[str, str | None] = Field(description="At the end of which day.")


class ForecastHowMany(Forecast):
    """How many items, at least, are done at the end of a day; the surer, the fewer."""

    date: str
    days: int = Field(description="From tomorrow to that day, both included.")


class TriedForecast(Shape):
    """A forecast made again from what was there at the beginning of a past day."""

    kind: Literal["how_many", "when"]
    made_on: str
    items: int | None = Field(description="Of `when`: how many were asked for.")
    days: int | None = Field(description="Of `how_many`: how many days were asked for.")
    forecast: dict[str, int | None]
    actual: int | None = Field(description="What came: items, or days; null where it has not yet.")
    held: dict[str, bool | None] = Field(description="Null where it can't be told yet.")


class Calibration(Envelope):
    """The scorecard: the share of past forecasts that held, by percentile."""

    zone: str
    horizon_days: int
    pool_days: int
    forecasts: list[TriedForecast]
