"""Loads what the correlator reads, and works out what was deployed where, once for links and
facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
from store import frames
from store.sources import source_ids


@dataclass(frozen=True, slots=True)
class Loaded:
    """deployments: one row per deployment and service, jobs merged. parents: commit_id,
    parent_id.
    """

    evidence: Evidence
    deployments: pd.DataFrame
    releases: Releases
    parents: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the configured sources before any commit is read. What a source told that is
    no longer configured stays stored and is left out: under a new name the same source brings all
    of it again.
    """

    sources: frozenset[int]
    repositories: pd.DataFrame
    item_keys: pd.DataFrame
    finder: KeyFinder

    def own(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of configured sources."""
        return _own(frame, self.sources)

    def within(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of repositories of configured sources."""
        inside = frame["repository_id"].isin(self.repositories["repository_id"])
        return frame[inside].reset_index(drop=True)


def known_to(session: Session, settings: Settings) -> Known:
    """What the configured sources know of tickets, projects and repositories."""
    ids = source_ids(session)
    configured = frozenset(ids[source.name] for source in settings.sources if source.name in ids)
    keys = _own(frames.item_keys(session), configured)
    finder = _finder(keys, _own(frames.projects(session), configured), settings)
    return Known(configured, _own(frames.repositories(session), configured), keys, finder)


def load_evidence(session: Session, settings: Settings) -> Loaded:
    """Everything that links and delivery facts are made of, as it stands in this transaction."""
    known = known_to(session, settings)
    repositories, own = known.repositories, known.own
    commits = known.within(frames.commits(session))
    parents = frames.commit_parents(session)
    services = service_plans(session, settings)
    builds = own(frames.builds(session))
    deployments = with_upstream_commits(
        own(frames.deployments(session)), builds, repositories, services
    )
    deployments = resolve_commits(
        merge_groups(assign_services(deployments, repositories, services)), commits
    )
    requests = known.within(frames.merge_requests(session))
    listed = frames.merge_request_commits(session)
    releases = first_deployments(deployments, commits, parents)
    evidence = Evidence(
        finder=known.finder,
        item_keys=known.item_keys,
        repositories=repositories,
        commits=commits,
        merge_requests=requests,
        merge_request_commits=listed[listed["merge_request_id"].isin(requests["merge_request_id"])],
        builds=builds,
        deployments=deployments,
        claims=releases.claims,
        changes=own(frames.changes(session)),
        incidents=own(frames.incidents(session)),
    )
    return Loaded(evidence, deployments, releases, parents)


def service_plans(session: Session, settings: Settings) -> Sequence[ServicePlan]:
    """The configured services with the ids that they have in the database."""
    known = frames.services(session)
    ids = dict(zip(known["name"], known["service_id"], strict=True))
    return [
        ServicePlan(int(ids[one.name]), one.name, one.repositories, one.environments)
        for one in settings.services
        if one.name in ids
    ]


def _own(frame: pd.DataFrame, sources: frozenset[int]) -> pd.DataFrame:
    return frame[frame["source_id"].isin(sources)].reset_index(drop=True)


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
