"""Loads what is needed to link some code anew, and no more."""

from __future__ import annotations

import pandas as pd
from sqlalchemy.orm import Session

from core.records import Entity
from correlator.evidence import LINK_COLUMNS, Evidence
from correlator.linking import Scope, owner
from pipeline.evidence import Known
from pipeline.neighbourhood import Neighbourhood
from pipeline.verdict_frame import verdict_frame
from store import frames


def load_scope(session: Session, known: Known, found: Neighbourhood) -> tuple[Evidence, Scope]:
    """The evidence of a neighbourhood, without deliveries, and what of it is linked anew."""
    commits = frames.commits(session, commit_ids=found.commits | found.commits_beside)
    wanted = found.requests | found.requests_beside
    requests = known.within(frames.merge_requests(session, request_ids=wanted))
    listed = frames.merge_request_commits(session, request_ids=requests["merge_request_id"])
    nothing = pd.DataFrame()
    evidence = Evidence(
        finder=known.finder,
        item_keys=known.item_keys,
        repositories=known.repositories,
        commits=known.within(commits),
        merge_requests=requests,
        merge_request_commits=listed,
        builds=known.own(frames.builds(session, build_ids=found.builds)),
        deployments=nothing,
        claims=nothing,
        changes=nothing,
        incidents=nothing,
        verdicts=verdict_frame(session),
    )
    kept = [
        _kept(session, Entity.ITEM, Entity.COMMIT, found.commits_beside),
        _kept(session, Entity.ITEM, Entity.MERGE_REQUEST, found.requests_beside),
        _kept(session, Entity.COMMIT, Entity.MERGE_REQUEST, found.commits_beside),
    ]
    return evidence, Scope(found.ids, pd.concat(kept, ignore_index=True))


def _kept(session: Session, a: Entity, b: Entity, ids: set[int]) -> pd.DataFrame:
    """The stored links of two kinds that belong to these."""
    end, _ = owner(a, b)
    by_a = end == "a_id"
    stored = frames.links(session, a, b, a_ids=ids if by_a else None, b_ids=None if by_a else ids)
    return stored.assign(a_kind=int(a), b_kind=int(b))[LINK_COLUMNS]
