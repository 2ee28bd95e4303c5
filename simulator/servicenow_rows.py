"""The tables of a ServiceNow instance: rows of stored values, all text, references as sys_ids."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import md5

from simulator.credentials import SNOW_USER
from simulator.model import World
from simulator.model_desk import AuditEntry, ChangeRequest, Incident

Row = dict[str, str]
Tables = dict[str, list[Row]]

SITE = "https://acme.service-now.example"
REFERENCES = {
    "cmdb_ci": "cmdb_ci",
    "business_service": "cmdb_ci_service",
    "caused_by": "change_request",
    "rfc": "change_request",
    "problem_id": "problem",
    "parent_incident": "incident",
    "assignment_group": "sys_user_group",
    "opened_by": "sys_user",
    "change_request": "change_request",
    "definition": "metric_definition",
}
CHANGE_STATES = {
    "-5": "New", "-4": "Assess", "-3": "Authorize", "-2": "Scheduled",
    "-1": "Implement", "0": "Review", "3": "Closed", "4": "Canceled",
}  # fmt: skip
INCIDENT_STATES = {
    "1": "New", "2": "In Progress", "3": "On Hold", "6": "Resolved", "7": "Closed", "8": "Canceled",
}  # fmt: skip


def stored_time(moment: datetime | None) -> str:
    """UTC without saying so; empty for no value."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def sys_id(name: str) -> str:
    """A stable id for what the world knows by name only."""
    return md5(name.encode(), usedforsecurity=False).hexdigest()


def tables(world: World, problems: Mapping[str, str]) -> Tables:
    """The tables in the order in which rows were made. problems: by incident, for those that have
    one.
    """
    return {
        "incident": [_incident(row, problems.get(row.id, "")) for row in world.incidents],
        "change_request": [_change(row) for row in world.changes],
        "sys_audit": _audit(world),
        "cmdb_ci": _services(world),
        "cmdb_ci_service": _services(world),
        "sys_user": _users(world),
        "sys_choice": _choices(),
    }


def _task(row: ChangeRequest | Incident, table: str, opened: datetime) -> Row:
    """What changes and incidents have in common, as children of `task`."""
    item = sys_id(row.ci) if row.ci else ""
    return {
        "sys_id": row.id,
        "number": row.number,
        "sys_class_name": table,
        "state": row.state,
        "short_description": row.title,
        "description": row.description,
        "cmdb_ci": item,
        "business_service": item,
        "opened_at": stored_time(opened),
        "closed_at": stored_time(row.closed),
        "active": "false" if row.closed else "true",
        "assignment_group": sys_id("operations"),
        "opened_by": sys_id(SNOW_USER),
        "correlation_display": "",
        "sys_created_on": stored_time(opened),
        "sys_updated_on": stored_time(row.updated),
        "sys_created_by": SNOW_USER,
        "sys_updated_by": SNOW_USER,
        "sys_mod_count": str(len(row.audit)),
    }


def _incident(row: Incident, problem: str) -> Row:
    return _task(row, "incident", row.opened) | {
        "incident_state": row.state,
        "priority": str(row.priority),
        "impact": str(min(row.priority, 3)),
        "urgency": str(min(row.priority, 3)),
        "severity": str(min(row.priority, 3)),
        "resolved_at": stored_time(row.resolved),
        "close_code": "Duplicate" if row.duplicate_of else "",
        "caused_by": row.caused_by or "",
        "rfc": "",
        "problem_id": problem,
        "parent_incident": row.duplicate_of or "",
        "correlation_id": "",
        "reopen_count": "0",
    }


def _change(row: ChangeRequest) -> Row:
    return _task(row, "change_request", row.created) | {
        "type": row.type,
        "chg_model": "",
        "approval": row.approval,
        "risk": "3",
        "priority": "4",
        "start_date": stored_time(row.work_start),
        "end_date": stored_time(row.work_end),
        "work_start": stored_time(row.work_start),
        "work_end": stored_time(row.work_end),
        "close_code": row.close_code,
        "close_notes": "",
        "correlation_id": row.correlation_id,
    }


def _audit(world: World) -> list[Row]:
    rows: list[tuple[datetime, Row]] = []
    for change in world.changes:
        rows += [(e.at, _entry(e, "change_request", change.id)) for e in change.audit]
    for incident in world.incidents:
        rows += [(e.at, _entry(e, "incident", incident.id)) for e in incident.audit]
    return [row for _, row in sorted(rows, key=lambda pair: (pair[0], pair[1]["sys_id"]))]


def _entry(entry: AuditEntry, table: str, record: str) -> Row:
    return {
        "sys_id": entry.id,
        "tablename": table,
        "fieldname": entry.field,
        "documentkey": record,
        "oldvalue": entry.old,
        "newvalue": entry.new,
        "user": SNOW_USER,
        "reason": "",
        "record_checkpoint": "0",
        "sys_created_on": stored_time(entry.at),
        "sys_created_by": SNOW_USER,
    }


def _services(world: World) -> list[Row]:
    names = [service.configuration_item for stream in world.streams for service in stream.services]
    return [
        {
            "sys_id": sys_id(name),
            "name": name,
            "sys_class_name": "cmdb_ci_service",
            "operational_status": "1",
            "busines_criticality": "2 - somewhat critical",
            "sys_created_on": stored_time(world.start),
            "sys_updated_on": stored_time(world.start),
        }
        for name in dict.fromkeys(names)
    ]


def _users(world: World) -> list[Row]:
    people = [(SNOW_USER, "Headwater Integration", "headwater@acme.example")]
    people += [(p.username, p.name, p.email) for p in world.people if not p.bot]
    return [
        {
            "sys_id": sys_id(user),
            "user_name": user,
            "name": name,
            "email": email,
            "active": "true",
            "sys_created_on": stored_time(world.start),
            "sys_updated_on": stored_time(world.start),
        }
        for user, name, email in people
    ]


def _choices() -> list[Row]:
    lists = [
        ("change_request", "state", CHANGE_STATES),
        ("incident", "state", INCIDENT_STATES),
        ("incident", "incident_state", INCIDENT_STATES),
    ]
    return [
        {
            "sys_id": sys_id(f"{table}.{element}.{value}"),
            "name": table,
            "element": element,
            "value": value,
            "label": label,
            "language": "en",
            "inactive": "false",
            "sequence": str(position),
        }
        for table, element, choices in lists
        for position, (value, label) in enumerate(choices.items())
    ]
