"""Answers about a service: the five DORA metrics and their variants in envelopes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.errors import NotFoundError
from core.settings import Settings
from metrics import coverage
from metrics.envelope import Context, document, envelope
from metrics.registry import METRICS
from metrics.survey import CAUTIONS
from pipeline.breaks import break_reasons, break_rows
from pipeline.question import Question
from pipeline.series import measured_series
from pipeline.service_measures import (
    DORA_SLUGS,
    NEEDS_INCIDENTS,
    NO_INCIDENTS,
    frequency_word,
    has_incidents,
    metric_named,
    reach_of,
    service_measure,
)
from pipeline.snapshot import ServiceFacts, Snapshot
from pipeline.stream_answers import answer, explain_address, known_at, whole_from
from pipeline.survey_answers import context_of

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """What an answer is about, and where its explanation is."""

    scope: Mapping[str, str]
    explain: str


def service_of(snapshot: Snapshot, name: str) -> ServiceFacts:
    """The facts of a service; `NotFoundError` with the names that exist."""
    if name not in snapshot.services:
        snapshot.later.require("services", name)
        snapshot.awaited.require("services", name)
        known = ", ".join(snapshot.services) or "none"
        raise NotFoundError(f'there is no service "{name}"; known: {known}')
    return snapshot.services[name]


def missing_of(settings: Settings, service: ServiceFacts) -> Answer | None:
    """What is missing, and the configuration line that supplies it; None when nothing is."""
    if has_incidents(settings, service):
        return None
    return {
        "what": NO_INCIDENTS,
        "line": f'configuration_items = ["{service.config.name}"]',
    }


def service_metric(
    snapshot: Snapshot, settings: Settings, service: ServiceFacts, slug: str, asked: Question
) -> Answer:
    """One DORA metric of a service in its envelope. Null, not zero, without a source of
    incidents.
    """
    name = service.config.name
    slug = metric_named(slug)
    place = Place({"service": name}, f"/v1/services/{name}/metrics/{slug}/explain")
    return delivery_metric(snapshot, settings, service, slug, asked, place)


def service_dora(
    snapshot: Snapshot, settings: Settings, service: ServiceFacts, asked: Question
) -> Answer:
    """All of them, where they fall in the survey of DORA, and what is missing to measure whole."""
    found = {slug: service_metric(snapshot, settings, service, slug, asked) for slug in DORA_SLUGS}
    return {
        "service": service.config.name,
        **found,
        **watched(service),
        "context": context_of(found),
        "cautions": [*CAUTIONS],
        "missing": missing_of(settings, service),
    }


def watched(service: ServiceFacts) -> Answer:
    """In hours: how long a deployment is watched before it counts as sound, and how long after one
    an incident may be due to it.
    """
    reach = reach_of(service)
    return {
        "observation_window_h": reach["observation_window_s"] / 3_600,
        "incident_window_h": reach["incident_window_s"] / 3_600,
    }


def delivery_metric(
    snapshot: Snapshot,
    settings: Settings,
    service: ServiceFacts,
    slug: str,
    asked: Question,
    place: Place,
) -> Answer:
    """The same of any facts of deliveries, which `place` names."""
    slug = metric_named(slug)
    metric = METRICS[slug]
    measure = service_measure(settings, service, slug, asked)
    context = _context(snapshot, settings, service, slug, asked, place)
    body = answer(document(envelope(measure, metric.definition, context)))
    if slug == "deployment_frequency":
        told = body["value"]["count"] is not None
        body["value"]["bucket"] = frequency_word(service, asked) if told else None
    if asked.interval is not None:
        body |= measured_series(
            lambda one: service_measure(settings, service, slug, one),
            asked,
            whole_from=whole_from(context.sources),
            beside=True,
        )
        body["breaks"] = break_rows(service.breaks, {slug}, asked, place.scope)
    return body


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
        caveats=break_reasons(service.breaks, {slug}, asked),
    )
