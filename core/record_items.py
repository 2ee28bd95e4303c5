"""People, projects, work items and their histories, as neutral records."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from core.record_words import BlockKind, Entity, Field, StatusCategory


@dataclass(frozen=True, slots=True)
class Person:
    """Someone at a source. `identity` is an e-mail or account id. email, username, name: what else
    the source tells, "" where it does not; they say nothing about who is the same at one source.
    Of all four the store keeps only keyed hashes.
    """

    identity: str
    bot: bool = False
    email: str = field(default="", compare=False, repr=False)
    username: str = field(default="", compare=False, repr=False)
    name: str = field(default="", compare=False, repr=False)


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
    it; `due_on` the day until the end of which it is due, None where nobody says.
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
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlannedRelease:
    """A release that items are planned for, before anything is shipped: a version of Jira, a
    milestone of GitLab. due_on: the day until the end of which it is to be out, None where nobody
    says. `listed` is False for one that only an item names: what the source's list says counts.
    """

    id: str
    name: str
    due_on: date | None = None
    released: bool = False
    archived: bool = False
    url: str = ""
    listed: bool = True


@dataclass(frozen=True, slots=True)
class PlannedIn:
    """`item` is planned for the release of this id; an item may be for several."""

    item: str
    release: str


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
class Worklog:
    """Time that was booked on an item."""

    item: str
    id: str
    started_at: datetime
    spent_s: int
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """Something that the source no longer shows. `why` is one word: deleted, moved (to where it
    is not read), or not_visible (it may come back; nothing is known of it). noticed_at: when it was
    looked for; None where nobody looked, as its source told of it.
    """

    entity: Entity
    id: str
    why: str
    noticed_at: datetime | None = None


LEFT: Final = ("deleted", "moved")
"""Why something is gone for good: it has no part in links and numbers any more."""
