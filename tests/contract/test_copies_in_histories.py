"""Copies of commits in the real histories, against counts by author time and title.

The files tell no author, so all commits count as one person's: what is found is more than enough.
"""

import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from correlator.patches import patches
from tests.contract.test_histories import ESCAPES, folder, rows
from tests.correlator.builders import frame

__all__ = ["folder"]

Commit = dict[str, Any]


def history(path: Path) -> list[Commit]:
    return [
        {
            "commit_id": number,
            "sha": sha,
            "parents": len(parents.split()),
            "authored_ts": int(datetime.fromisoformat(authored).timestamp()),
            "committed_ts": int(datetime.fromisoformat(committed).timestamp()),
            "author_id": 1,
            "message": re.sub(r"\\(.)", lambda match: ESCAPES[match[1]], message),
            "title": message.partition("\\n")[0],
        }
        for number, (sha, parents, authored, committed, message) in enumerate(rows(path))
    ]


def told(one: Commit) -> Commit:
    return {name: value for name, value in one.items() if name != "title"}


def shared(commits: list[Commit], *names: str) -> list[Commit]:
    """The commits that have these fields in common with another one."""
    counts = Counter(tuple(one[name] for name in names) for one in commits)
    return [one for one in commits if counts[tuple(one[name] for name in names)] > 1]


@pytest.mark.parametrize(
    ("name", "same_second", "scripts", "copies", "same_title"),
    [
        ("zookeeper", 6, 0, ["ZOOKEEPER-3310: Add metrics for prep processor"], 101),
        ("commons-lang", 20, 3, ["Adding Javadocs for the Locks.Lock class. Improvements"], 1415),
    ],
)
def test_copies_are_few_and_scripts_are_none(
    folder: Path, name: str, same_second: int, scripts: int, copies: list[str], same_title: int
) -> None:
    commits = history(folder / f"{name}.tsv")
    assert len(shared(commits, "authored_ts")) == same_second
    alike = shared(commits, "authored_ts", "title")
    assert len(shared(commits, "title")) - len(alike) == same_title
    at_once = shared(alike, "authored_ts", "title", "committed_ts")
    assert len(at_once) == 2 * scripts
    apart = [one for one in alike if one not in at_once]
    assert len(apart) == 2 * len(copies)
    assert all(one["title"].startswith(title) for one in apart for title in copies)
    # Found are those, and of the scripts' commits only such as were committed in one second.
    found = patches(frame("commits", *map(told, commits)))
    assert found["commit_id"].isin([one["commit_id"] for one in alike]).all()
    times = found.groupby("patch")["committed_ts"].nunique()
    told_apart = found[found["patch"].isin(times.index[times > 1])]
    assert sorted(told_apart["commit_id"]) == [one["commit_id"] for one in apart]
