"""The reviews of merge requests, from their notes: who did what when, and nothing of what was said.

GitLab writes each approval, request for review and demand for changes as a note of the system, with
its time; the list of approvals has the approvers of today alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors.gitlab_people import account
from connectors.gitlab_project import person_of
from connectors.stream import Payload
from connectors.times import utc
from core.records import Record, Review, ReviewKind

_SYSTEM_NOTES = {
    "approved this merge request": ReviewKind.APPROVED,
    "requested changes": ReviewKind.CHANGES_REQUESTED,
    "requested review from": ReviewKind.REQUESTED,
}
_BOTS = ("project_*_bot*", "group_*_bot*", "service_account_*")


def with_gitlab_bots(bots: Sequence[str]) -> tuple[str, ...]:
    """The patterns of bots, and those of the accounts that GitLab makes for access tokens."""
    return (*bots, *_BOTS)


def kept_notes(notes: Sequence[Payload]) -> list[Payload]:
    """Of each note that is a step of a review its kind, time and author; the text is left out."""
    kinds = [(note, _kind(note)) for note in notes]
    return [
        {
            "id": note["id"],
            "kind": kind.value,
            "created_at": note.get("created_at"),
            "author": person_of(note.get("author")),
        }
        for note, kind in kinds
        if kind is not None
    ]


def _kind(note: Payload) -> ReviewKind | None:
    if not note.get("system"):
        return ReviewKind.COMMENTED
    text = str(note.get("body") or "").lower()
    return next((kind for start, kind in _SYSTEM_NOTES.items() if text.startswith(start)), None)


def reviews(request: Payload, repository: str, *, bots: Sequence[str]) -> Iterator[Record]:
    """The steps of people other than the author, oldest first; a review may be asked for by the
    author too.
    """
    author = (request.get("author") or {}).get("username")
    for note in (request.get("_details") or {}).get("notes") or ():
        kind, who = ReviewKind(note["kind"]), note["author"]
        by = account(who, bots)
        own = by is not None and by.identity == author and kind is not ReviewKind.REQUESTED
        if by is None or by.bot or own:
            continue
        yield Review(
            repository=repository,
            merge_request=str(request["id"]),
            id=str(note["id"]),
            kind=kind,
            at=utc(note["created_at"]),
            person=by,
        )
