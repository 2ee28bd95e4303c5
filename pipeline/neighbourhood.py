"""What must be linked anew when some records changed, and what has to be known for that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from core.records import Entity
from correlator.mentions import sha_word
from correlator.reverts import shas_named
from store import frames, neighbours
from store.mentions import mentioning

Ids = Mapping[Entity, Sequence[int]]


@dataclass(slots=True)
class Neighbourhood:
    """Ids of what is linked anew, and (`beside`) of commits and requests on which that builds."""

    commits: set[int] = field(default_factory=set)
    requests: set[int] = field(default_factory=set)
    builds: set[int] = field(default_factory=set)
    commits_beside: set[int] = field(default_factory=set)
    requests_beside: set[int] = field(default_factory=set)

    @property
    def ids(self) -> dict[Entity, set[int]]:
        """What is linked anew, by kind."""
        return {
            Entity.COMMIT: self.commits,
            Entity.MERGE_REQUEST: self.requests,
            Entity.BUILD: self.builds,
        }


_DELIVERED = (Entity.DEPLOYMENT, Entity.CHANGE, Entity.INCIDENT)


def neighbourhood(session: Session, waiting: Ids) -> Neighbourhood | None:
    """Of code alone; None where a delivery may be concerned, and so everything has to be linked."""
    if any(waiting[entity] for entity in _DELIVERED):
        return None
    named = _naming(session, waiting)
    if any(named[entity] for entity in _DELIVERED):
        return None
    found = Neighbourhood(
        commits=named[Entity.COMMIT] | set(waiting[Entity.COMMIT]),
        requests=named[Entity.MERGE_REQUEST] | set(waiting[Entity.MERGE_REQUEST]),
        builds=named[Entity.BUILD] | set(waiting[Entity.BUILD]),
    )
    found.commits |= neighbours.requested_commits(session, found.requests)
    _add_copies(session, found.commits)
    found.builds |= neighbours.linked_to(session, Entity.COMMIT, Entity.BUILD, a_ids=found.commits)
    if neighbours.is_delivered(session, found.commits) or neighbours.is_deploying(
        session, found.builds
    ):
        return None
    _look_beside(session, found)
    return found


def _naming(session: Session, waiting: Ids) -> dict[Entity, set[int]]:
    """What names the items and commits that wait."""
    keys = neighbours.keys_of(session, waiting[Entity.ITEM])
    words = {word for own in keys.values() for key in own for word in (key, key.lower())}
    words |= {sha_word(sha) for sha in neighbours.shas_of(session, waiting[Entity.COMMIT])}
    named = mentioning(session, words)
    # Of a ticket that moved the evidence says another key now; two of one key share a link.
    moved = {item for item, own in keys.items() if len(own) > 1}
    moved |= neighbours.gone(session, waiting[Entity.ITEM])
    every = {key for own in keys.values() for key in own}
    shared = neighbours.having_keys(session, every) - set(keys)
    for entity in named:
        named[entity] |= neighbours.linked_to(session, Entity.ITEM, entity, a_ids=moved | shared)
    return named


def _add_copies(session: Session, commits: set[int]) -> None:
    """And what reverts or picks these, and so on."""
    new = set(commits)
    while new:
        words = {sha_word(sha) for sha in neighbours.shas_of(session, new)}
        new = mentioning(session, words)[Entity.COMMIT] - commits
        commits |= new


def _look_beside(session: Session, found: Neighbourhood) -> None:
    """The commits that those name or that the builds checked out, and the requests of all."""
    todo, every = found.commits, set(found.commits)
    while todo:
        texts = frames.commits(session, commit_ids=todo)
        shas = {(home, sha) for _, home, sha in shas_named(texts)}
        todo = neighbours.commits_by_sha(session, shas) - every
        every |= todo
    every |= neighbours.linked_from(session, Entity.COMMIT, Entity.BUILD, b_ids=found.builds)
    found.commits_beside = every - found.commits
    requests = neighbours.linked_to(
        session, Entity.COMMIT, Entity.MERGE_REQUEST, a_ids=found.commits
    )
    found.requests_beside = requests - found.requests
