"""What vectors tell of the delivery of services, and the frames that its facts are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from pydantic import Field, model_validator

from conformance.given import At, Closed, Given, seconds
from core.frames import NONE
from metrics.change_facts import ChangeInputs
from metrics.delivery_facts import DeploymentLinks
from metrics.incident_facts import VerdictRules


class Deployment(Given):
    """One that reached production, or was to; several jobs of one pipeline are one already.

    hotfix: marked as such where it was made. fixes_defect: it was the first to bring a commit of a
    user-facing defect. brings: ids of the commits that it was the first to contain; None where that
    is not known.
    """

    id: str
    service: str
    environment: str = "production"
    finished: At
    result: Literal["success", "failed"] = "success"
    version: str = ""
    hotfix: bool = False
    rollback: bool = False
    fixes_defect: bool = False
    brings: tuple[str, ...] | None = None


class Incident(Given):
    """duplicate_of: the id of the incident that it repeats."""

    id: str
    service: str | None = None
    opened: At
    resolved: At | None = None
    duplicate_of: str | None = None


class Blame(Given):
    """An incident is put down to a deployment: explicit 1.0, remediation 0.9, reference 0.8,
    proximity 0.4.
    """

    incident: str
    deployment: str
    confidence: float = Field(gt=0, le=1)


class Commit(Given):
    """committed: the committer's clock. parents: 2 or more is a merge."""

    id: str
    committed: At | None = None
    authored: At | None = None
    parents: int = Field(default=1, ge=0)
    bot: bool = False


class MergeRequest(Given):
    """A merged request; commits: as they were in it. squash: id of the commit it became. opened:
    None where that is not known. reviews: when people other than the author said something.
    """

    id: str
    opened: At | None = None
    reviews: tuple[At, ...] = ()
    merged: At
    commits: tuple[str, ...] = ()
    squash: str | None = None


class DeliveryRules(Given):
    """How long a deployment is watched, and how long after it an incident may be due to it."""

    observation_window_hours: float = Field(default=72, ge=0, le=876_000)
    incident_window_hours: float = Field(default=24, ge=0, le=876_000)


@dataclass(frozen=True)
class DeploymentInputs:
    """What facts of deployments and incidents take."""

    deployments: pd.DataFrame
    incidents: pd.DataFrame
    links: DeploymentLinks
    placed: pd.DataFrame
    verdict_rules: VerdictRules


class Shipments(Given):
    """All that is told of some services; what is named elsewhere is numbered by its place."""

    deployments: tuple[Deployment, ...] = ()
    incidents: tuple[Incident, ...] = ()
    links: tuple[Blame, ...] = ()
    commits: tuple[Commit, ...] = ()
    merge_requests: tuple[MergeRequest, ...] = ()
    rules: DeliveryRules = DeliveryRules()
    window: Closed
    as_of: At

    @model_validator(mode="after")
    def _all_known(self) -> Shipments:
        commits, deployments = _numbers(self.commits), _numbers(self.deployments)
        incidents = _numbers(self.incidents)
        named = {
            "commit": [c for d in self.deployments for c in d.brings or ()]
            + [c for m in self.merge_requests for c in (*m.commits, *filter(None, (m.squash,)))],
            "deployment": [link.deployment for link in self.links],
            "incident": [link.incident for link in self.links]
            + [one.duplicate_of for one in self.incidents if one.duplicate_of],
        }
        known = {"commit": commits, "deployment": deployments, "incident": incidents}
        for kind, ids in named.items():
            for one in ids:
                if one not in known[kind]:
                    raise ValueError(f"there is no {kind} {one}")
        return self

    def service_ids(self) -> dict[str, int]:
        names = [one.service for one in self.deployments]
        names += [one.service for one in self.incidents if one.service]
        return {name: n for n, name in enumerate(dict.fromkeys(names), start=1)}

    def deployment_inputs(self) -> DeploymentInputs:
        """The frames; an id is the place in its list, from 1."""
        service, number = self.service_ids(), _numbers(self.deployments)
        incident = _numbers(self.incidents)
        deployments = _frame(_DEPLOYMENTS, (_row(self, one) for one in self.deployments))
        told = deployments[["service_id", "deployment_id", "commits", "commits_reason"]]
        blame = _frame(
            "incident_id deployment_id confidence",
            ((incident[o.incident], number[o.deployment], o.confidence) for o in self.links),
        )
        fixing = [number[one.id] for one in self.deployments if one.fixes_defect]
        incidents = _frame(
            "incident_id service_id duplicate_of opened_ts resolved_ts",
            (
                (
                    *(incident[o.id], service[o.service] if o.service else NONE),
                    *(incident[o.duplicate_of] if o.duplicate_of else NONE,),
                    *(seconds(o.opened), seconds(o.resolved)),
                )
                for o in self.incidents
            ),
        )
        return DeploymentInputs(
            deployments=deployments,
            incidents=incidents,
            links=DeploymentLinks(blame, told, pd.Series(fixing, dtype="int64")),
            placed=blame.merge(deployments[["deployment_id", "service_id"]], on="deployment_id"),
            verdict_rules=VerdictRules(
                deployments[["service_id", "finished_ts", "result"]],
                round(self.rules.incident_window_hours * 3_600),
            ),
        )

    def change_inputs(self) -> ChangeInputs:
        """The frames of commits, and of the successful deployments that brought them."""
        service, number = self.service_ids(), _numbers(self.deployments)
        commit, request = _numbers(self.commits), _numbers(self.merge_requests)
        good = [one for one in self.deployments if one.result == "success"]
        return ChangeInputs(
            contained=_frame(
                "service_id commit_id deployment_id",
                (
                    (service[o.service], commit[c], number[o.id])
                    for o in good
                    for c in o.brings or ()
                ),
            ),
            deployments=_frame(
                "deployment_id finished_ts", ((number[o.id], seconds(o.finished)) for o in good)
            ),
            commits=_frame(_COMMITS, (_commit_row(commit[o.id], o) for o in self.commits)),
            merge_requests=_frame(
                "merge_request_id repository_id merge_sha squash_sha merged_ts state",
                (
                    (request[o.id], 1, "", o.squash or "", seconds(o.merged), "merged")
                    for o in self.merge_requests
                ),
            ),
            merge_request_commits=_frame(
                "merge_request_id commit_id",
                ((request[o.id], commit[c]) for o in self.merge_requests for c in o.commits),
            ),
        )

    def requests(self) -> pd.DataFrame:
        """merge_request_id, created_ts, merged_ts of those whose opening is known."""
        number = _numbers(self.merge_requests)
        rows = (
            (number[o.id], seconds(o.opened), seconds(o.merged))
            for o in self.merge_requests
            if o.opened is not None
        )
        return _frame("merge_request_id created_ts merged_ts", rows)

    def reviews(self) -> pd.DataFrame:
        """merge_request_id, kind, ts, one row each."""
        number = _numbers(self.merge_requests)
        rows = (
            (number[o.id], "commented", seconds(at))
            for o in self.merge_requests
            for at in o.reviews
        )
        return _frame("merge_request_id kind ts", rows)


_DEPLOYMENTS = (
    "deployment_id service_id environment repository_id sha version result finished_ts hotfix"
    " rollback jobs commits commits_reason"
)
_COMMITS = "commit_id repository_id sha authored_ts committed_ts parents message author_bot"


def _numbers(things: Sequence[Any]) -> dict[str, int]:
    found = {thing.id: n for n, thing in enumerate(things, start=1)}
    if len(found) < len(things):
        raise ValueError("an id comes twice")
    return found


def _row(told: Shipments, one: Deployment) -> Sequence[Any]:
    number = _numbers(told.deployments)[one.id]
    known = one.brings is not None
    return (
        *(number, told.service_ids()[one.service], one.environment, 1, "", one.version),
        *(one.result, seconds(one.finished), one.hotfix, one.rollback, 1),
        *(len(one.brings or ()) if known else NONE, "" if known else "unknown"),
    )


def _commit_row(number: int, one: Commit) -> Sequence[Any]:
    times = seconds(one.authored), seconds(one.committed)
    return number, 1, one.id, *times, one.parents, f"commit {number}", one.bot


def _frame(columns: str, rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    made = pd.DataFrame(list(rows), columns=columns.split())
    return (
        made
        if len(made)
        else made.astype({name: _TEXT.get(name, "int64") for name in columns.split()})
    )


_TEXT = dict.fromkeys(
    ("environment", "sha", "version", "result", "commits_reason", "message", "state", "kind"),
    "object",
)
_TEXT |= dict.fromkeys(("merge_sha", "squash_sha"), "object")
_TEXT |= dict.fromkeys(("hotfix", "rollback", "author_bot"), "bool")
_TEXT |= {"confidence": "float64"}
