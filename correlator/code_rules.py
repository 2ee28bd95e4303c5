"""Rules between commits, merge requests and builds: what the vendor lists, and sha identity."""

from __future__ import annotations

import json
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from core.records import Entity, MergeState
from correlator.evidence import HUMAN, Evidence, Found, found_pairs
from correlator.remotes import remote_index, resolve_remotes

_CHECKOUTS: Final = "checkouts"

# Parts of a rule's base confidence.
OTHER_TICKET: Final = 0.625  # the merge request's ticket, where the message names another
_UNKNOWN_ADDRESS: Final = 0.9
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
    pairs = evidence.merge_request_commits
    numbers = evidence.merge_requests.set_index("merge_request_id")["number"]
    known = pairs[pairs["merge_request_id"].isin(numbers.index)]
    texts = [f"Merge request !{n} lists it" for n in numbers.loc[known["merge_request_id"]]]
    return found_pairs(known["commit_id"], known["merge_request_id"], texts)


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
    wanted = requests.loc[
        requests[column] != "", ["merge_request_id", "repository_id", "number", column]
    ].rename(columns={column: "sha"})
    wanted["sha"] = wanted["sha"].str.lower()
    commits = evidence.commits[["commit_id", "repository_id", "sha"]]
    table = wanted.merge(commits, on=["repository_id", "sha"])
    columns = zip(table["number"], table["sha"], strict=True)
    texts = [f"{sha[:8]} is the {words} of merge request !{number}" for number, sha in columns]
    return found_pairs(table["commit_id"], table["merge_request_id"], texts)


def merge_request(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The commit belongs to a merge request whose branch or title names the item.

    A commit whose own message names other items only is less likely to be about this one.
    """
    items = found.pairs(Entity.ITEM, Entity.MERGE_REQUEST, rules=OF_THE_REQUEST)
    commits = found.pairs(Entity.COMMIT, Entity.MERGE_REQUEST)
    table = items.rename(columns={"a_id": "item_id"})[["item_id", "b_id"]].merge(
        commits.rename(columns={"a_id": "commit_id"})[["commit_id", "b_id"]], on="b_id"
    )
    own = found.pairs(Entity.ITEM, Entity.COMMIT, rules=OF_THE_COMMIT)
    keys = pd.MultiIndex.from_frame(own[["a_id", "b_id"]])
    same = pd.MultiIndex.from_frame(table[["item_id", "commit_id"]]).isin(keys)
    other = table["commit_id"].isin(own["b_id"]).to_numpy() & ~same
    numbers = evidence.merge_requests.set_index("merge_request_id")["number"]
    said = found.only_people(Entity.ITEM, Entity.MERGE_REQUEST, rules=OF_THE_REQUEST)
    by_people = pd.MultiIndex.from_frame(table[["item_id", "b_id"]]).isin(said)
    columns = zip(numbers.loc[table["b_id"]], by_people, other, strict=True)
    texts = [
        f"It belongs to merge request !{number}, "
        + ("which a person linked to the ticket" if people else NAMES_IT)
        + (", but its own message names another" if differs else "")
        for number, people, differs in columns
    ]
    pairs = found_pairs(table["item_id"], table["commit_id"], texts)
    return pairs.assign(weight=np.where(other, OTHER_TICKET, 1.0))


def revision(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The build checked out this commit: same sha, and the repository that the checkout names.

    The build's own repository decides where it is known, else the checkout's address. A sha whose
    address is not known counts only if it was the single checkout and one repository has it.
    """
    checked = checkouts(evidence, found)
    commits = evidence.commits[["commit_id", "repository_id", "sha"]]
    table = checked.merge(commits, on="sha", suffixes=("", "_commit"))
    wanted = table["repository_id"].where(table["repository_id"] != NONE, table["remote_id"])
    address = (table["remote_id"] == NONE) | (table["remote_id"] == wanted)
    right = (table["repository_id_commit"] == wanted) & address
    holders = table.groupby(["build_id", "sha"])["commit_id"].transform("size")
    alone = (wanted == NONE) & (table["checkouts"] == 1) & (holders == 1)
    table = table.assign(sure=right)[right | alone]
    columns = zip(table["sha"], table["remote"], table["sure"], strict=True)
    texts = [
        f"The build checked out {sha[:8]}"
        + (f" from {remote}" if remote else "")
        + ("" if sure else ", an address that no known repository has")
        for sha, remote, sure in columns
    ]
    pairs = found_pairs(table["commit_id"], table["build_id"], texts)
    return pairs.assign(weight=np.where(table["sure"], 1.0, _UNKNOWN_ADDRESS))


def checkouts(evidence: Evidence, found: Found) -> pd.DataFrame:
    """One row per checkout: build_id, repository_id, sha, remote, remote_id, checkouts (of the
    build). Read once.
    """
    if _CHECKOUTS not in found.readings:
        found.readings[_CHECKOUTS] = read_checkouts(evidence.builds, evidence.repositories)
    return found.readings[_CHECKOUTS]


def read_checkouts(builds: pd.DataFrame, repositories: pd.DataFrame) -> pd.DataFrame:
    """See `checkouts`. builds, repositories: columns of the store."""
    rows = [
        (build_id, repository_id, sha.lower(), remote)
        for build_id, repository_id, revisions in zip(
            builds["build_id"], builds["repository_id"], builds["revisions"], strict=True
        )
        for sha, remote in json.loads(revisions or "[]")
    ]
    names = ["build_id", "repository_id", "sha", "remote"]
    table = pd.DataFrame(rows, columns=names).drop_duplicates(ignore_index=True)
    table = table.astype(dict(zip(names, ("int64", "int64", "object", "object"), strict=True)))
    table["remote_id"] = resolve_remotes(table["remote"], remote_index(repositories))
    table["checkouts"] = table.groupby("build_id")["sha"].transform("nunique")
    return table


def built_commit(_: Evidence, found: Found) -> pd.DataFrame:
    """The build checked out a commit of the item. Its ancestors are the releases' business."""
    builds = found.pairs(Entity.COMMIT, Entity.BUILD).rename(columns={"a_id": "commit_id"})
    items = found.pairs(Entity.ITEM, Entity.COMMIT).rename(columns={"b_id": "commit_id"})
    table = items[["a_id", "commit_id"]].merge(builds[["commit_id", "b_id"]], on="commit_id")
    texts = ["The build checked out a commit of the ticket"] * len(table)
    return found_pairs(table["a_id"], table["b_id"], texts)
