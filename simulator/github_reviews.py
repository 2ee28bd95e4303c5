"""What people said of pull requests, as GitHub's reviews: out of the notes of the same world."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from simulator.github_payloads import Payloads
from simulator.github_shapes import API, SITE, node_id, utc
from simulator.gitlab_index import Project
from simulator.model import MergeRequest, Person
from simulator.model_gitlab import Note
from simulator.vendor import Json

_FIRST = 3_000_000_000
"""Numbers of reviews are beyond 32 bits by now."""
_STATES = {"approved this merge request": "APPROVED", "requested changes": "CHANGES_REQUESTED"}


@dataclass(frozen=True, slots=True)
class Given:
    """A review. `state`: APPROVED, CHANGES_REQUESTED or COMMENTED."""

    id: int
    state: str
    at: datetime
    by: Person
    body: str


def reviews_of(notes: Iterable[Note]) -> dict[int, list[Given]]:
    """By `MergeRequest.id`, oldest first; what only the server wrote down is no review."""
    found: dict[int, list[Given]] = {}
    for note in notes:
        state = _STATES.get(note.body) if note.system else "COMMENTED"
        if state:
            body = "" if note.system else note.body
            given = Given(_FIRST + note.id, state, note.at, note.author, body)
            found.setdefault(note.request, []).append(given)
    return found


def review(make: Payloads, project: Project, request: MergeRequest, given: Given) -> Json:
    """As REST gives it."""
    pull = f"{API}/repos/{project.path}/pulls/{request.iid}"
    page = f"{SITE}/{project.path}/pull/{request.iid}#pullrequestreview-{given.id}"
    return {
        "id": given.id,
        "node_id": node_id("PullRequestReview", given.id),
        "user": make.user(given.by),
        "body": given.body,
        "state": given.state,
        "html_url": page,
        "pull_request_url": pull,
        "author_association": "MEMBER",
        "_links": {"html": {"href": page}, "pull_request": {"href": pull}},
        "submitted_at": utc(given.at),
        "commit_id": request.head_sha,
    }
