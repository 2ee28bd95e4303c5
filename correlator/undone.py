"""Which deployments a rollback took out of production."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import pandas as pd

_PLACE: Final = ["service_id", "environment", "repository_id"]


def rollbacks(live: pd.DataFrame) -> set[int]:
    """The deployments that are rollbacks: see `undone_by_rollback`."""
    return set(undone_by_rollback(live)["rollback_id"].tolist())


def undone_by_rollback(live: pd.DataFrame) -> pd.DataFrame:
    """rollback_id, deployment_id, service_id, step: what each rollback undid, `step` 1 for the
    first deployment after the one that it went back to, and `steps`, how many it undid.

    live: deployment_id, service_id, environment, repository_id, sha, version, finished_ts,
    created_ts and `rollback` (bool, by the walk of the commit graph). One is a rollback if it
    brings back a sha (or version) that ran in its place before the present one; or if the walk
    says so: then only the deployment before it counts as undone, for what lay between is not told.
    A place is an environment of the service and a repository. What an earlier rollback brought back
    or took out already is not undone again.
    """
    rows: list[tuple[int, int, int, int, int]] = []
    ordered = live.sort_values([*_PLACE, "finished_ts", "created_ts", "deployment_id"])
    identity = ordered["sha"].where(ordered["sha"] != "", ordered["version"]).tolist()
    columns = (ordered[name].tolist() for name in ("service_id", "deployment_id", "rollback"))
    places = zip(*(ordered[name].tolist() for name in _PLACE), strict=True)
    running, before = _Running(), None
    for place, own, service, number, marked in zip(places, identity, *columns, strict=True):
        running, before = (running if place == before else _Running()), place
        gone = running.deploy(number, own, marked=bool(marked))
        rows += [(number, one, service, step, len(gone)) for step, one in enumerate(gone, start=1)]
    names = ["rollback_id", "deployment_id", "service_id", "step", "steps"]
    return pd.DataFrame(rows, columns=names).astype("int64")


@dataclass(slots=True)
class _Running:
    """What was deployed to one place and not undone, oldest first; `at`: where each version is."""

    deployed: list[tuple[int, str]] = field(default_factory=list)
    at: dict[str, int] = field(default_factory=dict)

    def deploy(self, number: int, own: str, *, marked: bool) -> list[int]:
        """What this deployment undoes, oldest first; none where it goes forward or stays."""
        last = len(self.deployed) - 1
        back = self.at.get(own, -1) if own else -1
        if last >= 0 and back == last:
            return []
        if back < 0 and marked:
            back = last - 1
        if back < 0:
            self.deployed.append((number, own))
            if own:
                self.at[own] = last + 1
            return []
        gone = self.deployed[back + 1 :]
        del self.deployed[back + 1 :]
        for _, version in gone:
            self.at.pop(version, None)
        return [one for one, _ in gone]
