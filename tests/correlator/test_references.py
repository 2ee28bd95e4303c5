"""`#12` in texts: which are references, which close an issue, and what only looks like one."""

import time

import pandas as pd
import pytest

from core.records import Entity
from correlator.linking import correlate
from correlator.references import references
from tests.correlator.builders import evidence, frame

ISSUES = frame(
    "item_keys",
    {"key": "shop/web#12", "item_id": 21},
    {"key": "shop/web#13", "item_id": 22},
    {"key": "Shop/Api#12", "item_id": 23},
    {"key": "shop/web#12", "item_id": 31, "source_id": 9},
    {"key": "SHOP-12", "item_id": 41},
)
REPOSITORIES = frame(
    "repositories",
    {"repository_id": 1, "path": "shop/web", "url": "https://git.example/shop/web"},
    {"repository_id": 2, "path": "logistics/web"},
)


def told(text: str) -> list[tuple[str, int, bool]]:
    found = references([text])
    assert (found["host"] == "").all()
    return list(zip(found["place"], found["number"], found["closes"], strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fix the login (#12)", [("", 12, False)]),
        ("#12: fix the login", [("", 12, False)]),
        ("[#12] fix, see #13", [("", 12, False), ("", 13, False)]),
        ("like shop/web#12 and api#3", [("shop/web", 12, False), ("api", 3, False)]),
        ("group/sub/project#7.", [("group/sub/project", 7, False)]),
        ("修复#12问题, Résolu:#13", [("", 12, False), ("", 13, False)]),
        ("Closes #12", [("", 12, True)]),
        ("Refs: #12\nFixes: shop/api#3", [("", 12, False), ("shop/api", 3, True)]),
        ("closes #4, #6 and shop/api#5, as #7", [
            ("", 4, True), ("", 6, True), ("shop/api", 5, True), ("", 7, False),
        ]),
        ("Resolved issues #4, and #6", [("", 4, True), ("", 6, True)]),
        ("#12 again: fixes #12", [("", 12, True)]),
        ("https://git.example/x#note_12 #13", [("", 13, False)]),
    ],
)  # fmt: skip
def test_texts_refer_to_issues(text: str, expected: list[tuple[str, int, bool]]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# A heading",
        "#0 #012 #12a #1234567890",
        "colour #fff000, a &#39; and x##12",
        "https://git.example/x#12",
        "//#12 a//b#12 /a#12",
        "PR #12, build #12, step #3 and Pull request: #4",
        "merge request #12",
    ],
)
def test_what_only_looks_like_a_reference(text: str) -> None:
    assert told(text) == []


def test_an_address_of_an_issue_is_a_reference_with_its_host() -> None:
    text = (
        "Closes https://Git.example:8443/shop/web/-/issues/12 and https://hub.example/o/r/issues/3."
    )
    found = references([text, "https://git.example/issues/12", "https://x.example/a/b/issues/12b"])
    assert found.to_dict("list") == {
        "row": [0, 0],
        "host": ["git.example", "hub.example"],
        "place": ["shop/web", "o/r"],
        "number": [12, 3],
        "closes": [True, True],
        "titled": [True, True],
        "short": [False, False],
    }


HOSTILE = {
    "letters": "a" * 60_000 + " #1",
    "words": "deadbeef" * 8_000 + " #1",
    "closing": "closes #1 " * 6_000,
    "list": "closes #1" + ", #2" * 15_000,
    "numbers": "#1" * 30_000,
    "places": "a/" * 30_000 + "#1",
    "spaces": "closes" + " " * 60_000 + "#1",
    "addresses": "https://a.example/b" * 4_000 + "/issues/1 #1",
    "issues": "https://a.example/" + "b/issues/" * 7_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_text_takes_long(kind: str) -> None:
    """Linear: ten times the text takes some ten times as long, and not a hundred times."""
    text = HOSTILE[kind]
    short, long = _seconds(text[: len(text) // 10] + " #1"), _seconds(text)
    assert long < 40 * max(short, 0.001)


def _seconds(text: str) -> float:
    taken = []
    for _ in range(3):
        began = time.thread_time()
        references([text])
        taken.append(time.thread_time() - began)
    return min(taken)


def linked(**frames: pd.DataFrame) -> dict[tuple[str, int, int], float]:
    given = evidence(item_keys=ISSUES, repositories=REPOSITORIES, **frames)
    table = correlate(given)
    own = table[table["a_kind"] == Entity.ITEM]
    columns = (own[name] for name in ("rule", "a_id", "b_id", "confidence"))
    return {(rule, a, b): round(c, 3) for rule, a, b, c in zip(*columns, strict=True)}


def test_a_message_refers_to_issues_of_its_own_repository_and_of_named_ones() -> None:
    commits = frame(
        "commits",
        {"commit_id": 1, "message": "Fix the login (#12)"},
        {"commit_id": 2, "message": "Tidy up\n\nSee #13. Closes api#12, other/web#12"},
        {"commit_id": 3, "repository_id": 2, "message": "Closes #12, #99"},
    )
    assert linked(commits=commits) == {
        ("reference_in_message", 21, 1): 0.85,
        ("mention_in_message", 22, 2): 0.6,
        ("reference_in_message", 23, 2): 0.85,
    }


def test_a_request_is_for_what_its_title_and_description_say() -> None:
    requests = frame(
        "merge_requests",
        {"merge_request_id": 1, "title": "Login (#12)", "description": "after #13"},
        {"merge_request_id": 2, "description": "Closes #13", "head_sha": "b"},
    )
    commits = frame("commits", {"commit_id": 5, "sha": "b", "message": "Work"})
    found = linked(commits=commits, merge_requests=requests)
    assert found == {
        ("reference_in_request", 21, 1): 0.85,
        ("mention_in_request", 22, 1): 0.6,
        ("reference_in_request", 22, 2): 0.85,
        ("merge_request", 22, 5): 0.8,
    }


def test_the_evidence_says_what_was_found() -> None:
    commits = frame("commits", {"commit_id": 1, "message": "Closes Shop/Web#12"})
    given = evidence(item_keys=ISSUES, repositories=REPOSITORIES, commits=commits)
    assert correlate(given)["evidence"].tolist() == ["The message closes shop/web#12"]


def test_an_address_counts_on_the_host_of_the_repository() -> None:
    message = (
        "Closes https://git.example/shop/web/-/issues/12\nhttps://x.example/shop/web/issues/13"
    )
    commits = frame("commits", {"commit_id": 1, "message": message})
    assert linked(commits=commits) == {("reference_in_message", 21, 1): 0.85}


def test_what_a_revert_quotes_is_no_reference_of_its_own() -> None:
    commits = frame("commits", {"commit_id": 1, "message": 'Revert "Fixes #12: login"'})
    requests = frame("merge_requests", {"merge_request_id": 1, "title": 'Revert "Login (#12)"'})
    assert linked(commits=commits, merge_requests=requests) == {}


def test_a_mention_in_passing_does_not_make_a_commit_one_of_another_ticket() -> None:
    requests = frame("merge_requests", {"merge_request_id": 1, "title": "#12", "head_sha": "b"})
    message = "Login\n\nSee #13"
    commits = frame("commits", {"commit_id": 5, "sha": "b", "message": message})
    found = linked(commits=commits, merge_requests=requests)
    assert found["merge_request", 21, 5] == 0.8
    assert found["mention_in_message", 22, 5] == 0.6
