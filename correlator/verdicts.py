"""What people say about links outranks the rules: rejected ones go, confirmed ones come in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pandas as pd

from core.records import Entity
from correlator.evidence import HUMAN, LINK_COLUMNS, Evidence

CONFIRMED: Final = "confirmed"
REJECTED: Final = "rejected"
SURE: Final = 1.0
_PAIR: Final = LINK_COLUMNS[:4]
_ENDS: Final = ["a_id", "b_id"]
_IDS: Final = {
    Entity.ITEM: ("item_keys", "item_id"),
    Entity.COMMIT: ("commits", "commit_id"),
    Entity.MERGE_REQUEST: ("merge_requests", "merge_request_id"),
    Entity.BUILD: ("builds", "build_id"),
    Entity.DEPLOYMENT: ("deployments", "deployment_id"),
    Entity.CHANGE: ("changes", "change_id"),
    Entity.INCIDENT: ("incidents", "incident_id"),
}


def last_words(verdicts: pd.DataFrame) -> pd.DataFrame:
    """The verdict of each pair that counts: the last row."""
    return verdicts.drop_duplicates(_PAIR, keep="last").reset_index(drop=True)


def people_links(evidence: Evidence, kinds: Iterable[tuple[Entity, Entity]]) -> list[pd.DataFrame]:
    """A links frame for each of these kinds: the confirmed pairs whose ends are both in the
    evidence.
    """
    if evidence.verdicts.empty:
        return []
    told = last_words(evidence.verdicts)
    told = told[told["answer"] == CONFIRMED]
    parts = []
    for a, b in sorted(set(kinds)):
        own = told[(told["a_kind"] == a) & (told["b_kind"] == b)]
        if own.empty:
            continue
        known = own["a_id"].isin(_ids(evidence, a)) & own["b_id"].isin(_ids(evidence, b))
        parts.append(_as_links(own[known]))
    return parts


def rejected(verdicts: pd.DataFrame) -> pd.DataFrame:
    """The pairs that a person said do not belong together."""
    if verdicts.empty:
        return verdicts[_PAIR]
    told = last_words(verdicts)
    return told.loc[told["answer"] == REJECTED, _PAIR]


def split(links: pd.DataFrame, refused: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The links that stand, and those between pairs that are `rejected`."""
    if refused.empty or links.empty:
        return links, links[:0]
    # Looking for the few pairs among the many links, not the other way round.
    maybe = links["a_id"].isin(refused["a_id"]) & links["b_id"].isin(refused["b_id"])
    some = links[maybe]
    pairs = pd.MultiIndex.from_frame(some[_PAIR])
    gone = some.index[pairs.isin(pd.MultiIndex.from_frame(refused[_PAIR]))]
    return links.drop(index=gone).reset_index(drop=True), links.loc[gone].reset_index(drop=True)


def judged_pairs(
    pairs: pd.DataFrame, verdicts: pd.DataFrame, *, a: tuple[Entity, str], b: tuple[Entity, str]
) -> pd.DataFrame:
    """The two columns of a frame of pairs, without the rejected ones and with the confirmed ones.

    a, b: kind and column of either end, in the order of the kinds.
    """
    names = [a[1], b[1]]
    told = last_words(verdicts)
    told = told[(told["a_kind"] == a[0]) & (told["b_kind"] == b[0])]
    if told.empty:
        return pairs[names]
    told = told[[*_ENDS, "answer"]].set_axis([*names, "answer"], axis=1)
    refused = pd.MultiIndex.from_frame(told.loc[told["answer"] == REJECTED, names])
    kept = pairs[~pd.MultiIndex.from_frame(pairs[names]).isin(refused)]
    there = pd.MultiIndex.from_frame(kept[names])
    added = told.loc[told["answer"] == CONFIRMED, names]
    added = added[~pd.MultiIndex.from_frame(added).isin(there)]
    return pd.concat([kept, added], ignore_index=True)[names]


def judged_claims(
    claims: pd.DataFrame, deployments: pd.DataFrame, verdicts: pd.DataFrame
) -> pd.DataFrame:
    """Which deployment brought which commit (see `Releases.claims`), corrected by people.

    A confirmed pair counts for every service and target of the deployment, and what ran before it
    no longer matters. A rejected one leaves the commit without a deployment there.
    """
    told = last_words(verdicts)
    told = told[(told["a_kind"] == Entity.COMMIT) & (told["b_kind"] == Entity.DEPLOYMENT)]
    if told.empty:
        return claims
    names = ["commit_id", "deployment_id"]
    told = told.rename(columns={"a_id": "commit_id", "b_id": "deployment_id"})
    judged = pd.MultiIndex.from_frame(told[names])
    kept = claims[~pd.MultiIndex.from_frame(claims[names]).isin(judged)]
    places = deployments[["deployment_id", "service_id", "target"]].drop_duplicates()
    added = told.loc[told["answer"] == CONFIRMED, names].merge(places, on="deployment_id")
    both = pd.concat([kept, added.assign(unknown_predecessor=False)], ignore_index=True)
    ordered = both.sort_values(["service_id", "deployment_id", "target", "commit_id"])
    return ordered[list(claims.columns)].astype(claims.dtypes.to_dict()).reset_index(drop=True)


def _ids(evidence: Evidence, kind: Entity) -> pd.Series[int]:
    frame, column = _IDS[kind]
    found: pd.DataFrame = getattr(evidence, frame)
    return found[column]


def _as_links(told: pd.DataFrame) -> pd.DataFrame:
    columns = zip(told["who"], told["ts"], told["why"], strict=True)
    texts = [_sentence(who, ts, why) for who, ts, why in columns]
    return told[_PAIR].assign(
        rule=np.full(len(told), HUMAN, dtype=object),
        confidence=SURE,
        evidence=pd.Series(texts, index=told.index, dtype="object"),
    )[LINK_COLUMNS]


def _sentence(who: str, ts: int, why: str) -> str:
    day = datetime.fromtimestamp(ts, UTC).date().isoformat()
    return f"Confirmed by {who} on {day}: {why}" if why else f"Confirmed by {who} on {day}"
