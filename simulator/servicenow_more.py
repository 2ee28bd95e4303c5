"""Further tables of the service desk: change tasks, problems, metrics of states, deletions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import pairwise

from simulator.model import World
from simulator.model_desk import AuditEntry, ChangeRequest, Incident
from simulator.servicenow_rows import (
    CHANGE_STATES,
    INCIDENT_STATES,
    Row,
    Tables,
    stored_time,
    sys_id,
)

DEFINITIONS = {
    (table, field): sys_id(f"metric {table}.{field}")
    for table, field in (
        ("incident", "state"),
        ("change_request", "state"),
        ("change_request", "approval"),
    )
}


def more_tables(world: World, problems: Mapping[str, str]) -> Tables:
    """problems: the problem of each incident that has one, by the incident's sys_id."""
    return {
        "change_task": [row for change in world.changes for row in _tasks(change)],
        "problem": _problems(world, problems),
        "metric_definition": [
            {"sys_id": id, "name": f"{table} {field} duration", "table": table, "field": field}
            for (table, field), id in DEFINITIONS.items()
        ],
        "metric_instance": _metrics(world),
        **_devops(world),
    }


def _devops(world: World) -> Tables:
    """What DevOps Change Velocity was told of: the changes that a pipeline asked for."""
    names = ("tool", "work_item", "commit", "m2m_commit_work_item", "m2m_commit_execution")
    runs = ("pipeline_execution", "step_execution", "task_execution", "artifact_version")
    rest = ("m2m_artifact_version_commit", "package")
    made: Tables = {f"sn_devops_{name}": [] for name in (*names, *runs, *rest)}
    made["sn_devops_callback"] = [
        {
            "sys_id": sys_id(f"callback {change.id}"),
            "change_request": change.id,
            "state": "received",
            "sys_created_by": "devops.system",
            "sys_updated_on": stored_time(change.created),
        }
        for change in world.changes
    ]
    return made


def problems_of(world: World) -> dict[str, str]:
    """Incidents that one deployment caused belong to one problem; a single one has none."""
    together: dict[str, list[Incident]] = defaultdict(list)
    for incident in world.incidents:
        if incident.deployment:
            together[incident.deployment].append(incident)
    return {
        incident.id: sys_id(f"problem {deployment}")
        for deployment, incidents in together.items()
        if len(incidents) > 1
        for incident in incidents
    }


def without(tables: Tables, deleted: Collection[str], at: datetime) -> Tables:
    """The tables after rows were deleted, which the log of deletions tells."""
    kept = {
        name: [row for row in rows if row["sys_id"] not in deleted] for name, rows in tables.items()
    }
    kept["sys_audit_delete"] = [
        {
            "sys_id": sys_id(f"deletion {row['sys_id']}"),
            "tablename": name,
            "documentkey": row["sys_id"],
            "display_value": row.get("number", ""),
            "sys_created_on": stored_time(at),
        }
        for name, rows in tables.items()
        for row in rows
        if row["sys_id"] in deleted
    ]
    return kept


def _tasks(change: ChangeRequest) -> list[Row]:
    """Every change has a task to implement it and one to test it afterwards."""
    return [
        {
            "sys_id": sys_id(f"{change.id} {kind}"),
            "number": f"CTASK{change.number.removeprefix('CHG')}{position}",
            "change_request": change.id,
            "change_task_type": kind,
            "state": "3" if change.closed else "1",
            "short_description": f"{kind.title()} of {change.title}",
            "opened_at": stored_time(change.created),
            "closed_at": stored_time(change.closed),
            "work_start": stored_time(change.work_start),
            "work_end": stored_time(change.work_end),
            "cmdb_ci": sys_id(change.ci) if change.ci else "",
            "sys_created_on": stored_time(change.created),
            "sys_updated_on": stored_time(change.updated),
        }
        for position, kind in enumerate(("implementation", "testing"), start=1)
    ]


def _problems(world: World, problems: Mapping[str, str]) -> list[Row]:
    incidents: dict[str, list[Incident]] = defaultdict(list)
    for incident in world.incidents:
        if incident.id in problems:
            incidents[problems[incident.id]].append(incident)
    return [
        {
            "sys_id": id,
            "number": f"PRB{40001 + position:07d}",
            "state": "2",
            "priority": str(min(incident.priority for incident in found)),
            "short_description": found[0].title,
            "opened_at": stored_time(found[0].opened),
            "closed_at": "",
            "cmdb_ci": sys_id(found[0].ci) if found[0].ci else "",
            "rfc": "",
            "sys_created_on": stored_time(found[0].opened),
            "sys_updated_on": stored_time(max(incident.updated for incident in found)),
        }
        for position, (id, found) in enumerate(incidents.items())
    ]


def _metrics(world: World) -> list[Row]:
    rows = [
        row
        for change in world.changes
        for field in ("state", "approval")
        for row in _spans("change_request", change.id, field, change.audit, change.created)
    ]
    for incident in world.incidents:
        rows += _spans("incident", incident.id, "state", incident.audit, incident.opened)
    return sorted(rows, key=lambda row: (row["sys_updated_on"], row["sys_id"]))


def _spans(
    table: str, record: str, field: str, audit: list[AuditEntry], begun: datetime
) -> Iterator[Row]:
    """How long a record had each value of a field; the last span has no end."""
    own = [entry for entry in audit if entry.field == field]
    if not own:
        return
    begins = [(begun, own[0].old), *((entry.at, entry.new) for entry in own)]
    labels = {"change_request": CHANGE_STATES, "incident": INCIDENT_STATES}[table]
    for (start, value), end in pairwise([*begins, (None, "")]):
        assert start is not None
        yield {
            "sys_id": sys_id(f"{record} {field} {stored_time(start)} {value}"),
            "definition": DEFINITIONS[table, field],
            "table": table,
            "id": record,
            "field": field,
            "value": labels.get(value, value) if field == "state" else value,
            "field_value": value,
            "start": stored_time(start),
            "end": stored_time(end[0]),
            "calculation_complete": "true" if end[0] else "false",
            "sys_created_on": stored_time(start),
            "sys_updated_on": stored_time(end[0] or start),
        }
