"""Which deployment brought which commit, against the answer of another program."""

import csv
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from core.frames import NONE
from correlator.releases import first_deployments

REPOSITORY = "REPO111"


def number(sha: str) -> int:
    return int(sha.removeprefix("commit_sha"))


@pytest.fixture
def folder(fixtures_dir: Path) -> Path:
    return fixtures_dir / "devlake-refdiff/deployment_commit_diff"


def table(folder: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / name).read_text(encoding="utf-8").splitlines()))


def test_each_deployment_brings_the_commits_that_another_program_found(folder: Path) -> None:
    rows = table(folder, "cicd_deployment_commits.csv")
    deployed = [row for row in rows if row["repo_url"] == REPOSITORY]
    expected: dict[int, set[int]] = defaultdict(set)
    for row in table(folder, "commits_diffs.csv"):
        expected[number(row["new_commit_sha"])].add(number(row["commit_sha"]))
    assert expected == {1: {1, 6}, 2: {2}, 4: {4, 7}}
    found = first_deployments(
        pd.DataFrame([_deployment(row) for row in deployed]), *_history(folder)
    )
    head = {int(row["id"]): number(row["commit_sha"]) for row in deployed}
    brought: dict[int, set[int]] = defaultdict(set)
    claims = found.claims
    for deployment, commit in zip(claims["deployment_id"], claims["commit_id"], strict=True):
        brought[head[deployment]].add(commit)
    assert brought == expected
    assert found.deployments["rollback"].tolist() == [False, False, False]


def _history(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Commits in the order of their numbers, and their parents."""
    edges = [
        (number(row["commit_sha"]), number(row["parent_commit_sha"]))
        for row in table(folder, "commit_parents.csv")
    ]
    counts = Counter(child for child, _ in edges)
    ids = sorted({commit for edge in edges for commit in edge})
    commits = {"commit_id": ids, "committed_ts": ids, "parents": [counts[id] for id in ids]}
    return pd.DataFrame(commits), pd.DataFrame(edges, columns=["commit_id", "parent_id"])


def _deployment(row: dict[str, str]) -> dict[str, object]:
    return {
        "deployment_id": int(row["id"]),
        "service_id": 1,
        "environment": row["environment"].lower(),
        "target": row["environment"].lower(),
        "repository_id": 1,
        "commit_id": number(row["commit_sha"]),
        "commit_reason": "",
        "result": row["result"].lower(),
        "created_ts": int(datetime.fromisoformat(row["started_date"]).timestamp()),
        "started_ts": int(datetime.fromisoformat(row["started_date"]).timestamp()),
        "finished_ts": NONE,
    }
