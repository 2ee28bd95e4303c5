"""Copies of a commit: rebased, picked without a word, pushed over."""

import time
from typing import Any

import pandas as pd
import pytest

from core.frames import NONE
from correlator.linking import correlate
from correlator.patches import patches, plain_message
from tests.correlator.builders import evidence, frame

KEYS = frame("item_keys", {"key": "SHOP-1", "item_id": 11}, {"key": "SHOP-2", "item_id": 12})
A, B, C, D = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)
HOUR, DAY = 3600, 86_400
WRITTEN, MERGED = 1_000_000, 2_000_000


def commit(number: int, sha: str, at: int, **more: Any) -> dict[str, Any]:
    """Written by one person in one second; `at` is when it was committed."""
    told = {"message": "Retry the payment", "authored_ts": WRITTEN, "author_id": 7, "parents": 1}
    return {"commit_id": number, "sha": sha, "committed_ts": at, **told, **more}


def request(number: int, **more: Any) -> dict[str, Any]:
    told = {"merge_request_id": number, "number": number, "merged_ts": MERGED}
    return {**told, "source_branch": f"feature/shop-{number}-retry", **more}


def listing(*pairs: tuple[int, int]) -> pd.DataFrame:
    names = ("merge_request_id", "commit_id")
    rows = [dict(zip(names, pair, strict=True)) for pair in pairs]
    return frame("merge_request_commits", *rows)


def found(
    commits: list[dict[str, Any]], requests: list[dict[str, Any]], *listed: tuple[int, int]
) -> pd.DataFrame:
    return correlate(
        evidence(
            item_keys=KEYS,
            commits=frame("commits", *commits),
            merge_requests=frame("merge_requests", *requests),
            merge_request_commits=listing(*listed),
        )
    )


def links(table: pd.DataFrame, rule: str) -> dict[tuple[int, int], float]:
    rows = table[table["rule"] == rule]
    columns = zip(rows["a_id"], rows["b_id"], rows["confidence"], strict=True)
    return {(a, b): round(confidence, 3) for a, b, confidence in columns}


@pytest.mark.parametrize(
    "message",
    [
        "Retry the payment\n\nTwice.",
        "Retry the payment (#12)\n\nTwice.\n",
        "Retry the payment (#12) (#14)\r\n\r\nTwice.\r\n\r\n"
        f"(cherry picked from commit {A})\nSigned-off-by: Kim <kim@example.com>",
        "Retry the payment\n\nTwice.\n\nReviewed-by: Lee\nChange-Id: I0123",
    ],
)
def test_what_tools_add_to_a_copy_is_no_part_of_its_message(message: str) -> None:
    assert plain_message(message) == "Retry the payment\nTwice."


def test_other_words_are_part_of_the_message() -> None:
    assert plain_message("Retry (#12) twice") == "Retry (#12) twice"
    assert plain_message("Fix: retry\nSee also: the page") == "Fix: retry\nSee also: the page"
    assert plain_message("  \n ") == ""


@pytest.mark.parametrize(
    "piece", [" (#1)", "\n(cherry picked from commit ", " ", "\n", "(#", "a: "]
)
def test_huge_messages_take_no_more_than_their_length(piece: str) -> None:
    began = time.thread_time()
    plain_message("Retry" + piece * 300_000 + ")")
    assert time.thread_time() - began < 5


def test_commits_that_a_rebase_remade_belong_to_the_request_and_its_ticket() -> None:
    commits = [
        commit(1, A, WRITTEN + 10),
        commit(2, B, WRITTEN + 20, message="Retry once more", authored_ts=WRITTEN + 15),
        commit(3, C, MERGED),
        commit(4, D, MERGED, message="Retry once more (#1)", authored_ts=WRITTEN + 15),
    ]
    table = found(commits, [request(1, merge_sha=D)], (1, 1), (1, 2))
    assert links(table, "rebased") == {(3, 1): 0.95}
    assert links(table, "merge_sha") == {(4, 1): 1.0}
    assert links(table, "merge_request") == {(11, n): 0.8 for n in (1, 2, 3, 4)}
    assert links(table, "same_patch") == {}
    said = table.loc[table["rule"] == "rebased", "evidence"].tolist()
    assert said == [
        "cccccccc has author, author time and message of aaaaaaaa, which merge request !1 lists"
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"author_id": 8},
        {"authored_ts": WRITTEN + 1},
        {"message": "Retry the order"},
        {"repository_id": 2},
        {"parents": 2},
    ],
)
def test_author_second_message_and_repository_must_all_agree(other: dict[str, Any]) -> None:
    commits = [commit(1, A, WRITTEN), commit(2, B, MERGED, **other)]
    table = found(commits, [request(1)], (1, 1))
    assert links(table, "rebased") == links(table, "same_patch") == {}


@pytest.mark.parametrize(
    "both",
    [{"message": "wip"}, {"message": ""}, {"author_id": NONE}],
)
def test_a_single_word_or_an_unknown_author_is_too_little(both: dict[str, Any]) -> None:
    commits = [commit(1, A, WRITTEN, **both), commit(2, B, MERGED, **both)]
    assert links(found(commits, [request(1)], (1, 1)), "rebased") == {}


def test_what_a_script_commits_within_one_second_is_no_copy() -> None:
    commits = [commit(1, A, WRITTEN), commit(2, B, WRITTEN)]
    table = found(commits, [request(1)], (1, 1))
    assert len(patches(frame("commits", *commits))) == 2
    assert links(table, "rebased") == links(table, "same_patch") == {}


def test_what_many_commits_share_is_no_patch() -> None:
    commits = [commit(n, f"{n:040x}", WRITTEN + n) for n in range(1, 22)]
    assert patches(frame("commits", *commits)).empty
    assert len(patches(frame("commits", *commits[1:]))) == 20


def test_of_two_requests_with_the_same_commits_the_merge_that_is_near_is_meant() -> None:
    commits = [
        commit(1, A, WRITTEN),
        commit(2, B, WRITTEN + HOUR),
        commit(3, C, MERGED),
        commit(4, D, MERGED + 9 * DAY),
    ]
    later = request(2, merged_ts=MERGED + 9 * DAY)
    table = found(commits, [request(1), later], (1, 1), (2, 2))
    assert links(table, "rebased") == {(3, 1): 0.95, (4, 2): 0.95}


def test_two_requests_that_are_equally_near_leave_it_open() -> None:
    commits = [commit(1, A, WRITTEN), commit(2, B, WRITTEN + HOUR), commit(3, C, MERGED)]
    table = found(commits, [request(1), request(2, merged_ts=MERGED + HOUR)], (1, 1), (2, 2))
    assert links(table, "rebased") == {}
    # The tickets of both copies are its own all the same, through the copies.
    assert links(table, "same_patch")[11, 3] == links(table, "same_patch")[12, 3] == 0.68


def test_a_merged_request_goes_before_one_that_was_closed_and_sent_again() -> None:
    commits = [commit(1, A, WRITTEN), commit(2, B, WRITTEN + HOUR), commit(3, C, MERGED)]
    closed = request(1, state="closed", merged_ts=NONE)
    assert links(found(commits, [closed, request(2)], (1, 1), (2, 2)), "rebased") == {(3, 2): 0.95}
    assert links(found(commits, [closed], (1, 1)), "rebased") == {(2, 1): 0.855, (3, 1): 0.855}


def test_a_pick_after_the_merge_is_of_the_ticket_and_not_of_the_request() -> None:
    commits = [commit(1, A, WRITTEN), commit(2, B, MERGED + DAY)]
    table = found(commits, [request(1)], (1, 1))
    assert links(table, "rebased") == {}
    assert links(table, "same_patch") == {(11, 2): 0.68}
    said = table.loc[table["rule"] == "same_patch", "evidence"].tolist()
    assert said == ["It has author, author time and message of aaaaaaaa, a commit of the ticket"]


def test_a_copy_that_names_another_ticket_is_less_sure() -> None:
    own = {"message": "SHOP-2: retry the payment"}
    commits = [commit(1, A, WRITTEN, **own), commit(2, B, MERGED + DAY, **own)]
    table = found(commits, [request(1)], (1, 1))
    # 0.5 for the request's ticket, and that as sure as the copy, whose message names another.
    assert links(table, "same_patch") == {(11, 2): round(0.85 * 0.5 * 0.625, 3)}
    assert links(table, "key_in_message") == {(12, 1): 0.85, (12, 2): 0.85}


def test_a_pick_that_names_its_origin_is_left_to_the_rule_for_that() -> None:
    named = f"Retry the payment\n\n(cherry picked from commit {A})"
    commits = [commit(1, A, WRITTEN), commit(2, B, MERGED + DAY, message=named)]
    table = found(commits, [request(1)], (1, 1))
    assert links(table, "same_patch") == {}
    assert links(table, "cherry_pick_of") == {(11, 2): 0.72}


def test_the_surest_of_several_copies_is_named() -> None:
    commits = [commit(n, sha, MERGED + n * DAY) for n, sha in enumerate((A, B, C))]
    strong = request(1, title="SHOP-1: retry", merged_ts=MERGED)
    picked = commit(5, D, MERGED + 9 * DAY)
    table = found([*commits, picked], [strong], (1, 0))
    assert links(table, "same_patch") == {(11, n): 0.68 for n in (1, 2, 5)}
    assert all("aaaaaaaa" in said for said in table.query("rule == 'same_patch'")["evidence"])
