"""The closed vocabularies of the records; what is stored as a number is never renumbered."""

from __future__ import annotations

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
    WORKLOG = 9
    REVIEW = 10


class Field(IntEnum):
    """The changelog fields that are kept. The numbers are stored: append, never renumber."""

    STATUS = 1
    ASSIGNEE = 2
    TYPE = 3
    PROJECT = 4
    PARENT = 5
    SPRINT = 6


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


class ReviewKind(StrEnum):
    """What somebody other than the author did to a merge request; a bot's word is none of these."""

    REQUESTED = "requested"
    COMMENTED = "commented"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"


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


class Attribution(StrEnum):
    """How it was found out what a feature brought; kept apart, never added up."""

    EXPERIMENT = "experiment"
    BEFORE_AFTER = "before_after"
    OPINION = "opinion"


class Effect(StrEnum):
    """Whether the feature itself brought it, or something that it moved."""

    DIRECT = "direct"
    INDIRECT = "indirect"
