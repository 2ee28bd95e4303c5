"""Commits without ticket, what each may mean, and which items are meant."""

from __future__ import annotations

import pandas as pd
from sqlalchemy.orm import Session

from core.records import Entity
from core.settings import Settings
from correlator.evidence import Evidence
from correlator.near_evidence import Tickets, known_tickets
from correlator.unlinked import Code, meant_items, suggested, unlinked_commits
from pipeline.evidence import known_to
from pipeline.unlinked_scopes import repository_scopes, scoped
from store import frames
from store.unlinked import asking_repositories, orphans, ticket_times


def commit_rows(
    session: Session, settings: Settings, evidence: Evidence, code: Code
) -> tuple[pd.DataFrame, dict[int, str]]:
    """The rows of those of these commits that have no ticket, by scope; and of each item that one
    of them may mean the surest, see `meant_items`.
    """
    bare = code.commits[~code.commits["commit_id"].isin(code.linked)]
    tickets = _tickets(session, evidence) if len(bare) else Tickets({}, frozenset())
    suggestions = suggested(bare, tickets)
    rows = unlinked_commits(evidence, code, suggestions, tickets.projects)
    homes = bare[["commit_id", "repository_id"]].set_axis(["entity_id", "of"], axis=1)
    scopes = repository_scopes(session, settings, evidence.repositories)
    told = scoped(rows.merge(homes, on="entity_id"), scopes)
    return told, meant_items(suggestions, bare)


def known_orphans(
    session: Session, settings: Settings
) -> tuple[pd.DataFrame, dict[int, str]] | None:
    """The same of the commits of people that are known to have no ticket, where nothing moved but
    tickets; None where there are none.
    """
    ids = orphans(session)
    if not ids:
        return None
    known = known_to(session, settings)
    commits = frames.commits(session, commit_ids=ids)
    requested = frames.link_pairs(session, Entity.COMMIT, Entity.MERGE_REQUEST, a_ids=ids)
    nothing = pd.DataFrame()
    evidence = Evidence(
        finder=known.finder,
        item_keys=known.own(frames.item_keys(session)),
        repositories=known.repositories,
        commits=commits,
        merge_requests=asking_repositories(session),
        merge_request_commits=nothing,
        builds=nothing,
        deployments=nothing,
        claims=nothing,
        changes=nothing,
        incidents=nothing,
    )
    code = Code(commits, pd.Series(dtype="int64"), requested["a_id"])
    return commit_rows(session, settings, evidence, code)


def _tickets(session: Session, evidence: Evidence) -> Tickets:
    titled = evidence.item_keys[["key", "item_id"]].merge(ticket_times(session), on="item_id")
    return known_tickets(titled, pd.Series(sorted(evidence.finder.projects), dtype=object))
