"""The numbers that are kept of a window under both definitions, of a stream or of a service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from core.settings import Settings
from metrics.periods import Window
from pipeline.question import Question, question
from pipeline.service_answers import service_metric
from pipeline.snapshot import Snapshot
from pipeline.snapshots import Snapshots
from pipeline.stream_answers import services_of, stream_metric
from pipeline.stream_dora import pooled_metric
from store.definitions import DefinitionChange

Answer = dict[str, Any]

HEADLINE = ("flow_time", "velocity", "load", "efficiency", "delay_cost")
"""The metrics of a stream that are kept where its mapping changes."""

DELIVERY = (
    "change_lead_time",
    "deployment_frequency",
    "recovery_time",
    "change_fail_rate",
    "deployment_rework_rate",
)
"""The metrics of a service that are kept, and of all services of a stream together, where what
counts as a delivery changes; of a stream also `idea_to_release`.
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """A stream or a service, by its name."""

    stream: str = ""
    service: str = ""


def numbers_of(
    session: Session,
    settings: Settings,
    scopes: Sequence[Scope],
    *,
    known_at: int,
    slugs: Sequence[str] | None = None,
) -> dict[Scope, Answer]:
    """Of each its numbers as they were told at that moment, of the 90 days before it. slugs: of
    streams, those of deliveries where None.
    """
    if not scopes:
        return {}
    snapshot = Snapshots(settings).known(session, known_at)
    asked = replace(question(settings, as_of=known_at // 60 * 60), known_at=known_at)
    return {one: _numbers(snapshot, settings, one, asked, slugs) for one in scopes}


def numbers_again(
    snapshot: Snapshot, settings: Settings, change: DefinitionChange, stream: str | None
) -> Answer | None:
    """The same of the window of a change, by what holds now; None where what it is of is no more,
    or was told nothing. stream: its name.
    """
    before = change.numbers_before
    there = change.service in snapshot.services or stream in snapshot.streams
    if before is None or not there:
        return None
    window = Window(*before["window"])
    asked = replace(question(settings, as_of=before["as_of"]), window=window)
    scope = Scope(stream=stream or "", service=change.service)
    slugs = HEADLINE if stream and change.concerns is None else None
    return _numbers(snapshot, settings, scope, asked, slugs)


def _numbers(
    snapshot: Snapshot,
    settings: Settings,
    scope: Scope,
    asked: Question,
    slugs: Sequence[str] | None,
) -> Answer:
    """`window`, `as_of`, `known_at` (epoch s) and the envelopes."""
    if scope.service:
        service = snapshot.services[scope.service]
        found = [service_metric(snapshot, settings, service, slug, asked) for slug in DELIVERY]
    else:
        found = _of_stream(snapshot, settings, scope.stream, asked, slugs)
    return {
        "window": [asked.window.from_ts, asked.window.to_ts],
        "as_of": asked.as_of,
        "known_at": asked.known_at,
        "metrics": found,
    }


def _of_stream(
    snapshot: Snapshot,
    settings: Settings,
    name: str,
    asked: Question,
    slugs: Sequence[str] | None,
) -> list[Answer]:
    stream = snapshot.streams[name]
    if slugs is not None:
        return [stream_metric(snapshot, settings, stream, slug, asked) for slug in slugs]
    pooled = DELIVERY if services_of(snapshot, stream) else ()
    return [
        stream_metric(snapshot, settings, stream, "idea_to_release", asked),
        *(pooled_metric(snapshot, settings, stream, slug, asked) for slug in pooled),
    ]
