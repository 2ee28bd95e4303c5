"""The simulated company as plain data: what really happened, before any vendor's tool distorts it.

`simulator/world.py` makes a `World` from a seed; `truth.py` reads off it what Headwater ought to
report; the vendor files serve it. Times are aware UTC datetimes at whole seconds; None: not yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from simulator.model_desk import ChangeRequest, Incident
from simulator.model_gitlab import Issue, Note
from simulator.model_planned import Milestone, Version
from simulator.plants import Plant, PlantedWait


@dataclass(slots=True)
class Status:
    """A Jira status. `state` is what it means in the stream's mapping: new, waiting, active,
    done, cancelled. `team`: who has the work there, where that is not the stream's own.
    """

    id: str
    name: str
    category: str  # Jira's: new, indeterminate, done
    stage: str
    state: str
    team: str = ""


@dataclass(slots=True)
class Person:
    name: str
    username: str
    email: str
    account_id: str
    bot: bool = False


@dataclass(slots=True)
class Service:
    """What is deployed. `ci` is Jenkins or GitLab, `deploys` where deployments are recorded:
    jenkins or gitlab.

    paths: which part of its repository it is made of, empty: all of it. manifests: the repository
    whose commits say what runs and which is deployed instead of its own, empty: none.
    """

    name: str
    repository: str  # path, group/project
    ci: str
    deploys: str
    configuration_item: str
    change_approval: bool  # production deployments wait for a ServiceNow change
    default_branch: str = "main"
    paths: list[str] = field(default_factory=list)
    manifests: str = ""

    @property
    def deployed_from(self) -> str:
        """The repository whose commits its deployments name."""
        return self.manifests or self.repository


@dataclass(slots=True)
class StreamPlan:
    """A value stream of the company and how it is configured in Headwater."""

    name: str
    title: str
    project: str  # Jira project key
    idea_project: str | None
    statuses: list[Status]
    services: list[Service]
    item_types: list[str]
    retired: list[Status] = field(default_factory=list)  # in history only, no longer listed


@dataclass(slots=True)
class Move:
    """A status change; `id` is the changelog id, increasing with time over the whole company."""

    id: int
    at: datetime
    from_status: str
    to_status: str
    by: Person


@dataclass(slots=True)
class Flag:
    start: datetime
    end: datetime | None
    start_id: int
    end_id: int | None


@dataclass(slots=True)
class Edit:
    """Another changelog entry (assignee, labels, summary ...): noise that parsers must pass
    over.
    """

    id: int
    at: datetime
    field: str
    old: str | None
    new: str | None
    by: Person


@dataclass(slots=True)
class Item:
    id: str
    key: str
    project: str
    stream: str
    type: str
    title: str
    created: datetime
    first_status: str
    reporter: Person
    moves: list[Move] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    epic: str | None = None  # id of the parent item
    idea: str | None = None  # id of the idea that it implements
    labels: list[str] = field(default_factory=list)
    value_per_week: float | None = None
    updated: datetime | None = None
    versions: list[str] = field(default_factory=list)  # Version.id
    due: date | None = None


@dataclass(slots=True)
class Commit:
    """A commit. `tickets` are the true items it was written for, whatever its message says.

    paths: the files that it changed, as `git log` tells them: none of a merge, none where the
    company keeps no account of them, so that it may be any.
    """

    sha: str
    repository: str
    parents: list[str]
    authored: datetime
    committed: datetime
    message: str
    author: Person
    tickets: list[str] = field(default_factory=list)  # item ids
    on_default: bool = True  # reachable from the default branch
    reverts: str | None = None
    picked_from: str | None = None
    paths: list[str] = field(default_factory=list)

    def touches(self, path: str) -> bool:
        """Whether a log by path lists it: one without files told is of every path, no merge is."""
        if len(self.parents) > 1:
            return False
        folder = path.rstrip("/")
        return not self.paths or any(
            file == folder or file.startswith(f"{folder}/") for file in self.paths
        )


@dataclass(slots=True)
class MergeRequest:
    id: int
    iid: int
    repository: str
    title: str
    description: str
    source_branch: str
    created: datetime
    updated: datetime
    state: str  # opened, merged, closed
    commits: list[
        str
    ]  # shas of the branch, oldest first; gone from the default branch when squashed
    head_sha: str
    author: Person
    merged: datetime | None = None
    closed: datetime | None = None
    merge_sha: str | None = None
    squash_sha: str | None = None
    labels: list[str] = field(default_factory=list)
    rebased: list[str] = field(
        default_factory=list
    )  # shas of the copies that landed instead of `commits`, oldest first


@dataclass(slots=True)
class Stage:
    id: str
    name: str
    status: str  # success, failed, canceled, skipped, running
    queued: datetime
    started: datetime
    finished: datetime | None


@dataclass(slots=True)
class Build:
    """A Jenkins build or a GitLab pipeline. `job` is the Jenkins full name; empty for GitLab.

    parent: GitLab: the pipeline whose trigger job, named as the child's only stage, started it.
    """

    id: int
    number: int
    system: str  # jenkins, gitlab
    job: str
    repository: str
    ref: str
    sha: str
    status: str  # success, failed, canceled, running
    queued: datetime
    started: datetime
    finished: datetime | None
    stages: list[Stage] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)
    cause: str = "push"
    library_sha: str | None = None  # Jenkins: a shared library checked out first
    parent: int | None = None  # Build.id


@dataclass(slots=True)
class Deployment:
    """One deployment of one service. `jobs` finish times: several jobs of one pipeline are one
    deployment.
    """

    id: str
    service: str
    environment: str  # production, staging
    sha: str
    version: str
    build: int  # Build.id
    status: str  # success, failed, running
    created: datetime
    started: datetime
    finished: datetime | None
    kind: str  # planned, hotfix, rollback
    job_ids: list[int] = field(default_factory=list)  # GitLab deployment ids, one per job
    change: str | None = None  # ChangeRequest.id
    place: str = ""  # how the tool calls the environment, where not by its name
    manifest: str = ""  # the commit that the tool recorded, where it is one of the manifests

    @property
    def recorded_environment(self) -> str:
        return self.place or self.environment

    @property
    def recorded_sha(self) -> str:
        return self.manifest or self.sha


@dataclass(slots=True)
class World:
    """The whole company. Lists are in order of time; `branches` maps repository to branch name
    to head sha. `planted`: how long what waited in a queue that was planted.
    """

    seed: int
    now: datetime
    start: datetime
    streams: list[StreamPlan]
    people: list[Person]
    items: list[Item]
    commits: list[Commit]
    merge_requests: list[MergeRequest]
    builds: list[Build]
    deployments: list[Deployment]
    changes: list[ChangeRequest]
    incidents: list[Incident]
    branches: dict[str, dict[str, str]]
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    plants: list[Plant] = field(default_factory=list)
    planted: list[PlantedWait] = field(default_factory=list)
