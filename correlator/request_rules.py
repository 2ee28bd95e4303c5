"""Rules from merge requests to tickets: what a squash holds, and what only a description tells."""

from __future__ import annotations

import pandas as pd

from core.records import Entity
from correlator.code_rules import OF_THE_COMMIT, OF_THE_REQUEST, request_numbers
from correlator.evidence import Evidence, Found, found_pairs, no_pairs


def squashed(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The squash commit is of the tickets that the commits name which went into it: its own message
    is the title of the merge request. As sure as the surest of those commits.
    """
    if found.pairs(Entity.COMMIT, Entity.MERGE_REQUEST, rules=("squash_sha",)).empty:
        return no_pairs()
    squashes = _commits(found, "squash_sha")
    table = squashes.merge(_commits(found, "listed"), on="request_id", suffixes=("", "_listed"))
    own = found.pairs(Entity.ITEM, Entity.COMMIT, rules=OF_THE_COMMIT)
    own = own.rename(columns={"a_id": "item_id", "b_id": "commit_id_listed"})
    table = table[table["commit_id"] != table["commit_id_listed"]].merge(own, on="commit_id_listed")
    shas = evidence.commits.set_index("commit_id")["sha"]
    table = table.assign(sha=shas.loc[table["commit_id_listed"]].to_numpy(dtype=object))
    table = table.sort_values(["item_id", "commit_id", "confidence", "sha"])
    table = table.drop_duplicates(["item_id", "commit_id"], keep="last")
    numbers = _numbers(evidence, table)
    texts = [
        f"It is the squash commit of merge request !{number}, which lists {sha[:8]}, a commit of"
        " the ticket"
        for number, sha in zip(numbers, table["sha"], strict=True)
    ]
    pairs = found_pairs(table["item_id"], table["commit_id"], texts)
    return pairs.assign(weight=table["confidence"].to_numpy(dtype="float64"))


def described(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The description of the merge request names one ticket, and nothing else of the request names
    any: neither its title nor its branch nor one of its commits.
    """
    told = found.pairs(Entity.ITEM, Entity.MERGE_REQUEST, rules=("key_in_description",))
    if told.empty:
        return no_pairs()
    every = found.pairs(Entity.ITEM, Entity.MERGE_REQUEST)["b_id"]
    alone = told[told["b_id"].isin(every[~every.duplicated(keep=False)])]
    titled = found.pairs(Entity.ITEM, Entity.MERGE_REQUEST, rules=OF_THE_REQUEST)["b_id"]
    alone = alone[~alone["b_id"].isin(titled)]
    if alone.empty:
        return no_pairs()
    commits = found.pairs(Entity.COMMIT, Entity.MERGE_REQUEST)
    commits = commits.rename(columns={"a_id": "commit_id", "b_id": "request_id"})
    named = found.pairs(Entity.ITEM, Entity.COMMIT, rules=OF_THE_COMMIT)
    table = alone.rename(columns={"a_id": "item_id", "b_id": "request_id"})
    table = table[["item_id", "request_id"]].merge(commits, on="request_id")
    named = named.rename(columns={"a_id": "other_id", "b_id": "commit_id"})
    both = table.merge(named[["other_id", "commit_id"]], on="commit_id")
    differing = both.loc[both["other_id"] != both["item_id"], "request_id"]
    table = table[~table["request_id"].isin(differing)]
    texts = [
        f"It belongs to merge request !{number}, whose description names the ticket, and no other"
        " is named by the merge request or its commits"
        for number in _numbers(evidence, table)
    ]
    return found_pairs(table["item_id"], table["commit_id"], texts)


def _commits(found: Found, rule: str) -> pd.DataFrame:
    """commit_id, request_id."""
    pairs = found.pairs(Entity.COMMIT, Entity.MERGE_REQUEST, rules=(rule,))
    return pairs.rename(columns={"a_id": "commit_id", "b_id": "request_id"})[
        ["commit_id", "request_id"]
    ]


def _numbers(evidence: Evidence, table: pd.DataFrame) -> list[int]:
    numbers = request_numbers(evidence)
    return [numbers[request] for request in table["request_id"].tolist()]
