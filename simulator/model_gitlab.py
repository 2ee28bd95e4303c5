"""What only GitLab holds of the company: notes below merge requests, and issues beside the code."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.model import Person


@dataclass(slots=True)
class Note:
    """What somebody, or the server for them, wrote below a merge request."""

    id: int
    request: int  # MergeRequest.id
    at: datetime
    author: Person
    body: str
    system: bool = False


@dataclass(slots=True)
class IssueEvent:
    """A change of an issue: `label` put on or taken off; without one, closed or reopened (on)."""

    id: int
    at: datetime
    by: Person
    on: bool
    label: str = ""


@dataclass(slots=True)
class Issue:
    """Small work that a team keeps beside its code, in GitLab instead of Jira."""

    id: int
    iid: int
    repository: str
    title: str
    type: str  # issue, incident, task
    author: Person
    created: datetime
    updated: datetime
    closed: datetime | None = None
    labels: list[str] = field(default_factory=list)
    events: list[IssueEvent] = field(default_factory=list)
    moved_to: int | None = None  # Issue.id
    blocked_by: int | None = None  # Issue.id
    linked: datetime | None = None  # since when
    milestone: int | None = None  # Milestone.id
    due: date | None = None
