"""Builds of merge requests, whose temporary merge commits are on no branch."""

from typing import Any

import pandas as pd
import pytest

from core.frames import NONE
from correlator.linking import correlate
from correlator.request_refs import job_number, request_number
from tests.correlator.builders import evidence, frame

KEYS = frame("item_keys", {"key": "SHOP-1", "item_id": 11}, {"key": "SHOP-2", "item_id": 12})
WEB, LIBRARY = "https://git.example/shop/web.git", "https://git.example/ci/library.git"
REPOSITORIES = frame(
    "repositories",
    {"repository_id": 1, "url": WEB},
    {"repository_id": 2, "path": "ci/library", "url": LIBRARY},
)
REQUESTS = (
    {"merge_request_id": 21, "number": 12, "source_branch": "feature/shop-1-retry"},
    {"merge_request_id": 22, "number": 13, "source_branch": "feature/shop-2-cache"},
    {"merge_request_id": 23, "number": 40, "source_branch": "pull/13/head"},
    {"merge_request_id": 24, "number": 14, "repository_id": 2, "source_branch": "shop-2-x"},
)
TEMPORARY = "e" * 40


@pytest.mark.parametrize(
    ("ref", "number"),
    [
        ("refs/merge-requests/12/merge", 12),
        ("refs/merge-requests/12/head", 12),
        ("refs/merge-requests/12/train", 12),
        ("refs/pull/12/merge", 12),
        ("pull/12/head", 12),
        ("pr/12/merge", 12),
        (f"gh-readonly-queue/main/pr-12-{TEMPORARY}", 12),
        (f"refs/heads/gh-readonly-queue/release/4.2/pr-12-{TEMPORARY}", 12),
        ("refs/merge-requests/12/merge/more", None),
        ("refs/heads/merge-requests/12/merge", None),
        ("refs/pull/12", None),
        ("refs/pull/١٢/merge", None),
        ("gh-readonly-queue/main/pr-12", None),
        ("PR-12", None),
        ("main", None),
        ("", None),
        ("refs/pull/" + "1" * 100_000 + "/merge", None),
    ],
)
def test_refs_that_name_a_request(ref: str, number: int | None) -> None:
    assert request_number(ref) == number


@pytest.mark.parametrize(
    ("ref", "number"),
    [("PR-12", 12), ("MR-12-merge", 12), ("PR-12-head", 12), ("PR-12-fix", None), ("pr-12", None)],
)
def test_jobs_that_name_a_request(ref: str, number: int | None) -> None:
    assert job_number(ref) == number


def found(*builds: dict[str, Any], **frames: pd.DataFrame) -> pd.DataFrame:
    return correlate(
        evidence(
            item_keys=KEYS,
            repositories=REPOSITORIES,
            merge_requests=frame("merge_requests", *REQUESTS),
            builds=frame("builds", *builds),
            **frames,
        )
    )


def links(table: pd.DataFrame, rule: str) -> dict[tuple[int, int], float]:
    rows = table[table["rule"] == rule]
    columns = zip(rows["a_id"], rows["b_id"], rows["confidence"], strict=True)
    return {(a, b): round(confidence, 3) for a, b, confidence in columns}


def checked_out(*remotes: str) -> str:
    return "[" + ", ".join(f'["{TEMPORARY}", "{remote}"]' for remote in remotes) + "]"


def test_a_merged_result_pipeline_is_of_the_request_and_its_ticket() -> None:
    ref = "refs/merge-requests/12/merge"
    table = found({"build_id": 5, "repository_id": 1, "ref": ref, "revisions": checked_out("")})
    assert links(table, "request_ref") == {(21, 5): 1.0}
    assert links(table, "built_request") == {(11, 5): 0.8}
    said = dict(zip(table["rule"], table["evidence"], strict=True))
    assert said["request_ref"] == f"The build ran for {ref}, merge request !12"
    assert said["built_request"] == (
        "The build ran for merge request !12, whose branch or title names the ticket"
    )


def test_the_job_of_a_request_counts_by_its_name_where_the_checkout_tells_the_repository() -> None:
    table = found(
        {"build_id": 5, "ref": "PR-12", "revisions": checked_out(LIBRARY, WEB)},
        {"build_id": 6, "ref": "MR-13-merge", "revisions": checked_out(WEB)},
        {"build_id": 7, "ref": "PR-12", "revisions": checked_out("https://git.example/other")},
        {"build_id": 8, "ref": "PR-12", "repository_id": 1},
    )
    assert links(table, "request_ref") == {(21, 5): 0.9, (22, 6): 0.9}


def test_two_checkouts_with_a_request_of_that_number_leave_it_open() -> None:
    both = {"merge_request_id": 25, "number": 12, "repository_id": 2}
    table = correlate(
        evidence(
            repositories=REPOSITORIES,
            merge_requests=frame("merge_requests", *REQUESTS, both),
            builds=frame(
                "builds", {"build_id": 5, "ref": "PR-12", "revisions": checked_out(WEB, LIBRARY)}
            ),
        )
    )
    assert table.empty


def test_a_ref_counts_in_the_repository_of_the_build_alone() -> None:
    table = found(
        {"build_id": 5, "repository_id": 2, "ref": "refs/merge-requests/12/merge"},
        {"build_id": 6, "repository_id": 1, "ref": "refs/merge-requests/99/merge"},
        {"build_id": 7, "repository_id": NONE, "ref": "refs/merge-requests/12/merge"},
    )
    assert links(table, "request_ref") == {}


def test_a_branch_that_is_called_like_a_ref_is_a_branch() -> None:
    table = found({"build_id": 5, "repository_id": 1, "ref": "pull/13/head"})
    assert links(table, "request_ref") == {}


def test_a_commit_of_other_requests_speaks_against_the_number() -> None:
    commits = frame("commits", {"commit_id": 1, "sha": TEMPORARY})
    build = {"repository_id": 1, "ref": "refs/merge-requests/12/head", "revisions": checked_out("")}
    other = frame("merge_request_commits", {"merge_request_id": 22, "commit_id": 1})
    table = found({"build_id": 5, **build}, commits=commits, merge_request_commits=other)
    assert links(table, "request_ref") == {}
    both = pd.concat(
        [other, frame("merge_request_commits", {"merge_request_id": 21, "commit_id": 1})]
    )
    table = found({"build_id": 5, **build}, commits=commits, merge_request_commits=both)
    assert links(table, "request_ref") == {(21, 5): 1.0}


def test_a_build_that_checked_out_a_commit_of_the_ticket_is_not_counted_twice() -> None:
    build = {"repository_id": 1, "ref": "refs/merge-requests/12/head", "revisions": checked_out("")}
    table = found(
        {"build_id": 5, **build},
        commits=frame("commits", {"commit_id": 1, "sha": TEMPORARY}),
        merge_request_commits=frame(
            "merge_request_commits", {"merge_request_id": 21, "commit_id": 1}
        ),
    )
    assert links(table, "built_commit") == {(11, 5): 0.8}
    assert links(table, "built_request") == {}
    assert links(table, "request_ref") == {(21, 5): 1.0}
