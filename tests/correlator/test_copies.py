"""Reverts and cherry-picks: for whose ticket they are, and how far a chain is followed."""

import pandas as pd
import pytest

from correlator.linking import correlate
from correlator.reverts import cherry_picks, quoted_title, reverts, takes_back, without_quote
from tests.correlator.builders import evidence, frame

KEYS = frame("item_keys", {"key": "SHOP-1", "item_id": 11}, {"key": "SHOP-2", "item_id": 12})
A, B, C, D = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)


def rules_of(commits: pd.DataFrame) -> dict[tuple[str, int, int], float]:
    table = correlate(evidence(item_keys=KEYS, commits=commits))
    columns = (table[name] for name in ("rule", "a_id", "b_id", "confidence"))
    return {(rule, a, b): round(c, 3) for rule, a, b, c in zip(*columns, strict=True)}


@pytest.mark.parametrize(
    ("message", "title", "back"),
    [
        ('Revert "SHOP-1: retry"', "SHOP-1: retry", True),
        ('Revert "Revert "SHOP-1: retry""\n\nmore', 'Revert "SHOP-1: retry"', False),
        ('Revert "Revert "Revert "x"""', 'Revert "Revert "x""', True),
        ('Reapply "SHOP-1: retry"', "SHOP-1: retry", False),
        ('Revert "Reapply "SHOP-1: retry""', 'Reapply "SHOP-1: retry"', True),
    ],
)
def test_what_a_revert_quotes(message: str, title: str, back: bool) -> None:
    assert quoted_title(message) == title
    assert takes_back(message) is back
    assert title not in without_quote(message)


@pytest.mark.parametrize("message", ["SHOP-1: retry", "Revert the login", 'Say "Revert "x""', ""])
def test_other_messages_quote_nothing(message: str) -> None:
    assert quoted_title(message) == ""
    assert without_quote(message) == message


def test_a_key_in_the_quote_of_a_revert_is_no_key_of_its_own() -> None:
    message = f'Revert "SHOP-1: retry"\n\nThis reverts commit {D}.\nRefs: SHOP-2'
    commits = frame("commits", {"commit_id": 1, "sha": A, "message": message})
    assert rules_of(commits) == {("key_in_quote", 11, 1): 0.8, ("key_in_message", 12, 1): 0.85}
    said = correlate(evidence(item_keys=KEYS, commits=commits))["evidence"].tolist()
    assert said == [
        'The message names SHOP-2: "Revert "SHOP-1: retry""',
        'It takes back "SHOP-1: retry", which names SHOP-1',
    ]


def test_reverts_and_picks_are_for_the_ticket_of_the_first_commit_however_long_the_chain() -> None:
    commits = frame(
        "commits",
        {"commit_id": 1, "sha": A, "message": "SHOP-1: retry"},
        {"commit_id": 2, "sha": B, "message": f"Undo\n\nThis reverts commit {A}."},
        {"commit_id": 3, "sha": C, "message": f"Redo\n\nThis reverts commit {B[:12]}."},
        {"commit_id": 4, "sha": D, "message": f"Redo\n\n(cherry picked from commit {C})"},
        {"commit_id": 5, "repository_id": 2, "sha": "e", "message": f"This reverts commit {A}."},
    )
    assert rules_of(commits) == {
        ("key_in_message", 11, 1): 0.85,
        ("revert_of", 11, 2): 0.68,
        ("revert_of", 11, 3): 0.68,
        ("cherry_pick_of", 11, 4): 0.612,
    }


def test_a_revert_of_several_is_for_the_tickets_of_all_and_says_what_became_of_each() -> None:
    both = f"This reverts commit {B}.\nThis reverts commit {C}."
    commits = frame(
        "commits",
        {"commit_id": 1, "sha": A, "message": "SHOP-1: retry"},
        {"commit_id": 2, "sha": B, "message": f"Undo\n\nThis reverts commit {A}."},
        {"commit_id": 3, "sha": C, "message": "SHOP-2: cache"},
        {"commit_id": 4, "sha": D, "message": both},
    )
    table = correlate(evidence(item_keys=KEYS, commits=commits))
    said = table[(table["rule"] == "revert_of") & (table["b_id"] == 4)]
    assert dict(zip(said["a_id"], said["evidence"], strict=True)) == {
        11: "It brings back aaaaaaaa, a commit of the ticket",
        12: "It reverts cccccccc, a commit of the ticket",
    }


def test_messages_that_name_themselves_or_each_other_end() -> None:
    commits = frame(
        "commits",
        {"commit_id": 1, "sha": A, "message": f"SHOP-1\n\nThis reverts commit {A}."},
        {"commit_id": 2, "sha": B, "message": f"This reverts commit {C}."},
        {"commit_id": 3, "sha": C, "message": f"This reverts commit {B}. SHOP-2"},
    )
    found = rules_of(commits)
    assert found["key_in_message", 11, 1] == 0.85
    assert ("revert_of", 11, 1) not in found


def test_an_abbreviated_sha_counts_where_one_commit_alone_begins_with_it() -> None:
    commits = frame(
        "commits",
        {"commit_id": 1, "sha": "1234567" + "0" * 33, "message": ""},
        {"commit_id": 2, "sha": "1234567" + "1" * 33, "message": ""},
        {"commit_id": 3, "sha": "7654321" + "1" * 33, "message": ""},
        {"commit_id": 4, "sha": C, "message": "This reverts commit 1234567."},
        {"commit_id": 5, "sha": D, "message": "This reverts commit 7654321."},
    )
    found = reverts(commits)
    assert found.to_dict("list") == {"commit_id": [5], "reverted_id": [3]}


def test_a_pick_of_a_pick_names_both() -> None:
    message = f"x\n\n(cherry picked from commit {A})\n(cherry picked from commit {B})"
    commits = frame(
        "commits",
        {"commit_id": 1, "sha": A},
        {"commit_id": 2, "sha": B},
        {"commit_id": 3, "sha": C, "message": message},
    )
    found = cherry_picks(commits)
    assert found.to_dict("list") == {"commit_id": [3, 3], "picked_id": [1, 2]}
