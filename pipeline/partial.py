"""Loads what is needed to link some code anew, and no more."""

from __future__ import annotations

import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import Entity
from core.settings import Settings
from correlator.code_rules import read_checkouts
from correlator.evidence import LINK_COLUMNS, Evidence
from correlator.rules import Scope
from pipeline.evidence import Known, known_to
from pipeline.neighbourhood import Neighbourhood
from store import frames
from store.neighbours import commits_by_sha


def load_scope(
    session: Session, settings: Settings, found: Neighbourhood
) -> tuple[Evidence, Scope]:
    """The evidence of a neighbourhood, without deliveries, and what of it is linked anew."""
    known = known_to(session, settings)
    builds = known.own(frames.builds(session, build_ids=found.builds))
    beside = found.commits_beside | _checked_out(session, known, builds)
    commits = known.within(frames.commits(session, commit_ids=found.commits | beside))
    wanted = found.requests | found.requests_beside
    requests = known.within(frames.merge_requests(session, request_ids=wanted))
    listed = frames.merge_request_commits(session, request_ids=requests["merge_request_id"])
    nothing = pd.DataFrame()
    evidence = Evidence(
        finder=known.finder,
        item_keys=known.item_keys,
        repositories=known.repositories,
        commits=commits,
        merge_requests=requests,
        merge_request_commits=listed,
        builds=builds,
        deployments=nothing,
        claims=nothing,
        changes=nothing,
        incidents=nothing,
    )
    kept = [
        _links(session, Entity.COMMIT, beside - found.commits),
        _links(session, Entity.MERGE_REQUEST, found.requests_beside),
    ]
    return evidence, Scope(found.ids, pd.concat(kept, ignore_index=True))


def _checked_out(session: Session, known: Known, builds: pd.DataFrame) -> set[int]:
    """The commits that the builds may have checked out."""
    table = read_checkouts(builds, known.repositories)
    wanted = table["repository_id"].where(table["repository_id"] != NONE, table["remote_id"])
    homeless = (wanted == NONE) & (table["checkouts"] == 1)
    shas = set(zip(wanted.tolist(), table["sha"].tolist(), strict=True))
    every = known.repositories["repository_id"].tolist()
    shas |= {(home, sha) for sha in table["sha"][homeless].tolist() for home in every}
    return commits_by_sha(session, shas)


def _links(session: Session, entity: Entity, ids: set[int]) -> pd.DataFrame:
    """The stored links of these with tickets."""
    stored = frames.links(session, Entity.ITEM, entity, b_ids=ids)
    return stored.assign(a_kind=int(Entity.ITEM), b_kind=int(entity))[LINK_COLUMNS]
