"""The shapes of lists: streams, stages, items, quality, definitions."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from pydantic import Field

from api.schemas import Envelope, Missing, Shape, Time
from api.schemas_dora import SurveyPlace
from api.schemas_teams import BlockReason

Row = TypeVar("Row")
Bounds = list[float | None]


class Listed(Shape, Generic[Row]):
    """A list; `next` is the cursor of the next page, null on the last one."""

    items: list[Row]
    next: str | None


class Configured(Listed[Row], Generic[Row]):
    """A list of what the configuration names."""

    awaited: list[str] = Field(
        description="Configured, and not measured yet: they come with the next pass."
    )


class Page(Listed[Row], Generic[Row]):
    """A page of a longer list."""

    total: int = Field(description="How many there are on all pages.")


class StageConfig(Shape):
    """A step of a stream as configured."""

    name: str
    state: str
    team: str
    value: str


class StreamRow(Shape):
    """What a value stream is. `facts_version` moves when one of its facts did."""

    name: str
    title: str
    facts_version: int
    services: list[str]
    repositories: list[str]
    stages: list[StageConfig]


class StageRow(Shape):
    """A step measured: percentiles per visit, days per delivery, what is inside now."""

    name: str
    state: str
    team: str
    visits: int
    p50_d: float | None
    p85_d: float | None
    waiting_d: float | None
    active_d: float | None
    visit_share: float | None
    items_now: int
    coarse_visits: int = Field(
        description="Visits in the window in a part of which the tracker was not read, where no"
        " history tells of that time."
    )
    waiting_now: int
    average_wait_now_d: float | None
    delay_cost_cents: int | None
    burn_rate_cents: int | None
    currency: str
    phase: Literal["upstream", "work", "downstream"] | None = Field(
        default=None, description="Where `rank` or `phase` is asked."
    )
    idea_wait_d: float | None = Field(
        default=None,
        description="Where `rank` or `phase` is asked: average days that a delivery of the map"
        " waits there, from the idea on, in elapsed days.",
    )


_CAVEATS = (
    "Of what the rows lack the older part, while the history of a source is still being read."
)


class StageRows(Listed[StageRow]):
    """The steps of a stream, in the order of the map."""

    caveats: list[str] = Field(description=_CAVEATS)
    explain: str = Field(description="The address that lists every visit of each delivery.")
    calendar: str | None = Field(
        default=None,
        description="In which days are told; not there where they are elapsed. Money always is.",
    )


class ServiceRow(Shape):
    """What a service is, and what is missing to measure it whole."""

    name: str
    repositories: list[str]
    missing: Missing | None


class DoraMetrics(Shape):
    """The DORA metrics and their variants, together."""

    change_lead_time: Envelope
    change_lead_time_by_change: Envelope = Field(
        description="By others called first commit to deploy; answers to `first_commit_to_deploy`."
    )
    merge_to_deploy: Envelope
    delivery_cycle: Envelope
    deployment_frequency: Envelope
    recovery_time: Envelope
    detect_to_restore: Envelope
    change_fail_rate: Envelope
    deployment_rework_rate: Envelope
    observation_window_h: float = Field(
        description="Hours for which a deployment is watched before it counts as sound."
    )
    incident_window_h: float = Field(
        description="Hours after a deployment in which an incident may be due to it."
    )
    context: list[SurveyPlace] = Field(
        description="Where the values fall among the answers of DORA's survey: /v1/dora/context."
    )
    cautions: list[str] = Field(description="How DORA says that they should not be used.")


class Dora(DoraMetrics):
    """The DORA metrics of a service."""

    service: str
    missing: Missing | None


class StreamDora(DoraMetrics):
    """The DORA metrics of all services of a stream, pooled."""

    stream: str
    services: list[str] = Field(description="Whose deliveries are pooled.")
    unwatched: list[str] = Field(
        description="Those without a source of incidents: they are left out of recovery time, fail"
        " rate and rework rate."
    )


class ItemRow(Shape):
    """A work item with its state now; null times are not known or have not come."""

    key: str
    title: str
    type: str
    kind: str
    stream: str
    stage: str
    state: Literal["in_flight", "done", "cancelled", "not_started"]
    waiting: bool
    blocked: bool
    blocked_by: list[BlockReason] = Field(description="Why, and by which item; empty: it is not.")
    url: str
    age_s: int | None
    age_at_least: bool = Field(
        description='Whether its start is only known as "at or before": it is at least so old.'
    )
    flow_time_s: int | None
    committed_at: Time
    done_at: Time
    released_at: Time
    value_per_week_cents: int | None
    burn_rate_cents: int | None
    currency: str


class QualityRow(Shape):
    """A coverage measure of a stream or a service, and what would raise it."""

    id: str
    title: str
    scope: dict[str, str]
    scope_title: str
    value: float | None
    numerator: int
    denominator: int
    unit: str | None = Field(description="`d` where days are counted, null where things are.")
    reason: str | None
    fix: str
    line: str | None
    list: str | None = Field(description="The address that lists what is missing, or judged.")
    interval: Bounds | None = Field(
        description="The 95 % interval by Wilson, of a share of a sample."
    )
    detail: dict[str, Any] | None = Field(
        description="What the row consists of, by its `id`: see the page on data quality."
    )
    history_back_to: dict[str, str] = Field(
        description="Sources of which something of the window is still to be read, and from when on"
        " they are whole; the share may change with it."
    )


class DefinitionRow(Shape):
    """A metric: name, version, unit, what grades it, and the page that explains it."""

    slug: str
    title: str
    definition: str
    also_called: list[str] = Field(description="Names by which its address answers, too.")
    unit: str
    coverages: list[str]
    page: str


class Status(Shape):
    """`ok`."""

    status: str


class Readiness(Shape):
    """`ready`, and the version of the database's tables."""

    status: str
    migration: str
