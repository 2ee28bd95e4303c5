"""The metrics of a service by their names, measured on its facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from core.errors import NotFoundError
from core.settings import Settings
from core.source_settings import ServiceNowSource
from metrics import delivery, delivery_cycle, lead_time
from metrics.measure import Measure
from metrics.registry import METRICS
from pipeline.question import Question
from pipeline.snapshot import ServiceFacts

_Measured = Callable[[Settings, ServiceFacts, Question], Measure]

NEEDS_INCIDENTS = frozenset(
    {"recovery_time", "detect_to_restore", "change_fail_rate", "deployment_rework_rate"}
)
NO_INCIDENTS = "no incident source for this service"
NO_DEPLOYMENTS = "no deployment to production was ever seen: check `environments` of [[services]]"
ALIASES = {name: metric.slug for metric in METRICS.values() for name in metric.also}
"""By a name under which others publish it, what is the same here."""


def metric_named(name: str) -> str:
    """The metric of a service that has this name, or goes by it elsewhere; `NotFoundError` with
    those that there are.
    """
    slug = ALIASES.get(name, name)
    if slug not in DORA_SLUGS:
        raise NotFoundError(f'a service has no metric "{name}"; it has: {", ".join(DORA_SLUGS)}')
    return slug


def has_incidents(settings: Settings, service: ServiceFacts) -> bool:
    """Whether any source could tell of this service's incidents."""
    desk = any(isinstance(source, ServiceNowSource) for source in settings.sources)
    return desk and bool(service.config.configuration_items)


def service_measure(
    settings: Settings, service: ServiceFacts, slug: str, asked: Question
) -> Measure:
    """A metric of `DORA_SLUGS`; null and the reason where it is of failures and nobody tells of
    incidents, and where nothing was ever seen to reach production.
    """
    measure = _MEASURED[slug](settings, service, asked)
    if slug in NEEDS_INCIDENTS and not has_incidents(settings, service):
        return _unknown(measure, NO_INCIDENTS)
    return measure if len(service.deployments) else _unknown(measure, NO_DEPLOYMENTS)


def _unknown(measure: Measure, reason: str) -> Measure:
    return replace(
        measure,
        value=dict.fromkeys(measure.value),
        interval={},
        excluded={},
        parts={},
        n=0,
        reasons=(reason,),
    )


def reach_of(service: ServiceFacts) -> dict[str, int]:
    """How long a deployment is watched, and how long after it an incident may be due to it."""
    return {
        "observation_window_s": int(service.dora.observation_window.total_seconds()),
        "incident_window_s": int(service.dora.incident_window.total_seconds()),
    }


def frequency_word(service: ServiceFacts, asked: Question) -> str | None:
    """How often in a word; see `delivery.bucket`."""
    return delivery.bucket(service.deployments, **_weeks(asked))


def _weeks(asked: Question) -> dict[str, Any]:
    return {
        "window": asked.window,
        "as_of": asked.as_of,
        "tz": asked.tz,
        "week_starts": asked.week_starts,
    }


def _of_changes(function: Callable[..., Measure]) -> _Measured:
    return lambda _, service, asked: function(service.changes, window=asked.window)


def _of_requests(function: Callable[..., Measure]) -> _Measured:
    return lambda _, service, asked: function(
        service.changes, service.requests, window=asked.window
    )


def _frequency(_: Settings, service: ServiceFacts, asked: Question) -> Measure:
    return delivery.deployment_frequency(service.deployments, **_weeks(asked))


def _recovery(_: Settings, service: ServiceFacts, asked: Question) -> Measure:
    found = delivery.recovery_time(
        service.deployments, service.incidents, window=asked.window, as_of=asked.as_of
    )
    return found.recovery_time


def _detection(_: Settings, service: ServiceFacts, asked: Question) -> Measure:
    return delivery.detect_to_restore(
        service.deployments, service.incidents, window=asked.window, as_of=asked.as_of
    )


def _failures(_: Settings, service: ServiceFacts, asked: Question) -> Measure:
    return delivery.change_fail_rate(
        service.deployments,
        service.incidents,
        window=asked.window,
        as_of=asked.as_of,
        **reach_of(service),
    )


def _rework(_: Settings, service: ServiceFacts, asked: Question) -> Measure:
    return delivery.deployment_rework_rate(service.deployments, window=asked.window)


_MEASURED: Mapping[str, _Measured] = {
    "change_lead_time": _of_changes(lead_time.change_lead_time),
    "change_lead_time_by_change": _of_changes(lead_time.change_lead_time_by_change),
    "merge_to_deploy": _of_requests(delivery_cycle.merge_to_deploy),
    "delivery_cycle": _of_requests(delivery_cycle.delivery_cycle),
    "deployment_frequency": _frequency,
    "recovery_time": _recovery,
    "detect_to_restore": _detection,
    "change_fail_rate": _failures,
    "deployment_rework_rate": _rework,
}
DORA_SLUGS = tuple(_MEASURED)
