"""What of builds, merge requests and change requests is linked to items, and when it was (F7)."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import pandas as pd
from sqlalchemy.orm import Session

from core.records import Entity
from correlator.confidence import surely_linked
from metrics.tool_spans import Linked, Records, spans_of
from metrics.tool_time import Spans
from pipeline.evidence import Loaded
from store import frames
from store import journey as reads

_SURE_CHANGE = 0.8
"""A date rests on a change request only where one rule alone is so sure of it."""


def spans_of_all(session: Session, loaded: Loaded, written: pd.DataFrame) -> Spans:
    """Of every item. written: item_id, commit_id of links that are sure enough."""
    claims = loaded.releases.claims
    brought = claims[(claims["target"] == "production") & ~claims["unknown_predecessor"]]
    shipped = written.merge(brought[["commit_id", "deployment_id"]], on="commit_id")
    evidence = loaded.evidence
    records = Records(evidence.builds, evidence.changes, evidence.merge_requests)
    return spans_of(_linked(session, written, shipped, None), records)


def spans_of_items(session: Session, own: Set[int]) -> Spans:
    """The same of these items, as their links and records stand."""
    linked = linked_to(session, own).linked
    records = Records(
        frames.builds(session, build_ids=linked.builds["build_id"]),
        frames.changes(session, change_ids=linked.changes["change_id"]),
        frames.merge_requests(session, request_ids=linked.requests["merge_request_id"]),
    )
    return spans_of(linked, records)


@dataclass(frozen=True)
class ItemLinks:
    """What is linked to items, their commits (item_id, commit_id), and the production deployments
    of those (item_id, deployment_id beside commit_id).
    """

    linked: Linked
    written: pd.DataFrame
    shipped: pd.DataFrame


def linked_to(session: Session, items: Set[int]) -> ItemLinks:
    """What is linked to these items, as links stand."""
    written = _sure(session, Entity.ITEM, Entity.COMMIT, items, "commit_id")
    brought = _sure(
        session, Entity.COMMIT, Entity.DEPLOYMENT, set(written["commit_id"]), "deployment_id"
    ).rename(columns={"item_id": "commit_id"})
    live = reads.production_deployments(session, brought["deployment_id"].tolist())
    shipped = written.merge(brought[brought["deployment_id"].isin(live)], on="commit_id")
    return ItemLinks(_linked(session, written, shipped, items), written, shipped)


def _linked(
    session: Session, written: pd.DataFrame, shipped: pd.DataFrame, items: Set[int] | None
) -> Linked:
    """shipped: item_id, deployment_id; items: None for all."""
    return Linked(
        builds=_sure(session, Entity.ITEM, Entity.BUILD, items, "build_id"),
        changes=_changes(session, shipped, items),
        requests=_requests(session, written, items),
    )


def _requests(session: Session, written: pd.DataFrame, items: Set[int] | None) -> pd.DataFrame:
    """Those of the item itself, and those in which its commits came: not all name the item."""
    named = "merge_request_id"
    own = _sure(session, Entity.ITEM, Entity.MERGE_REQUEST, items, named)
    commits = None if items is None else set(written["commit_id"].tolist())
    came = _sure(session, Entity.COMMIT, Entity.MERGE_REQUEST, commits, named)
    found = written.merge(came.rename(columns={"item_id": "commit_id"}), on="commit_id")
    return pd.concat([own, found[["item_id", named]]], ignore_index=True)


def _changes(session: Session, shipped: pd.DataFrame, items: Set[int] | None) -> pd.DataFrame:
    """Those that name the item, and those under which its commits first went to production."""
    named = frames.link_pairs(session, Entity.ITEM, Entity.CHANGE, a_ids=items)
    deployments = None if items is None else set(shipped["deployment_id"].tolist())
    under = frames.link_pairs(session, Entity.DEPLOYMENT, Entity.CHANGE, a_ids=deployments)
    named, under = (pairs[pairs["confidence"] >= _SURE_CHANGE] for pairs in (named, under))
    by_delivery = shipped.merge(under, left_on="deployment_id", right_on="a_id")
    both = [
        named[["a_id", "b_id"]].set_axis(["item_id", "change_id"], axis=1),
        by_delivery[["item_id", "b_id"]].set_axis(["item_id", "change_id"], axis=1),
    ]
    return pd.concat(both, ignore_index=True)


def _sure(session: Session, a: Entity, b: Entity, ids: Set[int] | None, named: str) -> pd.DataFrame:
    """item_id (the first end), and the second one under its name."""
    pairs = frames.link_pairs(session, a, b, a_ids=ids)
    return surely_linked(pairs).set_axis(["item_id", named], axis=1)
