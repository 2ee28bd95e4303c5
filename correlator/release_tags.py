"""The tags of a repository that are releases of a service, by their names."""

from __future__ import annotations

import pandas as pd

from core.frames import NONE
from correlator.parts import Line
from correlator.releases import Release
from correlator.version_names import number_of
from correlator.versions import Homes


def release_tags(
    refs: pd.DataFrame, commits: pd.DataFrame, homes: dict[int, Homes]
) -> dict[Line, list[Release]]:
    """Per service and repository the tags that have a version's number and no other service's name
    before it.

    refs: repository_id, kind, name, sha, ts (`NONE`: not told, then the commit's counts). commits:
    commit_id, repository_id, sha, committed_ts. homes: see `homes_of`.
    """
    named = refs[refs["kind"].isin(["tag", "release"]) & (refs["sha"] != "")]
    known = commits.loc[commits["committed_ts"] != NONE]
    known = known[["commit_id", "repository_id", "sha", "committed_ts"]]
    table = named.merge(known, on=["repository_id", "sha"])
    table["at"] = table["ts"].where(table["ts"] != NONE, table["committed_ts"])
    found: dict[Line, list[Release]] = {}
    for home, tags in table.groupby("repository_id"):
        rows = list(zip(tags["commit_id"], tags["name"], tags["at"], strict=True))
        for service, (repositories, names) in homes.items():
            if home in repositories:
                found[service, int(str(home))] = [
                    Release(int(commit), str(name), int(at))
                    for commit, name, at in rows
                    if number_of(str(name), names)
                ]
    return found
