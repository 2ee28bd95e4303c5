"""What records name, as words by which those that come later find them again.

A message may name a ticket that was never read, a build a commit that comes with the next page.
When a record arrives, whatever names it by one of its words is looked at once more, and nothing
else has to be. A word is a ticket's key, the first characters of a sha, or a merge request as
`group/project!12`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Final, NamedTuple

import pandas as pd

from core.frames import NONE
from core.records import Entity
from correlator.code_rules import checkouts, read_checkouts
from correlator.evidence import Evidence, Found
from correlator.request_refs import job_number, refs_named, request_number
from correlator.request_reverts import requests_named
from correlator.reverts import Texts, shas_named
from correlator.tables import table_of

_SHORT: Final = 7  # as far as the shortest sha that a message names
_LONGEST: Final = 2_000  # characters of a text that are looked through
_SHA: Final = re.compile(r"(?<![0-9a-z])[0-9a-f]{7,64}(?![0-9a-z])")
_COLUMNS: Final = {"entity": "int64", "entity_id": "int64", "word": "object"}
_Commit = tuple[int, str]
"""A commit by its repository and its sha."""


class Named(NamedTuple):
    """A commit (by sha, perhaps abbreviated) or a merge request (by number) that a record names;
    `home` is the repository in which it is meant.
    """

    entity: Entity
    id: int
    home: int
    sha: str = ""
    number: int = 0


def sha_word(sha: str) -> str:
    """The word of a sha, whole or abbreviated."""
    return sha[:_SHORT].lower()


def request_word(path: str, number: int) -> str:
    """The word of a merge request of the repository at this path."""
    return f"{path}!{number}".lower()


def named_in_texts(
    messages: Texts, descriptions: Texts, repositories: pd.DataFrame
) -> Iterator[Named]:
    """What messages of commits and descriptions of requests say to revert, or to be picked from."""
    for entity, told in ((Entity.COMMIT, messages), (Entity.MERGE_REQUEST, descriptions)):
        texts = list(told)
        for own, home, sha in shas_named(texts):
            yield Named(entity, own, home, sha=sha)
        for own, home, number in requests_named(texts, repositories):
            yield Named(entity, own, home, number=number)


def named_by_builds(builds: pd.DataFrame, repositories: pd.DataFrame) -> Iterator[Named]:
    """The merge requests that the refs of builds name, and what was checked out."""
    for own, home, number in refs_named(builds, repositories):
        yield Named(Entity.BUILD, own, home, number=number)
    table = read_checkouts(builds, repositories)
    columns = (table["build_id"].tolist(), _wanted(table).tolist(), table["sha"].tolist())
    for own, home, sha in zip(*columns, strict=True):
        yield Named(Entity.BUILD, own, home, sha=sha)


def mentions(evidence: Evidence, found: Found) -> pd.DataFrame:
    """entity, entity_id, word: each once. `found` as it is after all rules ran.

    What texts and refs name is noted also where it is known: when its tickets change, so do those
    of the record that names it; and a second commit may begin like it. What a link says is not.
    """
    repositories = evidence.repositories
    places = (repositories[name].tolist() for name in ("repository_id", "path"))
    paths = dict(zip(*places, strict=True))
    commits = (evidence.commits[name].tolist() for name in ("repository_id", "sha"))
    known = set(zip(*commits, strict=True))
    texts = named_in_texts(
        _texts(evidence.commits, "commit_id", "message"),
        _texts(evidence.merge_requests, "merge_request_id", "description"),
        repositories,
    )
    refs = refs_named(evidence.builds, repositories)
    rows = [
        (one.entity, one.id, sha_word(one.sha))
        if one.sha
        else (one.entity, one.id, request_word(paths.get(one.home, ""), one.number))
        for one in (*texts, *(Named(Entity.BUILD, own, home, number=n) for own, home, n in refs))
    ]
    rows += _branches(evidence.merge_requests, paths)
    rows += _versions(evidence.deployments)
    rows += [
        (Entity.MERGE_REQUEST, own, sha_word(sha)) for own, sha in _unknown_shas(evidence, known)
    ]
    checked = checkouts(evidence, found)
    rows += [(Entity.BUILD, own, sha_word(sha)) for own, sha in _unknown_checkouts(checked, known)]
    for frame in found.loose:
        rows += zip(*(frame[name].tolist() for name in _COLUMNS), strict=True)
    return table_of(_COLUMNS, dict.fromkeys(rows))


def _texts(things: pd.DataFrame, own: str, text: str) -> Texts:
    names = (own, "repository_id", text)
    return zip(*(things[name].tolist() for name in names), strict=True)


def _branches(requests: pd.DataFrame, paths: Mapping[int, str]) -> list[tuple[Entity, int, str]]:
    """Source branches that are called like a request make the refs of builds doubtful, and no
    longer do once the request comes from another.
    """
    names = ("merge_request_id", "repository_id", "source_branch")
    columns = (requests[name].tolist() for name in names)
    return [
        (Entity.MERGE_REQUEST, own, request_word(paths.get(home, ""), number))
        for own, home, branch in zip(*columns, strict=True)
        if (number := request_number(branch) or job_number(branch)) is not None
    ]


def version_words(text: str) -> Iterator[str]:
    """The words of a text that may be the version of a deployment, and the text as a whole."""
    short = text[:_LONGEST]
    yield from (word.lower() for word in {short, *short.split()})


def _versions(deployments: pd.DataFrame) -> list[tuple[Entity, int, str]]:
    """The words of deployments whose commit is not known by its own sha."""
    if deployments.empty:
        return []
    loose = deployments[deployments["commit_by"] != "sha"]
    columns = (loose[name].tolist() for name in ("deployment_id", "sha", "version", "ref"))
    return [
        (Entity.DEPLOYMENT, own, word)
        for own, *texts in zip(*columns, strict=True)
        for text in texts
        if text
        for word in (*version_words(text), *(sha_word(sha) for sha in _SHA.findall(text.lower())))
    ]


def _unknown_shas(evidence: Evidence, known: Set[_Commit]) -> Iterable[tuple[int, str]]:
    """Merge requests and the shas of theirs that no commit of their repository has."""
    names = ("merge_request_id", "repository_id", "merge_sha", "squash_sha", "head_sha")
    columns = (evidence.merge_requests[name].tolist() for name in names)
    for own, home, *shas in zip(*columns, strict=True):
        for sha in map(str.lower, shas):
            if sha and (home, sha) not in known:
                yield own, sha


def _unknown_checkouts(checked: pd.DataFrame, known: Set[_Commit]) -> Iterable[tuple[int, str]]:
    """Builds and what they checked out that is linked to no commit, or by its sha alone."""
    columns = (checked["build_id"].tolist(), _wanted(checked).tolist(), checked["sha"].tolist())
    for own, home, sha in zip(*columns, strict=True):
        if home == NONE or (home, sha) not in known:
            yield own, sha


def _wanted(checked: pd.DataFrame) -> pd.Series[int]:
    """The repository in which each checkout is looked for, NONE where its address is not known."""
    home = checked["repository_id"]
    return home.where(home != NONE, checked["remote_id"])
