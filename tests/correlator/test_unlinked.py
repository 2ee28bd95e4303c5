"""The likely reason for which something is not linked."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from core.frames import NONE
from correlator.keys import KeyFinder
from correlator.unlinked import (
    ROW,
    Code,
    counted_commits,
    meant_items,
    suggested,
    unlinked_commits,
    unlinked_deployments,
    unlinked_items,
)
from tests.correlator.builders import evidence, frame
from tests.correlator.tickets import THEN, tickets

KNOWN = tickets("SHOP-1", "SHOP-2", "SHOP-7", titles={"SHOP-7": "Retry declined payments once"})
KEYS = frame("item_keys", *({"key": f"SHOP-{n}", "item_id": i} for i, n in ((1, 1), (2, 2))))
NOBODY = pd.Series([], dtype="int64")


def commits(*messages: str, **more: Any) -> pd.DataFrame:
    rows = [
        {"commit_id": n, "sha": f"sha{n}", "message": text, "committed_ts": THEN, "parents": 1}
        for n, text in enumerate(messages, 1)
    ]
    return frame("commits", *rows).assign(**{"author_bot": False, **more})


def reasons(
    table: pd.DataFrame, *, linked: tuple[int, ...] = (), requested: tuple[int, ...] = ()
) -> list[list[Any]]:
    given = evidence(
        finder=KeyFinder(["SHOP"]),
        item_keys=KEYS,
        commits=table,
        merge_requests=frame("merge_requests", {"merge_request_id": 1}),
    )
    code = Code(
        counted_commits(given, table["commit_id"]),
        pd.Series(linked, dtype="int64"),
        pd.Series(requested, dtype="int64"),
    )
    orphans = code.commits[~code.commits["commit_id"].isin(code.linked)]
    found = unlinked_commits(given, code, suggested(orphans, KNOWN), KNOWN.projects)
    assert list(found) == ROW
    return found[["entity_id", "reason", "detail"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("message", "reason", "detail"),
    [
        ("SHPO-1: retry", "typo", "SHPO-1"),
        ("SHOP1 retry", "typo", "SHOP1"),
        ("SHOP-77: retry", "unknown_ticket", "SHOP-77"),
        ("WAREHOUSE-5: retry", "key_of_unknown_project", "WAREHOUSE-5"),
        ("retry with SHA-256 and UTF-8", "direct_push", ""),
        ("retry\n\nsee WAREHOUSE-5", "direct_push", ""),
        ("SHOP-1: a key that two trackers have is not sure", "ambiguous_key", "SHOP-1"),
        ("Retry declined payments once", "direct_push", ""),
    ],
)
def test_a_commit_without_ticket_has_a_likely_reason(
    message: str, reason: str, detail: str
) -> None:
    assert reasons(commits(message)) == [[1, reason, detail]]


def test_who_came_by_a_request_did_not_push_directly() -> None:
    assert reasons(commits("retry", "wait"), requested=(1,)) == [
        [1, "no_key_anywhere", ""],
        [2, "direct_push", ""],
    ]


def test_a_repository_without_requests_has_no_direct_pushes() -> None:
    table = commits("retry").assign(repository_id=9)
    assert reasons(table) == [[1, "no_key_anywhere", ""]]


def test_bots_linked_commits_and_merges_are_told_apart() -> None:
    table = commits(
        "bump", "SHOP-1: retry", "Merge", "stub",
        author_bot=[True, False, False, False], parents=[1, 1, 2, NONE],
    )  # fmt: skip
    table.loc[3, "committed_ts"] = NONE  # known by its sha alone
    assert reasons(table, linked=(2,)) == [[1, "bot", ""]]


def test_a_bots_words_suggest_nothing() -> None:
    assert suggested(commits("SHPO-1: bump", author_bot=True), KNOWN).empty


def test_a_bare_title_is_a_suggestion_and_no_reason() -> None:
    found = suggested(commits("retry declined payments once"), KNOWN)
    assert found[["commit_id", "key", "kind"]].to_numpy().tolist() == [[1, "SHOP-7", "title"]]


def requests(*rows: tuple[int, int, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["item_id", "number", "state"])
    return table.astype({"item_id": "int64", "number": "int64", "state": "object"})


def test_a_done_item_without_commit_has_a_likely_reason() -> None:
    done = pd.DataFrame({"item_id": [1, 2, 3, 4], "ts": [10, 20, 30, 40]})
    named = requests((1, 8, "open"), (1, 9, "closed"), (2, 7, "open"), (2, 6, "merged"))
    found = unlinked_items(done, named, {3: "{}"}, read=True)
    assert found[["entity_id", "ts", "reason", "detail"]].to_numpy().tolist() == [
        [1, 10, "branch_only", "!8"],
        [2, 20, "commits_unread", "!6"],
        [3, 30, "typo_suggested", ""],
        [4, 40, "nothing_found", ""],
    ]
    unread = unlinked_items(done[3:], requests(), {}, read=False)
    assert unread["reason"].tolist() == ["no_repository"]


def test_of_several_commits_the_surest_is_suggested_for_an_item() -> None:
    table = commits("Shop-1 retry", "SHOP1: retry", "SHPO-1 retry")
    found = meant_items(suggested(table, KNOWN), table)
    assert found.keys() == {1}
    meant = json.loads(found[1])
    assert (meant["commit"], meant["kind"]) == ("sha2", "separator")
    assert meant_items(suggested(table[:0], KNOWN), table) == {}


def test_the_order_of_the_commits_changes_nothing() -> None:
    table = commits("SHPO-1: retry", "SHOP-77", "retry", "Shop-1 retry")
    turned = table[::-1].reset_index(drop=True)
    assert sorted(reasons(table)) == sorted(reasons(turned))
    one, other = (meant_items(suggested(some, KNOWN), some) for some in (table, turned))
    assert one == other


def test_deployments_keep_the_reason_of_their_facts() -> None:
    facts = pd.DataFrame(
        {
            "deployment_id": [1, 2, 3],
            "finished_ts": [5, 6, 7],
            "commits": [4, NONE, NONE],
            "commits_reason": ["", "no_sha", ""],
        }
    )
    found = unlinked_deployments(facts)
    assert found[["entity_id", "reason"]].to_numpy().tolist() == [[2, "no_sha"], [3, "unknown"]]
