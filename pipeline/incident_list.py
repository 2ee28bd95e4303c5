"""The incidents of a service, each with what it is put down to and every candidate."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from core.records import Entity
from metrics.periods import Window
from pipeline.desk_links import suspects_of, verdict_of
from pipeline.snapshot import ServiceFacts
from pipeline.times import iso
from store import journey as reads

Answer = dict[str, Any]

_VERDICT = ("verdict", "method", "confidence", "reason")


def incidents_of(session: Session, service: ServiceFacts, window: Window) -> list[Answer]:
    """The incidents that opened in the window, the newest first; duplicates are left out."""
    rows = service.incidents
    inside = rows[window.holds(rows["opened_ts"].to_numpy("int64"))]
    ordered = inside.sort_values(["opened_ts", "incident_id"], ascending=False)
    ids = [int(one) for one in ordered["incident_id"]]
    known = reads.things(session, Entity.INCIDENT, ids)
    suspects = suspects_of(session, ids)
    return [
        {
            "number": known[row["incident_id"]]["number"],
            "title": known[row["incident_id"]]["title"],
            "url": known[row["incident_id"]]["url"],
            "opened_at": iso(int(row["opened_ts"])),
            "resolved_at": iso(int(row["resolved_ts"])),
            **verdict_of({name: row[name] for name in _VERDICT}),
            **suspects[row["incident_id"]],
        }
        for row in ordered.to_dict("records")
        if row["incident_id"] in known
    ]
