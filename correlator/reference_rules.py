"""Rules that read references to issues of code hosts (`#12`), where those are the work items."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from core.records import Entity
from correlator.evidence import Evidence, Found, found_pairs, no_pairs
from correlator.references import references, referred_items
from correlator.reverts import without_quote

_NOTHING_SAID: Final = no_pairs().assign(told=np.empty(0, np.bool_))


def reference_in_message(evidence: Evidence, found: Found) -> pd.DataFrame:
    """`Fix the login (#12)` and `Closes group/project#12`."""
    pairs = _in_messages(evidence, found)
    return pairs[pairs["told"]]


def mention_in_message(evidence: Evidence, found: Found) -> pd.DataFrame:
    """A reference below the first line that nothing closes: `See also #12`."""
    pairs = _in_messages(evidence, found)
    return pairs[~pairs["told"]]


def reference_in_request(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The title of the merge request refers to the issue, or its description closes it."""
    pairs = _in_requests(evidence, found)
    return pairs[pairs["told"]]


def mention_in_request(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The description of the merge request refers to the issue in passing."""
    pairs = _in_requests(evidence, found)
    return pairs[~pairs["told"]]


def _in_messages(evidence: Evidence, found: Found) -> pd.DataFrame:
    commits = evidence.commits
    texts = (without_quote(message) for message in commits["message"])
    return _read(evidence, found, texts, Entity.COMMIT, "The message")


def _in_requests(evidence: Evidence, found: Found) -> pd.DataFrame:
    requests = evidence.merge_requests
    columns = zip(requests["title"], requests["description"], strict=True)
    texts = (f"{without_quote(title)}\n{body}" for title, body in columns)
    return _read(evidence, found, texts, Entity.MERGE_REQUEST, "The merge request")


def _read(
    evidence: Evidence, found: Found, texts: Iterable[str], entity: Entity, words: str
) -> pd.DataFrame:
    """Found pairs of what the texts refer to, with `told`: what is closed or in the first line, and
    not only mentioned. Read once for both rules, and not at all without issues of code hosts.
    """
    if entity.name not in found.readings:
        issues = evidence.item_keys["key"].str.contains("#", regex=False).any()
        found.readings[entity.name] = (
            _linked(evidence, found, texts, entity, words) if issues else _NOTHING_SAID
        )
    return found.readings[entity.name]


def _linked(
    evidence: Evidence, found: Found, texts: Iterable[str], entity: Entity, words: str
) -> pd.DataFrame:
    commits = entity is Entity.COMMIT
    things = evidence.commits if commits else evidence.merge_requests
    ids = things["commit_id" if commits else "merge_request_id"].to_numpy()
    table = referred_items(
        references(texts),
        things["repository_id"].tolist(),
        repositories=evidence.repositories,
        item_keys=evidence.item_keys,
        projects=evidence.finder.projects,
    )
    others = ids[table["row"].tolist()]
    known = (table["item_id"] != NONE).to_numpy()
    found.note(entity, others[~known].tolist(), table["key"][~known].tolist())
    table, others = table[known], others[known]
    sentences = [
        f"{words} {'closes' if closes else 'refers to'} {key}"
        for key, closes in zip(table["key"], table["closes"], strict=True)
    ]
    pairs = found_pairs(table["item_id"], others, sentences)
    return pairs.assign(told=(table["closes"] | table["titled"]).to_numpy(dtype=bool))
