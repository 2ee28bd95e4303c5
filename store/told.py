"""What commits and merge requests say of themselves, as far as it tells what stands beside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy.orm import Session

from store.lookup import found_in
from store.models import git_commit, merge_request


class CommitTold(NamedTuple):
    """A commit; author and made (the author's time) are None where they are not told."""

    id: int
    home: int
    sha: str
    message: str
    author: int | None
    made: int | None


class RequestTold(NamedTuple):
    """A merge request, with the shas that it names."""

    id: int
    home: int
    number: int
    branch: str
    description: str
    shas: tuple[str, ...]


def commits_told(session: Session, commit_ids: Iterable[int]) -> list[CommitTold]:
    """These commits, without those that are not stored."""
    names = ("id", "repository_id", "sha", "message", "author_id", "authored_ts")
    return [CommitTold(*row) for row in found_in(session, git_commit, names, "id", commit_ids)]


def requests_told(session: Session, request_ids: Iterable[int]) -> list[RequestTold]:
    """These merge requests, without those that are not stored."""
    first = ("id", "repository_id", "number", "source_branch", "description")
    names = (*first, "merge_sha", "squash_sha", "head_sha")
    return [
        RequestTold(row[0], row[1], row[2], row[3], row[4], tuple(sha for sha in row[5:] if sha))
        for row in found_in(session, merge_request, names, "id", request_ids)
    ]
