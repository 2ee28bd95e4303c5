"""Which commits landed on a default branch, and which were taken back."""

from __future__ import annotations

import pandas as pd

from correlator.branches import on_default_branch
from correlator.reverts import reverts
from tests.correlator.builders import frame

FULL = "a" * 40


def parents(*edges: tuple[int, int]) -> pd.DataFrame:
    return pd.DataFrame(edges, columns=["commit_id", "parent_id"]).astype("int64")


def heads(*rows: tuple[int, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["repository_id", "sha"])


def test_a_merge_brings_its_branch_to_the_default_branch() -> None:
    commits = frame(
        "commits",
        *({"commit_id": n, "sha": str(n), "committed_ts": n, "parents": 1} for n in range(1, 6)),
    )
    # 1 <- 2 <- 4(merge of 3), 1 <- 3; 5 sits on 3, on a branch of its own.
    edges = parents((2, 1), (3, 1), (4, 2), (4, 3), (5, 3))
    landed = on_default_branch(commits, edges, heads((1, "4")))
    assert sorted(landed) == [1, 2, 3, 4]


def test_a_head_that_was_not_collected_gives_nothing() -> None:
    commits = frame("commits", {"commit_id": 1, "sha": "1"})
    assert on_default_branch(commits, parents(), heads((1, "unknown"))).empty


def test_the_same_sha_of_a_fork_is_another_commit() -> None:
    commits = frame(
        "commits",
        {"commit_id": 1, "sha": "x", "repository_id": 1},
        {"commit_id": 2, "sha": "x", "repository_id": 2},
    )
    assert list(on_default_branch(commits, parents(), heads((2, "x")))) == [2]


def test_a_revert_names_what_it_takes_back() -> None:
    commits = frame(
        "commits",
        {"commit_id": 1, "sha": FULL, "message": "SHOP-1: retry"},
        {
            "commit_id": 2,
            "sha": "b" * 40,
            "message": f'Revert "SHOP-1: retry"\n\nThis reverts commit {FULL}.',
        },
    )
    assert reverts(commits).to_dict("records") == [{"commit_id": 2, "reverted_id": 1}]


def test_an_abbreviated_sha_counts_where_one_commit_alone_begins_with_it() -> None:
    rows = [
        {"commit_id": 1, "sha": "abcdef1" + "0" * 33},
        {"commit_id": 2, "sha": "b" * 40, "message": "This reverts commit abcdef1."},
    ]
    assert reverts(frame("commits", *rows))["reverted_id"].tolist() == [1]
    twice = [*rows, {"commit_id": 3, "sha": "abcdef1" + "1" * 33}]
    assert reverts(frame("commits", *twice)).empty


def test_a_revert_reaches_only_its_own_repository() -> None:
    commits = frame(
        "commits",
        {"commit_id": 1, "sha": FULL, "repository_id": 1},
        {
            "commit_id": 2,
            "sha": "b" * 40,
            "repository_id": 2,
            "message": f"This reverts commit {FULL}.",
        },
    )
    assert reverts(commits).empty
