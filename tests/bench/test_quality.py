"""The tables that are written into the page of the correlator."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.quality import BEGIN, END, tables, within_marks
from tests.e2e.quality import COMMIT_REQUEST, KINDS, TICKET_COMMIT, Quality, Score


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert within_marks(page, "new") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    assert within_marks(within_marks(page, "new"), "new") == within_marks(page, "new")


@pytest.mark.parametrize("page", ["", f"{BEGIN} only", f"{END} {BEGIN}"])
def test_a_page_without_both_marks_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="measured"):
        within_marks(page, "new")


def test_scores_of_several_companies_are_added_up_before_they_are_divided() -> None:
    one = Score(found=10, right=9, true=20, supported=16, supported_found=8)
    other = Score(found=30, right=30, true=30, supported=24, supported_found=24)
    total = one + other
    assert (total.precision, total.recall, total.unsupported) == (39 / 40, 32 / 40, 1 - 40 / 50)


def test_the_tables_tell_every_kind_rule_and_class() -> None:
    score = Score(found=10, right=9, true=20, supported=16, supported_found=8)
    found = Quality(
        dict.fromkeys(KINDS, score),
        {(TICKET_COMMIT, "key_in_message"): score},
        Counter({(COMMIT_REQUEST, "rebased copy"): 3}),
    )
    text = "\n".join(tables(found, [11, 12]))
    for kind in KINDS:
        assert f"| {kind} | 20 | 10 | 0.900 | 0.500 | 20.0% |" in text
    assert f"| {TICKET_COMMIT} | `key_in_message` | 10 | 0.900 | 0.500 |" in text
    assert f"| {COMMIT_REQUEST} | rebased copy | 3 |" in text
    assert "seeds 11, 12," in text
