"""Loads what the correlator reads, and works out what was deployed where, once for links and
facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import pandas as pd
from sqlalchemy.orm import Session

from connectors.path_lists import PATHS, READ_TO_THE_END
from core.frames import NONE
from core.settings import Settings
from correlator.evidence import Evidence, IncidentRules, no_items
from correlator.grouping import merge_groups
from correlator.keys import KeyFinder
from correlator.manifests import follow_manifests
from correlator.parts import parts_of
from correlator.release_tags import release_tags
from correlator.releases import Releases, first_deployments
from correlator.services import ServicePlan, assign_services, resolve_commits
from correlator.upstream import with_upstream_commits
from correlator.verdicts import judged_claims
from correlator.versions import Versions, homes_of, resolve_versions
from metrics.delivery_facts import hotfix_marks
from pipeline.verdict_frame import verdict_frame
from store import cursors, frames, neighbours
from store.sources import source_ids

_OF: Final = ["deployment_id", "service_id", "target"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """deployments: one row per deployment and service, jobs merged. releases: as people corrected
    them; `evidence` has what the walk found. parents: commit_id, parent_id.
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
    finder: KeyFinder
    former_keys: frozenset[str]
    """of tickets that moved"""
    has_issues: bool
    """whether issues of a code host are work items"""

    def own(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of configured sources."""
        return _own(frame, self.sources)

    def within(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of repositories of configured sources."""
        return _only(frame, frame["repository_id"].isin(self.repositories["repository_id"]))


def known_to(session: Session, settings: Settings) -> Known:
    """What the configured sources know of tickets, projects and repositories."""
    ids = source_ids(session)
    configured = frozenset(ids[source.name] for source in settings.sources if source.name in ids)
    former = frozenset(neighbours.former_keys(session))
    moved = neighbours.having_keys(session, former)
    keys = _own(frames.item_keys(session, item_ids=moved), configured)
    finder = _finder(keys, _own(frames.projects(session), configured), settings)
    kinds = {ids[source.name]: source.kind for source in settings.sources if source.name in ids}
    repositories = _own(frames.repositories(session), configured)
    repositories = repositories.assign(kind=repositories["source_id"].map(kinds).astype(object))
    return Known(configured, repositories, finder, former, neighbours.has_issues(session))


def load_evidence(session: Session, settings: Settings) -> Loaded:
    """Everything that links and delivery facts are made of, as it stands in this transaction."""
    known = known_to(session, settings)
    code = _code(session, known)
    deployments, releases = _deployed(session, settings, known, code)
    verdicts = verdict_frame(session)
    claims = judged_claims(releases.claims, deployments, verdicts)
    requests = known.within(frames.merge_requests(session))
    listed = frames.merge_request_commits(session)
    owners = configuration_item_owners(session, settings)
    changes = with_services(known.own(frames.changes(session)), owners)
    incidents = with_services(known.own(frames.incidents(session)), owners)
    # Where a tracker alone is read nothing names its items, which may be many.
    naming = (code.commits, code.builds, requests, deployments, changes, incidents)
    named = not all(frame.empty for frame in naming)
    evidence = Evidence(
        finder=known.finder,
        item_keys=known.own(frames.item_keys(session, item_ids=None if named else ())),
        repositories=known.repositories,
        commits=code.commits,
        merge_requests=requests,
        merge_request_commits=listed[listed["merge_request_id"].isin(requests["merge_request_id"])],
        builds=code.builds,
        deployments=_with_releases(deployments, releases),
        claims=releases.claims,
        changes=changes,
        incidents=incidents,
        items=known.own(frames.item_titles(session)) if named else no_items(),
        incident_rules=incident_rules(settings),
        verdicts=verdicts,
        judged_claims=claims,
    )
    return Loaded(evidence, deployments, replace(releases, claims=claims), code.parents)


@dataclass(frozen=True, slots=True)
class _Code:
    """Frames of the store: of configured sources, but for parents (commit_id, parent_id)."""

    commits: pd.DataFrame
    parents: pd.DataFrame
    refs: pd.DataFrame
    builds: pd.DataFrame


def _code(session: Session, known: Known) -> _Code:
    return _Code(
        commits=known.within(frames.commits(session)),
        parents=frames.commit_parents(session),
        refs=known.within(frames.refs(session)),
        builds=known.own(frames.builds(session)),
    )


def _deployed(
    session: Session, settings: Settings, known: Known, code: _Code
) -> tuple[pd.DataFrame, Releases]:
    """One row per deployment and service, each with the commit that was deployed; and what each
    was the first to bring.
    """
    services, repositories = service_plans(session, settings), known.repositories
    told = known.own(frames.deployments(session))
    told = with_upstream_commits(told, code.builds, repositories, services)
    grouped = merge_groups(assign_services(told, repositories, services))
    resolved = resolve_commits(grouped, code.commits)
    versions = Versions(code.commits, code.refs, code.builds, resolved, repositories)
    resolved = resolve_versions(resolved, services, versions)
    found = follow_manifests(resolved, code.commits, code.parents, services, versions)
    touched = frames.commit_paths(session)
    parts = parts_of(services, repositories, touched, read_paths(session))
    tags = release_tags(code.refs, code.commits, homes_of(services, versions))
    return found, first_deployments(found, code.commits, code.parents, parts=parts, released=tags)


def _with_releases(deployments: pd.DataFrame, releases: Releases) -> pd.DataFrame:
    """The deployments with `rollback` and `previous_release`."""
    told = releases.deployments[[*_OF, "rollback", "previous_release"]].drop_duplicates(_OF)
    dated = deployments.merge(told, on=_OF, how="left")
    return dated.assign(rollback=dated["rollback"].eq(True))


def service_plans(session: Session, settings: Settings) -> Sequence[ServicePlan]:
    """The configured services with the ids that they have in the database."""
    known = frames.services(session)
    ids = dict(zip(known["name"], known["service_id"], strict=True))
    return [
        ServicePlan(
            int(ids[one.name]),
            one.name,
            one.repositories,
            one.environments,
            one.paths,
            one.manifests,
        )
        for one in settings.services
        if one.name in ids
    ]


def incident_rules(settings: Settings) -> IncidentRules:
    """What the configuration says about incidents. Evidence that names or undoes a deployment
    reaches back as far as a deployment is observed.
    """
    window = settings.dora.incident_window
    rule = settings.dora.hotfix
    return IncidentRules(
        window_s=int(window.total_seconds()),
        reach_s=int(max(window, settings.dora.observation_window).total_seconds()),
        hotfixes=partial(
            hotfix_marks,
            branches=rule.branches,
            labels=rule.labels,
            change_types=rule.change_types,
        ),
    )


def configuration_item_owners(session: Session, settings: Settings) -> dict[str, int]:
    """Configuration item, in small letters -> service_id."""
    names = frames.services(session).set_index("name")["service_id"]
    return {
        item.lower(): int(names[service.name])
        for service in settings.services
        for item in service.configuration_items
        if service.name in names.index
    }


def with_services(table: pd.DataFrame, owners: Mapping[str, int]) -> pd.DataFrame:
    """Changes or incidents with service_id: of their configuration item, else of the service that
    they name; `NONE` where none fits.
    """
    rows = zip(table["ci"], table["service"], strict=True)
    found = [
        owners.get(str(ci).lower(), owners.get(str(service).lower(), NONE)) for ci, service in rows
    ]
    return table.assign(service_id=pd.Series(found, index=table.index, dtype="int64"))


def read_paths(session: Session) -> set[tuple[int, str]]:
    """repository_id and path of the lists of commits by path that were read to their end."""
    states = [*cursors.states_of(session, PATHS)]
    if not states:
        return set()
    repositories = frames.repositories(session)
    columns = (repositories[name] for name in ("source_id", "external_id", "repository_id"))
    ids = {(source, name): int(own) for source, name, own in zip(*columns, strict=True)}
    return {
        (ids[state.key.source_id, state.key.scope], str(path))
        for state in states
        for path in state.cursor.get(READ_TO_THE_END, ())
        if (state.key.source_id, state.key.scope) in ids
    }


def _own(frame: pd.DataFrame, sources: frozenset[int]) -> pd.DataFrame:
    return _only(frame, frame["source_id"].isin(sources))


def _only(frame: pd.DataFrame, chosen: pd.Series[bool]) -> pd.DataFrame:
    """The chosen rows; of a frame with no others nothing is copied."""
    return frame if chosen.all() else frame[chosen].reset_index(drop=True)


def _finder(keys: pd.DataFrame, projects: pd.DataFrame, settings: Settings) -> KeyFinder:
    """Former keys stand for present ones, but where another tracker's ticket has the key now. keys:
    of the tickets that have or had a former key.
    """
    columns = (keys[name].tolist() for name in ("item_id", "key", "current"))
    told = [*zip(*columns, strict=True)]
    present = {item: key for item, key, current in told if current}
    taken = set(present.values())
    aliases = {
        key: present[item]
        for item, key, current in told
        if not current and item in present and key not in taken
    }
    hosts = [urlsplit(source.url).hostname or "" for source in settings.polled]
    return KeyFinder(projects["key"], aliases, hosts=hosts)
