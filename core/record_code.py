"""Repositories, commits and merge requests, as neutral records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.record_items import Person
from core.record_words import MergeState, ReviewKind


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
    """A branch head, tag or release of a repository: `kind` is branch, tag or release. The sha of a
    release is that of its tag, empty where it has none yet; `at` is when it was published.
    """

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
class CommitPath:
    """A commit that touches a part of its repository: `path` as the configuration names it."""

    repository: str
    commit: str
    path: str


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
class Review:
    """One step of a review. `merge_request` is the vendor id of the request; what was said is not
    kept.
    """

    repository: str
    merge_request: str
    id: str
    kind: ReviewKind
    at: datetime
    person: Person | None = None
