"""What becomes of events that tools push: all events of one thing together make its records.

So the order in which they come, and whether one comes twice, makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from connectors.cdevents import Event, event_of, thing_id
from connectors.pushed_delivery import artifact, environment, incident
from connectors.pushed_runs import build, pipeline_run
from connectors.pushed_value import exposure, outcome
from connectors.pushed_work import change, ticket
from core.records import Record

_FOLDS: Final[Mapping[str, Callable[[Sequence[Event]], Iterable[Record]]]] = {
    "ticket": ticket,
    "change": change,
    "build": build,
    "pipelinerun": pipeline_run,
    "artifact": artifact,
    "deployed": artifact,
    "incident": incident,
    "environment": environment,
    "feature": exposure,
    "outcome": outcome,
}
_SINGLE: Final = ("feature", "outcome")
"""Of these each event tells something of its own."""
_DEPLOYING: Final = ("deployed", "upgraded", "rolledback")
_ORDER: Final = ("created", "queued", "detected", "started", "packaged")
"""What comes first of what happened in the same second."""


def whole_of(event: Event) -> str:
    """What the event is a part of: all events of one such whole are read together, by `read_for`.
    Empty where nothing is made of it.
    """
    if event.subject == "service":
        artifact_id = event.content.get("artifactId")
        deploys = event.predicate in _DEPLOYING
        return f"deployed {artifact_id.name()}" if deploys else ""
    if event.subject == "artifact":
        return f"artifact {event.thing}"
    if event.subject == "taskrun":
        run = event.named(event.content.get("pipelineRun"))
        return f"pipelinerun {run or thing_id(event.home, event.thing)}"
    if event.subject in _SINGLE:
        return f"{event.subject} {thing_id(event.source, event.id)}"
    if event.subject in _FOLDS:
        return f"{event.subject} {thing_id(event.home, event.thing)}"
    return ""


def read_for(whole: str) -> tuple[str, ...]:
    """The wholes whose stored events are read for one: all of itself, but of deployments only what
    is told of their artifact; for that of the artifact every deployment of it.
    """
    kind, _, name = whole.partition(" ")
    if kind == "deployed":
        return (f"artifact {name}",)
    return (whole, f"deployed {name}") if kind == "artifact" else (whole,)


def records_of(whole: str, payloads: Iterable[Mapping[str, Any]]) -> list[Record]:
    """The records of a whole, from all of its events as they came, in whatever order."""
    return records_of_events(whole, [event_of(payload) for payload in payloads])


def records_of_events(whole: str, events: Iterable[Event]) -> list[Record]:
    """The same; `FieldError` names a field of which no record can be made."""
    return list(_FOLDS[whole.partition(" ")[0]](sorted(events, key=_when)))


def _when(event: Event) -> tuple[object, ...]:
    early = _ORDER.index(event.predicate) if event.predicate in _ORDER else len(_ORDER)
    return event.at, early, event.source, event.id
