"""Rules between commits, merge requests and builds: what the vendor lists, and sha identity."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from core.records import Entity, MergeState
from correlator.evidence import HUMAN, Evidence, Found, found_pairs, no_pairs
from correlator.joining import among, ids_of, joined
from correlator.remotes import remote_index, resolve_remotes
from correlator.tables import table_of

_CHECKOUTS: Final = "checkouts"

# Parts of a rule's base confidence.
OTHER_TICKET: Final = 0.625  # the merge request's ticket, where the message names another
_UNKNOWN_ADDRESS: Final = 0.9
_CHECKED_OUT: Final = {
    "build_id": "int64",
    "repository_id": "int64",
    "sha": "object",
    "remote": "object",
}
OF_THE_REQUEST: Final = (
    "key_in_branch",
    "key_in_title",
    "reference_in_request",
    HUMAN,
)
OF_THE_COMMIT: Final = ("key_in_message", "reference_in_message", HUMAN)
NAMES_IT: Final = "whose branch or title names the ticket"


def listed(evidence: Evidence, _: Found) -> pd.DataFrame:
    """The source lists the commit in the merge request."""
    numbers = request_numbers(evidence)
    columns = (evidence.merge_request_commits[name] for name in ("commit_id", "merge_request_id"))
    pairs = zip(*(column.tolist() for column in columns), strict=True)
    known = [(commit, request) for commit, request in pairs if request in numbers]
    return found_pairs(
        (commit for commit, _ in known),
        (request for _, request in known),
        (f"Merge request !{numbers[request]} lists it" for _, request in known),
    )


def request_numbers(evidence: Evidence) -> dict[int, int]:
    """merge_request_id -> number."""
    requests = evidence.merge_requests
    ids, numbers = requests["merge_request_id"].tolist(), requests["number"].tolist()
    return dict(zip(ids, numbers, strict=True))


def merge_sha(evidence: Evidence, _: Found) -> pd.DataFrame:
    """The commit is the merge commit that the source names."""
    return _by_sha(evidence, evidence.merge_requests, "merge_sha", "merge commit")


def squash_sha(evidence: Evidence, _: Found) -> pd.DataFrame:
    """The commit is the squash commit that the source names."""
    return _by_sha(evidence, evidence.merge_requests, "squash_sha", "squash commit")


def fast_forward(evidence: Evidence, _: Found) -> pd.DataFrame:
    """Merged without merge and squash commit: the head itself landed on the target branch."""
    requests = evidence.merge_requests
    landed = (requests["state"] == MergeState.MERGED.value) & (requests["merge_sha"] == "")
    chosen = requests[landed & (requests["squash_sha"] == "")]
    return _by_sha(evidence, chosen, "head_sha", "fast-forwarded head")


def _by_sha(evidence: Evidence, requests: pd.DataFrame, column: str, words: str) -> pd.DataFrame:
    names = ("merge_request_id", "repository_id", "number", column)
    columns = (requests[name].tolist() for name in names)
    wanted = [(*row, sha.lower()) for *row, sha in zip(*columns, strict=True) if sha]
    known = _with_sha(evidence.commits, {sha for *_, sha in wanted})
    told = [
        (commit, request, f"{sha[:8]} is the {words} of merge request !{number}")
        for request, home, number, sha in wanted
        for commit, there in known.get(sha, ())
        if there == home
    ]
    return found_pairs(*zip(*told, strict=True)) if told else no_pairs()


def _with_sha(commits: pd.DataFrame, shas: Collection[str]) -> dict[str, list[tuple[int, int]]]:
    """The commits that have one of these shas, by sha: commit_id and repository_id."""
    known: dict[str, list[tuple[int, int]]] = {}
    if shas:
        columns = (commits[name].tolist() for name in ("commit_id", "repository_id", "sha"))
        for commit, home, sha in zip(*columns, strict=True):
            if sha in shas:
                known.setdefault(sha, []).append((commit, home))
    return known


def merge_request(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The commit belongs to a merge request whose branch or title names the item.

    A commit whose own message names other items only is less likely to be about this one.
    """
    items = found.pairs(Entity.ITEM, Entity.MERGE_REQUEST, rules=OF_THE_REQUEST)
    item_of, request_of = ids_of(items, "a_id", "b_id")
    commits, requests = ids_of(found.pairs(Entity.COMMIT, Entity.MERGE_REQUEST), "a_id", "b_id")
    rows, of = joined(requests, request_of)
    commit, request, item = commits[rows], requests[rows], item_of[of]
    own = ids_of(found.pairs(Entity.ITEM, Entity.COMMIT, rules=OF_THE_COMMIT), "a_id", "b_id")
    other = np.isin(commit, own[1]) & ~among((item, commit), (own[0], own[1]))
    numbers = request_numbers(evidence)
    said = set(found.only_people(Entity.ITEM, Entity.MERGE_REQUEST, rules=OF_THE_REQUEST))
    columns = zip(item.tolist(), request.tolist(), other.tolist(), strict=True)
    texts = [
        f"It belongs to merge request !{numbers[one]}, "
        + ("which a person linked to the ticket" if (ticket, one) in said else NAMES_IT)
        + (", but its own message names another" if differs else "")
        for ticket, one, differs in columns
    ]
    return found_pairs(item, commit, texts).assign(weight=np.where(other, OTHER_TICKET, 1.0))


def revision(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The build checked out this commit: same sha, and the repository that the checkout names.

    The build's own repository decides where it is known, else the checkout's address. A sha whose
    address is not known counts only if it was the single checkout and one repository has it.
    """
    checked = checkouts(evidence, found)
    known = _with_sha(evidence.commits, set(checked["sha"].tolist()))
    names = ("build_id", "repository_id", "sha", "remote", "remote_id", "checkouts")
    rows = [*zip(*(checked[name].tolist() for name in names), strict=True)]
    times = Counter((build, sha) for build, _, sha, *_ in rows)
    told: list[tuple[int, int, str, float]] = []
    for build, home, sha, remote, remote_id, checkouts_of in rows:
        wanted = home if home != NONE else remote_id
        holders, right_place = known.get(sha, ()), remote_id in (NONE, wanted)
        alone = wanted == NONE and checkouts_of == 1 and times[build, sha] * len(holders) == 1
        for commit, there in holders:
            sure = right_place and there == wanted
            if sure or alone:
                text = _checked_out(sha, remote, sure)
                told.append((commit, build, text, 1.0 if sure else _UNKNOWN_ADDRESS))
    if not told:
        return no_pairs()
    commits, builds, texts, weights = zip(*told, strict=True)
    return found_pairs(commits, builds, texts).assign(weight=list(weights))


def _checked_out(sha: str, remote: str, sure: bool) -> str:
    return (
        f"The build checked out {sha[:8]}"
        + (f" from {remote}" if remote else "")
        + ("" if sure else ", an address that no known repository has")
    )


def checkouts(evidence: Evidence, found: Found) -> pd.DataFrame:
    """One row per checkout: build_id, repository_id, sha, remote, remote_id, checkouts (of the
    build). Read once.
    """
    if _CHECKOUTS not in found.readings:
        found.readings[_CHECKOUTS] = read_checkouts(evidence.builds, evidence.repositories)
    return found.readings[_CHECKOUTS]


def read_checkouts(builds: pd.DataFrame, repositories: pd.DataFrame) -> pd.DataFrame:
    """See `checkouts`. builds, repositories: columns of the store."""
    columns = (builds[name].tolist() for name in ("build_id", "repository_id", "revisions"))
    rows = dict.fromkeys(
        (build_id, repository_id, sha.lower(), remote)
        for build_id, repository_id, revisions in zip(*columns, strict=True)
        if revisions
        for sha, remote in json.loads(revisions)
    )
    table = table_of(_CHECKED_OUT, rows)
    index = remote_index(repositories) if table["remote"].any() else {}
    shas = Counter(build for build, _ in {(build, sha) for build, _, sha, _ in rows})
    return table.assign(
        remote_id=resolve_remotes(table["remote"], index),
        checkouts=np.array([shas[row[0]] for row in rows], dtype=np.int64),
    )


def built_commit(_: Evidence, found: Found) -> pd.DataFrame:
    """The build checked out a commit of the item. Its ancestors are the releases' business."""
    commits, builds = ids_of(found.pairs(Entity.COMMIT, Entity.BUILD), "a_id", "b_id")
    items, commit_of = ids_of(found.pairs(Entity.ITEM, Entity.COMMIT), "a_id", "b_id")
    rows, of = joined(commit_of, commits)
    texts = ["The build checked out a commit of the ticket"] * len(rows)
    return found_pairs(items[rows], builds[of], texts)
