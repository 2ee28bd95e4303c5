"""What records name, as words by which those that come later find them again.

A message may name a ticket that was never read, a build a commit that comes with the next page.
When a record arrives, whatever names it by one of its words is looked at once more, and nothing
else has to be. A word is a ticket's key, the first characters of a sha, or a merge request as
`group/project!12`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from core.frames import NONE
from core.records import Entity
from correlator.code_rules import checkouts, read_checkouts
from correlator.evidence import Evidence, Found
from correlator.request_refs import job_number, refs_named, request_number
from correlator.request_reverts import requests_named
from correlator.reverts import Texts, shas_named

_SHORT: Final = 7  # as far as the shortest sha that a message names
_LONGEST: Final = 2_000  # characters of a text that are looked through
_SHA: Final = re.compile(r"(?<![0-9a-z])[0-9a-f]{7,64}(?![0-9a-z])")
_COLUMNS: Final = ["entity", "entity_id", "word"]


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
    commits: pd.DataFrame, requests: pd.DataFrame, repositories: pd.DataFrame
) -> Iterator[Named]:
    """What messages and descriptions say to revert, or to be picked from."""
    for entity, things, names in (
        (Entity.COMMIT, commits, ("commit_id", "repository_id", "message")),
        (Entity.MERGE_REQUEST, requests, ("merge_request_id", "repository_id", "description")),
    ):
        texts: Texts = list(zip(*(things[name].tolist() for name in names), strict=True))
        for own, home, sha in shas_named(texts):
            yield Named(entity, own, home, sha=sha)
        for own, home, number in requests_named(texts, repositories):
            yield Named(entity, own, home, number=number)


def named_by_builds(builds: pd.DataFrame, repositories: pd.DataFrame) -> Iterator[Named]:
    """The merge requests that the refs of builds name, and what was checked out."""
    for own, home, number in refs_named(builds, repositories):
        yield Named(Entity.BUILD, own, home, number=number)
    table = read_checkouts(builds, repositories)
    columns = zip(table["build_id"], _wanted(table), table["sha"], strict=True)
    for own, home, sha in columns:
        yield Named(Entity.BUILD, int(own), int(home), sha=sha)


def mentions(evidence: Evidence, found: Found) -> pd.DataFrame:
    """entity, entity_id, word: each once. `found` as it is after all rules ran.

    What texts and refs name is noted also where it is known: when its tickets change, so do those
    of the record that names it; and a second commit may begin like it. What a link says is not.
    """
    repositories = evidence.repositories
    paths = dict(zip(repositories["repository_id"], repositories["path"], strict=True))
    texts = named_in_texts(evidence.commits, evidence.merge_requests, repositories)
    refs = refs_named(evidence.builds, repositories)
    rows = [
        (one.entity, one.id, sha_word(one.sha))
        if one.sha
        else (one.entity, one.id, request_word(paths.get(one.home, ""), one.number))
        for one in (*texts, *(Named(Entity.BUILD, own, home, number=n) for own, home, n in refs))
    ]
    rows += _branches(evidence.merge_requests, paths)
    rows += _versions(evidence.deployments)
    rows += [(Entity.MERGE_REQUEST, own, sha_word(sha)) for own, sha in _unknown_shas(evidence)]
    rows += [(Entity.BUILD, own, sha_word(sha)) for own, sha in _unknown_checkouts(evidence, found)]
    told = pd.DataFrame(rows, columns=_COLUMNS)
    table = pd.concat([told, *(frame[_COLUMNS] for frame in found.loose)], ignore_index=True)
    table = table.astype({"entity": "int64", "entity_id": "int64", "word": "object"})
    return table.drop_duplicates(ignore_index=True)


def _branches(requests: pd.DataFrame, paths: Mapping[int, str]) -> list[tuple[Entity, int, str]]:
    """Source branches that are called like a request make the refs of builds doubtful, and no
    longer do once the request comes from another.
    """
    columns = (requests[name] for name in ("merge_request_id", "repository_id", "source_branch"))
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


def _unknown_shas(evidence: Evidence) -> Iterable[tuple[int, str]]:
    """Merge requests and the shas of theirs that no commit of their repository has."""
    names = ["merge_sha", "squash_sha", "head_sha"]
    told = evidence.merge_requests.melt(
        ["merge_request_id", "repository_id"], names, value_name="sha"
    )
    told["sha"] = told["sha"].str.lower()
    told = told[told["sha"] != ""]
    known = pd.MultiIndex.from_frame(evidence.commits[["repository_id", "sha"]])
    unknown = told[~pd.MultiIndex.from_frame(told[["repository_id", "sha"]]).isin(known)]
    return zip(unknown["merge_request_id"].tolist(), unknown["sha"].tolist(), strict=True)


def _unknown_checkouts(evidence: Evidence, found: Found) -> Iterable[tuple[int, str]]:
    """Builds and what they checked out that is linked to no commit, or by its sha alone."""
    table = checkouts(evidence, found)
    wanted = _wanted(table)
    homes = pd.DataFrame({"repository_id": wanted, "sha": table["sha"]})
    commits = pd.MultiIndex.from_frame(evidence.commits[["repository_id", "sha"]])
    known = np.asarray(pd.MultiIndex.from_frame(homes).isin(commits))
    unknown = table[~known | (wanted == NONE).to_numpy()]
    return zip(unknown["build_id"].tolist(), unknown["sha"].tolist(), strict=True)


def _wanted(checked: pd.DataFrame) -> pd.Series[int]:
    """The repository in which each checkout is looked for, NONE where its address is not known."""
    home = checked["repository_id"]
    return home.where(home != NONE, checked["remote_id"])
