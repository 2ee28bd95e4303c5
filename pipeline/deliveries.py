"""What counts as a delivery, and of which service: `[[services]]`, `[dora]`, and the services of
each stream. What differs between two of these, in words, and which metrics that concerns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from core.duration import duration_text
from core.settings import Dora, Service, Settings
from metrics.remapping import Value, rule_words
from pipeline.service_measures import DORA_SLUGS, NEEDS_INCIDENTS

RELEASED = frozenset({"idea_to_release", "time_by_tool"})
"""The metrics of a stream that read when something went live."""

_ALL = frozenset(DORA_SLUGS)
_CODE = _ALL | RELEASED
_CONCERNS: Mapping[str, frozenset[str]] = {
    "repositories": _CODE,
    "paths": _CODE,
    "manifests": _CODE,
    "environments": _CODE,
    "configuration_items": NEEDS_INCIDENTS,
    "dora.observation_window": NEEDS_INCIDENTS,
    "dora.incident_window": NEEDS_INCIDENTS,
    "dora.not_change_related": NEEDS_INCIDENTS,
    "dora.hotfix": NEEDS_INCIDENTS | {"deployment_frequency"},
    "types.defect": frozenset({"deployment_rework_rate"}),
}


@dataclass(frozen=True, slots=True)
class Change:
    """What changed, in words, and the metrics whose numbers change with it."""

    what: str
    concerns: frozenset[str]


@dataclass(frozen=True, slots=True)
class StreamPlace:
    """Which services deliver a stream, and from which repositories its code comes."""

    services: tuple[str, ...]
    repositories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deliveries:
    """All that the facts of services depend on besides the records. defects: types of items."""

    services: Mapping[str, Service]
    dora: Dora
    defects: tuple[str, ...]
    streams: Mapping[str, StreamPlace]


def deliveries_of(settings: Settings) -> Deliveries:
    """Those of this configuration."""
    return Deliveries(
        {one.name: one for one in settings.services},
        settings.dora,
        settings.types.defect,
        {one.name: StreamPlace(one.services, one.repositories) for one in settings.streams},
    )


def configured_as(settings: Settings, told: Deliveries) -> Settings:
    """The configuration with these deliveries instead of its own."""
    streams = tuple(
        one.model_copy(update={"services": told.streams[one.name].services})
        if one.name in told.streams
        else one
        for one in settings.streams
    )
    own = {"services": tuple(told.services.values()), "dora": told.dora, "streams": streams}
    return settings.model_copy(update=own)


def document_of(told: Deliveries) -> dict[str, Any]:
    """As it is kept, in JSON."""
    return {
        "services": [one.model_dump(mode="json") for one in told.services.values()],
        "dora": _dora_document(told.dora),
        "defects": list(told.defects),
        "streams": {
            name: {"services": list(one.services), "repositories": list(one.repositories)}
            for name, one in told.streams.items()
        },
    }


def rules_document(told: Deliveries, name: str) -> dict[str, Any]:
    """What held for one service, in JSON; `read_rules` reads it."""
    return {
        "service": told.services[name].model_dump(mode="json"),
        "dora": _dora_document(told.dora),
    }


def read_rules(document: Mapping[str, Any]) -> tuple[Service, Dora] | None:
    """What `rules_document` made of them; None where there are none, or of a version with other
    settings.
    """
    try:
        return Service.model_validate(document["service"]), Dora.model_validate(document["dora"])
    except (KeyError, ValidationError):
        return None


def _dora_document(dora: Dora) -> dict[str, Any]:
    """With durations as the configuration writes them, for it reads no others."""
    spans = {name: duration_text(getattr(dora, name)) for name in _SPANS}
    return {**dora.model_dump(mode="json"), **spans}


_SPANS = ("observation_window", "incident_window")


def read_deliveries(document: Mapping[str, Any]) -> Deliveries | None:
    """What `document_of` made of them; None where a version with other settings kept them."""
    try:
        services = [Service.model_validate(one) for one in document["services"]]
        dora = Dora.model_validate(document["dora"])
    except ValidationError:
        return None
    return Deliveries(
        {one.name: one for one in services},
        dora,
        tuple(document["defects"]),
        {
            name: StreamPlace(tuple(one["services"]), tuple(one["repositories"]))
            for name, one in document["streams"].items()
        },
    )


def service_changes(old: Deliveries, new: Deliveries, name: str) -> list[Change]:
    """What changed for a service that both have."""
    return [*_own_changes(old, new, name), *_common_changes(old, new)]


def stream_changes(old: Deliveries, new: Deliveries, name: str) -> list[Change]:
    """What changed for a stream that both have: its services, what each of them delivers, and what
    goes live for its items.
    """
    places = [one.streams[name] for one in (old, new)]
    own = {service for place in places for service in place.services}
    found = [
        Change(words, _ALL)
        for words in rule_words(*({"services": sorted(one.services)} for one in places))
    ]
    for service in sorted({*old.services, *new.services}):
        reach = _ALL if service in own else frozenset()
        if _releases(old, service, places[0]) or _releases(new, service, places[1]):
            reach |= RELEASED
        found += [
            Change(f"service {service}: {change.what}", change.concerns & reach)
            for change in _of_service(old, new, service)
            if change.concerns & reach
        ]
    return found + (_common_changes(old, new) if own else [])


def _of_service(old: Deliveries, new: Deliveries, name: str) -> list[Change]:
    """The same of a service that only one of them may have: its code then goes live, or did."""
    if name in old.services and name in new.services:
        return _own_changes(old, new, name)
    return [Change("new" if name in new.services else "no more", RELEASED)]


def _releases(told: Deliveries, name: str, place: StreamPlace) -> bool:
    """Whether the service may bring code of the stream to production: it delivers it, or its code
    comes from the same repository, or the stream names neither.
    """
    if name in place.services or not (place.services or place.repositories):
        return True
    service = told.services.get(name)
    return service is not None and bool(set(service.repositories) & set(place.repositories))


def _own_changes(old: Deliveries, new: Deliveries, name: str) -> list[Change]:
    return list(_changes(*(_rules(one.services[name]) for one in (old, new))))


def _common_changes(old: Deliveries, new: Deliveries) -> list[Change]:
    return list(_changes(*(_common_rules(one) for one in (old, new))))


def _changes(before: Mapping[str, Value], after: Mapping[str, Value]) -> Iterator[Change]:
    for name in dict.fromkeys([*after, *before]):
        pair = ({name: rules[name]} if name in rules else {} for rules in (before, after))
        for words in rule_words(*pair):
            yield Change(words, _concerns(name))


def _concerns(name: str) -> frozenset[str]:
    return next(of for key, of in _CONCERNS.items() if name == key or name.startswith(f"{key}."))


def _rules(service: Service) -> dict[str, Value]:
    environments = service.environments.items()
    return {
        "repositories": sorted(service.repositories),
        "paths": sorted(service.paths),
        "manifests": sorted(service.manifests),
        **{f"environments.{name}": sorted(patterns) for name, patterns in environments},
        "configuration_items": sorted(service.configuration_items),
    }


def _common_rules(told: Deliveries) -> dict[str, Value]:
    dora, hotfix = told.dora, told.dora.hotfix
    return {
        "dora.observation_window": duration_text(dora.observation_window),
        "dora.incident_window": duration_text(dora.incident_window),
        "dora.not_change_related": sorted(dora.not_change_related),
        "dora.hotfix.branches": sorted(hotfix.branches),
        "dora.hotfix.labels": sorted(hotfix.labels),
        "dora.hotfix.change_types": sorted(hotfix.change_types),
        "types.defect": sorted(told.defects),
    }


def concerned(changes: Iterable[Change]) -> frozenset[str]:
    """The metrics that any of these concerns."""
    return frozenset(name for one in changes for name in one.concerns)
