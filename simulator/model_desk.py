"""What the service desk holds of the company: change requests and incidents, with their audits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class AuditEntry:
    id: str
    field: str
    old: str
    new: str
    at: datetime


@dataclass(slots=True)
class ChangeRequest:
    id: str  # sys_id
    number: str
    type: str  # normal, standard, emergency
    state: str  # ServiceNow number as text: -5 .. 4
    approval: str
    title: str
    description: str
    ci: str
    created: datetime
    updated: datetime
    work_start: datetime | None
    work_end: datetime | None
    closed: datetime | None
    close_code: str
    correlation_id: str
    audit: list[AuditEntry] = field(default_factory=list)


@dataclass(slots=True)
class Incident:
    """An incident. `deployment` is its true cause (None: not caused by a change); `caused_by`
    what was recorded.
    """

    id: str
    number: str
    title: str
    description: str
    priority: int
    state: str
    ci: str
    opened: datetime
    updated: datetime
    resolved: datetime | None
    closed: datetime | None
    caused_by: str | None  # ChangeRequest.id, when a person filled it in
    deployment: str | None  # Deployment.id, the truth
    duplicate_of: str | None = None
    audit: list[AuditEntry] = field(default_factory=list)
