"""Tickets that a message names in passing, beside the one that it was written for."""

from __future__ import annotations

import time

import pytest

from correlator.asides import asides
from correlator.keys import KeyFinder
from correlator.linking import correlate
from tests.correlator.builders import evidence, frame

KEYS = frame("item_keys", {"key": "SHOP-1", "item_id": 11}, {"key": "SHOP-2", "item_id": 12})


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("SHOP-1: retry\n\nFollow-up to SHOP-2", {"SHOP-2"}),
        ("SHOP-1: retry\n\nThis is a followup of SHOP-2.", {"SHOP-2"}),
        ("SHOP-1: mend what was broken by SHOP-2", {"SHOP-2"}),
        ("SHOP-1: retry (see also SHOP-2)", {"SHOP-2"}),
        ("SHOP-1: retry\n\nRelated: SHOP-2", {"SHOP-2"}),
        ("[SHOP-1] retry, regression from issue SHOP-2", {"SHOP-2"}),
        ("SHOP-1: retry\n\nIt needs SHOP-2 as well.", {"SHOP-2"}),
        ("SHOP-1: retry\n\nThe half of SHOP-2 that nobody wanted.", {"SHOP-2"}),
        ("SHOP-1: retry\n\nRelates-to: SHOP-2", {"SHOP-2"}),
        ("SHOP-1: retry\n\nRefs: SHOP-2", set()),
        ("SHOP-1: retry\n\nRefs: SHOP-3, SHOP-2", set()),
        ("SHOP-1: retry\n\nThis fixes SHOP-2.", set()),
        ("SHOP-1: retry\n\n- SHOP-2: the same", set()),
        ("SHOP-1: retry\n\nAlso SHOP-2.", set()),
        ("retry\n\nThe reason was in SHOP-2.", set()),
        ("Hash with SHA-256\n\nIt needs SHOP-1 and the half of SHOP-2.", set()),
        ("SHOP-1: retry\n\nIt needs SHOP-2.\n\nCloses SHOP-2", set()),
        ("SHOP-1, SHOP-2: retry", set()),
        ("SHOP-1: retry\n\nSHOP-2 needs it, see SHOP-2", set()),
        ("SHOP-1: retry\n\nSHOP-2 has the rest", set()),  # a line may begin with its own ticket
        ("Follow-up to SHOP-2", set()),
        ("Follow-up to SHOP-1, see SHOP-2", set()),
        ("retry as before", set()),
    ],
)
def test_what_stands_in_passing(message: str, found: set[str]) -> None:
    assert asides(message, {"SHOP-1", "SHOP-2", "SHOP-3"}) == found


def sure(message: str) -> dict[int, tuple[float, str]]:
    """Confidence and evidence of each ticket."""
    table = correlate(
        evidence(item_keys=KEYS, commits=frame("commits", {"commit_id": 1, "message": message}))
    )
    return {one.a_id: (round(one.confidence, 3), one.evidence) for one in table.itertuples()}


def test_a_ticket_in_passing_is_linked_but_does_not_count() -> None:
    found = sure("SHOP-1: retry\n\nFollow-up to SHOP-2")
    assert found[11] == (0.85, 'The message names SHOP-1: "SHOP-1: retry"')
    says = 'The message names SHOP-2: "SHOP-1: retry"; in passing, beside a ticket of its own'
    assert found[12] == (0.425, says)


@pytest.mark.parametrize(
    ("message", "weak"),
    [
        ("SHOP-1: retry\n\nFollow-up to OLD-2", {12}),
        ("OLD-1: retry\n\nFollow-up to SHOP-2", {12}),
        ("OLD-1: retry\n\nIt needs OLD-2 as well.", {12}),
        ("SHOP-1: retry\n\nIt needs OLD-2 as well.\n\nCloses SHOP-2", set()),
        ("SHOP-1: retry\n\nIt needs SHOP-2 as well.\n\nCloses OLD-2", set()),
        ("SHOP-1: retry\n\nFollow-up to OLD-1", set()),  # its own former name
    ],
)
def test_a_moved_ticket_stands_in_passing_under_any_of_its_keys(
    message: str, weak: set[int]
) -> None:
    finder = KeyFinder(["SHOP", "OLD"], {"OLD-1": "SHOP-1", "OLD-2": "SHOP-2"})
    commits = frame("commits", {"commit_id": 1, "message": message})
    table = correlate(evidence(finder=finder, item_keys=KEYS, commits=commits))
    assert set(table["a_id"][table["confidence"] < 0.85]) == weak
    assert set(table["a_id"]) == {11} | weak | ({12} if "Closes" in message else set())


def test_a_ticket_alone_counts_whatever_stands_before_it() -> None:
    assert sure("Follow-up to SHOP-2")[12][0] == 0.85


def test_a_hostile_message_costs_little() -> None:
    begun = time.thread_time()
    text = "follow up to " * 100_000 + "SHOP-1 SHOP-2 " * 100_000 + "see" + " " * 500_000
    asides(text, {"SHOP-1", "SHOP-2"})
    asides("SHOP-1\n" + "see" + " " * 500_000 + "SHOP-2" + "-" * 500_000, {"SHOP-1", "SHOP-2"})
    assert time.thread_time() - begun < 5
