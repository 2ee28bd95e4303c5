"""Rules about commits that repeat others: reverts and cherry-picks are for the tickets of those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from core.records import Entity
from correlator.evidence import Evidence, Found, found_pairs, no_pairs
from correlator.reverts import cherry_picks, quoted_title, reverts, takes_back
from correlator.text_rules import named


def key_in_quote(evidence: Evidence, found: Found) -> pd.DataFrame:
    """`Revert "SHOP-12: retry"` takes work for SHOP-12 back; the revert of that brings it back."""
    commits = evidence.commits
    quoted = [quoted_title(message) for message in commits["message"].tolist()]
    if not any(quoted):
        return no_pairs()
    some = np.array([bool(title) for title in quoted])
    chosen, titles = commits[some], pd.Series([one for one in quoted if one], dtype="object")
    table = named(evidence, found, Entity.COMMIT, chosen["commit_id"], titles)
    messages = dict(zip(chosen["commit_id"], chosen["message"], strict=True))
    texts = [
        f'It {_verb(messages[commit])} "{text}", which names {key}'
        for commit, text, key in zip(table["other_id"], table["text"], table["key"], strict=True)
    ]
    weight = 1.0 / table["same"].to_numpy(dtype="float64")
    return found_pairs(table["item_id"], table["other_id"], texts).assign(weight=weight)


def _verb(message: str) -> str:
    return "takes back" if takes_back(message) else "brings back"


def revert_of(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The commit takes back a commit of the ticket, or the revert of one, and so on."""
    reverted = reverts(evidence.commits)
    of: dict[int, list[int]] = {}
    for commit, before in reverted[["commit_id", "reverted_id"]].itertuples(index=False):
        of.setdefault(commit, []).append(before)
    rows = [(commit, *first) for commit in of for first in firsts(of, commit)]
    if not rows:
        return no_pairs()
    table = pd.DataFrame(rows, columns=["commit_id", "first_id", "words"])
    return _of_the_same_items(evidence, found, table)


def firsts(of: Mapping[int, Sequence[int]], commit: int) -> list[tuple[int, str]]:
    """What stands at the beginning of chains of reverts, each with what became of it; messages may
    name even themselves. of: what each reverts.
    """
    met, todo, firsts = {commit}, [(commit, False)], []
    while todo:
        one, back = todo.pop()
        before = [other for other in of.get(one, ()) if other not in met]
        met.update(before)
        todo += [(other, not back) for other in before]
        if one not in of:
            firsts.append((one, "reverts" if back else "brings back"))
    return firsts


def cherry_pick_of(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The commit was picked from a commit of the ticket."""
    picked = cherry_picks(evidence.commits)
    if picked.empty:
        return no_pairs()
    picked = picked.rename(columns={"picked_id": "first_id"})
    return _of_the_same_items(evidence, found, picked.assign(words="was picked from"))


def _of_the_same_items(evidence: Evidence, found: Found, copies: pd.DataFrame) -> pd.DataFrame:
    """copies: commit_id, first_id, words. As sure as the links of the first one."""
    items = found.pairs(Entity.ITEM, Entity.COMMIT).rename(columns={"b_id": "first_id"})
    table = copies[copies["commit_id"] != copies["first_id"]].merge(items, on="first_id")
    shas = evidence.commits.set_index("commit_id")["sha"]
    texts = [
        f"It {words} {sha[:8]}, a commit of the ticket"
        for words, sha in zip(table["words"], shas.loc[table["first_id"]], strict=True)
    ]
    pairs = found_pairs(table["a_id"], table["commit_id"], texts)
    return pairs.assign(weight=table["confidence"].to_numpy(dtype="float64"))
