"""The commit of a deployment that tells none: that of the build which started the deploying one."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from correlator.remotes import normal_remote, remote_index
from correlator.services import ServicePlan

_LONGEST: Final = 10
Name = tuple[int, str]
"""A build by its source and `job#number`."""


def with_upstream_commits(
    deployments: pd.DataFrame,
    builds: pd.DataFrame,
    repositories: pd.DataFrame,
    services: Iterable[ServicePlan],
) -> pd.DataFrame:
    """The deployments, those without `sha` with the sha and `remote` of the nearest build upstream.

    deployments, builds, repositories: columns of the store. Of what a build checked out only what
    belongs to the deployment's service counts, or to any service where none is named: a shared
    library is not what is deployed. Two commits of such repositories leave it open, and so does a
    name that two builds bear.
    """
    silent = (deployments["sha"] == "") & (deployments["build_external_id"] != "")
    if not silent.any() or not (builds["upstream"] != "").any():
        return deployments
    known, plans = _Builds(builds), tuple(services)
    index = remote_index(repositories)
    paths = dict(zip(repositories["repository_id"], repositories["path"], strict=True))
    homes = {address: paths[repository] for address, repository in index.items()}
    shas, remotes = deployments["sha"].tolist(), deployments["remote"].tolist()
    columns = ("source_id", "build_external_id", "service")
    rows = list(zip(*(deployments[name].tolist() for name in columns), strict=True))
    for place in np.flatnonzero(silent.to_numpy()):
        source, own, service = rows[place]
        wanted = {path for p in plans if service in ("", p.name) for path in p.repositories}
        found = known.checkout((source, own), homes, wanted)
        if found is not None:
            shas[place], remotes[place] = found[0], remotes[place] or found[1]
    texts = {"sha": shas, "remote": remotes}
    given = {n: pd.Series(text, deployments.index, dtype="object") for n, text in texts.items()}
    return deployments.assign(**given)


class _Builds:
    """Builds by their ids, and by the names that jobs have for them where a name tells one."""

    def __init__(self, builds: pd.DataFrame) -> None:
        names = ("source_id", "external_id", "job", "number", "revisions", "upstream")
        self.own: dict[Name, tuple[str, str]] = {}
        self.named: dict[Name, list[Name]] = defaultdict(list)
        for source, id, job, number, revisions, upstream in zip(
            *(builds[name] for name in names), strict=True
        ):
            self.own[source, id] = (revisions, upstream)
            self.named[source, f"{job}#{number}"].append((source, id))

    def checkout(
        self, start: Name, homes: Mapping[str, str], wanted: set[str]
    ) -> tuple[str, str] | None:
        """Sha and remote of the nearest build upstream that checked out a wanted repository."""
        build = start
        for _ in range(_LONGEST):
            _, upstream = self.own.get(build, ("", ""))
            bearers = self.named.get((build[0], upstream), []) if upstream else []
            if len(bearers) != 1:
                return None
            build = bearers[0]
            found = _checkouts(self.own[build][0], homes, wanted)
            if found:
                return found[0] if len({sha for sha, _ in found}) == 1 else None
        return None


def _checkouts(
    revisions: str, homes: Mapping[str, str], wanted: set[str]
) -> Sequence[tuple[str, str]]:
    return [
        (str(sha).lower(), str(remote))
        for sha, remote in json.loads(revisions or "[]")
        if homes.get(normal_remote(remote)) in wanted
    ]
