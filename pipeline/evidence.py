"""Loads what the correlator reads, and works out what was deployed where, once for links and
facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pandas as pd
from sqlalchemy.orm import Session

from core.settings import Settings
from correlator.evidence import Evidence
from correlator.grouping import merge_groups
from correlator.keys import KeyFinder
from correlator.releases import Releases, first_deployments
from correlator.services import ServicePlan, assign_services, resolve_commits
from correlator.upstream import with_upstream_commits
from correlator.verdicts import judged_claims
from pipeline.verdict_frame import verdict_frame
from store import frames
from store.sources import source_ids


@dataclass(frozen=True, slots=True)
class Loaded:
    """deployments: one row per deployment and service, jobs merged. releases: as people corrected
    them; `evidence` has what the walk found. parents: commit_id, parent_id.
    """

    evidence: Evidence
    deployments: pd.DataFrame
    releases: Releases
    parents: pd.DataFrame


def load_evidence(session: Session, settings: Settings) -> Loaded:
    """Everything that links and delivery facts are made of, as it stands in this transaction.

    What a source told that is no longer configured stays stored and is left out: under a new name
    the same source brings all of it again.
    """
    ids = source_ids(session)
    configured = {ids[source.name] for source in settings.sources if source.name in ids}

    def own(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["source_id"].isin(configured)].reset_index(drop=True)

    repositories = own(frames.repositories(session))
    kept = repositories["repository_id"]
    commits = _within(frames.commits(session), kept)
    parents = frames.commit_parents(session)
    services = service_plans(session, settings)
    builds = own(frames.builds(session))
    deployments = with_upstream_commits(
        own(frames.deployments(session)), builds, repositories, services
    )
    deployments = resolve_commits(
        merge_groups(assign_services(deployments, repositories, services)), commits
    )
    keys = own(frames.item_keys(session))
    requests = _within(frames.merge_requests(session), kept)
    listed = frames.merge_request_commits(session)
    releases = first_deployments(deployments, commits, parents)
    verdicts = verdict_frame(session)
    evidence = Evidence(
        finder=_finder(keys, own(frames.projects(session)), settings),
        item_keys=keys,
        repositories=repositories,
        commits=commits,
        merge_requests=requests,
        merge_request_commits=listed[listed["merge_request_id"].isin(requests["merge_request_id"])],
        builds=builds,
        deployments=deployments,
        claims=releases.claims,
        changes=own(frames.changes(session)),
        incidents=own(frames.incidents(session)),
        verdicts=verdicts,
    )
    claims = judged_claims(releases.claims, deployments, verdicts)
    return Loaded(evidence, deployments, replace(releases, claims=claims), parents)


def service_plans(session: Session, settings: Settings) -> Sequence[ServicePlan]:
    """The configured services with the ids that they have in the database."""
    known = frames.services(session)
    ids = dict(zip(known["name"], known["service_id"], strict=True))
    return [
        ServicePlan(int(ids[one.name]), one.name, one.repositories, one.environments)
        for one in settings.services
        if one.name in ids
    ]


def _within(frame: pd.DataFrame, repositories: pd.Series[int]) -> pd.DataFrame:
    return frame[frame["repository_id"].isin(repositories)].reset_index(drop=True)


def _finder(keys: pd.DataFrame, projects: pd.DataFrame, settings: Settings) -> KeyFinder:
    """Former keys stand for present ones, but where another tracker's ticket has the key now."""
    present = keys[keys["current"]].set_index("item_id")["key"]
    former = keys[~keys["current"]]
    taken = set(present)
    aliases = {
        key: present[item]
        for key, item in zip(former["key"], former["item_id"], strict=True)
        if item in present.index and key not in taken
    }
    hosts = [urlsplit(source.url).hostname or "" for source in settings.polled]
    return KeyFinder(projects["key"], aliases, hosts=hosts)
