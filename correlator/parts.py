"""Services that are a part of a repository: which commits touch the paths of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from correlator.services import ServicePlan

WHOLE: Final = "**"
Line = tuple[int, int]
"""A service and a repository of it, by their ids."""


@dataclass(frozen=True, slots=True)
class Parts:
    """touched: of each service that is a part of a repository, the ids of the commits that touch
    it, in order. unread: those of which that is not known so far; all commits count as theirs.
    """

    touched: Mapping[Line, NDArray[np.int64]] = field(default_factory=dict)
    unread: Collection[Line] = frozenset()


def parts_of(
    services: Iterable[ServicePlan],
    repositories: pd.DataFrame,
    commit_paths: pd.DataFrame,
    read: Collection[tuple[int, str]],
) -> Parts:
    """What each service has of its repositories.

    repositories: repository_id, path. commit_paths: repository_id, commit_id, path (as configured).
    read: repository_id and path of the lists that were read to their end; of one that was not the
    commits that are missing could be any.
    """
    homes: dict[str, list[int]] = defaultdict(list)
    for home, path in zip(repositories["repository_id"], repositories["path"], strict=True):
        homes[path].append(int(home))
    by_path = commit_paths.groupby(["repository_id", "path"])["commit_id"].agg(list).to_dict()
    touched: dict[Line, NDArray[np.int64]] = {}
    unread: set[Line] = set()
    for plan in services:
        if WHOLE in plan.paths:
            continue
        for home in {home for path in plan.repositories for home in homes.get(path, ())}:
            if any((home, path) not in read for path in plan.paths):
                unread.add((plan.id, home))
                continue
            found = {one for path in plan.paths for one in by_path.get((home, path), ())}
            touched[plan.id, home] = np.array(sorted(found), dtype="int64")
    return Parts(touched, unread)
