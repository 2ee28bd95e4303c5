"""Commits whose first line is the title of a ticket."""

from __future__ import annotations

import time

import pytest

from correlator.near_titles import near_titles
from tests.correlator.tickets import DAY, THEN, tickets

KNOWN = tickets(
    "SHOP-1", "SHOP-2", "SHOP-3", "SHOP-4", "SHOP-5",
    titles={
        "SHOP-1": "Cap space usage of default log4j rolling policy",
        "SHOP-2": "Update dependencies to newest versions",
        "SHOP-3": "Update dependencies to newest versions",
        "SHOP-4": "Retry",
        "SHOP-5": "Retry declined payments once before the order is given up",
    },
)  # fmt: skip


def suggested(text: str, at: int = THEN) -> list[str]:
    return near_titles([text], [at], KNOWN)["key"].tolist()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("cap space usage of default log4j rolling policy", "SHOP-1"),
        ("Cap space usage of default log4j rolling policy (#12)\n\nmore", "SHOP-1"),
        ("cap space usage of default log4j rolling policy (phunt via henryr)", "SHOP-1"),
        ("KEEPER-1. Cap space usage of default log4j rolling policy.", "SHOP-1"),
        ("Retry declined payment once before the order is given up", "SHOP-5"),
    ],
)
def test_a_line_that_is_nearly_a_title_suggests_its_ticket(text: str, key: str) -> None:
    assert suggested(text) == [key]


@pytest.mark.parametrize(
    "text",
    [
        "", "Retry", "Update dependencies to newest versions", "Fix typo",
        "Cap usage of space", "Retry declined payments twice a day and tell the customer of it",
        "Something else\n\nCap space usage of default log4j rolling policy",
    ],
)  # fmt: skip
def test_other_lines_suggest_nothing(text: str) -> None:
    assert suggested(text) == []


def test_the_reason_quotes_the_title() -> None:
    found = near_titles(["cap space usage of default log4j rolling policy"], [THEN], KNOWN)
    assert found["kind"].tolist() == ["title"]
    assert found["why"].iloc[0].startswith('The first line is the title of SHOP-1: "Cap space')


def test_a_ticket_that_was_opened_later_cannot_be_meant() -> None:
    text = "cap space usage of default log4j rolling policy"
    assert suggested(text, THEN - 20 * DAY) == []


@pytest.mark.parametrize("text", ["a " * 10**6, "(" * 10**6, "retry declined payments " * 10**5])
def test_hostile_texts_take_no_time(text: str) -> None:
    begun = time.thread_time()
    near_titles([text], [THEN], KNOWN)
    assert time.thread_time() - begun < 1.0
