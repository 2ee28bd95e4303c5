"""Mistyped keys: which ticket they may mean, and when nothing is suggested."""

from __future__ import annotations

import time

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from correlator.keys import KeyFinder
from correlator.near_keys import near_keys
from correlator.near_words import KNOWN_WORDS
from correlator.one_edit import OneEdit, how_it_differs
from tests.correlator.tickets import DAY, THEN, tickets

KNOWN = tickets("SHOP-12", "SHOP-123", "SHOP-1180", "ZOOKEEPER-12", "LANG-1448", "PAY-12", "SHOP-9")


def suggested(text: str, at: int = THEN) -> list[tuple[str, str]]:
    found = near_keys([text], [at], KNOWN)
    return list(zip(found["key"], found["kind"], strict=True))


@pytest.mark.parametrize(
    ("text", "key", "kind"),
    [
        ("ZOOKEEEPER-12: retry", "ZOOKEEPER-12", "project"),
        ("ZOOKEPER-12. retry", "ZOOKEEPER-12", "project"),
        ("Z00KEEPER-12", "", ""),  # two slips
        ("ZO0KEEPER-12", "ZOOKEEPER-12", "project"),
        ("SHPO-12: retry", "SHOP-12", "project"),
        ("retry, see SHHOP-12", "SHOP-12", "project"),
        ("SHOP12 retry", "SHOP-12", "separator"),
        ("SHOP 12: retry", "SHOP-12", "separator"),
        ("SHOP_12 retry", "SHOP-12", "separator"),
        ("SHOP#12 retry", "SHOP-12", "separator"),
        ("SHOP--12 retry", "SHOP-12", "separator"),
        ("SHOP -12 retry", "SHOP-12", "separator"),
        ("SHOP\u201312 retry", "SHOP-12", "separator"),
        ("shop-12 retry", "SHOP-12", "small"),
        ("Shop-12 retry", "SHOP-12", "small"),
        ("Shop 12: retry", "SHOP-12", "small"),
        ("[LANG-1448J Javadoc", "LANG-1448", "stray"),
        ("SHOP-012 retry", "SHOP-12", "stray"),
        ("SHOP-l2 retry", "SHOP-12", "stray"),
        ("SHOP-132: retry", "SHOP-123", "number"),
        ("SHOP-1123: retry", "SHOP-123", "number"),
        ("SHOP-11180: retry", "SHOP-1180", "number"),
    ],
)
def test_a_slip_of_the_keyboard_suggests_a_ticket(text: str, key: str, kind: str) -> None:
    assert suggested(text) == ([(key, kind)] if key else [])


@pytest.mark.parametrize(
    "text",
    [
        "SHOP-12: retry", "UTF-8", "SHA-256 and SHA256", "CVE-2024-1", "ISO-8601", "ISO 8601",
        "JDK-17", "RFC-2119", "RFC 2119", "HTTP-404", "SHOP-1.2", "SHOP-12.5", "v12", "SHOP 12.5",
        "shop 12", "the shop 12 retries", "workshop-12", "x-shop-12", "src/SHOP_12", "SHOP_12.java",
        "SHOP-2024-12", "https://x.example/SHPO-12", "SHOPS", "SHOP-77", "SHIP-77", "a@SHPO-12",
        "zookeeper-12.jar", "zookeeper-3.5", "SHOP-0", "FOO-12", "PAX-12", "PRY-12",
    ],
)  # fmt: skip
def test_what_is_no_slip_suggests_nothing(text: str) -> None:
    assert suggested(text) == []


def test_a_standard_is_never_a_slip_however_near_a_project_is() -> None:
    near = tickets(*(f"{word}X-8" for word in sorted(KNOWN_WORDS)))
    texts = [f"{word}-8 {word}8 {word} 8 {word.lower()}-8" for word in sorted(KNOWN_WORDS)]
    assert near_keys(texts, [THEN] * len(texts), near).empty


def test_the_reason_is_told_in_words() -> None:
    (why,) = near_keys(["ZOOKEEEPER-12: retry"], [THEN], KNOWN)["why"]
    assert why == (
        "ZOOKEEEPER is no project; ZOOKEEPER is one letter away (E is doubled), and ZOOKEEPER-12"
        " was open when the text was written"
    )


def test_a_short_project_wants_more_evidence_than_time() -> None:
    known = tickets("PAY-12", titles={"PAY-12": "Charge twice when the gateway answers late"})
    texts = ["PYA-12: bump", "PYA-12: never charge twice for one gateway answer"]
    found = near_keys(texts, [THEN, THEN], known)
    assert found["row"].tolist() == [1]
    assert "charge" in found["why"].iloc[0]


def test_a_ticket_that_was_opened_later_cannot_be_meant() -> None:
    assert suggested("SHOP12 retry", THEN - 20 * DAY) == []


def test_a_ticket_that_was_closed_long_before_is_meant_only_with_more_evidence() -> None:
    title = {"SHOP-12": "Retry declined payments"}
    known = tickets("SHOP-12", titles=title, closed={"SHOP-12": THEN - 5 * DAY})
    texts = ["shop-12", "shop-12 retry declined payments"]
    assert len(near_keys(texts, [THEN, THEN], known)) == 2
    assert near_keys(texts, [THEN + 90 * DAY] * 2, known)["row"].tolist() == [1]


def test_without_times_the_shape_alone_may_be_enough() -> None:
    assert suggested("ZOOKEEEPER-12: retry", NONE) == [("ZOOKEEPER-12", "project")]
    assert suggested("SHOP-132: retry", NONE) == []


def test_two_tickets_that_are_as_likely_suggest_neither() -> None:
    known = tickets("SHOP-12", "SHIP-12")
    assert near_keys(["SHAP-12: retry"], [THEN], known).empty


@pytest.mark.parametrize("text", ["SHOP-99: retry", "SHOP-1181: retry", "SHOP-1810: retry"])
def test_a_number_that_may_just_not_be_read_yet_is_no_slip(text: str) -> None:
    assert suggested(text) == []


def test_words_in_common_speak_for_a_number_too() -> None:
    known = tickets("SHOP-98", "SHOP-9", titles={"SHOP-9": "Retry declined payments"})
    found = near_keys(["SHOP-99: retry declined payments"], [THEN], known)
    assert found["key"].tolist() == ["SHOP-9"]


def test_a_key_that_two_trackers_have_is_not_suggested() -> None:
    assert near_keys(["SHPO-12: retry"], [THEN], tickets("SHOP-12", "SHOP-12")).empty


words = st.text(alphabet="SHOPZKER120-_ #[]:.x\n", max_size=60)


@settings(deadline=None)
@given(words)
def test_no_word_that_names_a_ticket_is_taken_for_a_slip(text: str) -> None:
    exact = set(KeyFinder(KNOWN.projects).find(text)) & set(KNOWN.by_key)
    for row in near_keys([text], [THEN], KNOWN).itertuples():
        assert row.key in KNOWN.by_key
        assert row.word in text
        assert row.word not in exact
        assert 0.5 <= float(str(row.sure)) < 1.0


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    assert len(near_keys([text], [THEN], KNOWN)) <= 1


@settings(deadline=None)
@given(
    st.lists(st.text(alphabet="ABC0", min_size=1, max_size=5), max_size=8),
    st.text(alphabet="ABC0", max_size=6),
)
def test_names_one_edit_away_are_those_a_comparison_with_each_finds(
    names: list[str], word: str
) -> None:
    slow = sorted({name for name in names if how_it_differs(word, name)}) if word else []
    assert [name for name, _ in OneEdit(names).near(word)] == ([] if word in names else slow)


@pytest.mark.parametrize(
    "text",
    ["A" * 10**6, "A-" * 500_000, "SHPO-1 " * 200_000, "SHOP_" * 200_000, " -" * 500_000,
     "9" * 10**6, "SHOP-" + "9" * 10**6, "(" * 10**6],
)  # fmt: skip
def test_hostile_texts_take_no_time(text: str) -> None:
    begun = time.thread_time()
    near_keys([text], [THEN], KNOWN)
    assert time.thread_time() - begun < 1.0


def test_the_frame_has_its_columns_also_when_it_is_empty() -> None:
    found = near_keys([], [], tickets())
    assert list(found) == ["row", "item_id", "key", "word", "kind", "sure", "why"]
    assert found.dtypes["item_id"] == "int64"
    assert isinstance(found, pd.DataFrame)
