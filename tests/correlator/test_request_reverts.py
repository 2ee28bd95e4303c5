"""Reverts of whole merge requests: for whose ticket they are."""

from typing import Any

import pandas as pd
import pytest

from correlator.linking import correlate
from correlator.request_reverts import reverted_numbers
from tests.correlator.builders import evidence, frame

KEYS = frame("item_keys", {"key": "SHOP-1", "item_id": 11}, {"key": "SHOP-2", "item_id": 12})
REPOSITORIES = frame(
    "repositories",
    {"repository_id": 1, "path": "shop/web"},
    {"repository_id": 2, "path": "shop/api"},
    {"repository_id": 3, "path": "shop/twice"},
    {"repository_id": 4, "path": "shop/twice"},
)
A, B, C, D = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("This reverts merge request !12", [("", 12)]),
        ('Revert "x"\n\nThis reverts merge request shop/api!12.', [("shop/api", 12)]),
        ("Reverts shop/web#12", [("shop/web", 12)]),
        ("Reverts #12\r\n\r\nIt broke", [("", 12)]),
        (
            "Because:\nReverts shop/web#12\nReverts shop/web#13",
            [("shop/web", 12), ("shop/web", 13)],
        ),
        ("This also Reverts #12", []),
        ("This reverts merge request 12", []),
        ("Reverts #12abc", []),
        ("Reverts " + "x" * 100_000 + "#12", []),
        ("", []),
    ],
)
def test_what_texts_say_they_revert(text: str, named: list[tuple[str, int]]) -> None:
    assert list(reverted_numbers(text)) == named


def test_a_text_names_a_bounded_number_of_requests() -> None:
    assert len(list(reverted_numbers("This reverts merge request !1\n" * 10_000))) == 100


def request(number: int, **more: Any) -> dict[str, Any]:
    return {"merge_request_id": 20 + number, "number": number, **more}


def found(
    *requests: dict[str, Any],
    commits: tuple[dict[str, Any], ...] = (),
    listed: tuple[tuple[int, int], ...] = (),
) -> pd.DataFrame:
    pairs = ({"merge_request_id": 20 + number, "commit_id": one} for number, one in listed)
    return correlate(
        evidence(
            item_keys=KEYS,
            repositories=REPOSITORIES,
            commits=frame("commits", *commits),
            merge_requests=frame("merge_requests", *requests),
            merge_request_commits=frame("merge_request_commits", *pairs),
        )
    )


def links(table: pd.DataFrame, rule: str) -> dict[tuple[int, int], float]:
    rows = table[table["rule"] == rule]
    columns = zip(rows["a_id"], rows["b_id"], rows["confidence"], strict=True)
    return {(a, b): round(confidence, 3) for a, b, confidence in columns}


def said(table: pd.DataFrame, rule: str) -> list[str]:
    return table.loc[table["rule"] == rule, "evidence"].tolist()


RETRY = request(1, source_branch="feature/shop-1-retry")


def test_a_request_that_reverts_another_is_for_its_ticket_and_so_are_its_commits() -> None:
    undo = request(2, title='Revert "Retry"', description="This reverts merge request !1")
    commits = ({"commit_id": 1, "sha": A, "message": "Undo"},)
    table = found(RETRY, undo, commits=commits, listed=((2, 1),))
    assert links(table, "reverts_request") == {(11, 22): 0.68}
    assert said(table, "reverts_request") == ["It reverts merge request !1, of the ticket"]
    assert links(table, "revert_of_request") == {(11, 1): 0.68}
    assert said(table, "revert_of_request") == [
        "It belongs to merge request !2, which reverts merge request !1, of the ticket"
    ]


def test_the_revert_of_a_revert_brings_back() -> None:
    undo = request(2, description="Reverts shop/web#1")
    redo = request(3, description="Reverts shop/web#2")
    table = found(RETRY, undo, redo)
    assert links(table, "reverts_request") == {(11, 22): 0.68, (11, 23): 0.68}
    assert said(table, "reverts_request") == [
        "It reverts merge request !1, of the ticket",
        "It brings back merge request !1, of the ticket",
    ]


def test_a_request_is_also_named_by_the_commit_that_it_landed_as() -> None:
    squashed = {**RETRY, "squash_sha": A}
    commits = (
        {"commit_id": 1, "sha": A, "message": "Retry"},
        {"commit_id": 2, "sha": B, "message": "SHOP-2: cache"},
    )
    undo = request(2, description=f"This reverts commit {A}")
    other = request(3, description=f"This reverts commit {B}")
    table = found(squashed, undo, other, commits=commits)
    assert links(table, "reverts_request") == {(11, 22): 0.68, (12, 23): 0.68}
    assert said(table, "reverts_request") == [
        "It reverts merge request !1, of the ticket",
        "It reverts commit bbbbbbbb, of the ticket",
    ]


def test_a_commit_that_reverts_a_request_is_for_the_tickets_of_all_its_commits() -> None:
    plain = request(1, merge_sha=A)
    commits = (
        {"commit_id": 1, "sha": A, "message": "Merge branch 'retry' into 'main'"},
        {"commit_id": 2, "sha": B, "message": "SHOP-2: cache"},
        {"commit_id": 3, "sha": C, "message": "Undo\n\nThis reverts merge request !1"},
        {"commit_id": 4, "sha": D, "message": f"Undo\n\nThis reverts commit {A}."},
    )
    table = found(plain, commits=commits, listed=((1, 2),))
    assert links(table, "revert_of_request") == {(12, 3): 0.68, (12, 4): 0.68}
    assert links(table, "revert_of") == {}


def test_what_the_rule_for_commits_links_is_left_to_it() -> None:
    commits = (
        {"commit_id": 1, "sha": A, "message": "Merge branch 'retry' into 'main'"},
        {"commit_id": 2, "sha": B, "message": f"Undo\n\nThis reverts commit {A}."},
    )
    table = found({**RETRY, "merge_sha": A}, commits=commits)
    assert links(table, "revert_of") == {(11, 2): 0.64}
    assert links(table, "revert_of_request") == {}


@pytest.mark.parametrize(
    ("description", "meant"),
    [
        ("This reverts merge request web!1", True),
        ("This reverts merge request Shop/Web!1", True),
        ("This reverts merge request shop/api!1", False),
        ("This reverts merge request other/web!1", False),
        ("This reverts merge request shop/twice!1", False),
        ("This reverts merge request !99", False),
    ],
)
def test_places_are_those_of_the_source(description: str, meant: bool) -> None:
    undo = request(2, repository_id=1, description=description)
    table = found(RETRY, undo, {**request(3), "number": 1, "repository_id": 3})
    assert (links(table, "reverts_request") == {(11, 22): 0.68}) is meant


def test_requests_that_revert_each_other_or_themselves_end() -> None:
    one = request(1, title="SHOP-1", description="This reverts merge request !2")
    two = request(2, title="SHOP-2", description="This reverts merge request !1")
    three = request(3, description="This reverts merge request !3")
    assert links(found(one, two, three), "reverts_request") == {}
