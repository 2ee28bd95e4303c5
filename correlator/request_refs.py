"""Which merge request a build ran for, where the name of what it checked out says so.

A merged-result pipeline builds a temporary merge commit, which is on no branch and in no list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pandas as pd

from core.frames import NONE
from core.records import Entity
from correlator.code_rules import NAMES_IT, OF_THE_REQUEST, read_checkouts
from correlator.evidence import Evidence, Found, found_pairs, no_pairs

_REF: Final = re.compile(
    r"(?:refs/)?(?:merge-requests|pull|pr)/(\d{1,9})/(?:head|merge|train)", re.ASCII
)
_QUEUE: Final = re.compile(
    r"(?:refs/heads/)?gh-readonly-queue/[^\s]+/pr-(\d{1,9})-[0-9a-f]{40,64}", re.ASCII
)
_JOB: Final = re.compile(r"(?:PR|MR)-(\d{1,9})(?:-(?:head|merge))?", re.ASCII)
_LONGEST: Final = 500
_NAME_OF_A_JOB: Final = 0.9
_KINDS: Final = {
    "build_id": "int64",
    "ref": "object",
    "number": "int64",
    "weight": "float64",
    "repository_id": "int64",
}
_NONE_NAMED: Final = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _KINDS.items()})


def request_number(ref: str) -> int | None:
    """12 of `refs/merge-requests/12/merge`, `refs/pull/12/head` and a merge queue's
    `gh-readonly-queue/main/pr-12-<sha>`; None for any other ref.
    """
    if len(ref) > _LONGEST:
        return None
    match = _REF.fullmatch(ref) or _QUEUE.fullmatch(ref)
    return int(match[1]) if match else None


def job_number(ref: str) -> int | None:
    """12 of `PR-12`, `MR-12-merge`: how Jenkins names the job of a request; None for others."""
    match = _JOB.fullmatch(ref) if len(ref) <= _LONGEST else None
    return int(match[1]) if match else None


def request_ref(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The ref that was built is that of a merge request of the build's repository.

    The repository is the build's own, else the only one of its checkouts that has a request of this
    number. A ref that is a source branch is no request's; nor is one whose commit is known and
    belongs to other requests only, as in the pipeline of a fork.
    """
    named = _named(evidence.builds, evidence.repositories)
    if named.empty:
        return no_pairs()
    columns = ["merge_request_id", "repository_id", "number"]
    table = named.merge(evidence.merge_requests[columns], on=["repository_id", "number"])
    table = table[~table["build_id"].duplicated(keep=False)]
    branches = evidence.merge_requests[["repository_id", "source_branch"]]
    taken = pd.MultiIndex.from_frame(branches)
    table = table[~pd.MultiIndex.from_frame(table[["repository_id", "ref"]]).isin(taken)]
    table = _not_of_others(table, found)
    texts = [
        f"The build ran for {ref}, merge request !{number}"
        for ref, number in zip(table["ref"], table["number"], strict=True)
    ]
    return found_pairs(table["merge_request_id"], table["build_id"], texts).assign(
        weight=table["weight"].to_numpy(dtype="float64")
    )


def refs_named(builds: pd.DataFrame, repositories: pd.DataFrame) -> Iterator[tuple[int, int, int]]:
    """Each build, and the merge request that its ref may mean, by repository and number."""
    table = _named(builds, repositories)
    columns = (table[name].tolist() for name in ("build_id", "repository_id", "number"))
    yield from zip(*columns, strict=True)


def _named(builds: pd.DataFrame, repositories: pd.DataFrame) -> pd.DataFrame:
    """build_id, ref, number, repository_id, weight: the requests that the refs may mean."""
    rows = []
    columns = (builds[name].tolist() for name in ("build_id", "ref", "repository_id"))
    for build, ref, home in zip(*columns, strict=True):
        number, weight = request_number(ref), 1.0
        if number is None and home == NONE:
            number, weight = job_number(ref), _NAME_OF_A_JOB
        if number is not None:
            rows.append((build, ref, number, weight))
    if not rows:
        return _NONE_NAMED.copy(deep=False)
    kinds = {name: _KINDS[name] for name in ("build_id", "ref", "number", "weight")}
    table = pd.DataFrame(rows, columns=list(kinds)).astype(kinds)
    homes = dict(zip(builds["build_id"], builds["repository_id"], strict=True))
    some = builds[builds["build_id"].isin(table["build_id"])]
    sites = read_checkouts(some, repositories)[["build_id", "remote_id"]].drop_duplicates()
    table = table.merge(sites, on="build_id", how="left")
    own = table["build_id"].map(homes)
    table["repository_id"] = own.where(own != NONE, table["remote_id"].fillna(NONE))
    table = table.astype({"repository_id": "int64"}).drop(columns="remote_id")
    return table[table["repository_id"] != NONE].drop_duplicates()


def _not_of_others(table: pd.DataFrame, found: Found) -> pd.DataFrame:
    built = found.pairs(Entity.COMMIT, Entity.BUILD).rename(columns={"b_id": "build_id"})
    requests = found.pairs(Entity.COMMIT, Entity.MERGE_REQUEST).rename(columns={"b_id": "of"})
    built = built[built["build_id"].isin(table["build_id"])]
    known = built[["a_id", "build_id"]].merge(requests[["a_id", "of"]], on="a_id")
    pairs = pd.MultiIndex.from_frame(known[["build_id", "of"]])
    own = pd.MultiIndex.from_frame(table[["build_id", "merge_request_id"]]).isin(pairs)
    return table[own | ~table["build_id"].isin(known["build_id"])]


def built_request(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The build ran for a merge request whose branch or title names the item, and checked out no
    commit that is linked with it.
    """
    builds = found.pairs(Entity.MERGE_REQUEST, Entity.BUILD).rename(columns={"a_id": "request"})
    if builds.empty:
        return no_pairs()
    items = found.pairs(Entity.ITEM, Entity.MERGE_REQUEST, rules=OF_THE_REQUEST)
    items = items.rename(columns={"b_id": "request"})
    table = items[["a_id", "request"]].merge(builds[["request", "b_id"]], on="request")
    own = pd.MultiIndex.from_frame(found.pairs(Entity.ITEM, Entity.BUILD)[["a_id", "b_id"]])
    table = table[~pd.MultiIndex.from_frame(table[["a_id", "b_id"]]).isin(own)]
    numbers = evidence.merge_requests.set_index("merge_request_id")["number"]
    said = found.only_people(Entity.ITEM, Entity.MERGE_REQUEST, rules=OF_THE_REQUEST)
    by_people = pd.MultiIndex.from_frame(table[["a_id", "request"]]).isin(said)
    texts = [
        f"The build ran for merge request !{n}, "
        + ("which a person linked to the ticket" if people else NAMES_IT)
        for n, people in zip(numbers.loc[table["request"]], by_people, strict=True)
    ]
    return found_pairs(table["a_id"], table["b_id"], texts)
