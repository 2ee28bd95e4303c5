"""Hotfixes, regions, late readings and repeated pipelines: each commit is brought once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.frames import NONE
from correlator.evidence import Found
from correlator.grouping import merge_groups
from correlator.parts import parts_of
from correlator.release_tags import release_tags
from correlator.releases import Release, Releases, first_deployments
from correlator.rules import RULES
from correlator.services import ServicePlan
from tests.correlator.builders import evidence, frame

Edges = dict[int, list[int]]


def run(edges: Edges, *rows: dict[str, Any], merge: bool = False, **more: Any) -> Releases:
    commits = [
        {"commit_id": one, "committed_ts": one, "parents": len(parents)}
        for one, parents in edges.items()
    ]
    pairs = [{"commit_id": c, "parent_id": p} for c, parents in edges.items() for p in parents]
    table = frame("deployments", *rows)
    table = merge_groups(table) if merge else table
    return first_deployments(table, frame("commits", *commits), frame("parents", *pairs), **more)


def deploy(number: int, commit: int, **more: Any) -> dict[str, Any]:
    return {"deployment_id": number, "commit_id": commit, "finished_ts": 1000 * number, **more}


def brought(releases: Releases) -> dict[int, set[int]]:
    claims = releases.claims
    return {
        one: set(claims.loc[claims["deployment_id"] == one, "commit_id"])
        for one in sorted(set(claims["deployment_id"].tolist()))
    }


MERGED_HOME: Edges = {1: [], 2: [1], 3: [2], 50: [2], 51: [3, 50], 52: [51]}
"""50 is a hotfix on top of 2; 51 brings it home."""


def test_a_hotfix_is_claimed_by_its_own_deployment_and_not_again_when_it_is_merged_home() -> None:
    releases = run(MERGED_HOME, deploy(1, 2), deploy(2, 50, ref="hotfix/x"), deploy(3, 52))
    assert brought(releases) == {1: {1, 2}, 2: {50}, 3: {3, 51, 52}}
    counts = releases.deployments.set_index("deployment_id")["commits"]
    assert (counts[2], counts[3]) == (1, 3)


def test_a_hotfix_that_is_picked_home_is_another_commit_there() -> None:
    picked: Edges = {1: [], 2: [1], 3: [2], 50: [2], 60: [3]}
    releases = run(picked, deploy(1, 2), deploy(2, 50), deploy(3, 60))
    assert brought(releases) == {1: {1, 2}, 2: {50}, 3: {3, 60}}


def test_of_several_regions_the_first_brings_a_commit_to_production() -> None:
    line: Edges = {1: [], 2: [1], 3: [2]}
    rows = [deploy(n, c, environment=e) for n, c, e in
            [(1, 1, "eu"), (2, 1, "us"), (3, 3, "us"), (4, 3, "eu")]]  # fmt: skip
    releases = run(line, *rows)
    assert brought(releases) == {1: {1}, 3: {2, 3}}
    assert not releases.deployments["rollback"].any()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_a_deployment_that_is_read_after_its_successor_takes_what_is_its_own(
    order: tuple[int, ...],
) -> None:
    line: Edges = {1: [], 2: [1], 3: [2], 4: [3]}
    rows = [deploy(30, 1, finished_ts=100), deploy(5, 2, finished_ts=200),
            deploy(9, 4, finished_ts=300)]  # fmt: skip
    assert brought(run(line, rows[1], rows[2])) == {5: {1, 2}, 9: {3, 4}}
    releases = run(line, *(rows[place] for place in order))
    assert brought(releases) == {30: {1}, 5: {2}, 9: {3, 4}}


def test_an_older_commit_after_a_newer_one_brings_nothing_and_is_a_rollback() -> None:
    line: Edges = {1: [], 2: [1], 3: [2]}
    releases = run(line, deploy(1, 1), deploy(2, 3), deploy(3, 2))
    assert brought(releases) == {1: {1}, 2: {2, 3}}
    assert releases.deployments["rollback"].tolist() == [False, False, True]


def test_jobs_of_one_pipeline_are_one_deployment_and_a_repeated_job_heals_it() -> None:
    line: Edges = {1: [], 2: [1]}
    jobs = [
        deploy(1, 1, group="7", job="eu", created_ts=1),
        deploy(2, 2, group="8", job="eu", environment="eu", created_ts=2),
        deploy(3, 2, group="8", job="us", environment="us", created_ts=3, result="failed"),
        deploy(4, 2, group="8", job="us", environment="us", created_ts=4),
    ]
    assert brought(run(line, *jobs[:3], merge=True)) == {1: {1}}
    releases = run(line, *jobs, merge=True)
    assert brought(releases) == {1: {1}, 2: {2}}
    assert len(releases.deployments) == 2


def test_a_pipeline_that_is_run_again_brings_nothing_new() -> None:
    line: Edges = {1: [], 2: [1]}
    jobs = [deploy(number, 2, group="8", job="eu", created_ts=number) for number in (2, 3)]
    releases = run(line, deploy(1, 1), *jobs, merge=True)
    assert brought(releases) == {1: {1}, 2: {2}}
    assert not releases.deployments["rollback"].any()


LINE: Edges = {1: [], 2: [1], 3: [2], 4: [3], 5: [4]}


def sure(releases: Releases) -> set[int]:
    claims = releases.claims
    return set(claims.loc[~claims["unknown_predecessor"], "commit_id"])


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ([Release(3, "v1.1", 10)], {4, 5}),
        ([Release(2, "v1.0", 5), Release(3, "v1.1", 10)], {4, 5}),
        ([Release(5, "v1.2", 10)], set()),
        ([Release(3, "v1.1", 9999)], set()),
        ([Release(99, "v0.1", 1)], set()),
        ([], set()),
    ],
)
def test_what_no_earlier_release_contains_is_sure(tags: list[Release], expected: set[int]) -> None:
    releases = run(LINE, deploy(1, 5), released={(1, 1): tags})
    assert sure(releases) == expected
    assert releases.deployments["commits"].tolist() == [NONE]
    assert set(releases.claims["commit_id"]) == {1, 2, 3, 4, 5}


def test_an_unknown_deployment_before_leaves_nothing_sure() -> None:
    tags = {(1, 1): [Release(3, "v1.1", 10)]}
    gap = deploy(1, NONE, commit_reason="unknown_sha")
    assert sure(run(LINE, gap, deploy(2, 5), released=tags)) == set()
    staging = deploy(1, 5, target="other:staging")
    assert sure(run(LINE, staging, released=tags)) == set()


def test_the_evidence_names_the_release_before() -> None:
    releases = run(LINE, deploy(1, 5), released={(1, 1): [Release(3, "v1.1", 10)]})
    table = frame("deployments", {"deployment_id": 1, "commit_id": 5, "previous_release": "v1.1"})
    (rule,) = (rule for rule in RULES if rule.name == "first_deployment")
    links = rule.links(evidence(deployments=table, claims=releases.claims), Found())
    by_commit = links.set_index("a_id")
    assert by_commit.loc[5, "evidence"].endswith("; not in the release before it, v1.1")
    assert by_commit.loc[3, "evidence"].endswith(", but what ran there before is not known")
    assert by_commit["confidence"].tolist() == pytest.approx([0.475] * 3 + [0.95] * 2)


def test_release_tags_are_those_with_a_number_of_the_service() -> None:
    refs = frame(
        "refs",
        {"name": "v1.0", "sha": "a", "ts": 7},
        {"name": "web/v1.1", "sha": "b"},
        {"name": "api/v1.1", "sha": "b"},
        {"name": "before-the-move", "sha": "a"},
        {"name": "v2.0", "sha": "gone"},
        {"name": "main", "kind": "branch", "sha": "b"},
    )
    commits = frame(
        "commits",
        {"commit_id": 1, "sha": "a", "committed_ts": 5},
        {"commit_id": 2, "sha": "b", "committed_ts": 6},
    )
    homes = {1: (frozenset({1}), frozenset({"web"})), 2: (frozenset({9}), frozenset[str]())}
    found = release_tags(refs, commits, homes)
    assert found == {(1, 1): [Release(1, "v1.0", 7), Release(2, "web/v1.1", 6)]}


def test_a_part_is_known_once_all_its_lists_are_read() -> None:
    cart = ServicePlan(1, "cart", ("shop/mono",), paths=("a/**", "b.py"))
    whole = ServicePlan(2, "all", ("shop/mono",), paths=("a/**", "**"))
    repositories = frame("repositories", {"path": "shop/mono"})
    rows = [(1, 5, "a/**"), (1, 3, "b.py"), (1, 3, "a/**"), (1, 9, "other")]
    table = pd.DataFrame(rows, columns=["repository_id", "commit_id", "path"])
    read = {(1, "a/**"), (1, "b.py")}
    parts = parts_of([cart, whole], repositories, table, read)
    assert list(parts.touched) == [(1, 1)]
    assert np.array_equal(parts.touched[1, 1], [3, 5])
    half = parts_of([cart, whole], repositories, table, {(1, "a/**")})
    assert (dict(half.touched), half.unread) == ({}, {(1, 1)})
    empty = parts_of([cart], repositories, table.head(0), read)
    assert empty.touched[1, 1].tolist() == []
