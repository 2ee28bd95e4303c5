"""Rules about reverts of whole merge requests, as the buttons of GitLab and GitHub write them."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from itertools import chain, islice
from typing import Final, TypeVar

import pandas as pd

from core.frames import NONE
from core.records import Entity
from correlator.code_rules import OF_THE_COMMIT
from correlator.copy_rules import firsts
from correlator.evidence import Evidence, Found, found_pairs, no_pairs
from correlator.reverts import Texts, reverted_in

_GITLAB: Final = re.compile(r"\bThis reverts merge request ([\w./-]{0,255})!(\d{1,9})\b", re.ASCII)
_GITHUB: Final = re.compile(r"^Reverts ([\w./-]{0,255})#(\d{1,9})\b", re.ASCII | re.MULTILINE)
_MOST: Final = 100  # requests that one text reverts
_LANDED_AS: Final = ("merge_sha", "squash_sha", "fast_forward")
_Name = TypeVar("_Name", bound=Hashable)
_READING: Final = "reverted_requests"
_NOTHING_UNDONE: Final = pd.DataFrame(
    columns=["node", "first", "verb", "item_id", "confidence", "is_request", "id", "words"]
)


def reverted_numbers(text: str) -> Iterator[tuple[str, int]]:
    """The merge requests that a text says it reverts, as place ("" its own) and number."""
    if "everts " in text:
        both = chain(_GITLAB.finditer(text), _GITHUB.finditer(text))
        for match in islice(both, _MOST):
            yield match[1], int(match[2])


def requests_named(texts: Texts, repositories: pd.DataFrame) -> Iterator[tuple[int, int, int]]:
    """Each thing, and the merge requests that it says it reverts, by repository and number."""
    homes = _Homes(repositories)
    for thing, home, text in texts:
        for place, number in reverted_numbers(text):
            if (where := homes.meant(home, place)) != NONE:
                yield thing, where, number


def reverts_request(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The merge request takes back another one of the ticket, or a revert of it, and so on."""
    table = _undone(evidence, found)
    if table.empty:
        return no_pairs()
    table = table[table["is_request"]].rename(columns={"id": "merge_request_id"})
    texts = [f"It {words}, of the ticket" for words in table["words"]]
    pairs = found_pairs(table["item_id"], table["merge_request_id"], texts)
    return pairs.assign(weight=table["confidence"].to_numpy(dtype="float64"))


def revert_of_request(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The commit takes back a merge request of the ticket, by its message or because it belongs to
    a merge request that does. What `revert_of` links is left to it.
    """
    table = _undone(evidence, found)
    if table.empty:
        return no_pairs()
    own = table[~table["is_request"]].rename(columns={"id": "commit_id"})
    own = own.assign(text=[f"It {words}, of the ticket" for words in own["words"]])
    numbers = evidence.merge_requests.set_index("merge_request_id")["number"]
    members = found.pairs(Entity.COMMIT, Entity.MERGE_REQUEST)
    members = members.rename(columns={"a_id": "commit_id", "b_id": "id"})[["commit_id", "id"]]
    through = table[table["is_request"]].merge(members, on="id")
    columns = zip(numbers.loc[through["id"]], through["words"], strict=True)
    texts = [
        f"It belongs to merge request !{n}, which {words}, of the ticket" for n, words in columns
    ]
    through = through.assign(text=pd.Series(texts, index=through.index, dtype="object"))
    both = pd.concat([own, through], ignore_index=True)
    known = found.pairs(Entity.ITEM, Entity.COMMIT, rules=("revert_of",))[["a_id", "b_id"]]
    keys = pd.MultiIndex.from_frame(both[["item_id", "commit_id"]])
    both = both[~keys.isin(pd.MultiIndex.from_frame(known))]
    pairs = found_pairs(both["item_id"], both["commit_id"], both["text"])
    return pairs.assign(weight=both["confidence"].to_numpy(dtype="float64"))


def _undone(evidence: Evidence, found: Found) -> pd.DataFrame:
    """is_request, id, item_id, confidence, words: what requests and commits undo of which ticket.

    Worked out once for both rules. In the graph requests are even numbers and commits odd ones.
    """
    if _READING not in found.readings:
        of = _edges(evidence, found)
        if not of:
            return found.readings.setdefault(_READING, _NOTHING_UNDONE.copy())
        rows = [(node, *first) for node in of for first in firsts(of, node) if first[0] != node]
        table = pd.DataFrame(rows, columns=["node", "first", "verb"])
        table = table.astype({"node": "int64", "first": "int64", "verb": "object"})
        table = table.merge(_tickets(found, table["first"]), on="first")
        names = _names(evidence, set(table["first"]))
        words = [
            f"{verb} {names[first]}"
            for verb, first in zip(table["verb"], table["first"], strict=True)
        ]
        found.readings[_READING] = table.assign(
            is_request=table["node"] % 2 == 0,
            id=table["node"] // 2,
            words=pd.Series(words, index=table.index, dtype="object"),
        )
    return found.readings[_READING]


def _edges(evidence: Evidence, found: Found) -> dict[int, list[int]]:
    """What each reverts; a commit that is the merge or squash of a request stands for that one."""
    of: dict[int, list[int]] = {}
    requests, commits = (
        [one for one in texts if "everts " in one[2]]
        for texts in (_of_requests(evidence), _of_commits(evidence))
    )
    if not requests and not commits:
        return of
    landed = found.pairs(Entity.COMMIT, Entity.MERGE_REQUEST, rules=_LANDED_AS)
    stands = landed.groupby("a_id")["b_id"].agg(list).to_dict()
    places = _Places(evidence)
    for odd, told in ((0, requests), (1, commits)):
        for thing, home, text in told:
            for place, number in reverted_numbers(text):
                if (request := places.request(home, place, number)) is not None:
                    of.setdefault(thing * 2 + odd, []).append(request * 2)
        for thing, commit in reverted_in(told, evidence.commits):
            before = [one * 2 for one in stands.get(commit, ())] or [commit * 2 + 1]
            of.setdefault(thing * 2 + odd, []).extend(before)
    return of


def _of_requests(evidence: Evidence) -> Texts:
    columns = ("merge_request_id", "repository_id", "description")
    return zip(*(evidence.merge_requests[name].tolist() for name in columns), strict=True)


def _of_commits(evidence: Evidence) -> Texts:
    columns = ("commit_id", "repository_id", "message")
    return zip(*(evidence.commits[name].tolist() for name in columns), strict=True)


class _Homes:
    """Repositories by what texts call them. What two are called is neither."""

    def __init__(self, repositories: pd.DataFrame) -> None:
        names = ("repository_id", "source_id", "path")
        rows = [*zip(*(repositories[name] for name in names), strict=True)]
        self.homes = {home: (source, path.lower()) for home, source, path in rows}
        self.by_path = _single((self.homes[home], home) for home in self.homes)

    def meant(self, home: int, place: str) -> int:
        """The repository, NONE for none; a place without a slash is beside that of the text."""
        if not place:
            return home
        source, path = self.homes.get(home, (NONE, ""))
        full = place if "/" in place else f"{path.rpartition('/')[0]}/{place}"
        return self.by_path.get((source, full.lower()), NONE)


class _Places:
    """Merge requests by repository and number. What two are called is neither."""

    def __init__(self, evidence: Evidence) -> None:
        self.homes = _Homes(evidence.repositories)
        columns = ("repository_id", "number", "merge_request_id")
        told = zip(*(evidence.merge_requests[name] for name in columns), strict=True)
        self.requests = _single(((home, number), request) for home, number, request in told)

    def request(self, home: int, place: str, number: int) -> int | None:
        """The merge request of this number at a place that a text names."""
        return self.requests.get((self.homes.meant(home, place), number))


def _single(pairs: Iterable[tuple[_Name, int]]) -> dict[_Name, int]:
    """What each name means, where it means one thing."""
    means: dict[_Name, set[int]] = {}
    for name, thing in pairs:
        means.setdefault(name, set()).add(thing)
    return {name: min(things) for name, things in means.items() if len(things) == 1}


def _tickets(found: Found, wanted: pd.Series[int]) -> pd.DataFrame:
    """first, item_id, confidence: the tickets of requests, those that messages of their commits
    name among them, and of commits.
    """
    requests = found.pairs(Entity.ITEM, Entity.MERGE_REQUEST).assign(odd=0)
    requests = requests[requests["b_id"].isin(wanted // 2)]
    commits = found.pairs(Entity.ITEM, Entity.COMMIT).assign(odd=1)
    commits = commits[commits["b_id"].isin(wanted // 2)]
    told = found.pairs(Entity.ITEM, Entity.COMMIT, rules=OF_THE_COMMIT)
    members = found.pairs(Entity.COMMIT, Entity.MERGE_REQUEST)[["a_id", "b_id"]]
    members = members[members["b_id"].isin(wanted // 2)]
    members = members.rename(columns={"a_id": "commit_id", "b_id": "request"})
    through = told.merge(members, left_on="b_id", right_on="commit_id")
    through = through[["a_id", "request", "confidence"]].rename(columns={"request": "b_id"})
    both = pd.concat([requests, commits, through.assign(odd=0)], ignore_index=True)
    both["first"] = both["b_id"].astype("int64") * 2 + both["odd"].astype("int64")
    best = both.groupby(["first", "a_id"])["confidence"].max().reset_index()
    return best.rename(columns={"a_id": "item_id"})


def _names(evidence: Evidence, wanted: set[int]) -> dict[int, str]:
    requests, commits = evidence.merge_requests, evidence.commits
    numbers = zip(requests["merge_request_id"], requests["number"], strict=True)
    shas = zip(commits["commit_id"], commits["sha"], strict=True)
    said = {one * 2: f"merge request !{number}" for one, number in numbers if one * 2 in wanted}
    odd = {one * 2 + 1: f"commit {sha[:8]}" for one, sha in shas if one * 2 + 1 in wanted}
    return said | odd
