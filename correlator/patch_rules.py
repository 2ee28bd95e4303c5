"""Rules about copies of a commit: what was rebased, picked without a word, or pushed over."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from core.records import Entity, MergeState
from correlator.code_rules import OF_THE_COMMIT, OTHER_TICKET
from correlator.evidence import Evidence, Found, found_pairs, no_pairs
from correlator.patches import patches
from correlator.reverts import cherry_picks

_DAY: Final = 86_400
_CLOCK: Final = 60  # a commit may seem a minute younger than its merge
_LANDED, _EARLIER, _UNMERGED, _LATER = range(4)
_NOT_AS_IT_LANDED: Final = 0.9


def rebased(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The commit is on no merge request, but a copy of it is listed by exactly one.

    Where several list copies, the one that was merged within a day after the commit was made is
    meant, else one merged later, else one that is not merged. What was committed after the merge is
    a pick of it. Two that are equally near leave it open.
    """
    copies = _copies(evidence, found)
    if copies.empty:
        return no_pairs()
    taken = found.pairs(Entity.COMMIT, Entity.MERGE_REQUEST)["a_id"]
    free = copies[~copies["commit_id"].isin(taken)]
    if free.empty:
        return no_pairs()
    table = free.merge(_listed(evidence, copies), on="patch", suffixes=("", "_listed"))
    table = table[table["committed_ts"] != table["committed_ts_listed"]]
    table = table.assign(place=_places(table)).query("place < @_LATER")
    table = table.sort_values(["commit_id", "place", "merge_request_id", "sha_listed"])
    table = table.drop_duplicates(["commit_id", "merge_request_id"])
    nearest = table["place"] == table.groupby("commit_id")["place"].transform("min")
    table = table[nearest]
    table = table[~table["commit_id"].duplicated(keep=False)]
    columns = zip(table["sha"], table["sha_listed"], table["number"], strict=True)
    texts = [
        f"{sha[:8]} has author, author time and message of {other[:8]}, which merge request"
        f" !{number} lists"
        for sha, other, number in columns
    ]
    pairs = found_pairs(table["commit_id"], table["merge_request_id"], texts)
    return pairs.assign(weight=np.where(table["place"] == _LANDED, 1.0, _NOT_AS_IT_LANDED))


def _listed(evidence: Evidence, copies: pd.DataFrame) -> pd.DataFrame:
    """patch, sha, committed_ts, merge_request_id, number, state, merged_ts of listed copies."""
    columns = ["merge_request_id", "repository_id", "number", "state", "merged_ts"]
    pairs = evidence.merge_request_commits[["merge_request_id", "commit_id"]]
    table = pairs.drop_duplicates().merge(copies, on="commit_id").drop(columns="commit_id")
    return table.merge(evidence.merge_requests[columns], on=["merge_request_id", "repository_id"])


def _places(table: pd.DataFrame) -> np.ndarray:
    """How the commit lies to the merge of each request."""
    known = (table["state"] == MergeState.MERGED.value) & (table["merged_ts"] != NONE)
    before = table["merged_ts"].where(known, 0) - table["committed_ts"]
    landed, earlier = known & (before >= -_CLOCK) & (before <= _DAY), known & (before > _DAY)
    return np.select([landed, earlier, ~known], [_LANDED, _EARLIER, _UNMERGED], _LATER)


def same_patch(evidence: Evidence, found: Found) -> pd.DataFrame:
    """A copy of the commit belongs to the ticket; the commit itself has no link with it otherwise.

    As sure as the surest link of a copy. What names the commit that it was picked from is left to
    `cherry_pick_of`.
    """
    copies = _copies(evidence, found)
    if copies.empty:
        return no_pairs()
    own = found.pairs(Entity.ITEM, Entity.COMMIT).rename(columns={"a_id": "item_id"})
    named = cherry_picks(evidence.commits)["commit_id"]
    free = copies.loc[~copies["commit_id"].isin(named), ["commit_id", "committed_ts", "patch"]]
    table = _surest(copies, own).merge(free, on="patch", suffixes=("_of", ""))
    table = table[table["committed_ts"] != table["committed_ts_of"]]
    keys = pd.MultiIndex.from_frame(own[["item_id", "b_id"]])
    table = table[~pd.MultiIndex.from_frame(table[["item_id", "commit_id"]]).isin(keys)]
    told = found.pairs(Entity.ITEM, Entity.COMMIT, rules=OF_THE_COMMIT)["b_id"]
    other = table["commit_id"].isin(told)
    texts = [
        f"It has author, author time and message of {sha[:8]}, a commit of the ticket"
        + (", but its message names another" if differs else "")
        for sha, differs in zip(table["sha"], other, strict=True)
    ]
    pairs = found_pairs(table["item_id"], table["commit_id"], texts)
    return pairs.assign(weight=table["confidence"].to_numpy() * np.where(other, OTHER_TICKET, 1.0))


def _surest(copies: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """item_id, patch, sha, committed_ts, confidence: of each ticket the surest copy, and the surest
    that was committed at another time.
    """
    linked = copies.merge(own, left_on="commit_id", right_on="b_id")
    linked = linked.sort_values(["confidence", "sha"], ascending=[False, True])
    linked = linked.drop_duplicates(["patch", "item_id", "committed_ts"])
    two = linked.groupby(["patch", "item_id"], sort=False).head(2)
    return two[["item_id", "patch", "sha", "committed_ts", "confidence"]]


def _copies(evidence: Evidence, found: Found) -> pd.DataFrame:
    """`patches` of the commits, worked out once for both rules."""
    if "patches" not in found.readings:
        found.readings["patches"] = patches(evidence.commits)
    return found.readings["patches"]
