"""Facts of services: changes, deployments, incidents; and when each item's code went live."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import Entity
from core.settings import Settings
from correlator.branches import on_default_branch
from correlator.evidence import combine
from correlator.reverts import reverts
from correlator.verdicts import judged_pairs
from metrics.change_facts import ChangeInputs, change_facts
from metrics.delivery_facts import (
    DeploymentLinks,
    deployment_facts,
    hotfix_marks,
    incident_facts,
)
from metrics.item_release import ReleaseInputs, item_releases
from pipeline.evidence import Loaded, load_evidence
from store import facts, frames

PRODUCTION = "production"
SURE = 0.5
"""A ticket and a commit belong together from this combined confidence on."""


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """The facts of all services."""

    changes: pd.DataFrame
    deployments: pd.DataFrame
    incidents: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Delivered:
    """releases: see `item_releases`, over all items. facts: None where only those were wanted."""

    releases: pd.DataFrame
    facts: ServiceFacts | None


def delivered(session: Session, settings: Settings, *, whole: bool) -> Delivered:
    """What the deliveries say now; nothing is written. whole: the facts of services too."""
    loaded = load_evidence(session, settings)
    live = _production(loaded)
    written = _written(session)
    releases = item_releases(_release_inputs(session, loaded, live, written))
    if not whole:
        return Delivered(releases, None)
    deployments = _marked(session, settings, loaded, live)
    incidents = _incidents(session, settings, loaded)
    blame = _blame(session)
    links = DeploymentLinks(
        blame,
        deployments[["deployment_id", "commits", "commits_reason"]],
        _defects(session, settings, loaded, written),
    )
    placed = blame.merge(
        deployments[["deployment_id", "service_id"]].drop_duplicates("deployment_id"),
        on="deployment_id",
    )
    made = ServiceFacts(
        _changes(loaded, live),
        deployment_facts(deployments, incidents, links),
        incident_facts(incidents, placed),
    )
    return Delivered(releases, made)


def write_service_facts(session: Session, made: ServiceFacts) -> dict[str, int]:
    """Make these the only facts of every service; how many rows changed, by the name of each
    service of which any did.
    """
    known = frames.services(session)
    changed = {}
    for number, name in zip(known["service_id"].tolist(), known["name"], strict=True):
        outcomes = [
            facts.replace_change_facts(session, number, _of(made.changes, number)),
            facts.replace_deployment_facts(session, number, _of(made.deployments, number)),
            facts.replace_incident_facts(session, number, _of(made.incidents, number)),
        ]
        changed[str(name)] = sum(len(outcome.keys) for outcome in outcomes)
    if any(changed.values()):
        facts.bump_services(session)
    return {name: count for name, count in changed.items() if count}


def _of(frame: pd.DataFrame, service_id: int) -> pd.DataFrame:
    return frame[frame["service_id"] == service_id]


def _production(loaded: Loaded) -> pd.DataFrame:
    """The deployments of configured services to production, with what the walk found out."""
    table = loaded.deployments
    chosen = table[(table["target"] == PRODUCTION) & (table["service_id"] != NONE)]
    keys = ["deployment_id", "service_id", "target"]
    return chosen.merge(loaded.releases.deployments, on=keys, how="left")


def _live_claims(loaded: Loaded) -> pd.DataFrame:
    claims = loaded.releases.claims
    return claims[(claims["target"] == PRODUCTION) & (claims["service_id"] != NONE)]


def _release_inputs(
    session: Session, loaded: Loaded, live: pd.DataFrame, written: pd.DataFrame
) -> ReleaseInputs:
    commits = loaded.evidence.commits
    repositories = loaded.evidence.repositories
    refs = frames.refs(session)
    branches = refs[refs["kind"] == "branch"].merge(repositories, on="repository_id")
    heads = branches[branches["name"] == branches["default_branch"]][["repository_id", "sha"]]
    taken = reverts(commits)
    landed = on_default_branch(commits, loaded.parents, heads)
    undoing = taken[taken["commit_id"].isin(landed)]
    claims = _live_claims(loaded)
    finished = live[["deployment_id", "service_id", "finished_ts"]]
    timed = claims.merge(finished, on=["deployment_id", "service_id"])
    first = timed.groupby("commit_id", as_index=False).agg(live_ts=("finished_ts", "min"))
    sure = claims[~claims["unknown_predecessor"]]["commit_id"]
    return ReleaseInputs(
        written=written,
        commits=commits[["commit_id", "repository_id", "parents"]],
        landed=landed,
        undone=pd.concat([taken["commit_id"], undoing["reverted_id"]]),
        live=first,
        deployed=live[live["result"] == "success"]["repository_id"].drop_duplicates(),
        unsure=claims[~claims["commit_id"].isin(sure)]["commit_id"],
    )


def _written(session: Session) -> pd.DataFrame:
    """item_id, commit_id of links that are sure enough."""
    links = frames.links(session, Entity.ITEM, Entity.COMMIT)
    links = links.assign(a_kind=int(Entity.ITEM), b_kind=int(Entity.COMMIT))
    pairs = combine(links)
    sure = pairs[pairs["confidence"] >= SURE]
    return sure[["a_id", "b_id"]].rename(columns={"a_id": "item_id", "b_id": "commit_id"})


def _defects(
    session: Session, settings: Settings, loaded: Loaded, written: pd.DataFrame
) -> pd.Series[int]:
    """deployment_id of those that first brought a commit of a defect to production."""
    items = frames.item_parents(session)
    defects = items["item_id"][items["type"].isin(settings.types.defect)]
    mending = written["commit_id"][written["item_id"].isin(defects)]
    claims = _live_claims(loaded)
    return claims["deployment_id"][claims["commit_id"].isin(mending)].drop_duplicates()


def _marked(
    session: Session, settings: Settings, loaded: Loaded, live: pd.DataFrame
) -> pd.DataFrame:
    """The deployments with `hotfix`, by branch, label of a merge request shipped, or type of
    change.
    """
    changes = frames.links(session, Entity.DEPLOYMENT, Entity.CHANGE).merge(
        loaded.evidence.changes[["change_id", "type"]], left_on="b_id", right_on="change_id"
    )
    types = changes.drop_duplicates("a_id").set_index("a_id")["type"]
    labels = _labels(session, loaded)
    table = live.assign(
        labels=live["deployment_id"].map(labels).astype(object).fillna(""),
        change_type=live["deployment_id"].map(types).astype(object).fillna(""),
    )
    rule = settings.dora.hotfix
    hotfix = hotfix_marks(
        table, branches=rule.branches, labels=rule.labels, change_types=rule.change_types
    )
    return table.assign(hotfix=hotfix)


def _labels(session: Session, loaded: Loaded) -> pd.Series:
    """Labels that all merge requests bear which a deployment shipped first, one per line.

    All: a planned deployment that also brings home an earlier hotfix is no hotfix itself.
    """
    pairs = frames.links(session, Entity.COMMIT, Entity.MERGE_REQUEST)
    shipped = _live_claims(loaded).merge(pairs, left_on="commit_id", right_on="a_id")
    requests = loaded.evidence.merge_requests[["merge_request_id", "labels"]]
    found = shipped.merge(requests, left_on="b_id", right_on="merge_request_id")
    each = found.drop_duplicates(["deployment_id", "merge_request_id"])
    return each.groupby("deployment_id")["labels"].agg(_shared)


def _shared(labels: pd.Series[str]) -> str:
    return "\n".join(sorted(set.intersection(*(set(text.split("\n")) for text in labels))))


def _incidents(session: Session, settings: Settings, loaded: Loaded) -> pd.DataFrame:
    """incident_id, service_id by configuration item (NONE: none fits), duplicate_of, opened,
    resolved.
    """
    table = loaded.evidence.incidents
    names = frames.services(session).set_index("name")["service_id"]
    owner = {
        item.lower(): int(names[service.name])
        for service in settings.services
        for item in service.configuration_items
        if service.name in names.index
    }
    numbers = table.set_index(["source_id", "external_id"])["incident_id"]
    named = list(zip(table["source_id"], table["duplicate_of_external_id"], strict=True))
    found = numbers.reindex(pd.MultiIndex.from_tuples(named)) if named else numbers
    return pd.DataFrame(
        {
            "incident_id": table["incident_id"],
            "service_id": [
                owner.get(str(ci).lower(), owner.get(str(service).lower(), NONE))
                for ci, service in zip(table["ci"], table["service"], strict=True)
            ],
            "duplicate_of": found.fillna(NONE).astype(np.int64).to_numpy(),
            "opened_ts": table["opened_ts"],
            "resolved_ts": table["resolved_ts"],
        }
    )


def _blame(session: Session) -> pd.DataFrame:
    links = frames.links(session, Entity.DEPLOYMENT, Entity.INCIDENT)
    table = links.rename(columns={"a_id": "deployment_id", "b_id": "incident_id"})
    pair = ["incident_id", "deployment_id"]
    best = table.groupby(pair, as_index=False).agg(confidence=("confidence", "max"))
    return best[["incident_id", "deployment_id", "confidence"]]


def _changes(loaded: Loaded, live: pd.DataFrame) -> pd.DataFrame:
    evidence = loaded.evidence
    claims = _live_claims(loaded)
    made = change_facts(
        ChangeInputs(
            contained=claims[["service_id", "commit_id", "deployment_id"]],
            deployments=live[["deployment_id", "finished_ts"]].drop_duplicates("deployment_id"),
            commits=evidence.commits,
            merge_requests=evidence.merge_requests,
            merge_request_commits=judged_pairs(
                evidence.merge_request_commits,
                evidence.verdicts,
                a=(Entity.COMMIT, "commit_id"),
                b=(Entity.MERGE_REQUEST, "merge_request_id"),
            ),
        )
    )
    keys = pd.MultiIndex.from_frame(
        claims[claims["unknown_predecessor"]][["service_id", "deployment_id"]].drop_duplicates()
    )
    first = pd.MultiIndex.from_frame(made[["service_id", "deployment_id"]]).isin(keys)
    unsure = first & (made["excluded"] == "").to_numpy()
    return made.assign(
        excluded=made["excluded"].astype(object).where(~unsure, "unknown_predecessor")
    )
