"""Answers about a service: the five DORA metrics in envelopes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.errors import NotFoundError
from core.settings import Settings
from core.source_settings import ServiceNowSource
from metrics import coverage, delivery
from metrics.envelope import Context, document, envelope
from metrics.measure import Measure
from metrics.registry import METRICS
from pipeline.question import Question
from pipeline.series import measured_series
from pipeline.snapshot import ServiceFacts, Snapshot
from pipeline.stream_answers import answer, explain_address, known_at, whole_from

Answer = dict[str, Any]

DORA_SLUGS = (
    "change_lead_time",
    "change_lead_time_by_change",
    "deployment_frequency",
    "recovery_time",
    "change_fail_rate",
    "deployment_rework_rate",
)
NEEDS_INCIDENTS = frozenset({"recovery_time", "change_fail_rate", "deployment_rework_rate"})
_NO_INCIDENTS = "no incident source for this service"


@dataclass(frozen=True, slots=True)
class Place:
    """What an answer is about, and where its explanation is."""

    scope: Mapping[str, str]
    explain: str


def service_of(snapshot: Snapshot, name: str) -> ServiceFacts:
    """The facts of a service; `NotFoundError` with the names that exist."""
    if name not in snapshot.services:
        snapshot.later.require("services", name)
        known = ", ".join(snapshot.services) or "none"
        raise NotFoundError(f'there is no service "{name}"; known: {known}')
    return snapshot.services[name]


def has_incidents(settings: Settings, service: ServiceFacts) -> bool:
    """Whether any source could tell of this service's incidents."""
    desk = any(isinstance(source, ServiceNowSource) for source in settings.sources)
    return desk and bool(service.config.configuration_items)


def missing_of(settings: Settings, service: ServiceFacts) -> Answer | None:
    """What is missing, and the configuration line that supplies it; None when nothing is."""
    if has_incidents(settings, service):
        return None
    return {
        "what": _NO_INCIDENTS,
        "line": f'configuration_items = ["{service.config.name}"]',
    }


def service_metric(
    snapshot: Snapshot, settings: Settings, service: ServiceFacts, slug: str, asked: Question
) -> Answer:
    """One DORA metric of a service in its envelope. Null, not zero, without a source of
    incidents.
    """
    name = service.config.name
    place = Place({"service": name}, f"/v1/services/{name}/metrics/{slug}/explain")
    return delivery_metric(snapshot, settings, service, slug, asked, place)


def delivery_metric(
    snapshot: Snapshot,
    settings: Settings,
    service: ServiceFacts,
    slug: str,
    asked: Question,
    place: Place,
) -> Answer:
    """The same of any facts of deliveries, which `place` names."""
    require_dora_metric(slug)
    metric = METRICS[slug]
    measure = _measure(settings, service, slug, asked)
    context = _context(snapshot, settings, service, slug, asked, place)
    body = answer(document(envelope(measure, metric.definition, context)))
    if slug == "deployment_frequency":
        word = delivery.bucket(
            service.deployments, window=asked.window, as_of=asked.as_of, tz=asked.tz
        )
        body["value"]["bucket"] = word
    if asked.interval is not None:
        body |= measured_series(
            lambda one: _measure(settings, service, slug, one),
            asked,
            whole_from=whole_from(context.sources),
        )
    return body


def require_dora_metric(slug: str) -> None:
    """`NotFoundError` with the metrics that a service has."""
    if slug not in DORA_SLUGS:
        raise NotFoundError(f'a service has no metric "{slug}"; it has: {", ".join(DORA_SLUGS)}')


def _measure(settings: Settings, service: ServiceFacts, slug: str, asked: Question) -> Measure:
    measure = _found(settings, service, slug, asked)
    if slug not in NEEDS_INCIDENTS or has_incidents(settings, service):
        return measure
    return replace(
        measure,
        value=dict.fromkeys(measure.value),
        interval={},
        excluded={},
        parts={},
        n=0,
        reasons=(_NO_INCIDENTS,),
    )


def _found(settings: Settings, service: ServiceFacts, slug: str, asked: Question) -> Measure:
    window, as_of = asked.window, asked.as_of
    deployments, incidents = service.deployments, service.incidents
    if slug == "change_lead_time":
        return delivery.change_lead_time(service.changes, window=window)
    if slug == "change_lead_time_by_change":
        return delivery.change_lead_time_by_change(service.changes, window=window)
    if slug == "deployment_frequency":
        return delivery.deployment_frequency(deployments, window=window, as_of=as_of, tz=asked.tz)
    if slug == "recovery_time":
        found = delivery.recovery_time(deployments, incidents, window=window, as_of=as_of)
        return found.recovery_time
    if slug == "deployment_rework_rate":
        return delivery.deployment_rework_rate(deployments, window=window)
    return delivery.change_fail_rate(
        deployments,
        incidents,
        window=window,
        as_of=as_of,
        observation_window_s=int(settings.dora.observation_window.total_seconds()),
        incident_window_s=int(settings.dora.incident_window.total_seconds()),
    )


def service_coverage(service: ServiceFacts, asked: Question) -> list[coverage.Coverage]:
    """C3 and C5 of a service in the window."""
    return [
        coverage.known_commits(service.deployments, window=asked.window),
        coverage.attributed_incidents(service.incidents, window=asked.window),
    ]


def _context(
    snapshot: Snapshot,
    settings: Settings,
    service: ServiceFacts,
    slug: str,
    asked: Question,
    place: Place,
) -> Context:
    kinds = {source.name: source.kind for source in settings.sources}
    required = {"gitlab", "github", "jenkins"}
    required |= {"servicenow"} if slug in NEEDS_INCIDENTS else set()
    sources = {
        name: replace(one, required=kinds.get(name) in required)
        for name, one in snapshot.freshness.items()
    }
    return Context(
        scope=place.scope,
        window=asked.window,
        as_of=asked.as_of,
        known_at=known_at(sources, asked),
        coverage={one.id: one.share for one in service_coverage(service, asked)},
        sources=sources,
        explain=explain_address(place.explain, asked),
    )
