"""The shape of the report of a stream's weeks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Envelope, Grade, Limits, Number, Shape, Time
from api.schemas_charts import SignalRow
from api.schemas_cost import Quantiles
from api.schemas_kanban import AgeingRow
from api.schemas_sources import SourceHistory
from api.schemas_teams import BlockedRow


class ReportChange(Shape):
    """Whether a number changed: its weeks on a process behaviour chart, never two weeks alone."""

    state: Literal["changed", "usual", "not_judged"] = Field(
        description="`changed` where a signal reaches the last whole week of the report."
    )
    reason: str | None = Field(description="Why it is not judged.")
    of: str = Field(description="Which value of the number.")
    weeks: int = Field(description="How many whole weeks the chart has.")
    limits: Limits | None = Field(description="Of the first 20 weeks; null under six.")
    provisional: bool = Field(description="Fewer than 20 weeks.")
    definition_since: str | None = Field(
        description="The day since when the number means what it means; weeks before are left out."
    )
    signals: list[SignalRow] = Field(description="Those that reach a week of the report.")
    chart: str = Field(description="The address of the weeks.")


class ReportNumber(Shape):
    """A number of the headline, in these weeks and in as many before."""

    metric: str
    now: Envelope
    before: Envelope
    change: ReportChange


class ReportWait(Shape):
    """A stage in which waiting cost most, or lasted longest where nothing has a value."""

    stage: str
    team: str | None
    waiting_d: float | None = Field(description="Days that each delivery of the weeks waited.")
    waiting_now: int | None = Field(description="How many wait there at the end of the weeks.")
    average_wait_now_d: float | None
    cost_cents: int | None
    range: Quantiles | None
    explain: str | None


class ReportWaits(Shape):
    """The three dearest waits, and what all waiting cost."""

    items: list[ReportWait]
    total: int = Field(description="In how many stages anything waited.")
    by: Literal["cost_cents", "waiting_d"]
    cost_cents: int | None
    range: Quantiles | None
    reason: str | None = Field(description="Why the cost is not known.")
    unvalued: int = Field(description="Deliveries that waited and have no value.")
    currency: str
    grade: Grade
    explain: str


class ReportFinding(Shape):
    """The biggest delay of the last 90 days, and what to try."""

    title: str
    text: str
    try_next: str
    grade: Grade
    explain: str


class ReportReleasedRow(Shape):
    """A delivery that went live in these weeks."""

    key: str
    title: str
    kind: str
    released_at: Time
    seconds: int = Field(description="From idea to release.")
    url: str


class ReportReleased(Shape):
    """What was released, the latest first."""

    items: list[ReportReleasedRow]
    total: int
    explain: str


class ReportAgeing(Shape):
    """What in flight is too old, or will be with even odds, now; judged by the last 90 days."""

    items: list[AgeingRow]
    total: int
    value: dict[str, Number | str | None]
    n: int
    grade: Grade
    reasons: list[str]
    percent: int
    explain: str


class ReportBlocked(Shape):
    """What is blocked now, the longest first."""

    items: list[BlockedRow]
    total: int
    grade: Grade
    explain: str


class ReportSource(Shape):
    """Up to when a source was read, and what is wrong with it."""

    name: str
    state: str
    message: str | None
    watermark_at: Time
    last_success_at: Time
    late: bool
    history: SourceHistory | None


class ReportBody(Shape):
    """The last weeks of a stream: numbers, signals, waits, ageing, blocked, released, sources."""

    stream: str
    title: str
    weeks: int
    complete: bool = Field(description="False where the last of the weeks still runs.")
    first_day: str
    last_day: str
    zone: str
    window: list[str]
    before: list[str] = Field(description="The weeks before, as many.")
    as_of: str
    headline: list[ReportNumber]
    waits: ReportWaits
    finding: ReportFinding | None
    released: ReportReleased
    ageing: ReportAgeing
    blocked: ReportBlocked
    sources: list[ReportSource]
