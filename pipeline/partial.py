"""Loads what is needed to link some code anew, and no more."""

from __future__ import annotations

from collections.abc import Set

import pandas as pd
from sqlalchemy.orm import Session

from core.records import Entity
from correlator.evidence import LINK_COLUMNS, Evidence, all_links, no_links
from correlator.linking import Scope, owner
from correlator.text_rules import keys_named
from pipeline.evidence import Known
from pipeline.neighbourhood import Neighbourhood
from pipeline.verdict_frame import verdict_frame
from store import frames, neighbours


def load_scope(session: Session, known: Known, found: Neighbourhood) -> tuple[Evidence, Scope]:
    """The evidence of a neighbourhood, without deliveries, and what of it is linked anew."""
    commits = known.within(frames.commits(session, commit_ids=found.commits | found.commits_beside))
    wanted = found.requests | found.requests_beside
    requests = known.within(frames.merge_requests(session, request_ids=wanted))
    listed = frames.merge_request_commits(session, request_ids=requests["merge_request_id"])
    builds = known.own(frames.builds(session, build_ids=found.builds))
    verdicts = verdict_frame(session)
    nothing = pd.DataFrame()
    evidence = Evidence(
        finder=known.finder,
        item_keys=_item_keys(
            session, known, verdicts, keys_named(known.finder, commits, requests, builds)
        ),
        repositories=known.repositories,
        commits=commits,
        merge_requests=requests,
        merge_request_commits=listed,
        builds=builds,
        deployments=nothing,
        claims=nothing,
        changes=nothing,
        incidents=nothing,
        verdicts=verdicts,
    )
    kept = [
        _kept(session, Entity.ITEM, Entity.COMMIT, found.commits_beside),
        _kept(session, Entity.ITEM, Entity.MERGE_REQUEST, found.requests_beside),
        _kept(session, Entity.COMMIT, Entity.MERGE_REQUEST, found.commits_beside),
    ]
    known_links = all_links(kept).groupby("rule", sort=False)
    return evidence, Scope(found.ids, {str(rule): links for rule, links in known_links})


def _item_keys(
    session: Session, known: Known, verdicts: pd.DataFrame, named: Set[str]
) -> pd.DataFrame:
    """The keys of the tickets that texts name or people judged; all where texts may name issues of
    a code host by their numbers alone.
    """
    if known.has_issues:
        return known.own(frames.item_keys(session))
    judged = verdicts.loc[verdicts["a_kind"] == Entity.ITEM, "a_id"]
    items = neighbours.having_keys(session, named) | set(judged.tolist())
    return known.own(frames.item_keys(session, item_ids=items))


def _kept(session: Session, a: Entity, b: Entity, ids: set[int]) -> pd.DataFrame:
    """The stored links of two kinds that belong to these."""
    if not ids:
        return no_links()
    end, _ = owner(a, b)
    by_a = end == "a_id"
    stored = frames.links(session, a, b, a_ids=ids if by_a else None, b_ids=None if by_a else ids)
    return stored.assign(a_kind=int(a), b_kind=int(b))[LINK_COLUMNS]
