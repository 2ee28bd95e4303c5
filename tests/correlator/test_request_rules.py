"""Tickets of a squash commit, and tickets that only the description of a merge request names."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from correlator.confidence import COUNTS, combine
from correlator.linking import correlate
from tests.correlator.builders import evidence, frame

KEYS = frame(
    "item_keys",
    {"key": "SHOP-1", "item_id": 11},
    {"key": "SHOP-2", "item_id": 12},
    {"key": "SHOP-3", "item_id": 13},
)
A, B, SQUASH, MERGE = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)


def links(
    *messages: str, listed: tuple[int, ...] = (1, 2), **request: Any
) -> dict[str, dict[tuple[int, int], str]]:
    """Evidence by rule and pair. Commits 1, 2 and 3 are A, B and SQUASH with these messages."""
    shas = (A, B, SQUASH, MERGE)
    commits = [
        {"commit_id": number, "sha": shas[number - 1], "message": message}
        for number, message in enumerate(messages, start=1)
    ]
    table = correlate(
        evidence(
            item_keys=KEYS,
            commits=frame("commits", *commits),
            merge_requests=frame("merge_requests", {"merge_request_id": 5, "number": 8, **request}),
            merge_request_commits=frame(
                "merge_request_commits",
                *({"merge_request_id": 5, "commit_id": commit} for commit in listed),
            ),
        )
    )
    found: dict[str, dict[tuple[int, int], str]] = {}
    for one in table.itertuples():
        found.setdefault(one.rule, {})[one.a_id, one.b_id] = one.evidence
    assert_sure(table)
    return found


def assert_sure(table: pd.DataFrame) -> None:
    """What these rules link counts as written for the ticket."""
    made = table[table["rule"].isin(["squashed", "described"])]
    if len(made):
        assert (combine(made)["confidence"] >= COUNTS).all()


def test_a_squash_commit_is_of_every_ticket_that_its_commits_name() -> None:
    found = links("SHOP-1: cart", "SHOP-2: total", "SHOP-1: cart", squash_sha=SQUASH)
    assert found["squashed"] == {
        (11, 3): "It is the squash commit of merge request !8, which lists aaaaaaaa, a commit of"
        " the ticket",
        (12, 3): "It is the squash commit of merge request !8, which lists bbbbbbbb, a commit of"
        " the ticket",
    }


def test_a_merge_commit_holds_nothing_itself() -> None:
    found = links("SHOP-1: cart", "SHOP-2: total", "Merge branch 'cart'", merge_sha=SQUASH)
    assert "squashed" not in found


def test_a_squash_is_not_of_what_its_commits_only_take_over_from_the_request() -> None:
    """The branch names the ticket of all of them; that is the business of another rule."""
    found = links("cart", "total", "cart", squash_sha=SQUASH, source_branch="shop-1-cart")
    assert "squashed" not in found
    assert (11, 3) in found["merge_request"]


def test_a_description_that_alone_names_a_ticket_gives_it_to_the_commits() -> None:
    found = links("cart", "total", "Cart", squash_sha=SQUASH, title="Cart", description="SHOP-3")
    says = (
        "It belongs to merge request !8, whose description names the ticket, and no other is named"
        " by the merge request or its commits"
    )
    assert found["described"] == {(13, 1): says, (13, 2): says, (13, 3): says}


def test_a_commit_that_names_the_same_ticket_does_no_harm() -> None:
    found = links("cart", "SHOP-3: total", description="Closes SHOP-3")
    assert set(found["described"]) == {(13, 1), (13, 2)}


@pytest.mark.parametrize(
    ("messages", "request_"),
    [
        (("cart", "total"), {"title": "SHOP-1: cart", "description": "After SHOP-3"}),
        (("cart", "total"), {"source_branch": "shop-1-cart", "description": "After SHOP-3"}),
        (("cart", "total"), {"description": "After SHOP-2 and SHOP-3"}),
        (("SHOP-1: cart", "total"), {"description": "After SHOP-3"}),
        (("cart", "SHOP-3 SHOP-1: total"), {"description": "After SHOP-3"}),
        (("cart", "total"), {"title": "SHOP-3: cart", "description": "SHOP-3"}),
    ],
)
def test_a_description_gives_nothing_where_something_else_names_a_ticket(
    messages: tuple[str, ...], request_: dict[str, str]
) -> None:
    assert "described" not in links(*messages, **request_)
