"""Which texts name which tickets, and what only looks like a ticket."""

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from correlator.keys import KeyFinder

FINDER = KeyFinder(["SHOP", "PLAT", "KAFKA", "ZOOKEEPER", "A1_B"], hosts=["jira.acme.example"])


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("SHOP-12: retry", ["SHOP-12"]),
        ("[SHOP-12] retry", ["SHOP-12"]),
        ("(SHOP-12)", ["SHOP-12"]),
        ("SHOP-1, SHOP-2 and SHOP-1 again", ["SHOP-1", "SHOP-2"]),
        ("SHOP-1,PLAT-2;KAFKA-3", ["SHOP-1", "PLAT-2", "KAFKA-3"]),
        ("fix SHOP-12.", ["SHOP-12"]),
        ("fix SHOP-12.\nRefs: PLAT-9", ["SHOP-12", "PLAT-9"]),
        ("feature_SHOP-12_retry", ["SHOP-12"]),
        ("Merge branch 'feature/SHOP-12-retry'", ["SHOP-12"]),
        ("SHOP-12-2", ["SHOP-12"]),
        ("KAFKA-14837/14842: retry", ["KAFKA-14837", "KAFKA-14842"]),
        ("SHOP-998/999/1000 and PLAT-1", ["SHOP-998", "SHOP-999", "SHOP-1000", "PLAT-1"]),
        ("SHOP-12/PLAT-13", ["SHOP-12", "PLAT-13"]),
        ("SHOP-3/4: the third part", ["SHOP-3"]),
        (
            "SHOP-12/24 SHOP-300/200 SHOP-120/0121 SHOP-120/121a",
            ["SHOP-12", "SHOP-300", "SHOP-120"],
        ),
        ("SHOP-1500/2024, src/SHOP-1234/1235-x", ["SHOP-1500", "SHOP-1234"]),
        ("SHOP-12 #comment done #time 2h #close", ["SHOP-12"]),
        ("ZOOKEEPER-5064: nine letters", ["ZOOKEEPER-5064"]),
        ("A1_B-7 has an underscore", ["A1_B-7"]),
        ("修复SHOP-12问题", ["SHOP-12"]),
        ("Grüße — SHOP-12", ["SHOP-12"]),
        ("#SHOP-12", ["SHOP-12"]),
        ("SHOP-12\0SHOP-13", ["SHOP-12", "SHOP-13"]),
        ("https://jira.acme.example/browse/SHOP-12", ["SHOP-12"]),
        ("https://user@JIRA.acme.example:8443/browse/SHOP-12", ["SHOP-12"]),
        ("see https://other.example/x, then SHOP-12", ["SHOP-12"]),
        ("[x](https://other.example/SHOP-12) SHOP-12", ["SHOP-12"]),
    ],
)
def test_prose_names_tickets(text: str, keys: list[str]) -> None:
    assert FINDER.find(text) == keys


@pytest.mark.parametrize(
    "text",
    [
        "",
        "UTF-8 and SHA-256",
        "CVE-2024-1234",
        "JDK-17 KIP-12 ISO-8859-1",
        "kafka-0.7.0",
        "KAFKA-0.7.0",
        "KAFKA-3.5",
        "kafka-14837",
        "shop-12",
        "Shop-12",
        "WORKSHOP-12",
        "X-SHOP-12",
        "SHOP-0",
        "SHOP-012",
        "SHOP-12a",
        "SHOP-2024-1234",
        "SHOP-20-02-29",
        "SHOP-99999999999",
        "SHOP 12, SHOP12, SHOP-",
        "https://other.example/browse/SHOP-12",
        "https://other.example/?q=jira.acme.example/SHOP-12",
        "[x](https://other.example/SHOP-12)",
        "ZOOKEEEPER-12",
        "XXXXXXXXX-12 PPPPEEPER-12",
    ],
)
def test_prose_that_only_looks_like_a_ticket(text: str) -> None:
    assert FINDER.find(text) == []


@pytest.mark.parametrize(
    ("branch", "keys"),
    [
        ("feature/shop-12-fix", ["SHOP-12"]),
        ("SHOP-12", ["SHOP-12"]),
        ("shop-12-plat-3", ["SHOP-12", "PLAT-3"]),
        ("anna/fix-Shop-12_retry", ["SHOP-12"]),
        ("shop-12-2", ["SHOP-12"]),
        ("shop-112/113", ["SHOP-112"]),
        ("renovate/kafka-3.5", []),
        ("workshop-12", []),
        ("release-2024-11-22", []),
        ("main", []),
    ],
)
def test_branches_name_tickets_in_any_case(branch: str, keys: list[str]) -> None:
    assert FINDER.find_in_branch(branch) == keys


def test_long_project_keys_that_end_alike_are_told_apart() -> None:
    finder = KeyFinder(["AAPLATFORM", "BBPLATFORM", "PLATFORM"])
    text = "AAPLATFORM-1 BBPLATFORM-2 CCPLATFORM-3 PLATFORM-4"
    assert finder.find(text) == ["AAPLATFORM-1", "BBPLATFORM-2", "PLATFORM-4"]


def test_the_longer_of_two_projects_wins_over_its_own_end() -> None:
    assert KeyFinder(["SHOP", "WEB_SHOP"]).find("WEB_SHOP-1 SHOP-2") == ["WEB_SHOP-1", "SHOP-2"]


def test_a_moved_ticket_is_found_under_its_present_key() -> None:
    finder = KeyFinder(["SHOP"], {"OLD-1": "SHOP-5"})
    assert finder.find("OLD-1 and SHOP-5 and OLD-2") == ["SHOP-5", "OLD-2"]


def test_no_projects_means_no_tickets() -> None:
    assert KeyFinder([]).find("SHOP-1") == []
    assert KeyFinder([]).keys_in(["SHOP-1"]).empty


def test_keys_in_gives_row_and_key_in_order() -> None:
    found = FINDER.keys_in(pd.Series(["PLAT-1 SHOP-2", "", "no", "SHOP-2 SHOP-2"]))
    assert found["row"].tolist() == [0, 0, 3]
    assert found["key"].tolist() == ["PLAT-1", "SHOP-2", "SHOP-2"]
    assert found["row"].dtype == "int64"


def test_keys_in_counts_rows_over_many_texts() -> None:
    texts = ["x"] * 45_000
    texts[0], texts[19_999], texts[20_000], texts[44_999] = "SHOP-1", "SHOP-2", "SHOP-3", "SHOP-4"
    assert FINDER.keys_in(texts)["row"].tolist() == [0, 19_999, 20_000, 44_999]


WORDS = ["SHOP", "PLAT", "A1_B", "ZOOKEEPER", "X", "shop", "é", "修"]
PIECES = st.sampled_from([*WORDS, *"-02._,/ \n", "-1", "-12", "-121", "122", ".5"])


@settings(deadline=None)
@given(st.lists(st.lists(PIECES, max_size=9).map("".join), max_size=6))
def test_the_search_over_arrays_agrees_with_a_plain_expression(texts: list[str]) -> None:
    plain = re.compile(
        r"(?:(?<![A-Za-z0-9-])|(?<![A-Za-z0-9])(?<![A-Z0-9]-))"
        r"(SHOP|PLAT|KAFKA|ZOOKEEPER|A1_B)-([1-9][0-9]{0,9})" + END
    )
    expected = [
        (row, key)
        for row, text in enumerate(texts)
        for key in dict.fromkeys(key for match in plain.finditer(text) for key in _keys(match))
    ]
    found = FINDER.keys_in(texts)
    assert list(zip(found["row"], found["key"], strict=True)) == expected


END = r"(?![A-Za-z0-9])(?!\.[0-9])(?!-[0-9]{3})(?!-[0-9]{2}-[0-9])"


def _keys(match: re.Match[str]) -> list[str]:
    """The first key and those after slashes, up to the first that is none."""
    keys, before, text = [f"{match[1]}-{match[2]}"], int(match[2]), match.string
    place = match.end(2)
    if text[match.start() - 1 : match.start()] == "/":
        return keys
    while rest := re.compile(r"/([1-9][0-9]{0,9})" + END).match(text, place):
        if not 100 <= before < int(rest[1]) < before + 100:
            break
        keys.append(f"{match[1]}-{rest[1]}")
        before, place = int(rest[1]), rest.end()
    return keys
