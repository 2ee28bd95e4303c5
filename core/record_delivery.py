"""Builds, deployments, change requests and incidents, as neutral records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.record_words import Entity, Result


@dataclass(frozen=True, slots=True)
class Revision:
    """What a build checked out: a sha, and the address it came from where the source says so."""

    sha: str
    remote: str = ""


@dataclass(frozen=True, slots=True)
class Build:
    """A pipeline or build. `job` is the job's full name or the repository's path. `upstream` is the
    build that started this one, by the name that its job had then (`job#number`).
    """

    id: str
    job: str
    number: int
    result: Result
    url: str = ""
    ref: str = ""
    repository: str | None = None
    queued_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    cause: str = ""
    revisions: tuple[Revision, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    description: str = ""
    upstream: str | None = None


@dataclass(frozen=True, slots=True)
class BuildStage:
    """A job or stage of a build, in order."""

    build: str
    id: str
    ordinal: int
    name: str
    result: Result
    queued_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """A deployment target; `tier` is production, staging, testing, development, other or empty."""

    id: str
    repository: str
    name: str
    tier: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment, by an API of deployments or by a build that a rule calls one.

    `service` is given by the rule, else empty and found by the repository. `job` tells
    a job that ran again from another one of its pipeline. `group` joins the jobs
    of one pipeline into one deployment. `build` is the vendor id of the build that did it, in the
    same source.
    """

    id: str
    environment: str
    result: Result
    created_at: datetime
    tier: str = ""
    service: str = ""
    repository: str | None = None
    remote: str = ""
    sha: str | None = None
    ref: str = ""
    version: str = ""
    group: str = ""
    job: str = ""
    build: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A change of an IT service desk. `type` is normal, standard, emergency or the vendor's
    word.
    """

    id: str
    number: str
    type: str
    state: str
    title: str
    description: str
    created_at: datetime
    updated_at: datetime
    requested_at: datetime | None = None
    approved_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    closed_at: datetime | None = None
    successful: bool | None = None
    ci: str = ""
    service: str = ""
    correlation: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident. `caused_by` is the vendor id of the change named as its cause, `duplicate_of` of
    another incident.
    """

    id: str
    number: str
    title: str
    description: str
    state: str
    priority: int | None
    opened_at: datetime
    updated_at: datetime
    detected_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    ci: str = ""
    service: str = ""
    caused_by: str | None = None
    duplicate_of: str | None = None
    correlation: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class StateChange:
    """One change of a state-like field of a change request or incident, from the vendor's log.

    `observed`: no log tells it; the value was seen at that time, and is a change where the value
    seen before is another. The first one seen is kept as a change from itself to itself.
    """

    entity: Entity
    id: str
    at: datetime
    seq: int
    field: str
    old: str
    new: str
    observed: bool = False
