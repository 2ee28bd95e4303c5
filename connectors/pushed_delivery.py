"""Deployments, incidents and environments, from the events that tell of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import unquote

from connectors.cdevents import Event, thing_id
from connectors.pushed_runs import outcome_of
from core.records import Deployment, Environment, Incident, Record, Result

_SHA: Final = re.compile(r"^[0-9a-f]{40}$")
_TAG: Final = re.compile(r"&tag=([^&]+)")
TIERS: Final = ("production", "staging", "testing", "development", "other")


def artifact(events: Sequence[Event]) -> Iterator[Record]:
    """Each time that a service was put somewhere with this artifact is a deployment.

    The commit is the one the event itself names, else the one that was packaged into the artifact,
    else the artifact's version where that is a sha.
    """
    packaged = [event.custom.get("sha").name_or("") for event in events if _of_artifact(event)]
    repositories = [_text(event, "repository") for event in events if _of_artifact(event)]
    sha = next((one for one in reversed(packaged) if one), "")
    repository = next((one for one in reversed(repositories) if one), "")
    for event in events:
        if not _of_artifact(event):
            yield _deployment(event, sha=sha, repository=repository)


def _of_artifact(event: Event) -> bool:
    return event.subject == "artifact"


def _deployment(event: Event, *, sha: str, repository: str) -> Deployment:
    version = version_of(event.content.get("artifactId").name())
    home = _text(event, "repository") or repository
    remote = home if "://" in home or home.startswith("git@") else ""
    sha = (_text(event, "sha") or sha or version).lower()
    # A service of a repository is found by that; one without is called by its own name.
    service = _text(event, "service") or ("" if home else event.thing.rpartition("/")[2])
    tier = event.custom.get("tier")
    if tier.name_or("") not in ("", *TIERS):
        raise tier.wrong(f"must be one of {', '.join(TIERS)}")
    return Deployment(
        id=thing_id(event.source, event.id),
        environment=event.content.get("environment").get("id").name(),
        result=outcome_of(event, unsaid=Result.SUCCESS),
        created_at=event.at,
        tier=tier.name_or(""),
        service=service,
        repository=home if home and not remote else None,
        remote=remote,
        sha=sha if _SHA.match(sha) else None,
        ref=_text(event, "ref"),
        version=_text(event, "version") or version,
        job=event.thing,
        build=event.named(event.custom.get("pipelineRun")) or None,
        started_at=event.custom.get("startedAt").time_or_none(),
        finished_at=event.at,
        url=_text(event, "url"),
    )


def _text(event: Event, name: str) -> str:
    return event.custom.get(name).name_or("")


def version_of(artifact: str) -> str:
    """What a package URL has behind its `@`, or its tag where that is a digest; an image's name
    as it is; empty for none.
    """
    bare, _, query = artifact.partition("#")[0].partition("?")
    name, at, version = bare.rpartition("@")
    told = unquote(version) if at and name else ""
    if artifact.startswith("pkg:") or at:
        tag = _TAG.search(f"&{query}")
        return unquote(tag[1]) if tag and (not told or ":" in told) else told
    return artifact if ":" in artifact.rpartition("/")[2] else ""


def incident(events: Sequence[Event]) -> Iterator[Record]:
    """An incident that was detected or reported again after it was resolved is open again."""
    last, first = events[-1], events[0]
    detected = [event.at for event in events if event.predicate == "detected"]
    resolved = last.at if last.predicate == "resolved" else None
    description = _latest(events, "description")
    service = _service(events)
    title = _latest_custom(events, "title") or description.partition("\n")[0]
    yield Incident(
        id=thing_id(last.home, last.thing),
        number=_latest_custom(events, "number") or last.thing,
        title=title or last.thing,
        description=description,
        state="resolved" if resolved else "open",
        priority=_priority(events),
        opened_at=first.at,
        updated_at=last.at,
        detected_at=min(detected, default=None),
        resolved_at=resolved,
        closed_at=resolved,
        ci=service,
        service=service,
        caused_by=next((one for one in map(_cause, reversed(events)) if one), None),
        url=next((one for one in map(_ticket, reversed(events)) if one), ""),
    )


def _latest(events: Sequence[Event], name: str) -> str:
    found = (event.content.get(name).text() for event in reversed(events))
    return next((text for text in found if text), "")


def _latest_custom(events: Sequence[Event], name: str) -> str:
    return next((text for text in (_text(event, name) for event in reversed(events)) if text), "")


def _service(events: Sequence[Event]) -> str:
    found = (event.content.get("service").get("id").name_or("") for event in reversed(events))
    return next((name for name in found if name), "")


def _cause(event: Event) -> str:
    return event.named(event.custom.get("causedBy"))


def _ticket(event: Event) -> str:
    return event.content.get("ticketURI").name_or("")


def _priority(events: Sequence[Event]) -> int | None:
    """1 is the most urgent; words of other scales are kept in the raw event alone."""
    for event in reversed(events):
        value = event.custom.get("priority").value
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 100:
            return value
    return None


def environment(events: Sequence[Event]) -> Iterator[Record]:
    """An environment of a repository; one that names no repository is kept as it came."""
    last = events[-1]
    repository = _latest_custom(events, "repository")
    if repository:
        found = (event.content.get("name").name_or("") for event in reversed(events))
        name = next((text for text in found if text), last.thing)
        tier = _latest_custom(events, "tier")
        yield Environment(thing_id(last.home, last.thing), repository, name, tier)
