"""The neutral records: what a connector makes of a vendor's payload, before anything is stored.

Ids are the vendor's immutable ids as text, unique within one source; the store turns them into
surrogate integers. Times are aware UTC datetimes, None where the vendor gives none. A record names
others by their vendor id; what may live in another source (a sha, a change number) stays text and
is joined by the correlator. A batch may name a thing twice: the last one wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class Entity(IntEnum):
    """What a link or a dirty mark points at. The numbers are stored: append, never renumber."""

    ITEM = 1
    COMMIT = 2
    MERGE_REQUEST = 3
    BUILD = 4
    DEPLOYMENT = 5
    CHANGE = 6
    INCIDENT = 7
    REPOSITORY = 8


class Field(IntEnum):
    """The changelog fields that are kept. The numbers are stored: append, never renumber."""

    STATUS = 1
    ASSIGNEE = 2
    TYPE = 3
    PROJECT = 4
    PARENT = 5


class StatusCategory(StrEnum):
    """A vendor's own coarse grouping of statuses; UNKNOWN where a status is known from history
    only.
    """

    NEW = "new"
    ACTIVE = "active"
    DONE = "done"
    UNKNOWN = "unknown"


class MergeState(StrEnum):
    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


class Result(StrEnum):
    """How a build, stage or deployment ended; OTHER keeps a word that we do not know."""

    SUCCESS = "success"
    FAILED = "failed"
    UNSTABLE = "unstable"
    CANCELED = "canceled"
    SKIPPED = "skipped"
    RUNNING = "running"
    WAITING = "waiting"
    OTHER = "other"


class BlockKind(StrEnum):
    FLAG = "flag"
    LABEL = "label"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone at a source. `identity` is an e-mail or account id; the store keeps only a keyed hash
    of it.
    """

    identity: str
    bot: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """A tracker's project: its key makes ticket keys recognisable."""

    id: str
    key: str
    title: str


@dataclass(frozen=True, slots=True)
class WorkflowStatus:
    """A status by id. `listed` is False for one that only a changelog names (deleted or renamed
    since).
    """

    id: str
    name: str
    category: StatusCategory
    listed: bool = True


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A ticket. `value_per_week` is money in the configured currency, None where nobody valued
    it.
    """

    id: str
    key: str
    project: str
    type: str
    title: str
    created_at: datetime
    updated_at: datetime
    status_id: str
    url: str = ""
    priority: str = ""
    resolution: str = ""
    resolved_at: datetime | None = None
    parent_id: str | None = None
    subtask: bool = False
    labels: tuple[str, ...] = ()
    value_per_week: float | None = None
    changelog_complete: bool = True


@dataclass(frozen=True, slots=True)
class ItemKey:
    """A key that an item has or had; old keys stay in commits and branches for ever."""

    item: str
    key: str
    current: bool


@dataclass(frozen=True, slots=True)
class ItemLink:
    """`item` is `kind` (lower case, as the vendor says it: "is blocked by", "implements") of the
    item `other_key`.
    """

    item: str
    kind: str
    other_key: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of one field. `seq` orders changes of one second; ids are the vendor's, names as
    written then.
    """

    item: str
    at: datetime
    seq: int
    field: Field
    from_id: str | None
    to_id: str | None
    from_name: str = ""
    to_name: str = ""
    actor: Person | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A time in which an item was flagged, labelled or linked as blocked; `end` None while it
    lasts.
    """

    item: str
    kind: BlockKind
    detail: str
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Repository:
    """`path` is the full name in the source (group/project); `urls` every clone address, as
    sent.
    """

    id: str
    path: str
    default_branch: str
    url: str
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ref:
    """A branch head or tag of a repository."""

    repository: str
    kind: str
    name: str
    sha: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of a repository. `parents` None where the source did not say (a merge request's
    list).
    """

    repository: str
    sha: str
    authored_at: datetime
    committed_at: datetime
    message: str
    parents: tuple[str, ...] | None
    author: Person | None = None


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """A merge or pull request. `commits` in the order of the source, None where they were not
    read.
    """

    id: str
    repository: str
    number: int
    title: str
    description: str
    source_branch: str
    target_branch: str
    state: MergeState
    created_at: datetime
    updated_at: datetime
    merged_at: datetime | None = None
    closed_at: datetime | None = None
    head_sha: str | None = None
    merge_sha: str | None = None
    squash_sha: str | None = None
    labels: tuple[str, ...] = ()
    commits: tuple[str, ...] | None = None
    url: str = ""
    author: Person | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """What a build checked out: a sha, and the address it came from where the source says so."""

    sha: str
    remote: str = ""


@dataclass(frozen=True, slots=True)
class Build:
    """A pipeline or build. `job` is the job's full name or the repository's path; `texts` are
    searched for keys.
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
    """One change of a state-like field of a change request or incident, from the vendor's audit
    log.
    """

    entity: Entity
    id: str
    at: datetime
    seq: int
    field: str
    old: str
    new: str


Record = (
    Person
    | Project
    | WorkflowStatus
    | WorkItem
    | ItemKey
    | ItemLink
    | Transition
    | Block
    | Repository
    | Ref
    | Commit
    | MergeRequest
    | Build
    | BuildStage
    | Environment
    | Deployment
    | ChangeRequest
    | Incident
    | StateChange
)
