"""P8: the first deployment that contains each commit, on twice the commits and deployments beside
half of them; linear work takes twice the time.

On a small graph the answer is that of a search from each deployment by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random

import numpy as np
import pandas as pd

from bench.measuring import Outcome, in_turn, peak_mb
from core.frames import NONE
from correlator.releases import first_deployments

_MOST = 2.4
_COMMITS_EACH = 50  # commits between two deployments
_SMALL = 3_000

Graph = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def run(*, full: bool) -> Iterator[Outcome]:
    """full: 2,000,000 commits beside 1,000,000, and 40,000 deployments; else a tenth of them."""
    _check()
    size = 1_000_000 if full else 100_000
    half, whole = _graph(size), _graph(2 * size)
    taken = in_turn(partial(first_deployments, *half), partial(first_deployments, *whole))
    yield Outcome(
        "P8",
        "first deployment of each commit, twice as many",
        f"{2 * size:,} commits, {len(whole[2]):,} edges, {len(whole[0]):,} deployments",
        f"{size:,} commits, {len(half[0]):,} deployments",
        *taken,
        target=None,
        peak_mb=peak_mb(),
        most=_MOST,
    )


def _graph(commits: int) -> Graph:
    """Deployments, commits and parents: one line of development, a fifth of it on branches that are
    merged, a tenth of it begun far behind.
    """
    random = Random(commits)
    pairs: list[tuple[int, int]] = []
    for commit in range(2, commits + 1):
        pairs.append((commit, commit - 1 if random.random() < 0.9 else random.randrange(1, commit)))
        if random.random() < 0.2:
            pairs.append((commit, random.randrange(max(1, commit - 40), commit)))
    edges = np.unique(np.array(pairs, dtype="int64"), axis=0)
    numbers = np.arange(1, commits + 1, dtype="int64")
    told = np.bincount(edges[:, 0], minlength=commits + 1)[1:]
    heads = np.arange(_COMMITS_EACH, commits + 1, _COMMITS_EACH, dtype="int64")
    count = len(heads)
    deployments = pd.DataFrame(
        {
            "deployment_id": np.arange(1, count + 1),
            "service_id": 1,
            "target": "production",
            "environment": "production",
            "repository_id": 1,
            "commit_id": heads,
            "commit_reason": "",
            "result": "success",
            "created_ts": heads * 60,
            "started_ts": NONE,
            "finished_ts": heads * 60,
        }
    )
    known = pd.DataFrame({"commit_id": numbers, "committed_ts": numbers * 60, "parents": told})
    return deployments, known, pd.DataFrame(edges, columns=["commit_id", "parent_id"])


def _check() -> None:
    deployments, commits, parents = _graph(_SMALL)
    of: dict[int, list[int]] = {}
    for child, parent in parents.itertuples(index=False):
        of.setdefault(child, []).append(parent)
    expected: dict[int, int] = {}
    for deployment, head in zip(
        deployments["deployment_id"], deployments["commit_id"], strict=True
    ):
        seen, todo = {head}, [head]
        while todo:
            new = [parent for parent in of.get(todo.pop(), ()) if parent not in seen]
            seen.update(new)
            todo += new
        for commit in seen:
            expected.setdefault(commit, deployment)
    claims = first_deployments(deployments, commits, parents).claims
    assert dict(zip(claims["commit_id"], claims["deployment_id"], strict=True)) == expected
