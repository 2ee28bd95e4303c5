"""What happens at the service desk while Headwater looks on; see `simulator.live_tickets`."""

from __future__ import annotations

from datetime import timedelta

from simulator.live_world import LiveWorld, following
from simulator.model_desk import AuditEntry, Incident

_CLOSED = "3"


def close_change(live: LiveWorld) -> str:
    change = live.pick(one for one in live.world.changes if one.closed is None and one.work_start)
    if change is None:
        return ""
    at = live.tick()
    change.audit.append(AuditEntry(live.sys_id(), "state", change.state, _CLOSED, at))
    change.state, change.closed, change.close_code = _CLOSED, at, "successful"
    change.work_end, change.updated = at, at
    return f"{change.number} closed"


def backdate_change(live: LiveWorld) -> str:
    """Somebody writes down now when the work had begun, some hours ago."""
    change = live.pick(one for one in live.world.changes if one.work_start is not None)
    if change is None or change.work_start is None:
        return ""
    change.work_start -= timedelta(hours=2)
    change.updated = live.tick()
    return f"{change.number} began two hours earlier"


def open_incident(live: LiveWorld) -> str:
    """Found half an hour after it began; it may name the change that caused it."""
    service, at = live.rng.choice(live.services), live.tick()
    cause = live.pick(one for one in live.world.changes if one.ci == service.configuration_item)
    number = following(int(one.number[3:]) for one in live.world.incidents)
    text = f"Errors on {service.configuration_item}"
    live.world.incidents.append(
        Incident(
            id=live.sys_id(), number=f"INC{number:07d}", title=text, description=text,
            priority=live.rng.randrange(1, 5), state="1", ci=service.configuration_item,
            opened=at - timedelta(minutes=30), updated=at, resolved=None, closed=None,
            caused_by=cause.id if cause and live.rng.random() < 0.5 else None, deployment=None,
        )
    )  # fmt: skip
    return f"INC{number:07d} opened"


def resolve_incident(live: LiveWorld) -> str:
    incident = live.pick(one for one in live.world.incidents if one.resolved is None)
    if incident is None:
        return ""
    _to(live, incident, "6")
    incident.resolved = incident.updated
    return f"{incident.number} resolved"


def reopen_incident(live: LiveWorld) -> str:
    """It was not over after all."""
    incident = live.pick(one for one in live.world.incidents if one.resolved is not None)
    if incident is None:
        return ""
    _to(live, incident, "2")
    incident.resolved = incident.closed = None
    return f"{incident.number} opened again"


def backdate_incident(live: LiveWorld) -> str:
    """It had begun an hour before anybody wrote it down."""
    incident = live.pick(live.world.incidents)
    if incident is None:
        return ""
    incident.opened -= timedelta(hours=1)
    incident.updated = live.tick()
    return f"{incident.number} began an hour earlier"


def _to(live: LiveWorld, incident: Incident, state: str) -> None:
    at = live.tick()
    incident.audit.append(AuditEntry(live.sys_id(), "state", incident.state, state, at))
    incident.state, incident.updated = state, at
