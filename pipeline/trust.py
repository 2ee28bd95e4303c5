"""How far the numbers can be trusted, and what would make them better: coverage in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.settings import Settings
from metrics.coverage import Coverage
from metrics.registry import METRICS
from pipeline.question import Question
from pipeline.service_answers import service_coverage
from pipeline.service_measures import has_incidents
from pipeline.snapshot import Snapshot
from pipeline.stream_answers import services_of, stream_coverage
from pipeline.unlinked_answers import commit_coverage, half_read

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a measure is called, what a gap means, and what closes it."""

    title: str
    gap: str
    fix: str
    line: str = ""


_MEASURES = {
    "C1": _Told(
        "Done items with a commit",
        "of done items that should have code have no linked commit",
        "name the ticket in the branch or the commit message",
        'expects_code = ["Story", "Bug"]',
    ),
    "C2": _Told(
        "Commits with a ticket",
        "of commits on default branches name no ticket",
        "name the ticket in the branch, the message or the title of the merge request;"
        " /v1/quality/unlinked?kind=commit lists them",
    ),
    "C3": _Told(
        "Deployments with known commits",
        "of production deployments lack a known set of commits",
        "let the deployment name its sha: a build parameter GIT_COMMIT, or a deployment in GitLab",
        'deployments = [{ job = "..", environment = "production", service = ".." }]',
    ),
    "C5": _Told(
        "Incidents with a known cause",
        "of incidents name no cause",
        "fill in Caused by Change at the incident",
    ),
    "C6": _Told(
        "Time in mapped statuses",
        "of the time is in statuses that no stage names",
        "put the status into a stage",
        '{ name = "..", state = "waiting", statuses = [".."] }',
    ),
    "C7": _Told(
        "Active stages with a queue beside them",
        "of active time is in stages without a waiting status beside them",
        "add a waiting status before or after the step, or efficiency stays overstated",
    ),
    "C8": _Told(
        "Items with a full history",
        "of items have an incomplete history",
        "read the source further back: history",
        'history = "2024-01-01"',
    ),
    "C11": _Told(
        "Items in flight with a value",
        "of items in flight have no value",
        "fill in the value field of the tracker, or enter values: headwater values FILE",
        'field = "Cost of delay per week"',
    ),
}


def quality_rows(snapshot: Snapshot, settings: Settings, asked: Question) -> list[Answer]:
    """Every coverage measure of every stream and service, the worst first; each says which sources
    are not read back to the beginning of the window yet.
    """
    rows = [_row(scope, title, one) for scope, title, one in _all(snapshot, settings, asked)]
    rows += [
        _without_incidents(service.config.name)
        for service in snapshot.services.values()
        if not has_incidents(settings, service)
    ]
    behind = half_read(snapshot, asked.window)
    rows = [{**row, "history_back_to": behind} for row in rows]
    return sorted(rows, key=lambda row: (row["value"] is None, row["value"] or 0.0))


def _without_incidents(name: str) -> Answer:
    return {
        **_row({"service": name}, name, Coverage("C5", 0, 0)),
        "reason": "no incident source for this service",
        "fix": "say how ServiceNow calls it",
        "line": f'configuration_items = ["{name}"]',
    }


# What grades idea to release and flow time, and so the grade that the lines stand beside.
_GRADING = frozenset(METRICS["idea_to_release"].required) | frozenset(METRICS["flow_time"].required)


def trust_lines(snapshot: Snapshot, settings: Settings, asked: Question) -> list[str]:
    """The two gravest gaps in a sentence each, first those that decide the grade of the streams;
    empty where nothing is below nine tenths.
    """
    gaps = []
    for _, title, one in _all(snapshot, settings, asked):
        if one.share is not None and one.share < 0.9 and one.id not in ("C2", "C7"):
            missing = round((1 - one.share) * 100)
            text = f"{title}: {missing} % {_MEASURES[one.id].gap}"
            gaps.append((one.id not in _GRADING, one.share, text))
    lines = [text for *_, text in sorted(gaps)[:2]]
    without = [
        service.config.name
        for service in snapshot.services.values()
        if not has_incidents(settings, service)
    ]
    return lines + [f"{name} has no incident source" for name in without[:1]]


def _all(
    snapshot: Snapshot, settings: Settings, asked: Question
) -> Iterator[tuple[Answer, str, Coverage]]:
    for stream in snapshot.streams.values():
        for one in stream_coverage(snapshot, stream, asked):
            if one.id != "C3":
                yield {"stream": stream.config.name}, stream.title, one
        linked = Coverage("C2", *commit_coverage(snapshot, "stream", stream.id, asked))
        yield {"stream": stream.config.name}, stream.title, linked
        for service in services_of(snapshot, stream):
            for one in service_coverage(service, asked):
                if one.id != "C5" or has_incidents(settings, service):
                    yield {"service": service.config.name}, service.config.name, one
            linked = Coverage("C2", *commit_coverage(snapshot, "service", service.id, asked))
            yield {"service": service.config.name}, service.config.name, linked


_SECONDS = frozenset({"C6", "C7"})
_DAY = 86_400


def _row(scope: Answer, title: str, one: Coverage) -> Answer:
    told = _MEASURES[one.id]
    timed = one.id in _SECONDS
    size = _DAY if timed else 1
    return {
        "id": one.id,
        "title": told.title,
        "scope": scope,
        "scope_title": title,
        "value": one.share,
        "numerator": round(one.numerator / size),
        "denominator": round(one.denominator / size),
        "unit": "d" if timed else None,
        "reason": None if one.denominator else "nothing to cover in this window",
        "fix": told.fix,
        "line": told.line or None,
    }
