"""Parts of a journey as rows of its document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pipeline.journey import Visit
from pipeline.journey_board import EventLink, Evidence, Lane
from pipeline.times import iso_of

Answer = dict[str, Any]


def _moment(at: datetime | None) -> str | None:
    return None if at is None else iso_of(at)


def visit_row(visit: Visit) -> Answer:
    return {
        "stage": visit.stage,
        "status": visit.status,
        "state": visit.state,
        "reason": visit.reason,
        "team": visit.team,
        "start": iso_of(visit.start),
        "end": _moment(visit.end),
    }


def lane_row(lane: Lane) -> Answer:
    events: Sequence[Answer] = [
        {
            "id": event.id,
            "kind": event.kind,
            "at": iso_of(event.at),
            "end": _moment(event.end),
            "label": event.label,
            "detail": event.detail,
            "result": event.result,
            "url": event.url,
            "production": event.production,
        }
        for event in lane.events
    ]
    return {"id": lane.id, "tool": lane.tool, "detail": lane.detail, "events": events}


def link_row(link: EventLink) -> Answer:
    return {
        "from": link.start,
        "to": link.end,
        "rule": link.rule,
        "confidence": link.confidence,
        "evidence": link.evidence,
        "decides": link.decides,
    }


def evidence_row(line: Evidence) -> Answer:
    return {
        "at": iso_of(line.at),
        "tool": line.tool,
        "event": line.event,
        "why": line.why,
        "rule": line.rule,
        "confidence": line.confidence,
        "url": line.url,
        "decides": line.decides,
    }
