"""What counts as evidence that a commit is of a ticket, on companies of a few commits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from simulator.model import Commit, Item, MergeRequest, Person, World
from simulator.truth_evidence import evidence_of, supported

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANNA = Person("Anna", "anna", "anna@acme.example", "1")


def commit(sha: str, message: str, *, after: int = 0, written: int | None = None) -> Commit:
    """Committed some minutes after the start; written then too, or at another minute."""
    at = START + timedelta(minutes=after)
    authored = at if written is None else START + timedelta(minutes=written)
    return Commit(sha, "shop/web", ["0"], authored, at, message, ANNA, tickets=["1"])


def request(
    *shas: str, title: str = "Retry", branch: str = "retry", text: str = ""
) -> MergeRequest:
    return MergeRequest(
        1, 1, "shop/web", title, text, branch, START, START, "merged", list(shas), shas[-1], ANNA
    )


def told(*commits: Commit, requests: list[MergeRequest] | None = None) -> dict[str, str]:
    item = Item("1", "SHOP-12", "SHOP", "checkout", "Story", "Retry", START, "new", ANNA)
    world = World(
        1, START, START, [], [ANNA], [item], list(commits), requests or [], [], [], [], [], {}
    )
    return {sha: evidence for (_, sha), evidence in evidence_of(world).items()}


@pytest.mark.parametrize(
    ("message", "evidence"),
    [
        ("SHOP-12: retry", "message"),
        ("Retry\n\nRefs: SHOP-12", "message"),
        ("SHOP-123: retry", ""),
        ("WORKSHOP-12: retry", ""),
        ("SHPO-12: retry", "mistyped"),
        ("SHOPP-12: retry", "mistyped"),
        ("SHOP12 retry", "mistyped"),
        ("SHOP 12 retry", "mistyped"),
        ("Step 12: retry", ""),
        ('Revert "SHOP-12: retry"', "quote"),
    ],
)
def test_a_message(message: str, evidence: str) -> None:
    assert told(commit("a", message)) == {"a": evidence}
    assert supported(evidence) == (evidence not in ("", "mistyped"))


@pytest.mark.parametrize(
    "named", [{"title": "SHOP-12: x"}, {"branch": "fix/shop-12-x"}, {"text": "Closes SHOP-12"}]
)
def test_a_request_that_names_the_ticket_anywhere(named: dict[str, str]) -> None:
    assert told(commit("a", "retry"), requests=[request("a", **named)]) == {"a": "request"}


def test_a_copy_of_a_supported_commit_is_supported_and_of_another_one_not() -> None:
    first, again = commit("a", "SHOP-12: retry"), commit("b", "retry", after=5)
    copy = commit("c", "retry more\n\n(cherry picked from commit a)", after=9)
    copy.picked_from, again.picked_from = "a", "a"
    assert told(first, again, copy) == {"a": "message", "b": "", "c": "copy"}


def test_the_same_patch_and_chains_of_it() -> None:
    first = commit("a", "retry")
    rebased = commit("b", "retry", after=60, written=0)
    back = commit("c", 'Revert "retry"\n\nThis reverts commit b.', after=90)
    back.reverts = "b"
    found = told(back, rebased, first, requests=[request("a", title="SHOP-12: retry")])
    assert found == {"a": "request", "b": "same patch", "c": "copy"}


def test_a_squash_commit_is_supported_by_what_went_into_it() -> None:
    made = request("a", "b")
    made.squash_sha = "s"
    rows = [commit("a", "retry"), commit("b", "SHOP-12: more", after=1), commit("s", "x", after=2)]
    found = told(*rows, requests=[made])
    assert found["s"] == "listed commit"
