"""Rules that read references to issues of code hosts (`#12`), where those are the work items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from correlator.evidence import Evidence, Found, found_pairs
from correlator.references import branch_references, references, referred_items

# Parts of a rule's base confidence.
_MENTIONED: Final = 0.7  # below the first line, and nothing says that it is closed


def _linked(
    evidence: Evidence, found: pd.DataFrame, things: pd.DataFrame, ids: str, words: Sequence[str]
) -> pd.DataFrame:
    """Found pairs for `referred_items` of `found`, with `told`: it is no mention in passing. words:
    what the evidence says of each row.
    """
    homes = things["repository_id"].tolist()
    table = referred_items(
        found, homes, repositories=evidence.repositories, item_keys=evidence.item_keys
    )
    rows = table["row"].tolist()
    texts = [
        f"{words[row]} {'closes' if closes else 'refers to'} {key}"
        for row, key, closes in zip(rows, table["key"], table["closes"], strict=True)
    ]
    others = things[ids].to_numpy()[rows]
    told = (table["closes"] | table["titled"]).to_numpy()
    return found_pairs(table["item_id"], others, texts).assign(told=told)


def reference_in_message(evidence: Evidence, _: Found) -> pd.DataFrame:
    """`Fix the login (#12)` and `Closes group/project#12`."""
    commits = evidence.commits.reset_index(drop=True)
    messages = commits["message"].tolist()
    found = references(messages)
    pairs = _linked(evidence, found, commits, "commit_id", ["The message"] * len(messages))
    return pairs.assign(weight=np.where(pairs["told"], 1.0, _MENTIONED))


def reference_in_request(evidence: Evidence, _: Found) -> pd.DataFrame:
    """The title of the merge request refers to the issue, or its description closes it."""
    pairs = _of_requests(evidence)
    return pairs[pairs["told"]]


def mention_in_request(evidence: Evidence, _: Found) -> pd.DataFrame:
    """The description of the merge request refers to the issue in passing."""
    pairs = _of_requests(evidence)
    return pairs[~pairs["told"]]


def _of_requests(evidence: Evidence) -> pd.DataFrame:
    """All references of merge requests; the title is their first line."""
    requests = evidence.merge_requests.reset_index(drop=True)
    columns = zip(requests["title"], requests["description"], strict=True)
    texts = [f"{title}\n{body}" for title, body in columns]
    words = [f"Merge request !{number}" for number in requests["number"]]
    return _linked(evidence, references(texts), requests, "merge_request_id", words)


def number_of_branch(evidence: Evidence, _: Found) -> pd.DataFrame:
    """The source branch `12-fix-login`, as the vendors name those that they make for an issue."""
    requests = evidence.merge_requests.reset_index(drop=True)
    branches = requests["source_branch"].tolist()
    words = [f"The source branch {name}" for name in branches]
    found = branch_references(branches)
    return _linked(evidence, found, requests, "merge_request_id", words)
