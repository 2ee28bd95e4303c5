"""The neutral records: what a connector makes of a vendor's payload, before anything is stored.

Ids are the vendor's immutable ids as text, unique within one source; the store turns them into
surrogate integers. Times are aware UTC datetimes, None where the vendor gives none. A record names
others by their vendor id; what may live in another source (a sha, a change number) stays text and
is joined by the correlator. A batch may name a thing twice: the last one wins.
"""

from __future__ import annotations

from core.record_code import Commit, CommitPath, MergeRequest, Ref, Repository, Review
from core.record_delivery import (
    Build,
    BuildStage,
    ChangeRequest,
    Deployment,
    Environment,
    Incident,
    Revision,
    StateChange,
)
from core.record_items import (
    LEFT,
    Block,
    Gone,
    ItemKey,
    ItemLink,
    Person,
    PlannedIn,
    PlannedRelease,
    Project,
    Transition,
    WorkflowStatus,
    WorkItem,
    Worklog,
)
from core.record_value import Exposure, Outcome
from core.record_words import (
    Attribution,
    BlockKind,
    Effect,
    Entity,
    Field,
    MergeState,
    Result,
    ReviewKind,
    StatusCategory,
)

Record = (
    Person
    | Project
    | WorkflowStatus
    | WorkItem
    | ItemKey
    | ItemLink
    | PlannedRelease
    | PlannedIn
    | Transition
    | Block
    | Worklog
    | Gone
    | Repository
    | Ref
    | Commit
    | CommitPath
    | MergeRequest
    | Review
    | Build
    | BuildStage
    | Environment
    | Deployment
    | ChangeRequest
    | Incident
    | StateChange
    | Exposure
    | Outcome
)

__all__ = [
    "LEFT",
    "Attribution",
    "Block",
    "BlockKind",
    "Build",
    "BuildStage",
    "ChangeRequest",
    "Commit",
    "CommitPath",
    "Deployment",
    "Effect",
    "Entity",
    "Environment",
    "Exposure",
    "Field",
    "Gone",
    "Incident",
    "ItemKey",
    "ItemLink",
    "MergeRequest",
    "MergeState",
    "Outcome",
    "Person",
    "PlannedIn",
    "PlannedRelease",
    "Project",
    "Record",
    "Ref",
    "Repository",
    "Result",
    "Review",
    "ReviewKind",
    "Revision",
    "StateChange",
    "StatusCategory",
    "Transition",
    "WorkItem",
    "WorkflowStatus",
    "Worklog",
]
