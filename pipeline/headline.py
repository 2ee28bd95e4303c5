"""The headline numbers of value streams, for who keeps them as time series: each is what the API
answers to the same question, in base units.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from core.errors import NotFoundError
from core.settings import Settings
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import stream_metric
from pipeline.stream_dora import pooled_metric

_DAY: Final = 86_400.0
_HOUR: Final = 3_600.0
_PERCENTILES: Final = {"50": "p50", "85": "p85"}


@dataclass(frozen=True, slots=True)
class Headline:
    """One gauge of a stream. name: without the prefix that all have; it ends in its unit. slug: the
    metric that answers. fields: which field of its value, by percentile; "" where there is none.
    factor: makes the base unit of that of the answer.
    """

    name: str
    help: str
    slug: str
    fields: Mapping[str, str]
    factor: float = 1.0
    pooled: bool = False
    """Of the services of the stream together, not of its items."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. labels: percentile and currency, where it has them."""

    name: str
    stream: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Graded:
    """How far the numbers of a metric of a stream can be trusted."""

    stream: str
    slug: str
    grade: str


@dataclass(frozen=True, slots=True)
class StreamHeadlines:
    """figures: what is known; what is not, or is withheld, is left out. versions: that of the facts
    of each stream.
    """

    figures: tuple[Figure, ...]
    grades: tuple[Graded, ...]
    versions: Mapping[str, int]
    as_of: int


HEADLINES: Final = (
    Headline(
        "flow_time_seconds",
        "From commitment to done, of what was done in the last 90 days.",
        "flow_time",
        _PERCENTILES,
        _DAY,
    ),
    Headline(
        "idea_to_release_seconds",
        "From the idea until everything of the item runs in production, last 90 days.",
        "idea_to_release",
        _PERCENTILES,
        _DAY,
    ),
    Headline(
        "flow_efficiency_ratio",
        "Share of the flow time in which items were worked on, last 90 days.",
        "efficiency",
        {"": "ratio"},
    ),
    Headline(
        "throughput_items_per_week",
        "Items done a week, last 90 days.",
        "velocity",
        {"": "per_week"},
    ),
    Headline("wip_items", "Items in load now.", "load", {"": "now"}),
    Headline(
        "delay_cost_cents_per_week",
        "What waiting cost a week in the last 90 days, in hundredths of the currency.",
        "delay_cost",
        {"": "per_week_cents"},
    ),
    Headline(
        "delay_cost_burn_cents_per_week",
        "What the items that wait now cost a week, in hundredths of the currency.",
        "delay_cost",
        {"": "burn_rate_cents"},
    ),
    Headline(
        "deployments_per_week",
        "Successful deployments to production a week, last 90 days, all services of the stream.",
        "deployment_frequency",
        {"": "per_week"},
        pooled=True,
    ),
    Headline(
        "change_lead_time_seconds",
        "From commit to production, last 90 days, all services of the stream.",
        "change_lead_time",
        _PERCENTILES,
        _HOUR,
        pooled=True,
    ),
    Headline(
        "change_fail_ratio",
        "Share of deployments that caused an incident, last 90 days, all services of the stream.",
        "change_fail_rate",
        {"": "ratio"},
        pooled=True,
    ),
    Headline(
        "recovery_time_seconds",
        "From a failed deployment until service was restored, last 90 days.",
        "recovery_time",
        _PERCENTILES,
        _HOUR,
        pooled=True,
    ),
    Headline(
        "deployment_rework_ratio",
        "Share of deployments that were unplanned, to mend something, last 90 days.",
        "deployment_rework_rate",
        {"": "ratio"},
        pooled=True,
    ),
)


def headlines(snapshot: Snapshot, settings: Settings, asked: Question) -> StreamHeadlines:
    """All of them of all streams. A stream that no service delivers has none of services."""
    figures: list[Figure] = []
    grades: list[Graded] = []
    for stream in snapshot.streams.values():
        told: dict[str, dict[str, Any] | None] = {}
        for one in HEADLINES:
            if one.slug not in told:
                told[one.slug] = _answer(snapshot, settings, stream, one, asked)
            body = told[one.slug]
            if body is not None:
                figures += _figures(one, stream.config.name, body["value"])
        known = {slug: body for slug, body in told.items() if body is not None}
        grades += [Graded(stream.config.name, slug, one["grade"]) for slug, one in known.items()]
    versions = {name: stream.version for name, stream in snapshot.streams.items()}
    return StreamHeadlines(tuple(figures), tuple(grades), versions, asked.as_of)


def _answer(
    snapshot: Snapshot, settings: Settings, stream: StreamFacts, one: Headline, asked: Question
) -> dict[str, Any] | None:
    if not one.pooled:
        return stream_metric(snapshot, settings, stream, one.slug, asked)
    try:
        return pooled_metric(snapshot, settings, stream, one.slug, asked)
    except NotFoundError:
        return None


def _figures(one: Headline, stream: str, value: Mapping[str, Any]) -> Iterator[Figure]:
    for percentile, name in one.fields.items():
        number = value.get(name)
        if number is not None:
            labels = {"percentile": percentile} if percentile else {}
            if one.slug == "delay_cost":
                labels["currency"] = str(value["currency"])
            yield Figure(one.name, stream, float(number) * one.factor, labels)
