"""Facts of services: changes, deployments, incidents; and when each item's code went live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import Entity
from core.settings import Settings
from correlator.branches import on_default_branch
from correlator.cases import cases, roots
from correlator.confidence import pair_confidence, surely_linked
from correlator.hotfixes import deployment_marks
from correlator.reverts import reverts
from correlator.suspects import unlikely
from correlator.verdicts import judged_pairs
from metrics.change_facts import ChangeInputs, change_facts
from metrics.delivery_facts import (
    DeploymentLinks,
    deployment_facts,
)
from metrics.incident_facts import VerdictRules, incident_facts
from metrics.item_release import ReleaseInputs, item_releases
from metrics.request_facts import request_facts
from metrics.tool_time import Spans
from pipeline.evidence import Loaded, load_evidence
from pipeline.tool_links import spans_of_all
from store import facts, frames
from store.fact_log import Recording
from store.frames_people import reviews

PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """The facts of all services."""

    changes: pd.DataFrame
    deployments: pd.DataFrame
    incidents: pd.DataFrame
    requests: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Delivered:
    """releases: see `item_releases`, over all items. facts: None where only those were wanted.
    loaded, written, landed: what they were made of; see `ReleaseInputs`. spans: by tool.
    """

    releases: pd.DataFrame
    facts: ServiceFacts | None
    loaded: Loaded
    written: pd.DataFrame
    landed: pd.Series[int]
    spans: Spans


def delivered(session: Session, settings: Settings, *, whole: bool) -> Delivered:
    """What the deliveries say now; nothing is written. whole: the facts of services too."""
    loaded = load_evidence(session, settings)
    live = _production(loaded)
    written = _written(session)
    inputs = _release_inputs(session, loaded, live, written)
    releases = item_releases(inputs)
    spans = spans_of_all(session, loaded, written)
    if not whole:
        return Delivered(releases, None, loaded, written, inputs.landed, spans)
    deployments = _marked(session, loaded, live)
    incidents = _incidents(loaded)
    blame = _blame(session)
    links = DeploymentLinks(
        blame,
        deployments[["service_id", "deployment_id", "commits", "commits_reason"]],
        _defects(session, settings, loaded, written),
    )
    placed = blame.merge(
        deployments[["deployment_id", "service_id"]].drop_duplicates("deployment_id"),
        on="deployment_id",
    )
    changes = _changes(loaded, live)
    made = ServiceFacts(
        changes,
        deployment_facts(deployments, incidents, links),
        incident_facts(incidents, placed, _verdict_rules(session, settings, loaded, deployments)),
        request_facts(changes, loaded.evidence.merge_requests, reviews(session)),
    )
    return Delivered(releases, made, loaded, written, inputs.landed, spans)


def write_service_facts(
    session: Session, made: ServiceFacts, recording: Recording, *, new: Collection[int]
) -> dict[str, int]:
    """Make these the only facts of every service; how many rows changed, by the name of each
    service of which any did. new: services of which nothing was known before.
    """
    known = frames.services(session)
    names = dict(zip(known["service_id"].tolist(), known["name"], strict=True))
    changed: Counter[int] = Counter()
    for owners, how in (
        (names.keys() - new, recording),
        (names.keys() & set(new), replace(recording, before_ts=None)),
    ):
        for write, frame in (
            (facts.replace_change_facts, made.changes),
            (facts.replace_request_facts, made.requests),
            (facts.replace_deployment_facts, made.deployments),
            (facts.replace_incident_facts, made.incidents),
        ):
            changed += write(session, owners, frame, recording=how).counts()
    if changed:
        facts.bump_services(session)
    return {str(name): changed[number] for number, name in names.items() if changed[number]}


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
    pairs = frames.link_pairs(session, Entity.ITEM, Entity.COMMIT)
    return surely_linked(pairs).set_axis(["item_id", "commit_id"], axis=1)


def _defects(
    session: Session, settings: Settings, loaded: Loaded, written: pd.DataFrame
) -> pd.Series[int]:
    """deployment_id of those that first brought a commit of a defect to production."""
    items = frames.item_parents(session)
    defects = items["item_id"][items["type"].isin(settings.types.defect)]
    mending = written["commit_id"][written["item_id"].isin(defects)]
    claims = _live_claims(loaded)
    return claims["deployment_id"][claims["commit_id"].isin(mending)].drop_duplicates()


def _verdict_rules(
    session: Session, settings: Settings, loaded: Loaded, deployments: pd.DataFrame
) -> VerdictRules:
    """With the incidents that time speaks against, as the correlator saw them."""
    evidence = loaded.evidence
    blame = frames.links(session, Entity.DEPLOYMENT, Entity.INCIDENT)
    told = deployments[["service_id", "finished_ts", "result"]]
    window_s = evidence.incident_rules.window_s
    return VerdictRules(told, window_s, unlikely(evidence, blame), settings.dora.not_change_related)


def _marked(session: Session, loaded: Loaded, live: pd.DataFrame) -> pd.DataFrame:
    """The deployments with `hotfix`, by branch, label of a merge request shipped, or type of
    change.
    """
    evidence = loaded.evidence
    under = sure_pairs(session, Entity.DEPLOYMENT, Entity.CHANGE)
    pairs = frames.links(session, Entity.COMMIT, Entity.MERGE_REQUEST)
    shipped = _live_claims(loaded).merge(pairs, left_on="commit_id", right_on="a_id")
    table = deployment_marks(
        live,
        shipped=shipped.rename(columns={"b_id": "merge_request_id"}),
        requests=evidence.merge_requests,
        under=under.rename(columns={"a_id": "deployment_id", "b_id": "change_id"}),
        changes=evidence.changes,
    )
    return table.assign(hotfix=evidence.incident_rules.hotfixes(table))


def sure_pairs(session: Session, a: Entity, b: Entity) -> pd.DataFrame:
    """a_id, b_id, confidence (of all rules together), surest (of the surest rule)."""
    links = frames.links(session, a, b).assign(a_kind=int(a), b_kind=int(b))
    surest = links.groupby(["a_id", "b_id"], as_index=False).agg(surest=("confidence", "max"))
    return pair_confidence(links)[["a_id", "b_id", "confidence"]].merge(surest, on=["a_id", "b_id"])


def _incidents(loaded: Loaded) -> pd.DataFrame:
    """incident_id, service_id by configuration item (NONE: none fits), duplicate_of (the incident
    at the end of the chain; NONE: it is none), start_ts, opened, resolved, title, caused_by.
    """
    table = loaded.evidence.incidents
    root = table["incident_id"].map(roots(loaded.evidence)).astype("int64")
    found = cases(loaded.evidence).set_index("incident_id")
    placed = root.map(found["service_id"]).astype("int64")
    own = table["service_id"]
    return pd.DataFrame(
        {
            "incident_id": table["incident_id"],
            "service_id": own.where(own != NONE, placed),
            "duplicate_of": root.where(root != table["incident_id"], NONE),
            "start_ts": root.map(found["start_ts"]).astype("int64"),
            "opened_ts": table["opened_ts"],
            "resolved_ts": table["resolved_ts"],
            "title": table["title"],
            "caused_by": table["caused_by_external_id"],
        }
    )


def _blame(session: Session) -> pd.DataFrame:
    """incident_id, deployment_id, confidence (of the surest rule), combined (of all together)."""
    pairs = sure_pairs(session, Entity.DEPLOYMENT, Entity.INCIDENT)
    names = {"a_id": "deployment_id", "b_id": "incident_id"}
    return pairs.rename(columns={**names, "confidence": "combined", "surest": "confidence"})


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
    return made.assign(excluded=_excluded(made, claims))


def _excluded(made: pd.DataFrame, claims: pd.DataFrame) -> pd.Series:
    """Why each change does not count. Of a deployment whose predecessor is not known those count
    that an earlier release shows to be new, with the commits of the same merge requests.
    """
    row = ["service_id", "deployment_id"]
    unknown = claims["unknown_predecessor"]
    doubtful = _isin(made, claims[unknown], row)
    sure = _isin(made, claims[~unknown], [*row, "commit_id"])
    request = [*row, "merge_request_id"]
    sure |= _isin(made, made[sure & (made["merge_request_id"] != NONE)], request)
    unsure = doubtful & ~sure & (made["excluded"] == "").to_numpy()
    return made["excluded"].astype(object).where(~unsure, "unknown_predecessor")


def _isin(frame: pd.DataFrame, other: pd.DataFrame, columns: list[str]) -> npt.NDArray[np.bool_]:
    known = pd.MultiIndex.from_frame(other[columns].drop_duplicates())
    found: npt.NDArray[np.bool_] = pd.MultiIndex.from_frame(frame[columns]).isin(known)
    return found
