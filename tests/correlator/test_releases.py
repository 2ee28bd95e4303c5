"""Which deployment brought which commit first, worked out by hand and against brute force."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from correlator.releases import Releases, first_deployments
from tests.correlator.builders import frame


def graph(edges: dict[int, list[int]], **changed: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Commits and parents out of {commit: its parents}; the commit time is 10 times the id."""
    commits = frame(
        "commits",
        *({"commit_id": c, "committed_ts": 10 * c, "parents": len(p)} for c, p in edges.items()),
    )
    pairs = [{"commit_id": c, "parent_id": p} for c, parents in edges.items() for p in parents]
    for column, values in changed.items():
        commits[column] = commits["commit_id"].map(values).fillna(commits[column]).astype("int64")
    return commits, frame("parents", *pairs)


def deploy(number: int, commit: int, **more: Any) -> dict[str, Any]:
    """A deployment that finished at 1000 times its number."""
    return {"deployment_id": number, "commit_id": commit, "finished_ts": 1000 * number, **more}


def run(edges: dict[int, list[int]], *rows: dict[str, Any], **changed: Any) -> Releases:
    return first_deployments(frame("deployments", *rows), *graph(edges, **changed))


def claimed(releases: Releases) -> dict[int, set[int]]:
    """{deployment: commits that it brought}."""
    table = releases.claims.groupby("deployment_id")["commit_id"].agg(set)
    return {int(str(number)): commits for number, commits in table.items()}


def outcome(releases: Releases, deployment_id: int) -> tuple[int, str, bool]:
    table = releases.deployments
    row = table[table["deployment_id"] == deployment_id].to_dict("records")[0]
    return row["commits"], row["commits_reason"], row["rollback"]


LINE = {1: [], 2: [1], 3: [2], 4: [3], 5: [4]}


def test_each_commit_belongs_to_the_first_deployment_that_contains_it() -> None:
    releases = run(LINE, deploy(1, 2), deploy(2, 3), deploy(3, 5))
    assert claimed(releases) == {1: {1, 2}, 2: {3}, 3: {4, 5}}
    assert outcome(releases, 2) == (1, "", False)
    assert outcome(releases, 3) == (2, "", False)


def test_the_first_known_deployment_has_an_unknown_predecessor() -> None:
    releases = run(LINE, deploy(1, 2), deploy(2, 3))
    assert outcome(releases, 1) == (NONE, "unknown_predecessor", False)
    marks = releases.claims.set_index("commit_id")["unknown_predecessor"]
    assert marks.to_dict() == {1: True, 2: True, 3: False}


def test_what_failed_deployments_carried_goes_to_the_next_that_succeeds() -> None:
    releases = run(LINE, deploy(1, 1), deploy(2, 3, result="failed"), deploy(3, 4))
    assert claimed(releases) == {1: {1}, 3: {2, 3, 4}}
    assert outcome(releases, 2) == (NONE, "not_successful", False)
    assert outcome(releases, 3) == (3, "", False)


def test_a_rollback_claims_nothing_and_rolling_forward_again_is_no_rollback() -> None:
    releases = run(LINE, deploy(1, 1), deploy(2, 3), deploy(3, 1), deploy(4, 3), deploy(5, 5))
    assert claimed(releases) == {1: {1}, 2: {2, 3}, 5: {4, 5}}
    assert outcome(releases, 3) == (0, "", True)
    assert outcome(releases, 4) == (0, "", False)
    assert outcome(releases, 5) == (2, "", False)


def test_the_same_version_again_is_no_rollback() -> None:
    releases = run(LINE, deploy(1, 1), deploy(2, 3), deploy(3, 3))
    assert outcome(releases, 3) == (0, "", False)


def test_a_rollback_to_a_commit_that_came_with_the_present_version_is_told_by_time() -> None:
    releases = run(LINE, deploy(1, 1), deploy(2, 5), deploy(3, 4))
    assert outcome(releases, 3) == (0, "", True)


def test_a_region_that_lags_behind_another_goes_forward() -> None:
    eu, us = {"environment": "production-eu"}, {"environment": "production-us"}
    rows = [deploy(1, 1, **eu), deploy(2, 3, **eu), deploy(3, 1, **us), deploy(4, 3, **us)]
    releases = run(LINE, *rows, deploy(5, 1, **us))
    assert claimed(releases) == {1: {1}, 2: {2, 3}}
    assert [outcome(releases, number)[2] for number in (3, 4, 5)] == [False, False, True]


def test_leaving_a_hotfix_for_the_version_before_it_is_a_rollback() -> None:
    edges = {1: [], 2: [1], 3: [2], 9: [2]}
    releases = run(edges, deploy(1, 1), deploy(2, 3), deploy(3, 9), deploy(4, 3))
    assert claimed(releases) == {1: {1}, 2: {2, 3}, 3: {9}}
    assert outcome(releases, 4) == (0, "", True)


def test_a_merge_brings_the_commits_of_both_sides() -> None:
    edges = {1: [], 2: [1], 3: [1], 4: [3], 5: [2, 4], 6: [5]}
    releases = run(edges, deploy(1, 2), deploy(2, 5), deploy(3, 6))
    assert claimed(releases) == {1: {1, 2}, 2: {3, 4, 5}, 3: {6}}


def test_the_order_of_finish_decides_not_the_order_of_start_or_rows() -> None:
    late = deploy(1, 2, finished_ts=9000)
    releases = run(LINE, deploy(2, 3), late, deploy(0, 1))
    assert claimed(releases) == {0: {1}, 2: {2, 3}}
    assert outcome(releases, 1) == (0, "", True)


def test_a_deployment_without_finish_counts_from_its_start() -> None:
    releases = run(LINE, deploy(1, 1), deploy(2, 3, finished_ts=NONE, started_ts=500))
    assert claimed(releases) == {2: {1, 2, 3}}


def test_each_service_and_environment_has_its_own_first_deployment() -> None:
    rows = [deploy(1, 1), deploy(2, 2), deploy(3, 2, target="other:staging")]
    releases = run(LINE, *rows, deploy(4, 2, service_id=7))
    assert claimed(releases) == {1: {1}, 2: {2}, 3: {1, 2}, 4: {1, 2}}


def test_an_unknown_commit_leaves_the_next_deployment_without_known_predecessor() -> None:
    gap = deploy(2, NONE, commit_reason="unknown_sha")
    releases = run(LINE, deploy(1, 1), gap, deploy(3, 3), deploy(4, 4))
    assert claimed(releases) == {1: {1}, 3: {2, 3}, 4: {4}}
    assert outcome(releases, 2) == (NONE, "unknown_sha", False)
    assert outcome(releases, 3) == (NONE, "unknown_predecessor", False)
    assert outcome(releases, 4) == (1, "", False)


def test_a_commit_that_is_not_in_the_graph_has_no_commit_set() -> None:
    releases = run(LINE, deploy(1, 1), deploy(2, 77))
    assert outcome(releases, 2) == (NONE, "unknown_sha", False)


def test_commits_known_by_sha_alone_are_not_claimed_and_cut_the_history() -> None:
    edges = {1: [], 2: [1], 3: [2], 4: [8, 3], 8: []}
    releases = run(edges, deploy(1, 2), deploy(2, 3), deploy(3, 4), committed_ts={8: NONE})
    assert claimed(releases)[3] == {4}
    assert outcome(releases, 2) == (1, "", False)
    assert outcome(releases, 3) == (NONE, "history_cut", False)


@pytest.mark.parametrize("parents", [NONE, 2])
def test_parents_that_are_not_told_cut_the_history(parents: int) -> None:
    releases = run(LINE, deploy(1, 1), deploy(2, 3), parents={3: parents})
    assert outcome(releases, 2) == (NONE, "history_cut", False)


def test_no_deployments_and_no_commits_give_empty_frames() -> None:
    releases = run({})
    assert releases.claims.empty
    assert releases.deployments.empty
    assert outcome(run({}, deploy(1, 5)), 1) == (NONE, "unknown_sha", False)


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[int, list[int]], list[dict[str, Any]]]:
    """A random graph of up to 12 commits and up to 8 deployments in two environments."""
    count = draw(st.integers(1, 12))
    edges: dict[int, list[int]] = {1: []}
    for commit in range(2, count + 1):
        before = st.integers(1, commit - 1)
        edges[commit] = draw(st.lists(before, max_size=3, unique=True))
    row = st.fixed_dictionaries(
        {
            "commit_id": st.sampled_from([*edges, NONE]),
            "finished_ts": st.integers(0, 5),
            "created_ts": st.integers(0, 2),
            "target": st.sampled_from(["production", "other:staging"]),
            "result": st.sampled_from(["success", "success", "failed"]),
        }
    )
    drawn = draw(st.lists(row, max_size=8))
    rows = [{"deployment_id": number, **values} for number, values in enumerate(drawn, 1)]
    return edges, rows


def ancestors(edges: dict[int, list[int]], commit: int) -> set[int]:
    """The commit and all before it, by definition."""
    return {commit}.union(*(ancestors(edges, parent) for parent in edges[commit]))


def brute_force(
    edges: dict[int, list[int]], rows: list[dict[str, Any]]
) -> dict[tuple[str, int], int]:
    """{(target, commit): first deployment whose set of ancestors has it}."""
    first: dict[tuple[str, int], int] = {}
    order = sorted(rows, key=lambda r: (r["finished_ts"], r["created_ts"], r["deployment_id"]))
    for row in order:
        if row["result"] == "success" and row["commit_id"] != NONE:
            for commit in ancestors(edges, row["commit_id"]):
                first.setdefault((row["target"], commit), row["deployment_id"])
    return first


def first_of(releases: Releases) -> dict[tuple[str, int], int]:
    claims = releases.claims
    assert not claims.duplicated(["target", "commit_id"]).any()
    keys = zip(claims["target"], claims["commit_id"], strict=True)
    return dict(zip(keys, claims["deployment_id"], strict=True))


@settings(max_examples=60, deadline=None)
@given(histories())
def test_the_walk_agrees_with_sets_of_ancestors(
    history: tuple[dict[int, list[int]], list[dict[str, Any]]],
) -> None:
    edges, rows = history
    assert first_of(run(edges, *rows)) == brute_force(edges, rows)


@settings(max_examples=60, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    history: tuple[dict[int, list[int]], list[dict[str, Any]]], random: Any
) -> None:
    edges, rows = history
    deployments, (commits, parents) = frame("deployments", *rows), graph(edges)
    plain = first_deployments(deployments, commits, parents)
    shuffled = [
        table.iloc[random.sample(range(len(table)), len(table))].reset_index(drop=True)
        for table in (deployments, commits, parents)
    ]
    other = first_deployments(*shuffled)
    pd.testing.assert_frame_equal(plain.claims, other.claims)
    by_id = other.deployments.sort_values("deployment_id", ignore_index=True)
    pd.testing.assert_frame_equal(plain.deployments, by_id)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_a_rollback_brings_nothing_new(
    history: tuple[dict[int, list[int]], list[dict[str, Any]]],
) -> None:
    releases = run(history[0], *history[1])
    rolled = releases.deployments[releases.deployments["rollback"]]
    assert not np.isin(rolled["deployment_id"], releases.claims["deployment_id"]).any()
