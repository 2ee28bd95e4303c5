"""What must be linked anew when some records changed, and what has to be known for that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import Entity
from correlator.incident_texts import numbers_in
from correlator.mentions import (
    Named,
    named_by_builds,
    named_in_texts,
    request_word,
    sha_word,
)
from correlator.request_refs import job_number, request_number
from pipeline.evidence import Known
from store import frames, neighbours
from store.mentions import has_mentions, mentioning, words_of
from store.told import RequestTold, commits_told, requests_told

Ids = Mapping[Entity, Sequence[int]]

MOST = 50_000
"""Beyond so many commits and requests it is quicker to link everything."""


@dataclass(slots=True)
class Neighbourhood:
    """Ids of what is linked anew: commits and requests with all that hang together with them, and
    builds. `beside`: commits and requests on which the links of those builds rest.
    """

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


def neighbourhood(session: Session, known: Known, waiting: Ids) -> Neighbourhood | None:
    """Of code alone; None where a delivery may be concerned, and so everything has to be linked."""
    named = _naming(session, waiting)
    if any(waiting[entity] or named[entity] for entity in _DELIVERED):
        return None
    if has_mentions(session, Entity.DEPLOYMENT):
        return None  # a commit, tag or build may be what a version means
    found = Neighbourhood(builds=named[Entity.BUILD] | set(waiting[Entity.BUILD]))
    commits = named[Entity.COMMIT] | set(waiting[Entity.COMMIT])
    requests = named[Entity.MERGE_REQUEST] | set(waiting[Entity.MERGE_REQUEST])
    while commits or requests:
        found.commits |= commits
        found.requests |= requests
        if len(found.commits) + len(found.requests) > MOST:
            return None
        around = _around(session, known, commits, requests)
        if any(around[entity] for entity in _DELIVERED):
            return None
        commits = around[Entity.COMMIT] - found.commits
        requests = around[Entity.MERGE_REQUEST] - found.requests
        found.builds |= around[Entity.BUILD]
    if neighbours.is_delivered(session, found.commits):
        return None
    if neighbours.is_deploying(session, found.builds) or _tells(session, waiting, found):
        return None
    _look_beside(session, known, found)
    return found


def _tells(session: Session, waiting: Ids, found: Neighbourhood) -> bool:
    """Whether a text among these names an incident."""
    numbers = neighbours.incident_numbers(session)
    if not numbers:
        return False
    commits = frames.commits(session, commit_ids=found.commits)
    requests = frames.merge_requests(session, request_ids=found.requests)
    texts = [
        *commits["message"],
        *(text for name in ("title", "source_branch", "description") for text in requests[name]),
        *neighbours.titles_of(session, waiting[Entity.ITEM]),
    ]
    return len(numbers_in(texts, numbers)) > 0


def names_incidents(session: Session, links: pd.DataFrame) -> bool:
    """Whether the title of a linked item names an incident: its commits may be a remedy."""
    numbers = neighbours.incident_numbers(session)
    if not numbers:
        return False
    items = links["a_id"][links["a_kind"] == Entity.ITEM].unique().tolist()
    return len(numbers_in(neighbours.titles_of(session, items), numbers)) > 0


def _naming(session: Session, waiting: Ids) -> dict[Entity, set[int]]:
    """What names the items that wait; what they are linked with, where that may be another now."""
    keys = neighbours.keys_of(session, waiting[Entity.ITEM])
    named = mentioning(session, {w for own in keys.values() for k in own for w in (k, k.lower())})
    # Of a ticket that moved the evidence says another key now; two of one key share a link.
    moved = {item for item, own in keys.items() if len(own) > 1}
    moved |= neighbours.gone(session, waiting[Entity.ITEM])
    every = {key for own in keys.values() for key in own}
    shared = neighbours.having_keys(session, every) - set(keys)
    for entity in named:
        named[entity] |= neighbours.linked_to(session, Entity.ITEM, entity, a_ids=moved | shared)
    return named


def _around(
    session: Session, known: Known, commit_ids: set[int], request_ids: set[int]
) -> dict[Entity, set[int]]:
    """What hangs together with these: names them, is named by them, is a copy, or is linked."""
    commits = commits_told(session, commit_ids)
    requests = requests_told(session, request_ids)
    words = {sha_word(one.sha) for one in commits} | set(_request_words(known, requests))
    # A branch called like a request makes the refs of builds doubtful: also the one it was before.
    words |= {word for word in words_of(session, Entity.MERGE_REQUEST, request_ids) if "!" in word}
    found = mentioning(session, words)
    messages = ((one.id, one.home, one.message) for one in commits)
    descriptions = ((one.id, one.home, one.description) for one in requests)
    _add_named(session, found, named_in_texts(messages, descriptions, known.repositories))
    found[Entity.COMMIT] |= neighbours.requested_commits(session, requests)
    found[Entity.COMMIT] |= neighbours.copies_of(session, commits)
    for entity in (Entity.MERGE_REQUEST, Entity.BUILD):
        found[entity] |= neighbours.linked_to(session, Entity.COMMIT, entity, a_ids=commit_ids)
    found[Entity.BUILD] |= neighbours.linked_to(
        session, Entity.MERGE_REQUEST, Entity.BUILD, a_ids=request_ids
    )
    return found


def _request_words(known: Known, requests: Sequence[RequestTold]) -> Iterable[str]:
    columns = (known.repositories[name].tolist() for name in ("repository_id", "path"))
    names = dict(zip(*columns, strict=True))
    for one in requests:
        yield request_word(names.get(one.home, ""), one.number)
        # A branch that is called like a request makes the refs of builds doubtful.
        if (other := request_number(one.branch) or job_number(one.branch)) is not None:
            yield request_word(names.get(one.home, ""), other)


def _add_named(session: Session, found: dict[Entity, set[int]], named: Iterable[Named]) -> None:
    """Add the commits and requests that are named to those found."""
    told = list(named)
    found[Entity.COMMIT] |= neighbours.commits_by_sha(
        session, ((one.home, one.sha) for one in told if one.sha)
    )
    found[Entity.MERGE_REQUEST] |= neighbours.requests_by_number(
        session, ((one.home, one.number) for one in told if not one.sha)
    )


def _look_beside(session: Session, known: Known, found: Neighbourhood) -> None:
    """The commits that the builds checked out, with their requests, and the requests that the
    builds ran for.
    """
    builds = frames.checkouts(session, build_ids=found.builds)
    every = known.repositories["repository_id"].tolist()
    named = [
        one._replace(home=home)
        for one in named_by_builds(builds, known.repositories)
        for home in (every if one.home == NONE else (one.home,))
    ]
    beside: dict[Entity, set[int]] = {Entity.COMMIT: set(), Entity.MERGE_REQUEST: set()}
    _add_named(session, beside, named)
    refs = dict(zip(builds["build_id"].tolist(), builds["ref"].tolist(), strict=True))
    branches = {(one.home, refs[one.id]) for one in named if not one.sha}
    beside[Entity.MERGE_REQUEST] |= neighbours.requests_by_branch(session, branches)
    beside[Entity.MERGE_REQUEST] |= neighbours.linked_to(
        session, Entity.COMMIT, Entity.MERGE_REQUEST, a_ids=beside[Entity.COMMIT]
    )
    found.commits_beside = beside[Entity.COMMIT] - found.commits
    found.requests_beside = beside[Entity.MERGE_REQUEST] - found.requests
