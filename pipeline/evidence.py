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
from store import frames


@dataclass(frozen=True, slots=True)
class Loaded:
    """deployments: one row per deployment and service, jobs merged. parents: commit_id,
    parent_id.
    """

    evidence: Evidence
    deployments: pd.DataFrame
    releases: Releases
    parents: pd.DataFrame


def load_evidence(session: Session, settings: Settings) -> Loaded:
    """Everything that links and delivery facts are made of, as it stands in this transaction."""
    repositories = frames.repositories(session)
    commits = frames.commits(session)
    parents = frames.commit_parents(session)
    services = service_plans(session, settings)
    deployments = resolve_commits(
        merge_groups(assign_services(frames.deployments(session), repositories, services)), commits
    )
    releases = first_deployments(deployments, commits, parents)
    evidence = Evidence(
        finder=_finder(session, settings),
        item_keys=frames.item_keys(session),
        repositories=repositories,
        commits=commits,
        merge_requests=frames.merge_requests(session),
        merge_request_commits=frames.merge_request_commits(session),
        builds=frames.builds(session),
        deployments=deployments,
        claims=releases.claims,
        changes=frames.changes(session),
        incidents=frames.incidents(session),
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


def _finder(session: Session, settings: Settings) -> KeyFinder:
    keys = frames.item_keys(session)
    present = keys[keys["current"]].set_index("item_id")["key"]
    former = keys[~keys["current"]]
    aliases = {
        key: present[item]
        for key, item in zip(former["key"], former["item_id"], strict=True)
        if item in present.index
    }
    hosts = [urlsplit(source.url).hostname or "" for source in settings.sources]
    return KeyFinder(frames.projects(session)["key"], aliases, hosts=hosts)
