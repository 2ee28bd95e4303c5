"""Which service a deployment is of, which of its environments it went to, which commit it runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from correlator.remotes import remote_index, resolve_remotes

_OTHER: Final = "other:"


def _production() -> dict[str, tuple[str, ...]]:
    return {"production": ("production", "tier:production")}


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """A service as configured. `environments`: name -> patterns of names, or `tier:<tier>`.

    paths: which parts of its repositories it is. manifests: repositories in which the version that
    runs is written down.
    """

    id: int
    name: str
    repositories: tuple[str, ...] = ()
    environments: Mapping[str, Sequence[str]] = field(default_factory=_production)
    paths: tuple[str, ...] = ("**",)
    manifests: tuple[str, ...] = ()


def assign_services(
    deployments: pd.DataFrame, repositories: pd.DataFrame, services: Iterable[ServicePlan]
) -> pd.DataFrame:
    """The deployments with `service_id`, `service`, `target` and `found_by` ("name", "repository",
    "manifest", "" for none); `repository_id` by remote if unknown.

    deployments: columns of the store. repositories: repository_id, path, url, remotes.
    A deployment that names its service belongs to that one; else to every service that has its
    repository, one row each (a repository may ship two), but only to those that have such an
    environment, where any has; and also to every one that has it among its manifests, which
    `follow_manifests` judges. None fits but those: service_id is `NONE` and
    `service` "" in a row of its own. `target` is the service's own name for the environment
    ("production"), or `other:<environment>` where no pattern of the service fits.
    """
    plans = tuple(services)
    known = deployments["repository_id"].to_numpy(dtype="int64")
    by_remote = resolve_remotes(deployments["remote"], remote_index(repositories))
    table = deployments.assign(repository_id=np.where(known == NONE, by_remote, known))
    owned = _owned(table, repositories, plans)
    bare = table.drop(columns=["service", "found_by"], errors="ignore")
    merged = bare.merge(owned, on="deployment_id", how="left")
    merged["service_id"] = merged["service_id"].fillna(NONE).astype("int64")
    for name in ("service", "found_by"):
        merged[name] = merged[name].fillna("").astype("object")
    merged["target"] = _targets(merged, plans)
    return merged[~_of_a_neighbour(merged)].reset_index(drop=True)


def resolve_commits(deployments: pd.DataFrame, commits: pd.DataFrame) -> pd.DataFrame:
    """The deployments with `commit_id` (`NONE`: not known) and `commit_reason` ("" or why not).

    commits: commit_id, repository_id, sha, committed_ts. Reasons: `no_sha`, `unknown_repository`,
    `unknown_sha` (never collected, or known by its sha alone).
    """
    known = commits.loc[commits["committed_ts"] != NONE, ["commit_id", "repository_id", "sha"]]
    table = deployments.assign(sha=deployments["sha"].str.lower())
    table = table.drop(columns=["commit_id"], errors="ignore")
    table = table.merge(known, on=["repository_id", "sha"], how="left")
    # A join may turn ids into floats, which are exact below 2**53: far above any surrogate id.
    table["commit_id"] = table["commit_id"].fillna(NONE).astype("int64")
    reasons = np.select(
        [table["commit_id"] != NONE, table["sha"] == "", table["repository_id"] == NONE],
        ["", "no_sha", "unknown_repository"],
        default="unknown_sha",
    )
    return table.assign(commit_reason=pd.Series(reasons.tolist(), dtype="object"))


def _owned(
    deployments: pd.DataFrame, repositories: pd.DataFrame, plans: tuple[ServicePlan, ...]
) -> pd.DataFrame:
    """deployment_id, service_id, service, found_by: one row per deployment and service that it is
    of, or may be.
    """
    named = {plan.name: (plan,) for plan in plans}
    paths = dict(zip(repositories["repository_id"], repositories["path"], strict=True))
    rows: list[tuple[int, int, str, str]] = []
    columns = (deployments[name] for name in ("deployment_id", "service", "repository_id"))
    for deployment_id, service, repository_id in zip(*columns, strict=True):
        path = paths.get(repository_id, "")
        found = (
            [(plan, "name") for plan in named.get(service, ())] if service else _having(plans, path)
        )
        rows += [(deployment_id, plan.id, plan.name, by) for plan, by in found]
        if found and all(by == "manifest" for _, by in found):
            rows.append((deployment_id, NONE, "", ""))
    columns_of = {"deployment_id": "int64", "service_id": "int64"}
    table = pd.DataFrame(rows, columns=[*columns_of, "service", "found_by"])
    return table.astype({**columns_of, "service": "object", "found_by": "object"})


def _having(plans: tuple[ServicePlan, ...], path: str) -> list[tuple[ServicePlan, str]]:
    """The services that have a repository, then those whose version is written down in it."""
    if not path:
        return []
    owners = [(plan, "repository") for plan in plans if path in plan.repositories]
    return owners + [(plan, "manifest") for plan in plans if path in plan.manifests]


def _of_a_neighbour(table: pd.DataFrame) -> pd.Series[bool]:
    """Rows of a service that has no such environment, where another one of the repository has: each
    of the services in `store/platform` deploys to a place of its own, as `production/cart`.
    """
    shared = table["found_by"] == "repository"
    other = table["target"].str.startswith(_OTHER)
    placed = table.loc[shared & ~other, "deployment_id"]
    return shared & other & table["deployment_id"].isin(placed)


def _targets(table: pd.DataFrame, plans: tuple[ServicePlan, ...]) -> pd.Series[str]:
    environments = {plan.id: plan.environments for plan in plans}
    places = list(zip(table["service_id"], table["environment"], table["tier"], strict=True))
    names = {
        place: _target(environments.get(place[0], _production()), place[1], place[2])
        for place in set(places)
    }
    return pd.Series([names[place] for place in places], index=table.index, dtype="object")


def _target(environments: Mapping[str, Sequence[str]], environment: str, tier: str) -> str:
    for name, patterns in environments.items():
        for pattern in patterns:
            if pattern.startswith("tier:"):
                if tier.lower() == pattern.removeprefix("tier:").lower():
                    return name
            elif fnmatchcase(environment.lower(), pattern.lower()):
                return name
    return f"{_OTHER}{environment}"
