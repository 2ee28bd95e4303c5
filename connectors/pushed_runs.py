"""Builds and runs of pipelines with their tasks, from the events that tell of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from connectors.cdevents import Event, thing_id
from core.fields import Given
from core.records import Build, BuildStage, Record, Result, Revision

_NUMBER: Final = re.compile(r"(\d{1,9})$")
_OUTCOMES: Final = {
    "success": Result.SUCCESS,
    "succeeded": Result.SUCCESS,
    "failure": Result.FAILED,
    "failed": Result.FAILED,
    "error": Result.FAILED,
    "cancel": Result.CANCELED,
    "canceled": Result.CANCELED,
    "cancelled": Result.CANCELED,
    "unstable": Result.UNSTABLE,
    "skipped": Result.SKIPPED,
}


def outcome_of(event: Event, *, unsaid: Result = Result.OTHER) -> Result:
    """How it ended, by `outcome` of the content or of the custom data."""
    given = event.content.get("outcome").name_or("") or event.custom.get("outcome").name_or("")
    return _OUTCOMES.get(given.casefold(), Result.OTHER) if given else unsaid


def build(events: Sequence[Event]) -> Iterator[Record]:
    """A build; one that finished with an artifact went well unless it says otherwise."""
    made = any(event.content.get("artifactId").name_or("") for event in events)
    unsaid = Result.SUCCESS if made else Result.OTHER
    yield _run(events, thing_id(events[-1].home, events[-1].thing), unsaid=unsaid)


def pipeline_run(events: Sequence[Event]) -> Iterator[Record]:
    """A run of a pipeline as a build, its tasks as the stages of it.

    Where only tasks report, the run is made of them.
    """
    runs = [event for event in events if event.subject == "pipelinerun"]
    tasks = [event for event in events if event.subject == "taskrun"]
    first = events[0]
    if runs:
        name = thing_id(runs[-1].home, runs[-1].thing)
        yield _run(runs, name, unsaid=Result.OTHER)
    else:
        name = first.named(first.content.get("pipelineRun")) or thing_id(first.home, first.thing)
        yield _of_tasks(tasks, name)
    yield from _stages(tasks, name)


def _run(events: Sequence[Event], name: str, *, unsaid: Result) -> Build:
    last = events[-1]
    finished = _at(events, "finished")
    started = _at(events, "started")
    result = Result.WAITING if started is None else Result.RUNNING
    if finished is not None:
        ended = next(event for event in reversed(events) if event.predicate == "finished")
        result = outcome_of(ended, unsaid=unsaid)
    number = _NUMBER.search(last.thing)
    given = _custom(events, "number")
    return Build(
        id=name,
        job=_content(events, "pipelineName").name_or("") or _text(events, "job") or last.home,
        number=int(given.number() or 0) if given.value else int(number[1]) if number else 0,
        result=result,
        url=_content(events, "uri").name_or("") or _content(events, "url").name_or(""),
        ref=_text(events, "ref"),
        repository=_text(events, "repository") or None,
        queued_at=_at(events, "queued"),
        started_at=started,
        finished_at=finished,
        revisions=_revisions(events),
        parameters=_parameters(_custom(events, "parameters")),
        description=_content(events, "errors").text() or _custom(events, "description").text(),
    )


def _of_tasks(tasks: Sequence[Event], name: str) -> Build:
    ended = {event.thing: outcome_of(event) for event in tasks if event.predicate == "finished"}
    running = {event.thing for event in tasks} - set(ended)
    results = set(ended.values())
    result = Result.SUCCESS if results <= {Result.SUCCESS} else Result.OTHER
    if Result.FAILED in results:
        result = Result.FAILED
    if running:
        result = Result.RUNNING
    return Build(
        id=name,
        job=tasks[0].home,
        number=0,
        result=result,
        started_at=_at(tasks, "started"),
        finished_at=None if running else tasks[-1].at,
    )


def _stages(tasks: Sequence[Event], run: str) -> Iterator[BuildStage]:
    by_task: dict[str, list[Event]] = {}
    for event in tasks:
        by_task.setdefault(thing_id(event.home, event.thing), []).append(event)
    for ordinal, (name, events) in enumerate(by_task.items()):
        finished = _at(events, "finished")
        yield BuildStage(
            build=run,
            id=name,
            ordinal=ordinal,
            name=_content(events, "taskName").name_or("") or events[-1].thing,
            result=Result.RUNNING if finished is None else outcome_of(events[-1]),
            queued_at=_at(events, "queued"),
            started_at=_at(events, "started"),
            finished_at=finished,
        )


def _at(events: Sequence[Event], predicate: str) -> datetime | None:
    """When it first began or was queued; when it last finished."""
    times = [event.at for event in events if event.predicate == predicate]
    return (max if predicate == "finished" else min)(times, default=None)


def _content(events: Sequence[Event], name: str) -> Given:
    return _latest([event.content.get(name) for event in events])


def _custom(events: Sequence[Event], name: str) -> Given:
    return _latest([event.custom.get(name) for event in events])


def _text(events: Sequence[Event], name: str) -> str:
    return _custom(events, name).name_or("")


def _latest(found: Sequence[Given]) -> Given:
    return next((one for one in reversed(found) if one.value is not None), found[-1])


def _revisions(events: Sequence[Event]) -> tuple[Revision, ...]:
    sha = _text(events, "sha").lower()
    return (Revision(sha, _text(events, "remote")),) if sha else ()


def _parameters(given: Given) -> tuple[tuple[str, str], ...]:
    if given.value is None:
        return ()
    names = given.object().value
    return tuple((str(name), given.get(name).text()) for name in sorted(names))
