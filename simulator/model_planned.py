"""What the company's work is planned for: versions in Jira, milestones in GitLab."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(slots=True)
class Version:
    """A version of a Jira project. due None: nobody set a date; released: it is out, archived: and
    shown no more.
    """

    id: str
    project: str  # Jira project key
    name: str
    start: date | None
    due: date | None
    released: bool = False
    archived: bool = False


@dataclass(slots=True)
class Milestone:
    """A milestone of a GitLab project; closed: everything planned for it is over."""

    id: int
    iid: int
    repository: str
    title: str
    start: date
    due: date
    closed: bool = False
