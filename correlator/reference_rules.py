"""Rules that read references to issues of code hosts (`#12`), where those are the work items."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from correlator.evidence import Evidence, Found, found_pairs
from correlator.references import references, referred_items
from correlator.reverts import without_quote


def reference_in_message(evidence: Evidence, _: Found) -> pd.DataFrame:
    """`Fix the login (#12)` and `Closes group/project#12`."""
    return _in_messages(evidence, told=True)


def mention_in_message(evidence: Evidence, _: Found) -> pd.DataFrame:
    """A reference below the first line that nothing closes: `See also #12`."""
    return _in_messages(evidence, told=False)


def reference_in_request(evidence: Evidence, _: Found) -> pd.DataFrame:
    """The title of the merge request refers to the issue, or its description closes it."""
    return _in_requests(evidence, told=True)


def mention_in_request(evidence: Evidence, _: Found) -> pd.DataFrame:
    """The description of the merge request refers to the issue in passing."""
    return _in_requests(evidence, told=False)


def _in_messages(evidence: Evidence, *, told: bool) -> pd.DataFrame:
    commits = evidence.commits
    messages = commits["message"].map(without_quote).astype("object").tolist()
    return _linked(evidence, messages, commits, "commit_id", "The message", told=told)


def _in_requests(evidence: Evidence, *, told: bool) -> pd.DataFrame:
    requests = evidence.merge_requests
    columns = zip(requests["title"], requests["description"], strict=True)
    texts = [f"{without_quote(title)}\n{body}" for title, body in columns]
    words = "The merge request"
    return _linked(evidence, texts, requests, "merge_request_id", words, told=told)


def _linked(
    evidence: Evidence,
    texts: Sequence[str],
    things: pd.DataFrame,
    ids: str,
    words: str,
    *,
    told: bool,
) -> pd.DataFrame:
    """Found pairs of what the texts refer to. told: what is closed or in the first line, else what
    is only mentioned.
    """
    keys = evidence.item_keys
    if not keys["key"].str.contains("#", regex=False).any():
        return found_pairs([], [], [])  # no issues of code hosts: nothing to look for
    found = references(texts)
    chosen = found[(found["closes"] | found["titled"]) == told].reset_index(drop=True)
    homes = things["repository_id"].tolist()
    table = referred_items(chosen, homes, repositories=evidence.repositories, item_keys=keys)
    sentences = [
        f"{words} {'closes' if closes else 'refers to'} {key}"
        for key, closes in zip(table["key"], table["closes"], strict=True)
    ]
    others = things[ids].to_numpy()[table["row"].tolist()]
    return found_pairs(table["item_id"], others, sentences)
