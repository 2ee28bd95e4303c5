"""Reviews of merge requests: who was asked, who answered when, and what machines say meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from simulator.model import MergeRequest, Person
from simulator.model_gitlab import Note

_FIRST_NOTE = 90001
_UNREVIEWED, _SILENT = 0.15, 0.35
_REMARKS = ("Why not earlier?", "Please add a test.", "Nice.", "This name says little.")
SCANNER = Person(
    "quality gate", "project_1_bot_f00d", "scanner@bots.acme.example", "bot:gate", bot=True
)
"""A bot that GitLab makes for an access token: its name matches no pattern of the configuration."""


def notes_of(
    requests: Iterable[MergeRequest], teams: Sequence[Sequence[Person]], rng: Random
) -> list[Note]:
    """All notes in order of time: each lies between the making of its request and the last change
    that the request tells of.
    """
    found = [note for request in requests for note in _of(request, teams, rng)]
    found.sort(key=lambda note: (note.at, note.request))
    for number, note in enumerate(found, start=_FIRST_NOTE):
        note.id = number
    return found


def _of(request: MergeRequest, teams: Sequence[Sequence[Person]], rng: Random) -> Iterator[Note]:
    start, end = request.created, request.updated
    if end <= start:
        return

    def note(share: float, author: Person, body: str, *, system: bool = False) -> Note:
        return Note(0, request.id, _within(start, end, share), author, body, system=system)

    yield note(0.02, SCANNER, "Coverage is 81 %.")
    team = next((team for team in teams if request.author in team), [])
    others = [person for person in team if person is not request.author]
    if not others or rng.random() < _UNREVIEWED:
        return
    reviewer, first = rng.choice(others), rng.uniform(0.05, 0.9)
    yield note(0.01, request.author, f"requested review from @{reviewer.username}", system=True)
    yield note(0.03, request.author, "It is about the tests.")
    if rng.random() > _SILENT:
        yield note(first, reviewer, rng.choice(_REMARKS))
        if rng.random() < 0.15:
            yield note((1 + first) / 2, reviewer, "requested changes", system=True)
    if request.merged:
        yield note(0.98, reviewer, "approved this merge request", system=True)


def _within(start: datetime, end: datetime, share: float) -> datetime:
    return start + timedelta(seconds=int((end - start).total_seconds() * share))
